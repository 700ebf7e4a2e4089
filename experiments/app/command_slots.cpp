// Candidates as files, programs as evaluators.
#include "experiments/app/command_slots.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include "experiments/app/exported.hpp"
#include "search/command_evaluator.hpp"
#include "search/worker.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

class Folder {
 public:
  Folder() {
    path_ = (std::filesystem::temp_directory_path() / "antigrad-XXXXXX").string();
    if (::mkdtemp(path_.data()) == nullptr)
      throw space::Error(
          fmt::format("cannot make a temporary folder {}: {}", path_, std::strerror(errno)));
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

search::EvaluatorFactory command_evaluators(const search::StudyConfig& config,
                                            const std::atomic<bool>* cancel) {
  const auto folder = std::make_shared<Folder>();
  return [config, folder, cancel](int slot) {
    search::CommandOptions options{config.command, config.limits, {}, nullptr, cancel};
    for (const search::Task& task : config.tasks) options.full_steps[task.name] = task.steps;
    options.exported = [folder, slot](const std::string& activation) {
      const kernels::Subject subject{space::parse_activation(activation), "candidate"};
      const std::string place = fmt::format("{}/{}", folder->path(), slot);
      try {
        const auto files = write_files(kernels::export_target("torch"), subject, place);
        return search::ExportedActivation{files.at(0), kernels::class_name(subject)};
      } catch (const space::Error& e) {
        if (!e.where().file.starts_with(place)) throw;
        throw search::StartError(fmt::format(  // the disk's fault, not the candidate's
            "cannot write {} for the program; free some space, then `antigrad resume`",
            e.where().file));
      }
    };
    return search::make_command_evaluator(std::move(options));
  };
}

}  // namespace antigrad::app
