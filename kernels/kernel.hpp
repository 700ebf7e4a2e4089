// What every tier offers: forward, backward and double backward of one activation over flat
// buffers.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "space/activation.hpp"

namespace antigrad::kernels {

enum class Tier { automatic, interpreter, llvm, table };
/// Of elements. f32, bf16 and f16 are computed in float32 (f32 where terms cancel in float64,
/// kernels/cancellation.hpp) and rounded to nearest, ties to even, once on output (by tables within
/// 0.63 units in the last place, kernels/table_kernel.hpp); f64 in float64 with the functions of
/// libm.
enum class Type { f32, f64, bf16, f16 };

/// How to compile. automatic: the table tier for an activation without parameters whose tables
/// verify on this machine and are faster than its formula (kernels/table_kernel.hpp); else LLVM
/// where it is built in; else the interpreter. Every type has a kernel. The environment variable
/// ANTIGRAD_ISA (avx512, avx2, baseline) lowers what all tiers take the machine for.
struct Target {
  Tier tier = Tier::automatic;
  Type type = Type::f32;
};

/// Compiled code for one activation. Buffers hold `n` elements of the type, any alignment, and do
/// not overlap unless said. theta holds the activation's parameters in their order, always as
/// double. Parameter gradients are reduced in a fixed order (in double: blocks of 4096 elements,
/// the blocks of a task in order, the tasks in order; kernels/tasks.hpp), so that they do not
/// depend on threads or on the machine's load. NaN in gives NaN out and leaves its neighbours
/// alone. Const methods may be called from several threads at once. Other layouts than flat ones,
/// and one call on several threads: kernels/layout.hpp.
class Kernel {
 public:
  virtual ~Kernel() = default;
  virtual Tier tier() const = 0;
  virtual Type type() const = 0;

  /// y[i] = f(x[i]; theta). y may be x.
  virtual void forward(const void* x, void* y, std::int64_t n,
                       std::span<const double> theta) const = 0;

  /// gx[i] = gy[i] g(x[i]); gtheta[k] = sum_i gy[i] df/dtheta_k(x[i]) (written, not added). gx may
  /// be gy.
  virtual void backward(const void* x, const void* gy, void* gx, std::int64_t n,
                        std::span<const double> theta, std::span<double> gtheta) const = 0;

  /// The vector-Jacobian product of backward for cotangents ggx (of gx) and ggtheta (of gtheta):
  /// dgy[i] = ggx[i] g + sum_k ggtheta_k f_k;  dx[i] = gy[i] (ggx[i] g' + sum_k ggtheta_k g_k);
  /// dtheta_j = sum_i gy[i] (ggx[i] g_j + sum_k ggtheta_k f_kj). At knots the delta is left out.
  virtual void double_backward(const void* x, const void* gy, const void* ggx, void* dgy, void* dx,
                               std::int64_t n, std::span<const double> theta,
                               std::span<const double> ggtheta, std::span<double> dtheta) const = 0;
};

/// Compiles f, its derivatives and parameter gradients. Throws space::Error when the asked tier
/// cannot (with the reason).
std::unique_ptr<Kernel> compile(const space::Activation& activation, const Target& target = {});

/// "table", "llvm", "interpreter".
const char* to_string(Tier tier);

/// Bytes of an element.
std::int64_t size_of(Type type);

/// Whether this build has the LLVM tier.
bool has_llvm();

}  // namespace antigrad::kernels
