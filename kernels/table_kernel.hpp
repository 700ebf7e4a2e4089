// The table tier: an activation without parameters as a few polynomials that the loops of this
// machine look up in registers, so that every function costs the same, about what moving the bytes
// costs. A fit is used only when it was verified by running it against the float64 reference.
#pragma once
#include <optional>
#include <string>

#include "kernels/routine.hpp"
#include "kernels/segments.hpp"
#include "kernels/table_loops.hpp"

namespace antigrad::kernels {

/// One function of one input, fitted and verified.
struct Table {
  Segments segments;
  Machine machine;
  Element element;
  /// The largest c seen, for |x| <= reach. Of f: |error| <= c eps max(|f|, min(|x| + |f(0)|, sup
  /// |f|)); of a gradient, times |gy|: |error| <= c eps max(|g|, min(1, sup |g|)). eps = 2^-24; in
  /// bf16 and f16, whose results are rounded once, c counts units in the last place of that scale
  /// instead. With a finite reach sup is over |x| <= reach.
  double error = 0;
  /// Of f32: the largest |error| / max(1, |f|) seen for |x| <= 16, times |gy| of a gradient.
  double nearby = 0;
  float reach = 0;  // finite where f has no polynomial tails: beyond it the other tiers serve

  TableLoop loop(bool backward) const { return table_loop(machine, segments, element, backward); }
};

/// What became of an attempt: a table, or the reason why there is none.
struct TableAttempt {
  std::optional<Table> table;
  std::string reason;
};

/// Fits a program of one input and no parameters, x -> f(x). gradient: errors count against gy.
TableAttempt make_table(const space::Expr& f, bool gradient, Element element, Machine machine);

/// Both tables of an activation.
struct TablePair {
  TableAttempt forward, backward;
  bool verified() const { return forward.table && backward.table; }
  /// Whether both, which verified, are as near as kernels of f32 are (kernels/cancellation.hpp).
  bool near_enough() const;
  std::string reason() const;  // "" when verified
};
TablePair make_tables(const space::Activation& activation, Element element, Machine machine);

/// Whether machine code of the formula is faster than its tables: where they end at a reach and the
/// formula holds nothing dearer than quotients and roots.
bool beaten_by_formula(const space::Activation& activation, const TablePair& tables);

/// Forward and backward by verified tables, double backward by a routine that `make` gives when it
/// is first asked for.
std::unique_ptr<Kernel> table_kernel(const space::Activation& activation, TablePair tables,
                                     MakeRoutine make);

}  // namespace antigrad::kernels
