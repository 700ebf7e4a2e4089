// Of several objectives: the trials that no other one beats in everything, and how much they
// dominate together.
#include "search/report/report_front.hpp"

#include <fmt/format.h>

#include <cmath>

#include "search/evidence/objective.hpp"

namespace antigrad::search::report {
namespace {

std::string head(const std::vector<std::string>& names, const std::vector<int>& directions) {
  std::string out = "<thead><tr><th scope=\"col\">trial</th>";
  for (std::size_t i = 0; i < names.size(); ++i)
    out += fmt::format("<th class=\"num\" scope=\"col\">{}<br/><small>{}</small></th>",
                       svg::escaped(names[i]), directions[i] == 1 ? "low" : "high");
  return out + "<th scope=\"col\">gradient</th></tr></thead>\n";
}

std::string row(const Trial& trial) {
  std::string out = fmt::format("<tr><th scope=\"row\">{}</th>",
                                svg::escaped(name_of(trial.candidate, trial.number)));
  for (const double value : trial.objectives)
    out += fmt::format("<td class=\"num\">{}</td>", number(value));
  return out +
         fmt::format("<td class=\"formula\">{}</td></tr>\n", code(trial.candidate.activation));
}

}  // namespace

std::string front_section(const Page& page) {
  const Summary& s = page.summary;
  if (s.config.objectives.size() < 2) return "";
  const std::vector<const Trial*> front = pareto_front(s.config, s.trials);
  if (front.empty()) return "";
  std::string text = fmt::format(
      "{} of the complete trials are beaten by no other one in every objective.", front.size());
  const double share = dominated_share(s.config, s.trials);
  if (std::isfinite(share))
    text += fmt::format(
        " Hypervolume: they dominate {:.4f} of the box between the best and the worst value of "
        "each objective.",
        share);
  std::string rows;
  for (const Trial* trial : front) rows += row(*trial);
  return fmt::format(
      "<section id=\"front\">\n<h2>Front of several objectives</h2>\n<p>{}</p>\n"
      "<div class=\"scroll\" role=\"region\" aria-label=\"Front\" tabindex=\"0\">\n"
      "<table>\n{}<tbody>\n{}</tbody>\n</table>\n</div>\n</section>\n",
      text, head(s.config.objectives, directions_of(s.config)), rows);
}

}  // namespace antigrad::search::report
