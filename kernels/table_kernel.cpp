#include "kernels/table_kernel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "kernels/cancellation.hpp"
#include "kernels/interpreter.hpp"
#include "kernels/kinks.hpp"
#include "kernels/lower.hpp"
#include "kernels/table_reach.hpp"
#include "kernels/table_verify.hpp"
#include "space/error.hpp"

namespace antigrad::kernels {
namespace {

/// The float64 reference of an expression of one input.
Sampler sampler_of(const space::Expr& f) {
  const std::shared_ptr<const Routine> routine =
      interpret<double>({space::simplify(f), 1, 0, 1, 0});
  return [routine](std::span<const double> x, std::span<double> y) {
    const void* const in[] = {x.data()};
    void* const out[] = {y.data()};
    routine->run(in, out, static_cast<std::int64_t>(x.size()), {}, {});
  };
}

Lookups lookups_of(Machine machine) {
  return machine == Machine::avx512 ? Lookups{32, 32, true} : Lookups{16, 8, false, true};
}

class TableKernel final : public Kernel {
 public:
  TableKernel(const space::Activation& activation, const TablePair& tables, MakeRoutine make)
      : activation_(activation),
        forward_(*tables.forward.table),
        backward_(*tables.backward.table),
        forward_loop_(forward_.loop(false)),
        backward_loop_(backward_.loop(true)),
        make_(std::move(make)) {}

  Tier tier() const override { return Tier::table; }
  Type type() const override {
    if (forward_.element == Element::f32) return Type::f32;
    return forward_.element == Element::bf16 ? Type::bf16 : Type::f16;
  }

  void forward(const void* x, void* y, std::int64_t n,
               std::span<const double> theta) const override {
    check(theta.size());
    run(forward_, forward_loop_, forward_beyond_, x, nullptr, y, n);
  }

  void backward(const void* x, const void* gy, void* gx, std::int64_t n,
                std::span<const double> theta, std::span<double> gtheta) const override {
    check(theta.size());
    check(gtheta.size());
    run(backward_, backward_loop_, backward_beyond_, x, gy, gx, n);
  }

  void double_backward(const void* x, const void* gy, const void* ggx, void* dgy, void* dx,
                       std::int64_t n, std::span<const double> theta,
                       std::span<const double> ggtheta, std::span<double> dtheta) const override {
    check(theta.size());
    check(ggtheta.size());
    check(dtheta.size());
    const void* const in[] = {x, gy, ggx};
    void* const out[] = {dgy, dx};
    made(double_backward_, double_backward_program).run(in, out, n, {}, {});
  }

 private:
  void check(std::size_t got) const {
    if (got == 0) return;
    throw std::logic_error(
        fmt::format("kernel of \"{}\": {} values of theta, expected none", activation_.text, got));
  }

  /// A routine that few ask for.
  struct Late {
    mutable std::once_flag once;
    mutable std::unique_ptr<Routine> routine;
  };
  const Routine& made(const Late& late, MakeProgram program) const {
    std::call_once(late.once, [&] {
      late.routine = make_(program(activation_, precision_of(activation_, type()), {}));
    });
    return *late.routine;
  }

  void run(const Table& table, TableLoop loop, const Late& late, const void* x, const void* gy,
           void* out, std::int64_t n) const {
    if (std::isinf(table.reach)) return loop(table.segments, x, gy, out, n);
    MakeProgram program = forward_program;
    if (gy != nullptr) program = backward_program;
    run_within_reach(
        table, loop, [&]() -> const Routine& { return made(late, program); }, x, gy, out, n);
  }

  const space::Activation activation_;
  const Table forward_, backward_;
  const TableLoop forward_loop_, backward_loop_;
  const MakeRoutine make_;
  const Late forward_beyond_, backward_beyond_, double_backward_;
};

/// Fits within `fit` and verifies.
TableAttempt attempt_table(const Sampler& sampler, const std::vector<float>& places, bool gradient,
                           Element element, Machine machine, double fit) {
  TableAttempt attempt;
  const auto shape = shape_of(sampler, places, gradient, fit, attempt.reason);
  if (!shape) return attempt;
  const auto segments = fit_segments(sampler, *shape, lookups_of(machine), attempt.reason);
  if (!segments) return attempt;
  Table table{*segments, machine, element, 0, 0, static_cast<float>(shape->reach)};
  const TableLoop loop = table.loop(false);
  if (loop == nullptr || (gradient && table.loop(true) == nullptr))
    return attempt.reason = "no loop for its form", attempt;
  const TableErrors errors =
      table_errors(*segments, *shape, sampler, loop, element, attempt.reason);
  table.error = errors.scaled;
  table.nearby = errors.nearby;
  if (!(table.error <= most_error(element))) return attempt;
  attempt.reason.clear();
  attempt.table = table;
  return attempt;
}

}  // namespace

TableAttempt make_table(const space::Expr& f, bool gradient, Element element, Machine machine) {
  TableAttempt attempt;
  if (machine == Machine::baseline) return attempt.reason = "no lookups on this machine", attempt;
  const Sampler sampler = sampler_of(f);
  constexpr float kReach = 260;
  const std::vector<float> places = switches(f, {}, kReach);
  // First as loose as rounding leaves room for: low degrees are fast.
  const bool wide = element == Element::f32;
  for (const double units : {wide ? 3.5 : 0.1, wide ? 0.5 : 0.02}) {
    TableAttempt next =
        attempt_table(sampler, places, gradient, element, machine, fit_error(element, units));
    if (!attempt.table || (next.table && next.table->nearby < attempt.table->nearby))
      attempt = std::move(next);
    if (attempt.table && attempt.table->nearby <= kTableTolerance) break;
  }
  return attempt;
}

bool TablePair::near_enough() const {
  return std::max(forward.table->nearby, backward.table->nearby) <= kTableTolerance;
}

std::string TablePair::reason() const {
  if (!forward.table) return "forward: " + forward.reason;
  if (!backward.table) return "backward: " + backward.reason;
  return "";
}

TablePair make_tables(const space::Activation& activation, Element element, Machine machine) {
  TablePair pair;
  if (!activation.parameters.empty()) {
    pair.forward.reason = pair.backward.reason = "trainable parameters inside";
    return pair;
  }
  pair.forward = make_table(activation.f, false, element, machine);
  if (pair.forward.table) pair.backward = make_table(activation.g, true, element, machine);
  return pair;
}

bool beaten_by_formula(const space::Activation& activation, const TablePair& tables) {
  return std::isfinite(tables.forward.table->reach) && is_algebraic(activation.f);
}

std::unique_ptr<Kernel> table_kernel(const space::Activation& activation, TablePair tables,
                                     MakeRoutine make) {
  if (!tables.verified())
    throw space::Error(fmt::format("tier table: \"{}\" does not verify ({}); take tier llvm",
                                   activation.text, tables.reason()));
  return std::make_unique<TableKernel>(activation, tables, std::move(make));
}

}  // namespace antigrad::kernels
