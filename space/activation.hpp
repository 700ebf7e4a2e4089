// An activation f(x; theta): what the gradient integrates to, with what a kernel, a trainer and an
// exporter need.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "space/expr.hpp"

namespace antigrad::space {

/// Where a trainable parameter may be. The trainer holds an unbounded raw value r; theta =
/// transform(r): real: r; above lo (hi = inf): lo + softplus(r); below hi (lo = -inf): hi -
/// softplus(r); between: lo + (hi - lo) sigmoid(r).
struct Domain {
  double lo, hi;
  bool operator==(const Domain&) const = default;
};

/// A named trainable scalar; one value per place of the network where the activation stands.
struct Parameter {
  std::string name;
  double start;   // of theta itself, inside the domain
  Domain domain;  // open interval
  bool operator==(const Parameter&) const = default;
};

double to_raw(const Domain& domain, double theta);         // inverse transform
double from_raw(const Domain& domain, double raw);         // transform
double transform_slope(const Domain& domain, double raw);  // d theta / d raw

struct Activation {
  std::string name;  // zoo name, or "" for a candidate
  std::string text;  // canonical one-line text; parse_activation(text) gives an equal activation
  std::vector<Parameter> parameters;
  Expr f;             // f(x; theta), continuous
  Expr g;             // f' (at a knot: the left value)
  std::string rules;  // which integration rules fired, for people
};

/// Reads an activation from its text: a gradient (space/gradient.hpp), "f: EXPRESSION" for one
/// defined by f itself, or a name of the zoo. Throws Error with line, column and a suggestion.
Activation parse_activation(std::string_view text);

}  // namespace antigrad::space
