// The top of the report: the verdict in one sentence, the winner's formulas, and what was searched.
#include <fmt/format.h>

#include <cmath>

#include "search/library/past_study.hpp"
#include "search/report/report_page.hpp"

namespace antigrad::search::report {
namespace {

std::string plural(std::int64_t n, const std::string& word) {
  return count(n) + " " + word + (n == 1 ? "" : "s");
}

std::string of_the_search(const Summary& s) {
  const auto baselines = s.config.baselines.size();
  const auto candidates = s.trials.size() > baselines ? s.trials.size() - baselines : 0;
  std::string text = fmt::format("The search is not finished: {} of {} proposed.", candidates,
                                 plural(s.config.trials, "candidate"));
  const std::vector<const Trial*> best = best_candidates(s);
  if (best.empty()) return text + " No candidate has a score yet.";
  return text + fmt::format(" Best so far is #{} with score {} at rung {}; nothing is confirmed.",
                            best[0]->number, number(best[0]->score()), best[0]->scores.size());
}

std::string compared(const ConfirmRow& row, const ConfirmRow& baseline, int seeds) {
  const Estimate& e = row.overall;
  const std::string name = name_of(row.candidate, row.search_trial);
  const std::string other = name_of(baseline.candidate, baseline.search_trial);
  const std::string evidence =
      fmt::format("the paired difference of the score is {} on {} ({} after Holm's correction)",
                  signed_measured(e.difference, e.difference_half_width),
                  plural(seeds, "unseen seed"), p_text(e.p_holm));
  switch (e.verdict) {
    case Verdict::better:
      return fmt::format("{} is better than {}, the best baseline: {}.", name, other, evidence);
    case Verdict::mixed:
      return fmt::format(
          "Mixed: {} is better than {}, the best baseline, by the score, and worse on a task: {}.",
          name, other, evidence);
    case Verdict::worse:
      return fmt::format(
          "No discovered activation beats the baselines: {}, the best of them, is worse than {}: "
          "{}.",
          name, other, evidence);
    default:
      return fmt::format(
          "A tie: {}, the best discovered activation, cannot be told from {}, the best baseline: "
          "{}.",
          name, other, evidence);
  }
}

std::string task_verdicts(const Summary& s, const ConfirmRow& row) {
  std::string text;
  for (std::size_t t = 0; t < s.table.tasks.size(); ++t) {
    const int best = s.table.best_baseline[t];
    if (best < 0) continue;
    const ConfirmRow& other = s.table.rows[static_cast<std::size_t>(best)];
    const Estimate& e = row.tasks[t];
    const char* says = e.verdict == Verdict::better  ? "better than"
                       : e.verdict == Verdict::worse ? "worse than"
                                                     : "a tie with";
    text += fmt::format("<li>{}: {} {} (validation loss {} against {}).</li>\n",
                        svg::escaped(s.table.tasks[t]), says,
                        svg::escaped(name_of(other.candidate, other.search_trial)), number(e.mean),
                        number(other.tasks[t].mean));
  }
  return text.empty() ? "" : "<ul class=\"verdicts\">\n" + text + "</ul>\n";
}

std::string formulas(const std::string& title, const Candidate& candidate) {
  return fmt::format(
      "<div class=\"winner\"><h2>{}</h2>\n<dl><dt>g, searched</dt><dd>{}</dd>\n"
      "<dt>f, its integral</dt><dd>{}</dd></dl></div>\n",
      svg::escaped(title), formula_g(candidate), formula_f(candidate));
}

std::string winner_block(const Summary& s) {
  if (const ConfirmRow* row = winner(s)) {
    return task_verdicts(s, *row) +
           formulas(fmt::format("The best discovered activation: {}",
                                name_of(row->candidate, row->search_trial)),
                    row->candidate);
  }
  const std::vector<const Trial*> best = best_candidates(s);
  if (best.empty() || !s.confirmation.empty()) return "";
  return formulas(fmt::format("Best so far, not confirmed: #{}", best[0]->number),
                  best[0]->candidate);
}

std::string fact(const std::string& name, const std::string& text) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, svg::escaped(text));
}

