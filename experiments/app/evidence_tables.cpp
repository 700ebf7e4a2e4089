// Tables by name, and counting.
#include "experiments/app/evidence_tables.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "paths.hpp"
#include "trainer/data/file_bytes.hpp"

namespace antigrad::app {
namespace {

constexpr int kRank = 5;

std::string text_of(const std::string& file) {
  return std::string(trainer::FileBytes(table_path(file)).text());
}

}  // namespace

std::span<const EvidenceTask> evidence_tasks() {
  static const std::vector<EvidenceTask> all{
      {"cifar10",
       "name: cifar10, model: {type: resnet, depth: 8, width: 8, stem: medium}, data: {format: "
       "cifar10}, batch: 64",
       0.039, true},
      {"cifar10_plain",
       "name: cifar10, model: {type: mlp, layers: 5, width: 128}, data: {format: cifar10}, batch: "
       "64, normalise: true",
       0.01, true},
      {"digits",
       "name: digits, model: {type: resnet, depth: 8, width: 8}, data: {format: digits}, batch: 64",
       0.01},
      {"text",
       "name: text, model: {type: llama, layers: 1, width: 32, heads: 2, ffn: 256, context: 4}, "
       "data: {format: tokens_u16}, batch: 64, normalise: true",
       0.007, true},
      {"text_plain",
       "name: text, model: {type: nplm, layers: 4, width: 32, ffn: 64, context: 4}, data: {format: "
       "tokens_u16}, batch: 48, normalise: true",
       0.011, true},
  };
  return all;
}

std::string table_path(const std::string& file) {
  return ANTIGRAD_SOURCE_DIR "/experiments/tables/" + file;
}

bool table_exists(const std::string& file) {
  if (std::filesystem::exists(table_path(file))) return true;
  fmt::print(stderr, "{} is not there: that part is left out\n", table_path(file));
  return false;
}

search::RecordedTable read_table(const std::string& file) {
  return search::read_recorded(text_of(file), file);
}

Recording::Recording(const EvidenceTask& task)
    : task_(task), table_(read_table(task.name + ".csv.gz")) {
  table_.task = task.keys;
  const std::string again = task.name + "_again.csv";
  if (std::filesystem::exists(table_path(again)))
    again_ = search::read_again(text_of(again), again);
}

double Recording::seconds_per_step() const {
  return again_ ? again_->seconds_per_step : task_.seconds_per_step;
}

std::string Recording::target() const {
  return again_ ? fmt::format("as good as the {}th best of {}, re-tested on {} seeds", kRank,
                              table_.texts().size(), again_->losses.begin()->second.size())
                : fmt::format("one of the best {} of {} on the seed that a search does not see",
                              twentieth(), table_.texts().size());
}

std::string Recording::live_target() const {
  return again_ ? target()
                : fmt::format("one of the best {} of {} by the mean of both recorded seeds",
                              twentieth(), table_.texts().size());
}

std::optional<double> Recording::reliability() const {
  return again_ ? std::optional(again_->reliability()) : std::nullopt;
}

search::Reached Recording::judged_by(const std::vector<search::Milestone>& milestones,
                                     const search::Again& unseen) const {
  const search::Again& losses = again_ ? *again_ : unseen;
  return search::reach(milestones, losses,
                       search::kth_best(table_, losses, again_ ? kRank : twentieth()));
}

search::Reached Recording::judge(const std::vector<search::Milestone>& milestones,
                                 std::uint64_t study) const {
  return judged_by(milestones, search::held_out(table_, study));
}

search::Reached Recording::judge_by_rank(const std::vector<search::Milestone>& milestones,
                                         int k) const {
  return search::reach(milestones, *again_, search::kth_best(table_, *again_, k));
}

search::Reached Recording::judge_live(const std::vector<search::Milestone>& milestones) const {
  return judged_by(milestones, search::all_seeds(table_));
}

void Costs::add(const search::Reached& r, double seconds_per_step) {
  steps.push_back(static_cast<double>(r.first));
  studies.push_back(r);
  trials.push_back(r.trials);
  seconds.push_back(static_cast<double>(r.first) * seconds_per_step + r.seconds);
  reached += r.ever;
}

}  // namespace antigrad::app
