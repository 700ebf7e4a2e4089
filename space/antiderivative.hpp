// Antiderivatives of sums of terms, as sums of terms again where that is possible (so that what
// cancels between terms cancels), else as closed formulas of a row or as tables.
#pragma once
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "space/normal_form.hpp"

namespace antigrad::space {

/// weight / scale * A(scale x + shift), A the row's antiderivative or a table (of u; the row's own
/// when `table` is set).
struct Opaque {
  Affine weight;
  Op primitive;                        // whose antiderivative, when there is no table
  std::shared_ptr<const Table> table;  // else this
  Affine scale{1, {}}, shift{0, {}};
};

struct Antiderivative {
  std::vector<Term> terms;
  std::vector<Opaque> opaque;
  std::set<std::string> rules;  // which rules fired
};

/// F with F' = the sum of `terms`. Throws Error with the reason when there is none.
Antiderivative antiderivative(const std::vector<Term>& terms);

Sym to_sym(const Antiderivative& a, Sym x);

}  // namespace antigrad::space
