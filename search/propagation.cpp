// Moments between proved bounds.
#include "search/propagation.hpp"

#include <fmt/format.h>

#include "space/gaussian.hpp"

namespace antigrad::search {

PropagationConfig read_propagation(const space::Yaml& node) {
  node.allow({"chi"});
  PropagationConfig c;
  c.wanted = true;
  if (!node.has("chi")) return c;
  const auto bounds = node.at("chi").items();
  if (bounds.size() != 2) node.at("chi").fail("expected two numbers, as in [0.1, 10]");
  c.least_chi = bounds[0].number(0, 1e12);
  c.largest_chi = bounds[1].number(0, 1e12);
  if (c.least_chi >= c.largest_chi)
    node.at("chi").fail(fmt::format("expected a smaller and a larger number, got {} and {}",
                                    c.least_chi, c.largest_chi));
  return c;
}

std::optional<std::string> propagation_fault(const space::Activation& activation,
                                             const PropagationConfig& config) {
  if (!config.wanted) return std::nullopt;
  space::Proof proof(activation);
  const space::GaussianMoments moments = space::gaussian_moments(proof);
  if (!moments.second.finite() || !moments.second.positive())
    return fmt::format("E f^2 under N(0, 1) is in [{:.3g}, {:.3g}]: no gain normalises it",
                       moments.second.lower(), moments.second.upper());
  const space::Ball chi = space::correlation_map(moments).chi;
  if (chi.upper() < config.least_chi)
    return fmt::format("gradients vanish: chi = {:.3g}, expected at least {:g}", chi.upper(),
                       config.least_chi);
  if (chi.lower() > config.largest_chi)
    return fmt::format("gradients explode: chi = {:.3g}, expected at most {:g}", chi.lower(),
                       config.largest_chi);
  return std::nullopt;
}

}  // namespace antigrad::search
