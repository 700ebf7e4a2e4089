// Tables of recorded trainings: reading, and giving back.
#include "search/evidence/recorded.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "search/evidence/csv.hpp"
#include "search/samplers/gradients.hpp"
#include "search/statistics.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

constexpr std::uint64_t kStudy = 1000;  // seeds a study (StudyConfig::training_seed)

bool diverged(const std::vector<trainer::CurvePoint>& run) {
  return !std::isfinite(run.back().validation_loss);
}

// Seeds that an activation lacks since another of its runs diverged.
void complete(RecordedTable& table) {
  std::set<std::uint64_t> seeds;
  for (const RecordedActivation& row : table.rows)
    for (const auto& [seed, run] : row.runs) seeds.insert(seed);
  for (RecordedActivation& row : table.rows) {
    const auto bad =
        std::ranges::find_if(row.runs, [](const auto& r) { return diverged(r.second); });
    if (bad == row.runs.end()) continue;
    const std::vector<trainer::CurvePoint> run = bad->second;
    for (const std::uint64_t seed : seeds) row.runs.try_emplace(seed, run);
  }
}

class Recorded : public trainer::Evaluator {
 public:
  explicit Recorded(const RecordedTable& table) : table_(table) {}

  trainer::Measurement evaluate(const trainer::Evaluation& e) override {
    const RecordedActivation* const row = table_.find(e.activation);
    if (row == nullptr)
      throw space::Error(fmt::format("{} was not recorded: it is not in the table", e.activation));
    const std::uint64_t index = e.seed % kStudy, first = e.seed / kStudy;
    if (index >= row->runs.size())
      throw space::Error(fmt::format("{} was recorded with {} seeds, not with {}", e.activation,
                                     row->runs.size(), index + 1));
    const auto run = std::next(row->runs.begin(),
                               static_cast<std::ptrdiff_t>((first + index) % row->runs.size()));
    trainer::Measurement m;
    m.steps = e.steps;
    if (diverged(run->second) && run->second.back().step <= e.steps) {
      m.outcome = trainer::Outcome::diverged;
      m.reason = "the recorded run diverged";
      m.steps = run->second.back().step;
      m.curve.assign(run->second.begin(), run->second.end() - 1);
      return m;
    }
    for (const trainer::CurvePoint& point : run->second)
      if (point.step <= e.steps) m.curve.push_back(point);
    if (m.curve.empty() || m.curve.back().step != e.steps)
      throw space::Error(fmt::format("no point was recorded at step {}", e.steps));
    return m;
  }
  void forget() override {}

 private:
  const RecordedTable& table_;
};

class RecordedEvolution : public Sampler {
 public:
  RecordedEvolution(const RecordedTable& table, const SamplerConfig& config) : config_(config) {
    for (const RecordedActivation& row : table.rows)
      if (row.in_space()) rows_.push_back(&row);
  }

  Proposal ask(int nth, std::span<const Trial* const> history, space::Random& random) override {
    const std::vector<const Trial*> population = youngest(history);
    if (nth < config_.random_trials || population.empty()) return {draw(random).text, {}, "random"};
    const Trial* mother = nullptr;
    for (int i = 0; i < config_.tournament; ++i) {
      const Trial* const other =
          population[static_cast<std::size_t>(random.below(static_cast<int>(population.size())))];
      if (mother == nullptr || better(*other, *mother)) mother = other;
    }
    return {child(row_of(*mother), random).text, {mother->number}, "mutate"};
  }

 private:
  const RecordedActivation& draw(space::Random& random) const {
    return *rows_[static_cast<std::size_t>(random.below(static_cast<int>(rows_.size())))];
  }
  const RecordedActivation* find(const Trial& trial) const {
    const auto at = std::ranges::find_if(
        rows_, [&](const auto* row) { return row->text == trial.candidate.activation; });
    return at == rows_.end() ? nullptr : *at;
  }
  const RecordedActivation& row_of(const Trial& trial) const { return *find(trial); }

  std::vector<const Trial*> youngest(std::span<const Trial* const> history) const {
    std::vector<const Trial*> population;
    for (auto trial = history.rbegin(); trial != history.rend(); ++trial) {
      if (std::ssize(population) == config_.population) break;
      const bool measured = (*trial)->state != TrialState::fail && !(*trial)->scores.empty();
      if (measured && find(**trial) != nullptr) population.push_back(*trial);
    }
    return population;
  }

  // One of the rows that differ from it in one choice.
  const RecordedActivation& child(const RecordedActivation& mother, space::Random& random) const {
    const auto first = static_cast<std::size_t>(random.below(4));
    for (std::size_t k = 0; k < 4; ++k) {  // an axis may have one value alone
      const std::size_t axis = (first + k) % 4;
      std::vector<const RecordedActivation*> near;
      for (const RecordedActivation* row : rows_) {
        bool fits = row->choices[axis] != mother.choices[axis];
        for (std::size_t i = 0; i < 4; ++i)
          fits = fits && (i == axis || row->choices[i] == mother.choices[i]);
        if (fits) near.push_back(row);
      }
      if (!near.empty())
        return *near[static_cast<std::size_t>(random.below(static_cast<int>(near.size())))];
    }
    return draw(random);
  }

