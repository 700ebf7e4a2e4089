// A routine: one program made runnable by an engine. A kernel is three routines.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "kernels/kernel.hpp"
#include "kernels/program.hpp"

namespace antigrad::kernels {

/// Elements that are summed together before sums are added in double, in the order of the blocks.
inline constexpr std::int64_t kReductionBlock = 4096;

class Routine {
 public:
  virtual ~Routine() = default;
  /// in[i]: n elements of Var i; out[k]: n elements of elementwise output k; an output may be an
  /// input. sums[k] (written): reduction k. Any alignment. Safe to call from several threads.
  virtual void run(std::span<const void* const> in, std::span<void* const> out, std::int64_t n,
                   std::span<const double> parameters, std::span<double> sums) const = 0;
};

/// What kernels of an activation with elements of the type compute in: float64 for f64, and for f32
/// where terms cancel (kernels/cancellation.hpp).
Precision precision_of(const space::Activation& activation, Type type);

using MakeRoutine = std::function<std::unique_ptr<Routine>(const Program&)>;

/// The three routines of an activation, each made when it is first called (the double backward of
/// most activations never is); forward at once, so that what an engine refuses is refused here.
std::unique_ptr<Kernel> make_kernel(const space::Activation& activation, const Target& target,
                                    MakeRoutine make);

}  // namespace antigrad::kernels
