// Antiderivatives of sums of terms, as sums of terms again where that is possible (so that what
// cancels between terms cancels), else as closed formulas of a row or as tables.
#pragma once
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "space/normal_form.hpp"

namespace antigrad::space {

/// weight / scale * A(scale x + shift), A the row's antiderivative or a table of u where it is set.
/// `small`: weight int_0^x t^power p(scale t + shift) dt instead, accurate for scales down to 0.
struct Opaque {
  Affine weight;
  Factor factor;                       // p, scale and shift; a table has its own p
  std::shared_ptr<const Table> table;  // else null
  bool small = false;
  int power = 0;                 // with `small` only
  std::vector<Term> whole = {};  // with power > 0: the antiderivative of x^power p, in x
};

struct Antiderivative {
  std::vector<Term> terms;
  std::vector<Opaque> opaque;
  std::set<std::string> rules;  // which rules fired
};

/// F with F' = the sum of `terms`. Throws Error when there is none: what part of it has no
/// integral, why, and what can be written instead.
Antiderivative antiderivative(const std::vector<Term>& terms,
                              const std::vector<Parameter>& parameters);

/// F at x.
Sym to_sym(const Antiderivative& a, Sym x);

/// F far out on the side of `sign`, where exponentials have vanished for every scale. Scales must
/// not change sign over the domains of the parameters.
Sym at_infinity(const Antiderivative& a, double sign, const std::vector<Parameter>& parameters,
                Builder& out);

}  // namespace antigrad::space