  SamplerConfig config_;
  std::vector<const RecordedActivation*> rows_;
};

}  // namespace

const RecordedActivation* RecordedTable::find(const std::string& text) const {
  const auto at = std::ranges::find(rows, text, &RecordedActivation::text);
  return at == rows.end() ? nullptr : &*at;
}

std::vector<std::string> RecordedTable::texts() const {
  std::vector<std::string> all;
  for (const RecordedActivation& row : rows)
    if (row.in_space()) all.push_back(row.text);
  return all;
}

CurveTable curves_of(const RecordedTable& table) {
  CurveTable curves;
  for (const RecordedActivation& row : table.rows)
    for (const auto& [seed, run] : row.runs)
      if (!diverged(run)) curves[row.text][seed] = run;
  return curves;
}

RecordedTable read_recorded(std::string_view text, const std::string& file) {
  Csv csv(text, file);
  RecordedTable table;
  while (csv.next()) {
    const std::string& name = csv.text("name");
    if (table.rows.empty() || table.rows.back().name != name)
      table.rows.push_back({name,
                            csv.text("gradient"),
                            {csv.text("negative"), csv.text("negative_amplitude"),
                             csv.text("positive"), csv.text("positive_amplitude")}});
    auto& curve = table.rows.back().runs[static_cast<std::uint64_t>(csv.number("seed"))];
    curve.push_back({static_cast<int>(csv.number("step")), csv.number("training_loss"),
                     csv.number("validation_loss"), csv.number("validation_accuracy"),
                     csv.number("current_loss")});
    if (curve.size() > 1 && curve.back().step <= curve[curve.size() - 2].step)
      csv.fail("steps of a run must grow");
    table.steps = std::max(table.steps, curve.back().step);
  }
  for (const RecordedActivation& row : table.rows)
    for (const auto& [seed, curve] : row.runs)
      if (!diverged(curve) && curve.back().step != table.steps)
        csv.fail(fmt::format("{} with seed {} ends at step {}, others at {}", row.name, seed,
                             curve.back().step, table.steps));
  complete(table);
  return table;
}

double Again::loss(const std::string& name) const {
  const auto at = losses.find(name);
  return at == losses.end() ? std::numeric_limits<double>::infinity() : mean(at->second);
}

double Again::reliability() const {
  std::size_t seeds = losses.empty() ? 0 : losses.begin()->second.size();
  for (const auto& [name, runs] : losses) seeds = std::min(seeds, runs.size());
  if (seeds < 2 || losses.size() < 3) return 0;
  std::vector<double> rows, columns(seeds);
  for (const auto& [name, runs] : losses) {
    rows.push_back(mean(std::span(runs).first(seeds)));
    for (std::size_t s = 0; s < seeds; ++s)
      columns[s] += runs[s] / static_cast<double>(losses.size());
  }
  const double all = mean(columns);
  double between = 0, within = 0;
  std::size_t i = 0;
  for (const auto& [name, runs] : losses) {
    between += std::pow(rows[i] - all, 2);
    for (std::size_t s = 0; s < seeds; ++s)
      within += std::pow(runs[s] - rows[i] - columns[s] + all, 2);
    ++i;
  }
  const auto n = static_cast<double>(rows.size()), k = static_cast<double>(seeds);
  between /= n - 1;             // of means: of the activations, and of noise / seeds
  within /= (n - 1) * (k - 1);  // noise
  return between > 0 ? std::max(0.0, 1 - within / k / between) : 0;
}

Again held_out(const RecordedTable& table, std::uint64_t study) {
  Again again;
  for (const RecordedActivation& row : table.rows) {
    const auto run =
        std::next(row.runs.begin(), static_cast<std::ptrdiff_t>((study + 1) % row.runs.size()));
    again.losses[row.name] = {run->second.back().validation_loss};
  }
  return again;
}

Again all_seeds(const RecordedTable& table) {
  Again again;
  for (const RecordedActivation& row : table.rows)
    for (const auto& [seed, curve] : row.runs)
      again.losses[row.name].push_back(curve.back().validation_loss);
  return again;
}

Again read_again(std::string_view text, const std::string& file) {
  Csv csv(text, file);
  Again again;
  double seconds = 0, steps = 0;
  while (csv.next()) {
    again.losses[csv.text("name")].push_back(csv.number("loss"));
    seconds += csv.number("seconds");
    steps += csv.number("steps");
  }
  if (!(steps > 0)) csv.fail("expected runs, got none");
  again.seconds_per_step = seconds / steps;
  return again;
}

std::unique_ptr<trainer::Evaluator> recorded_evaluator(const RecordedTable& table) {
  return std::make_unique<Recorded>(table);
}

std::unique_ptr<Sampler> recorded_evolution(const RecordedTable& table,
                                            const SamplerConfig& config) {
  return std::make_unique<RecordedEvolution>(table, config);
}

}  // namespace antigrad::search
