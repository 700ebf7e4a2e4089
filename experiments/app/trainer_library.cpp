// dlopen, beside the program.
#include "experiments/app/trainer_library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>

#include "space/error.hpp"

namespace antigrad::app {
namespace {

template <class Function>
Function symbol(void* library, const char* name) {
  void* address = ::dlsym(library, name);
  if (address == nullptr) {
    throw space::Error(fmt::format(
        "{}; the trainer library is of another build: build antigrad again", ::dlerror()));
  }
  return reinterpret_cast<Function>(address);
}

}  // namespace

std::string program_path() { return std::filesystem::read_symlink("/proc/self/exe").string(); }

TrainerLibrary::TrainerLibrary() {
  const std::string path =
      (std::filesystem::path(program_path()).parent_path() / "libantigrad_trainer.so").string();
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw space::Error(
        fmt::format("cannot open the trainer library ({}); ./scripts/run sets libtorch up and "
                    "builds what is missing",
                    ::dlerror()));
  }
  open_evaluator_ = symbol<decltype(open_evaluator_)>(library, "antigrad_open_evaluator");
  open_promotion_ = symbol<decltype(open_promotion_)>(library, "antigrad_open_promotion");
  open_spectrum_ = symbol<decltype(open_spectrum_)>(library, "antigrad_open_spectrum");
  learn_start_values_ =
      symbol<decltype(learn_start_values_)>(library, "antigrad_learn_start_values");
  one_shot_ = symbol<decltype(one_shot_)>(library, "antigrad_one_shot");
  kernel_cost_ = symbol<decltype(kernel_cost_)>(library, "antigrad_kernel_cost");
  aten_work_ = symbol<decltype(aten_work_)>(library, "antigrad_aten_work");
  training_work_ = symbol<decltype(training_work_)>(library, "antigrad_training_work");
}

std::unique_ptr<trainer::Evaluator> TrainerLibrary::open_evaluator(const std::string& study_yaml,
                                                                   int slot) const {
  return std::unique_ptr<trainer::Evaluator>(open_evaluator_(study_yaml.c_str(), slot));
}

std::unique_ptr<trainer::Evaluator> TrainerLibrary::open_promotion(const std::string& study_yaml,
                                                                   int slot) const {
  return std::unique_ptr<trainer::Evaluator>(open_promotion_(study_yaml.c_str(), slot));
}

std::unique_ptr<trainer::Spectrum> TrainerLibrary::open_spectrum(const std::string& study_yaml,
                                                                 int examples) const {
  return std::unique_ptr<trainer::Spectrum>(open_spectrum_(study_yaml.c_str(), examples));
}

trainer::MetaResult TrainerLibrary::learn_start_values(const std::string& study_yaml,
                                                       const std::string& activation,
                                                       const trainer::MetaSpec& spec) const {
  const std::unique_ptr<trainer::MetaResult> result(
      learn_start_values_(study_yaml.c_str(), activation.c_str(), &spec));
  return *result;
}

trainer::OneShotResult TrainerLibrary::one_shot(const std::string& study_yaml,
                                                const trainer::OneShotSpec& spec) const {
  const std::unique_ptr<trainer::OneShotResult> result(one_shot_(study_yaml.c_str(), &spec));
  return *result;
}

trainer::KernelCost TrainerLibrary::kernel_cost(const std::string& activation) const {
  const std::unique_ptr<trainer::KernelCost> cost(kernel_cost_(activation.c_str()));
  return *cost;
}

std::unique_ptr<trainer::Work> TrainerLibrary::aten_work(const std::string& name, bool backward,
                                                         const trainer::Arrays& arrays) const {
  return std::unique_ptr<trainer::Work>(aten_work_(name.c_str(), backward, &arrays));
}

std::unique_ptr<trainer::Work> TrainerLibrary::training_work(
    const std::string& net, const std::string& activation, int batch,
    const trainer::WorkPlace& place) const {
  return std::unique_ptr<trainer::Work>(
      training_work_(net.c_str(), activation.c_str(), batch, &place));
}

}  // namespace antigrad::app
