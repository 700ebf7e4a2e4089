// Equal steps make a group; a group is checked once, then trained.
#include "trainer/stacked/stack.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "trainer/stacked/together.hpp"

namespace antigrad::trainer {
namespace {

using Group = std::vector<std::size_t>;  // positions of members

class StackTraining {
 public:
  StackTraining(const std::vector<StackMember>& members, const Task& task, const Dataset& data,
                Checkpoints& checkpoints)
      : members_(members), task_(task), data_(data), checkpoints_(checkpoints) {}

  /// Where members stand that have something to train.
  std::map<int, Group> groups() const {
    std::map<int, Group> by_step;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      const Run& run = *members_[i].run;
      if (!run.diverged() && run.step() < last()) by_step[run.step()].push_back(i);
    }
    return by_step;
  }

  /// Compares a group's first steps, which it takes where it has not; the members that differ from
  /// their own runs.
  Group differing(const Group& group, int checked) {
    const int until = std::min(checked, last());
    Losses alone;
    for (const std::size_t i : group) {
      const std::unique_ptr<Run> own = members_[i].again();
      alone.push_back(advance_alone(*own, until));
      *members_[i].checked = true;
    }
    const bool begin = members_[group.front()].run->step() == 0;
    const Losses stacked = begin ? together(group, until) : from_the_beginning(group, until);
    Group found;
    for (std::size_t k = 0; k < group.size(); ++k)
      if (!equal_losses(alone[k], stacked[k])) found.push_back(group[k]);
    return found;
  }

  void train(const Group& group) {
    while (true) {
      Group going;
      for (const std::size_t i : group)
        if (!members_[i].run->diverged()) going.push_back(i);
      if (going.empty()) return;
      const int step = members_[going.front()].run->step();
      if (step >= last()) return;
      together(going, checkpoints_.next_stop(step, last()));
      for (const std::size_t i : going) checkpoints_.keep(*members_[i].request, *members_[i].run);
    }
  }

 private:
  /// Of members that go on from checkpoints: copies of them.
  Losses from_the_beginning(const Group& group, int until) const {
    std::vector<std::unique_ptr<Run>> copies;
    std::vector<Run*> runs;
    for (const std::size_t i : group) {
      copies.push_back(members_[i].again());
      runs.push_back(copies.back().get());
    }
    return advance_together(runs, task_, data_, until);
  }

  int last() const { return members_.front().request->steps; }

  Losses together(const Group& group, int until) {
    std::vector<Run*> runs;
    for (const std::size_t i : group) runs.push_back(members_[i].run);
    return advance_together(runs, task_, data_, until);
  }

  const std::vector<StackMember>& members_;
  const Task& task_;
  const Dataset& data_;
  Checkpoints& checkpoints_;
};

void tell(const std::vector<StackMember>& members, const Group& differing, int checked) {
  if (differing.empty()) return;
  std::string names;
  for (const std::size_t i : differing)
    names += fmt::format("{}{}", names.empty() ? "" : "; ", members[i].request->activation);
  const Evaluation& request = *members.front().request;
  fmt::print(stderr,
             "{}, seed {}: {} of {} candidates train by themselves: stacked, their losses would "
             "differ by more than 1e-4 within {} steps ({})\n",
             request.task, request.seed, differing.size(), members.size(), checked, names);
}

}  // namespace

std::vector<std::size_t> train_stack(const std::vector<StackMember>& members, const Task& task,
                                     const Dataset& data, int checked, Checkpoints& checkpoints) {
  StackTraining training(members, task, data, checkpoints);
  Group refused;
  for (const auto& [step, group] : training.groups()) {
    if (group.size() < 2) continue;
    const bool known =
        std::ranges::all_of(group, [&](std::size_t i) { return *members[i].checked; });
    if (!known && checked > 0) {
      const Group differing = training.differing(group, checked);
      tell(members, differing, checked);
      refused.insert(refused.end(), differing.begin(), differing.end());
      Group staying;
      std::ranges::set_difference(group, differing, std::back_inserter(staying));
      training.train(staying);
    } else {
      training.train(group);
    }
  }
  return refused;
}

}  // namespace antigrad::trainer
