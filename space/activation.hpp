// An activation f(x; theta): what the gradient integrates to, with what a kernel, a trainer and an
// exporter need.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "space/expr.hpp"
#include "space/parameter.hpp"

namespace antigrad::space {

struct Activation {
  std::string name;  // zoo name, or "" for a candidate
  std::string text;  // canonical one-line text; parse_activation(text) gives an equal activation
  std::vector<Parameter> parameters;
  Expr f;             // f(x; theta), continuous unless it is given by f
  Expr g;             // f' (at a knot: the left value)
  std::string rules;  // which integration rules fired, for people
  bool by_f = false;  // given by f, not by g
  bool gate = false;  // stands for f(u; theta) * v, a layer of two inputs
};

/// Reads an activation from its text: a gradient (space/gradient.hpp), "f: EXPRESSION" for one
/// defined by f itself (parameters in front as with a gradient), a name of the zoo, or "gate(TEXT)"
/// for f(u) * v around any of these. Throws Error with line, column and a suggestion.
Activation parse_activation(std::string_view text);

/// Throws Error for a gate: `place` is what takes functions of one input only, with the way out.
void refuse_gate(const Activation& activation, std::string_view place);

}  // namespace antigrad::space
