#include "kernels/routine.hpp"

#include <fmt/format.h>

#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "kernels/cancellation.hpp"
#include "kernels/tasks.hpp"

namespace antigrad::kernels {
namespace {

/// A routine made on first use, once.
class LazyRoutine {
 public:
  LazyRoutine(MakeProgram program, const space::Activation& activation, Precision precision,
              const MakeRoutine& make)
      : program_(program), activation_(activation), precision_(precision), make_(make) {}

  const Routine& get() const {
    std::call_once(once_, [this] { routine_ = make_(program_(activation_, precision_, {})); });
    return *routine_;
  }

 private:
  MakeProgram program_;
  const space::Activation& activation_;
  const Precision precision_;
  const MakeRoutine& make_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<Routine> routine_;
};

class RoutineKernel final : public Kernel {
 public:
  RoutineKernel(const space::Activation& activation, const Target& target, MakeRoutine make)
      : activation_(activation), target_(target), make_(std::move(make)) {
    forward_.get();
  }

  Tier tier() const override { return target_.tier; }
  Type type() const override { return target_.type; }

  void forward(const void* x, void* y, std::int64_t n,
               std::span<const double> theta) const override {
    check(theta.size(), "theta");
    const void* const in[] = {x};
    void* const out[] = {y};
    forward_.get().run(in, out, n, theta, {});
  }

  void backward(const void* x, const void* gy, void* gx, std::int64_t n,
                std::span<const double> theta, std::span<double> gtheta) const override {
    check(theta.size(), "theta");
    check(gtheta.size(), "gtheta");
    const void* const in[] = {x, gy};
    void* const out[] = {gx};
    run(backward_.get(), in, out, n, theta, gtheta);
  }

  void double_backward(const void* x, const void* gy, const void* ggx, void* dgy, void* dx,
                       std::int64_t n, std::span<const double> theta,
                       std::span<const double> ggtheta, std::span<double> dtheta) const override {
    check(theta.size(), "theta");
    check(ggtheta.size(), "ggtheta");
    check(dtheta.size(), "dtheta");
    std::vector<double> parameters(theta.begin(), theta.end());
    parameters.insert(parameters.end(), ggtheta.begin(), ggtheta.end());
    const void* const in[] = {x, gy, ggx};
    void* const out[] = {dgy, dx};
    run(double_backward_.get(), in, out, n, parameters, dtheta);
  }

 private:
  /// Sums as they are added when the tasks run on several threads.
  void run(const Routine& routine, std::span<const void* const> in, std::span<void* const> out,
           std::int64_t n, std::span<const double> parameters, std::span<double> sums) const {
    if (sums.empty()) return routine.run(in, out, n, parameters, sums);
    const std::int64_t element = size_of(target_.type);
    run_tasks(n, sums, {}, [&](std::int64_t first, std::int64_t size, std::span<double> part) {
      std::vector<const void*> from(in.begin(), in.end());
      std::vector<void*> to(out.begin(), out.end());
      for (auto& p : from) p = static_cast<const char*>(p) + first * element;
      for (auto& p : to) p = static_cast<char*>(p) + first * element;
      routine.run(from, to, size, parameters, part);
    });
  }

  void check(std::size_t got, const char* what) const {
    if (got == activation_.parameters.size()) return;
    throw std::logic_error(fmt::format("kernel of \"{}\": {} has {} values, expected {}",
                                       activation_.text, what, got, activation_.parameters.size()));
  }

  const space::Activation activation_;
  const Target target_;
  const MakeRoutine make_;
  const Precision precision_ = precision_of(activation_, target_.type);
  LazyRoutine forward_{forward_program, activation_, precision_, make_};
  LazyRoutine backward_{backward_program, activation_, precision_, make_};
  LazyRoutine double_backward_{double_backward_program, activation_, precision_, make_};
};

}  // namespace

const char* to_string(Tier tier) {
  switch (tier) {
    case Tier::automatic: return "automatic";
    case Tier::interpreter: return "interpreter";
    case Tier::llvm: return "llvm";
    case Tier::table: return "table";
  }
  return "";
}

Precision precision_of(const space::Activation& activation, Type type) {
  const bool wide = type == Type::f64 || (type == Type::f32 && machine_code_cancels(activation));
  return wide ? Precision::f64 : Precision::f32;
}

std::int64_t size_of(Type type) {
  switch (type) {
    case Type::f32: return 4;
    case Type::f64: return 8;
    case Type::bf16:
    case Type::f16: return 2;
  }
  return 0;
}

std::unique_ptr<Kernel> make_kernel(const space::Activation& activation, const Target& target,
                                    MakeRoutine make) {
  return std::make_unique<RoutineKernel>(activation, target, std::move(make));
}

}  // namespace antigrad::kernels
