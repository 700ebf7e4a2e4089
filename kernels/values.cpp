#include "kernels/values.hpp"

namespace antigrad::kernels {

space::Expr values_of(const space::Activation& activation) {
  std::vector<space::Expr> parts{activation.f, activation.g};
  for (std::size_t k = 0; k < activation.parameters.size(); ++k)
    parts.push_back(space::derivative_param(activation.f, static_cast<int>(k)));
  return space::bundle(parts);
}

}  // namespace antigrad::kernels