std::string space_text(const StudyConfig& c) {
  const std::string primitives =
      c.grammar.primitives.empty()
          ? "every primitive"
          : plural(static_cast<std::int64_t>(c.grammar.primitives.size()), "primitive");
  return fmt::format("gradients of up to {}, {} each, {}, over {}",
                     plural(c.grammar.max_pieces, "piece"), plural(c.grammar.max_terms, "term"),
                     plural(c.grammar.max_parameters, "trainable parameter"), primitives);
}

std::string task_text(const StudyConfig& c) {
  std::string text;
  const std::vector<TaskFacts> facts = facts_of_tasks(c);
  for (std::size_t i = 0; i < facts.size(); ++i)
    text += fmt::format("{}{} ({}{})", text.empty() ? "" : ", ", c.tasks[i].name,
                        plural(c.tasks[i].steps, "step"),
                        says_normalised(facts[i]) ? ", activations normalised" : "");
  return text;
}

std::string rung_text(const StudyConfig& c) {
  std::string text;
  for (const Rung& rung : c.halving.rungs) {
    text += fmt::format("{}{:.4g} % of the steps on {}", text.empty() ? "" : ", then ",
                        100 * rung.fraction, plural(rung.seeds, "seed"));
  }
  return text + fmt::format("; the best 1/{} go on", c.halving.reduction);
}

std::string state_text(const Summary& s) {
  std::string text;
  for (const auto& [state, n] : s.counts)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", n, state);
  return text.empty() ? "none yet" : text;
}

std::string facts(const Summary& s) {
  const StudyConfig& c = s.config;
  std::string out = "<dl class=\"facts\">\n";
  out += fact("Searched", space_text(c));
  out += fact("Sampler", c.sampler.name);
  out += fact("Tasks", task_text(c));
  out += fact("Budget", plural(c.trials, "candidate") + " and " +
                            plural(static_cast<std::int64_t>(c.baselines.size()), "baseline"));
  out += fact("Rungs", rung_text(c));
  out += fact("Confirmation", plural(c.confirm.finalists, "finalist") + " on " +
                                  plural(c.confirm.seeds, "unseen seed"));
  out += fact("Trials", state_text(s));
  out += fact("Training steps", count(s.steps));
  out += fact("Worker time", fmt::format("{:.1f} minutes, {:.1f} of them training",
                                         s.total_seconds / 60, s.training_seconds / 60));
  out += fact("Seed", fmt::format("{}{}", c.seed, c.deterministic ? ", deterministic" : ""));
  return out + "</dl>\n";
}

}  // namespace

std::string verdict_sentence(const Summary& s) {
  if (s.trials.empty()) return "Nothing has been trained yet.";
  if (s.confirmation.empty()) {
    if (s.phase == Phase::baselines || s.phase == Phase::candidates) return of_the_search(s);
    return best_candidates(s).empty() ? "No candidate could be trained."
                                      : "The search is finished; its best are not confirmed yet.";
  }
  const ConfirmRow* best = winner(s);
  const std::string early = s.table.complete ? "" : "The confirmation is still running. ";
  if (!best)
    return early + (s.table.complete
                        ? "No discovered activation could be trained in the confirmation."
                        : "Nothing can be said yet.");
  const int baseline = s.table.best_baseline.empty() ? -1 : s.table.best_baseline.back();
  if (baseline < 0) return early + "There is no baseline to compare with yet.";
  return early +
         compared(*best, s.table.rows[static_cast<std::size_t>(baseline)], best->overall.count);
}

std::string head_section(const Page& page) {
  const Summary& s = page.summary;
  return fmt::format(
      "<header>\n<p class=\"kind\">antigrad study</p>\n<h1>{}</h1>\n<p "
      "class=\"verdict\">{}</p>\n{}{}</header>\n",
      svg::escaped(s.config.name), svg::escaped(verdict_sentence(s)), winner_block(s), facts(s));
}

}  // namespace antigrad::search::report
