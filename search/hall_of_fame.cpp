// hall_of_fame.yaml: what a study found, for people and for other programs; deterministic.
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <fstream>

#include "search/normalisation.hpp"
#include "search/samplers/atlas.hpp"
#include "search/score.hpp"
#include "search/storage/format.hpp"
#include "search/summary.hpp"
#include "space/error.hpp"
#include "space/gain.hpp"

namespace antigrad::search {
namespace {

// A double-quoted YAML scalar is a JSON string.
std::string quoted(const std::string& text) { return to_text(Json(text)); }

std::string yaml_number(double value) {
  if (std::isnan(value)) return ".nan";
  if (std::isinf(value)) return value > 0 ? ".inf" : "-.inf";
  return fmt::format("{}", value);
}

std::string head(const Candidate& c, int search_trial, bool normalised) {
  std::string text = fmt::format("  - trial: {}\n    kind: {}\n", search_trial,
                                 c.baseline ? "baseline" : "candidate");
  if (!c.name.empty()) text += fmt::format("    name: {}\n", quoted(c.name));
  text += fmt::format("    gradient: {}\n    f: {}\n", quoted(c.activation), quoted(c.f));
  if (normalised)  // tasks train gain * f
    text += fmt::format("    gain: {}\n",
                        space::normalising_gain(space::parse_activation(c.activation)));
  return text + fmt::format("    fingerprint: {}\n", quoted(c.fingerprint));
}

std::string estimate(const std::string& name, const Estimate& e) {
  std::string text =
      fmt::format("{}: {{mean: {}, half_width: {}, difference: {}", name, yaml_number(e.mean),
                  yaml_number(e.half_width), yaml_number(e.difference));
  if (e.verdict != Verdict::none) {
    text += fmt::format(", p_holm: {}, verdict: {}", yaml_number(e.p_holm), to_string(e.verdict));
  }
  return text + "}\n";
}

std::string confirmed(const ConfirmTable& table, bool normalised) {
  std::string text =
      "confirmed:  # on seeds the search has not seen; differences are paired, to the best "
      "baseline\n";
  for (const ConfirmRow& row : table.rows) {
    text += head(row.candidate, row.search_trial, normalised);
    if (row.outcome != trainer::Outcome::ok) {
      text += fmt::format("    outcome: {}\n", to_string(row.outcome));
    }
    text += "    " + estimate("score", row.overall) + "    validation_loss:\n";
    for (std::size_t t = 0; t < table.tasks.size(); ++t) {
      text += "      " + estimate(table.tasks[t], row.tasks[t]);
    }
  }
  return text;
}

std::string searched(const Summary& summary, bool normalised) {
  constexpr std::size_t kRows = 20;
  std::string text =
      "searched:  # best first; scores by rung, in units of the baselines' spread, lower is "
      "better\n";
  std::size_t rows = 0;
  for (const Trial* trial : summary.leaderboard()) {
    if (trial->scores.empty() || ++rows > kRows) continue;
    text += head(trial->candidate, trial->number, normalised) +
            fmt::format("    state: {}\n    scores: [{}]\n    steps: {}\n", to_string(trial->state),
                        fmt::join(trial->scores, ", "), trial->steps);
  }
  return rows == 0 ? "searched: []\n" : text;
}

std::string atlas(const Summary& summary, bool normalised) {
  std::vector<const Trial*> trials;
  for (const Trial& trial : summary.trials) trials.push_back(&trial);
  std::map<std::string, Traits> traits;
  const int bins = summary.config.sampler.bins;
  std::string text = "atlas:  # the best of every kind that was found\n";
  for (const AtlasEntry& entry : atlas_of(trials, bins, traits)) {
    text += head(entry.best->candidate, entry.best->number, normalised) +
            fmt::format(
                "    cell: {}\n    smoothness: {}\n    sparsity: {:.6g}\n    cost: {}\n"
                "    score: {}\n    trials: {}\n",
                quoted(to_string(entry.cell, bins)), entry.traits.smoothness, entry.traits.sparsity,
                entry.traits.cost, entry.best->score(), entry.trials);
  }
  return text;
}

}  // namespace

void write_hall_of_fame(const Summary& summary, const std::string& path) {
  std::string text = fmt::format("format: {}\nstudy: {}\nphase: {}\n", kStudyFormat,
                                 summary.config.name, to_string(summary.phase));
  const bool normalised = normalises(summary.config);
  if (!summary.confirmation.empty()) text += confirmed(summary.table, normalised);
  text += searched(summary, normalised);
  if (summary.config.sampler.name == "map_elites") text += atlas(summary, normalised);
  const std::string fresh = path + ".new";
  std::ofstream out(fresh, std::ios::binary);
  out << text;
  out.close();
  if (!out || std::rename(fresh.c_str(), path.c_str()) != 0) {
    throw space::Error({path, 0, 0}, "cannot write the hall of fame; is the disk full?");
  }
}

}  // namespace antigrad::search
