// libantigrad_trainer.so, opened when a training begins: libtorch and LLVM take a second to load,
// and most commands need neither.
#pragma once
#include <memory>
#include <string>

#include "trainer/bench_work.hpp"
#include "trainer/evaluator.hpp"
#include "trainer/meta/one_shot.hpp"
#include "trainer/meta/start_values.hpp"
#include "trainer/spectrum.hpp"

namespace antigrad::app {

/// Stays loaded until the process ends (libtorch cannot be unloaded).
class TrainerLibrary {
 public:
  /// Throws space::Error when it cannot be opened.
  TrainerLibrary();
  /// Opens the tasks of a study file for its worker number `slot`. Throws space::Error.
  std::unique_ptr<trainer::Evaluator> open_evaluator(const std::string& study_yaml, int slot) const;
  /// The same, measuring the test part besides: for `antigrad promote` alone.
  std::unique_ptr<trainer::Evaluator> open_promotion(const std::string& study_yaml, int slot) const;
  /// Throws space::Error.
  std::unique_ptr<trainer::Spectrum> open_spectrum(const std::string& study_yaml,
                                                   int examples) const;
  /// Throws space::Error.
  trainer::MetaResult learn_start_values(const std::string& study_yaml,
                                         const std::string& activation,
                                         const trainer::MetaSpec& spec) const;
  /// Throws space::Error.
  trainer::OneShotResult one_shot(const std::string& study_yaml,
                                  const trainer::OneShotSpec& spec) const;
  /// ns an element of forward and backward on one thread. Throws space::Error.
  trainer::KernelCost kernel_cost(const std::string& activation) const;
  /// ATen's forward or backward of an activation of the zoo; nullptr where ATen has none.
  std::unique_ptr<trainer::Work> aten_work(const std::string& name, bool backward,
                                           const trainer::Arrays& arrays) const;
  /// Steps of a network (trainer/bench_work.hpp) with an activation. Throws space::Error.
  std::unique_ptr<trainer::Work> training_work(const std::string& net,
                                               const std::string& activation, int batch,
                                               const trainer::WorkPlace& place = {}) const;

 private:
  decltype(&antigrad_open_evaluator) open_evaluator_;
  decltype(&antigrad_open_promotion) open_promotion_;
  decltype(&antigrad_open_spectrum) open_spectrum_;
  decltype(&antigrad_learn_start_values) learn_start_values_;
  decltype(&antigrad_one_shot) one_shot_;
  decltype(&antigrad_kernel_cost) kernel_cost_;
  decltype(&antigrad_aten_work) aten_work_;
  decltype(&antigrad_training_work) training_work_;
};

/// Where the running program is, an absolute path.
std::string program_path();

}  // namespace antigrad::app
