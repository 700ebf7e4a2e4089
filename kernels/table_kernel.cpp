#include "kernels/table_kernel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "kernels/interpreter.hpp"
#include "kernels/kinks.hpp"
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
  return machine == Machine::avx512 ? Lookups{32, 32} : Lookups{16, 8};
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
  Type type() const override { return forward_.element == Element::f32 ? Type::f32 : Type::bf16; }

  void forward(const void* x, void* y, std::int64_t n,
               std::span<const double> theta) const override {
    check(theta.size());
    forward_loop_(forward_.segments, x, nullptr, y, n);
  }

  void backward(const void* x, const void* gy, void* gx, std::int64_t n,
                std::span<const double> theta, std::span<double> gtheta) const override {
    check(theta.size());
    check(gtheta.size());
    backward_loop_(backward_.segments, x, gy, gx, n);
  }

  void double_backward(const void* x, const void* gy, const void* ggx, void* dgy, void* dx,
                       std::int64_t n, std::span<const double> theta,
                       std::span<const double> ggtheta, std::span<double> dtheta) const override {
    check(theta.size());
    check(ggtheta.size());
    check(dtheta.size());
    std::call_once(once_,
                   [this] { double_backward_ = make_(double_backward_program(activation_)); });
    const void* const in[] = {x, gy, ggx};
    void* const out[] = {dgy, dx};
    double_backward_->run(in, out, n, {}, {});
  }

 private:
  void check(std::size_t got) const {
    if (got == 0) return;
    throw std::logic_error(
        fmt::format("kernel of \"{}\": {} values of theta, expected none", activation_.text, got));
  }

  const space::Activation activation_;
  const Table forward_, backward_;
  const TableLoop forward_loop_, backward_loop_;
  const MakeRoutine make_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<Routine> double_backward_;
};

}  // namespace

TableAttempt make_table(const space::Expr& f, bool gradient, Element element, Machine machine) {
  TableAttempt attempt;
  if (machine == Machine::baseline) return attempt.reason = "no lookups on this machine", attempt;
  const Sampler sampler = sampler_of(f);
  const double fit = element == Element::f32 ? 0x1p-25 : 0x1p-13;
  constexpr float kReach = 260;
  const auto shape = shape_of(sampler, switches(f, {}, kReach), gradient, fit, attempt.reason);
  if (!shape) return attempt;
  const auto segments = fit_segments(sampler, *shape, lookups_of(machine), attempt.reason);
  if (!segments) return attempt;
  Table table{*segments, machine, element, 0};
  const TableLoop loop = table.loop(false);
  if (loop == nullptr) return attempt.reason = "no loop for its form", attempt;
  table.error = table_error(*segments, *shape, sampler, loop, element, attempt.reason);
  if (!(table.error <= kMostError)) return attempt;
  attempt.reason.clear();
  attempt.table = table;
  return attempt;
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

std::unique_ptr<Kernel> table_kernel(const space::Activation& activation, TablePair tables,
                                     MakeRoutine make) {
  if (!tables.verified())
    throw space::Error(fmt::format("tier table: \"{}\" does not verify ({}); take tier llvm",
                                   activation.text, tables.reason()));
  return std::make_unique<TableKernel>(activation, tables, std::move(make));
}

}  // namespace antigrad::kernels
