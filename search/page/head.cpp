// The study in a few values, and its evidence as the report writes it.
#include "search/page/head.hpp"

#include <algorithm>
#include <cmath>

#include "search/report/report_page.hpp"

namespace antigrad::search::page {
namespace {

Json best_of(const Summary& s) {
  const ConfirmRow* confirmed = report::winner(s);
  const std::vector<const Trial*> best = report::best_candidates(s);
  const Trial* trial = best.empty() ? nullptr : best[0];
  if (confirmed != nullptr && confirmed->search_trial >= 0 &&
      confirmed->search_trial < static_cast<int>(s.trials.size()))
    trial = &s.trials[static_cast<std::size_t>(confirmed->search_trial)];
  if (trial == nullptr) return nullptr;
  return {{"number", trial->number},
          {"name", report::name_of(trial->candidate, trial->number)},
          {"score", std::isfinite(trial->score()) ? Json(trial->score()) : Json()},
          {"confirmed", confirmed != nullptr},
          {"activation", trial->candidate.activation}};
}

Json finished(const std::vector<Trial>& trials) {
  return std::count_if(trials.begin(), trials.end(), [](const Trial& t) { return t.finished(); });
}

}  // namespace

Json study_head(const Summary& s) {
  const StudyConfig& c = s.config;
  Json out{{"name", c.name},
           {"ours", true},
           {"phase", to_string(s.phase)},
           {"verdict", report::verdict_sentence(s)},
           {"trials", s.trials.size()},
           {"finished", finished(s.trials)},
           {"planned", c.baselines.size() + static_cast<std::size_t>(c.trials)},
           {"baselines", c.baselines.size()},
           {"confirmations", finished(s.confirmation)},
           {"counts", s.counts},
           {"steps", s.steps},
           {"seconds", s.total_seconds},
           {"sampler", c.sampler.name},
           {"best", best_of(s)},
           {"tasks", Json::array()},
           {"rungs", Json::array()},
           {"series", Json::array()}};
  for (const Task& task : c.tasks)
    out["tasks"].push_back({{"name", task.name}, {"steps", task.steps}});
  for (const Rung& rung : c.halving.rungs)
    out["rungs"].push_back({{"fraction", rung.fraction}, {"seeds", rung.seeds}});
  const Costs none;
  for (const report::Series& series : report::make_page(s, none).series)
    out["series"].push_back(
        {{"number", series.number}, {"name", series.name}, {"style", series.style}});
  return out;
}

std::string evidence_html(const Summary& summary, const Costs& costs) {
  const report::Page page = report::make_page(summary, costs);
  return report::head_section(page) + report::confirmation_section(page);
}

}  // namespace antigrad::search::page
