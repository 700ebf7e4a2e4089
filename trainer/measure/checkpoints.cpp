// One file a run, named for its task, seed and activation.
#include "trainer/measure/checkpoints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>

#include "space/error.hpp"
#include "space/random.hpp"
#include "trainer/measure/checkpoint.hpp"

namespace antigrad::trainer {
namespace {

/// A task's name may be any text.
std::string as_file_name(std::string text) {
  for (char& c : text)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-') c = '_';
  return text;
}

}  // namespace

std::string Checkpoints::path_of(const Evaluation& request) const {
  return fmt::format("{}/{}-{}-{:016x}.run", folder_, as_file_name(request.task), request.seed,
                     space::child_seed(0, request.activation));
}

std::unique_ptr<Run> Checkpoints::start(const Evaluation& request, const Make& make) {
  const std::string path = path_of(request);
  if (every_ == 0 || !std::filesystem::exists(path)) return make();
  try {
    std::unique_ptr<Run> run = make();
    load_checkpoint(*run, path);
    files_.push_back(path);
    if (run->step() > request.steps) return make();
    fmt::print(stderr, "{}, seed {}: goes on at step {}, from {}\n", request.task, request.seed,
               run->step(), path);
    return run;
  } catch (const space::Error& error) {
    fmt::print(stderr, "{}; {}, seed {} begins anew\n", error.what(), request.task, request.seed);
    return make();
  }
}

void Checkpoints::advance(const Evaluation& request, Run& run) {
  while (run.step() < request.steps && !run.diverged()) {
    run.advance(next_stop(run.step(), request.steps));
    keep(request, run);
  }
}

int Checkpoints::next_stop(int step, int last) const {
  return every_ == 0 ? last : std::min(last, (step / every_ + 1) * every_);
}

void Checkpoints::keep(const Evaluation& request, Run& run) {
  if (every_ > 0) save(run, path_of(request));
}

void Checkpoints::save(Run& run, const std::string& path) {
  try {
    std::filesystem::create_directories(folder_);
    save_checkpoint(run, path);
    if (std::ranges::count(files_, path) == 0) files_.push_back(path);
  } catch (const space::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    fmt::print(stderr, "{}\n", error.what());
  }
}

void Checkpoints::forget() {
  for (const std::string& file : files_) {
    std::error_code gone_already;
    std::filesystem::remove(file, gone_already);
  }
  files_.clear();
}

}  // namespace antigrad::trainer
