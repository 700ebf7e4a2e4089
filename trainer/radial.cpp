// One matrix product, then elementwise.
#include "trainer/radial.hpp"

#include <cmath>

namespace antigrad::trainer {

using at::Tensor;

Radial::Radial(Initialiser& initialiser, const Layer& layer, int in)
    : gaussian_(layer.gaussian),
      centres_(register_parameter("centres",
                                  initialiser.normal({layer.shape.channels, in}, layer.deviation))),
      scale_(register_parameter("scale", at::full({layer.shape.channels}, std::sqrt(0.5 / in)))) {}

Tensor Radial::forward(const Tensor& x) const {
  const Tensor distance =
      x.square().sum(-1, true) - 2 * at::linear(x, centres_) + centres_.square().sum(-1);
  const Tensor r = scale_.square() * distance;
  return gaussian_ ? (-r).exp() : (1 + r).sqrt();
}

}  // namespace antigrad::trainer
