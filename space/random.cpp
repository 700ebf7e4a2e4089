// The normal distribution by Box and Muller (1958): two draws of the stream for each number, no
// state kept between them.
#include "space/random.hpp"

#include <cmath>
#include <numbers>

namespace antigrad::space {

double Random::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));  // 1 - u is in (0, 1]
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

}  // namespace antigrad::space
