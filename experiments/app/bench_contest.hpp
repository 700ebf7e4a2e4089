// What `antigrad bench kernels` times: forward and backward of one activation, beside what moves
// the same bytes and beside the same function of others.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "experiments/app/bench_rounds.hpp"
#include "experiments/app/bench_torch.hpp"
#include "experiments/app/trainer_library.hpp"
#include "kernels/table_kernel.hpp"

namespace antigrad::app {

inline constexpr std::int64_t kBenchElements = 1000000;

/// The engines with LLVM, opened beside the program.
class Engines {
 public:
  Engines();
  /// Throws space::Error where the tier cannot.
  std::unique_ptr<kernels::Kernel> compile(const std::string& text, kernels::Type type,
                                           kernels::Tier tier = kernels::Tier::automatic) const;

 private:
  kernels::Kernel* (*compile_)(const char*, kernels::Tier, kernels::Type);
};

/// x from N(0, 4), gy from N(0, 1), in all three formats.
struct BenchBuffers {
  BenchBuffers();
  std::vector<float> x, gy, out;
  std::vector<std::uint16_t> bf16[2], f16[2];  // x, gy
  const void* in(kernels::Type type, int which) const;
};

/// One activation in one type; the rivals for f32 only, where they have it.
struct Contest {
  std::string name;
  kernels::Type type = kernels::Type::f32;
  bool transcendental = false;
  std::unique_ptr<kernels::Kernel> kernel;
  double compile_ms = 0;
  kernels::TablePair tables;
  std::vector<double> theta, gtheta;
  struct Side {
    Timed ours, moved, aten, eager, compiled;
  } sides[2];  // forward, backward

  void round();
};

/// Opens the work of a contest; the trainer and torch may be nullptr. Throws space::Error where the
/// tier cannot.
std::unique_ptr<Contest> make_contest(const std::string& name, kernels::Type type,
                                      const Engines& engines, BenchBuffers& buffers,
                                      const TrainerLibrary* trainer, TorchProcess* torch,
                                      kernels::Tier tier = kernels::Tier::automatic);

}  // namespace antigrad::app
