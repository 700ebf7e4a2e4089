// What a run directory says: status, top, show. From the journal alone.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "experiments/app/commands.hpp"
#include "experiments/app/run_facts.hpp"
#include "search/evidence/objective.hpp"
#include "search/normalisation.hpp"
#include "search/run_directory.hpp"
#include "search/samplers/atlas.hpp"
#include "search/summary.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

using search::Json;
using search::Summary;
using search::Trial;

Summary summary_of(const Arguments& arguments) {
  return search::summarise(search::open_run(arguments.root, arguments.subject));
}

// null where there is no score.
Json score_of(const Trial& trial) {
  return trial.scores.empty() ? Json() : search::number_to_json(trial.scores.back());
}

Json best_of(const Summary& summary) {
  for (const Trial* trial : summary.leaderboard()) {
    if (trial->candidate.baseline || trial->state != search::TrialState::complete) continue;
    return fmt::format("#{} with score {:.4g}: {}", trial->number, trial->score(),
                       trial->candidate.activation);
  }
  return "none yet";
}

/// Of a text; "" of images.
std::string text_measures(const trainer::Measurement& m) {
  const double loss = m.curve.back().validation_loss;
  if (m.bytes_per_token == 0) return "";
  std::string text = fmt::format(", perplexity {:.6g}", trainer::perplexity(loss));
  if (m.bytes_per_token > 0)
    text += fmt::format(", {:.6g} bits a byte", trainer::bits_per_byte(loss, m.bytes_per_token));
  return text;
}

void add_runs(Facts& facts, const Trial& trial) {
  for (const search::Run& run : trial.runs) {
    const auto& curve = run.measurement.curve;
    if (curve.empty()) continue;
    const trainer::CurvePoint& last = curve.back();
    facts.add(
        fmt::format("{}, seed {}", run.task, run.seed),
        fmt::format("step {}: validation loss {:.6g}, accuracy {:.4g}, training loss {:.6g}",
                    last.step, last.validation_loss, last.validation_accuracy, last.training_loss) +
            text_measures(run.measurement));
    for (const trainer::Figure& figure : run.measurement.figures)
      facts.add("  " + figure.name, fmt::format("{:.6g}", figure.value));
    for (const trainer::ShiftPoint& shift : run.measurement.shifts)
      facts.add("  on " + shift.name,
                fmt::format("loss {:.6g}, accuracy {:.4g}", shift.loss, shift.accuracy));
    if (!run.measurement.theta.empty()) {
      facts.add("  trained parameters", run.measurement.theta);
    }
  }
}

// The best of every kind; kinds are those of the study, or five bins.
Listing atlas_listing(const Summary& s) {
  std::vector<const Trial*> trials;
  for (const Trial& trial : s.trials) trials.push_back(&trial);
  std::map<std::string, search::Traits> traits;
  Listing listing(
      {"smoothness", "sparsity", "cost", "trials", "best", "name", "score", "gradient"});
  for (const search::AtlasEntry& e : search::atlas_of(trials, s.config.sampler.bins, traits))
    listing.add({e.traits.smoothness, e.traits.sparsity, e.traits.cost, e.trials, e.best->number,
                 name_of(e.best->candidate, e.best->number), score_of(*e.best),
                 e.best->candidate.activation});
  return listing;
}

}  // namespace

int status_command(const Arguments& arguments) {
  const Summary s = summary_of(arguments);
  const auto baselines = s.config.baselines.size();
  const auto candidates = s.trials.size() - std::min(s.trials.size(), baselines);
  Facts facts;
  facts.add("study", s.config.name);
  facts.add("phase", search::to_string(s.phase));
  facts.add("baselines", fmt::format("{} of {}", std::min(s.trials.size(), baselines), baselines));
  facts.add("candidates", fmt::format("{} of {}", candidates, s.config.trials));
  for (const auto& [state, count] : s.counts) facts.add("trials " + state, count);
  facts.add("confirmation trials", s.confirmation.size());
  facts.add("training steps", s.steps);
  facts.add("training minutes", s.training_seconds / 60);
  facts.add("best candidate", best_of(s));
  if (const double share = search::dominated_share(s.config, s.trials); std::isfinite(share)) {
    facts.add("front", search::pareto_front(s.config, s.trials).size());
    facts.add("hypervolume", share);
  }
  if (s.phase != search::Phase::done)
    facts.add("go on with", "antigrad resume " + arguments.subject);
  print(facts.text(arguments.format));
  return 0;
}

int top_command(const Arguments& arguments) {
  const Summary s = summary_of(arguments);
  if (arguments.atlas) {
    print(atlas_listing(s).text(arguments.format));
    return 0;
  }
  std::vector<std::string> columns{"trial", "name", "score"};
  const std::vector<std::string>& wanted = s.config.objectives;
  for (std::size_t i = 1; i < wanted.size(); ++i) columns.push_back(wanted[i]);
  columns.insert(columns.end(), {"state", "rungs", "steps", "gradient"});
  Listing listing(columns);
  int shown = 0;
  for (const Trial* trial :
       arguments.front ? search::pareto_front(s.config, s.trials) : s.leaderboard()) {
    if (shown++ == arguments.count) break;
    std::vector<Json> cells{trial->number, name_of(trial->candidate, trial->number),
                            score_of(*trial)};
    for (std::size_t i = 1; i < wanted.size(); ++i)
      cells.push_back(i < trial->objectives.size() ? search::number_to_json(trial->objectives[i])
                                                   : Json());
    cells.insert(cells.end(), {search::to_string(trial->state), trial->scores.size(), trial->steps,
                               trial->candidate.activation});
    listing.add(std::move(cells));
  }
  print(listing.text(arguments.format));
  return 0;
}

int show_command(const Arguments& arguments) {
  const search::RunDirectory run = search::open_run(arguments.root, arguments.subject);
  const Summary s = search::summarise(run);
  if (s.trials.empty())
    throw space::Error(fmt::format("no trial of \"{}\" has finished yet", s.config.name));
  const Trial& trial =
      arguments.trial ? trial_numbered(s, *arguments.trial) : *s.leaderboard().front();
  Facts facts;
  facts.add("trial", trial.number);
  facts.add("name", name_of(trial.candidate, trial.number));
  facts.add("state", search::to_string(trial.state));
  facts.add("outcome", search::to_string(trial.outcome));
  if (!trial.reason.empty()) facts.add("reason", trial.reason);
  for (const auto& [property, refusal] : trial.candidate.refused)
    facts.add(
        fmt::format("refused before, not {}", property),
        fmt::format("{}, the last: {}: {}", refusal.count, refusal.activation, refusal.reason));
  facts.add("g(x)", trial.candidate.activation);
  facts.add("f(x)", trial.candidate.f);
  if (const auto gain = search::trained_gain(s.config, trial.candidate.activation))
    facts.add("gain", *gain);
  facts.add("made by", trial.candidate.operation);
  if (!trial.candidate.parents.empty()) facts.add("parents", trial.candidate.parents);
  facts.add("fingerprint", trial.candidate.fingerprint);
  facts.add("scores by rung", trial.scores);
  facts.add("steps", trial.steps);
  facts.add("seconds", trial.total_seconds);
  add_runs(facts, trial);
  const std::string measured = run.events() + "/" + trial.folder();
  if (std::filesystem::exists(measured))
    facts.add("measured", fmt::format("`antigrad measures {} {}`; for TensorBoard: {}",
                                      arguments.subject, trial.number, measured));
  print(facts.text(arguments.format));
  return 0;
}

}  // namespace antigrad::app
