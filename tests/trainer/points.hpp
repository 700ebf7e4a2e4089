// Points at which a function may be differentiated numerically: no branch of its expression changes
// within a distance. Knows nothing of kernels or derivatives, so that it cannot hide their errors.
#pragma once
#include <cmath>
#include <set>
#include <vector>

#include "space/activation.hpp"
#include "space/expr.hpp"
#include "space/random.hpp"

namespace antigrad::trainer {

/// Signs of what every node of f and g compares or bends at 0.
inline std::vector<int> branches(const space::Expr& expression, double x,
                                 const std::vector<double>& theta) {
  space::Expr all = expression;
  all.outputs.clear();
  for (std::size_t i = 0; i < all.nodes.size(); ++i)
    all.outputs.push_back(static_cast<std::uint16_t>(i));
  std::vector<double> values(all.nodes.size());
  space::evaluate<double>(all, std::vector<double>{x}, theta, values);
  const auto sign = [](double value) { return (value > 0) - (value < 0); };
  std::vector<int> signs;
  const std::set<space::Op> comparing = {space::Op::Less, space::Op::LessEqual, space::Op::Min,
                                         space::Op::Max};
  for (const space::Node& node : all.nodes) {
    if (space::primitive(node.op).arity == 1) signs.push_back(sign(values[node.a]));
    if (comparing.contains(node.op)) signs.push_back(sign(values[node.a] - values[node.b]));
  }
  return signs;
}

/// Whether x and every parameter may move by `reach`.
inline bool smooth_around(const space::Activation& activation, double x,
                          const std::vector<double>& theta, double reach) {
  for (const space::Expr* expression : {&activation.f, &activation.g}) {
    const std::vector<int> here = branches(*expression, x, theta);
    for (const double move : {-reach, reach}) {
      if (branches(*expression, x + move, theta) != here) return false;
      for (std::size_t k = 0; k < theta.size(); ++k) {
        std::vector<double> moved = theta;
        moved[k] += move;
        if (branches(*expression, x, moved) != here) return false;
      }
    }
  }
  return true;
}

/// `count` points of [-3, 3] with room around them.
inline std::vector<double> smooth_points(const space::Activation& activation, int count,
                                         double reach) {
  std::vector<double> theta;
  for (const space::Parameter& parameter : activation.parameters) theta.push_back(parameter.start);
  space::Random random(17);
  std::vector<double> points;
  for (int tries = 0; tries < 1000 && static_cast<int>(points.size()) < count; ++tries) {
    const double x = random.uniform(-3, 3);
    if (smooth_around(activation, x, theta, reach)) points.push_back(x);
  }
  return points;
}

}  // namespace antigrad::trainer
