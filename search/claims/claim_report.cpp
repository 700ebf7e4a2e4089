// The report of a reproduction as one HTML page.
#include <fmt/format.h>

#include <cmath>

#include "search/claims/reproduction.hpp"
#include "search/report/report_page.hpp"
#include "search/statistics.hpp"

namespace antigrad::search::claims {
namespace {

using report::number;
using svg::escaped;

std::string style_of(std::size_t index) { return fmt::format("f{}", index % 6); }

const char* class_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::supported: return "better";
    case Verdict::undecided: return "";
    case Verdict::not_supported: return "worse";
  }
  return "";
}

std::string head(const Claim& claim, const std::string& size, const Judgement& judgement) {
  std::string out = fmt::format(
      "<header>\n<p class=\"kind\">antigrad: a claim of the literature, re-run; size {}</p>\n"
      "<h1>{}</h1>\n<p class=\"verdict {}\"><strong>{}</strong></p>\n<dl class=\"facts\">"
      "<div><dt>The claim</dt><dd>{}</dd></div><div><dt>Source</dt><dd>{}</dd></div>",
      size, escaped(claim.title), class_of(judgement.verdict),
      escaped(sentence(claim, judgement, size)), escaped(claim.says), escaped(claim.source));
  if (!claim.published.empty())
    out += fmt::format("<div><dt>Published</dt><dd>{}</dd></div>", escaped(claim.published));
  if (const auto scope = claim.scope.find(size); scope != claim.scope.end())
    out += fmt::format("<div><dt>What this size leaves out</dt><dd>{}</dd></div>",
                       escaped(scope->second));
  return out + "</dl>\n</header>\n";
}

std::string finding_row(const Finding& f, bool proof) {
  const std::string numbers =
      proof
          ? "<td class=\"num\">&ndash;</td><td class=\"num\">&ndash;</td><td class=\"num\">&ndash;"
            "</td><td class=\"num\">&ndash;</td>"
          : fmt::format(
                "<td class=\"num\">{}</td><td class=\"num\">{}</td><td class=\"num\">{}"
                "</td><td class=\"num\">{}</td>",
                number(f.mean), number(f.other), report::signed_measured(f.gain, f.half_width),
                report::p_text(f.p));
  return fmt::format(
      "<tr class=\"{}\"><th scope=\"row\">{}</th><td>{}</td>{}<td><strong>{}</strong></td><td>{}"
      "</td></tr>\n",
      class_of(f.verdict), escaped(f.of), escaped(f.than), numbers, to_string(f.verdict),
      escaped(f.note));
}

std::string check_section(const Judged& judged, std::size_t index) {
  const Check& check = *judged.check;
  const bool proof = check.kind == Check::Kind::proved;
  const char* kinds[] = {"Proved", "Better", "Equal", "Trend", "Alike", "Chosen"};
  std::string rows;
  for (const Finding& f : judged.findings) rows += finding_row(f, proof);
  return fmt::format(
      "<section id=\"check{}\">\n<h2>{}: {}</h2>\n<p>{}</p>\n<div class=\"scroll\"><table>\n<thead>"
      "<tr><th>activation</th><th>{}</th><th class=\"num\">its {}</th><th class=\"num\">the "
      "other's</th><th class=\"num\">gain, 95 %</th><th class=\"num\">p (Holm)</th><th>verdict</th>"
      "<th>note</th></tr></thead>\n<tbody>\n{}</tbody></table></div>\n</section>\n",
      index, kinds[static_cast<int>(check.kind)], to_string(judged.verdict),
      escaped((check.name.empty() ? "Positive gains speak for the claim." : check.name) +
              (check.counts ? "" : " Shown beside the claim; it does not count.")),
      proof ? "property" : "against", proof ? "figure" : escaped(check.by), rows);
}

std::string curves(const StudyConfig& study, const Results& results) {
  std::string figures;
  for (std::size_t t = 0; t < study.tasks.size(); ++t) {
    const auto found = results.by_task.find(study.tasks[t].name);
    if (found == results.by_task.end()) continue;
    svg::Range steps;
    std::vector<double> heights;
    steps.add(0);
    for (const Trial& trial : found->second)
      for (const svg::Point& p : report::mean_curve(trial, found->first)) {
        steps.add(p.x);
        heights.push_back(p.y);
      }
    if (heights.empty()) continue;
    const std::string title = found->first + ": validation loss";
    svg::Chart chart({.width = 480,
                      .height = 300,
                      .left = 52,
                      .right = 90,
                      .title = title,
                      .x = {.range = steps, .label = "training steps"},
                      .y = {.range = report::robust_range(heights).padded(0.05)}});
    std::vector<svg::Chart::EndLabel> labels;
    for (std::size_t i = 0; i < found->second.size(); ++i) {
      const Trial& trial = found->second[i];
      const std::vector<svg::Point> points = report::mean_curve(trial, found->first);
      if (points.empty()) continue;
      chart.line(points, style_of(i), trial.candidate.title);
      labels.push_back({points.back().y, trial.candidate.name, style_of(i)});
    }
    chart.end_labels(std::move(labels));
    figures += fmt::format("<figure>\n<figcaption>{}</figcaption>\n{}</figure>\n", escaped(title),
                           chart.text(fmt::format("curve{}", t)));
  }
  if (figures.empty()) return "";
  return "<section id=\"curves\">\n<h2>Learning curves</h2>\n<div class=\"figures\">\n" + figures +
         "</div>\n</section>\n";
}

std::string theta_text(const Trial& trial, const std::string& task) {
  const Run* run = trial.run(task, 0);
  if (run == nullptr || run->measurement.theta.empty()) return "";
  std::string out;
  for (std::size_t i = 0; i < run->measurement.theta.size(); ++i)
    out += fmt::format("{}{:.3g}", i == 0 ? "" : ", ", run->measurement.theta[i]);
  return out;
}

std::string means(const StudyConfig& study, const Results& results) {
  std::string rows;
  for (const Task& task : study.tasks) {
    const auto found = results.by_task.find(task.name);
    if (found == results.by_task.end()) continue;
    for (const Trial& trial : found->second) {
      std::vector<double> loss, accuracy;
      for (const int seed : results.seeds) {
        const Run* run = trial.run(task.name, seed);
        if (run == nullptr || run->measurement.outcome != trainer::Outcome::ok) continue;
        loss.push_back(figure_of(run->measurement, "loss"));
        accuracy.push_back(figure_of(run->measurement, "accuracy"));
      }
      rows += fmt::format(
          "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"num\">{}</td><td "
          "class=\"num\">{}</td>"
          "<td class=\"num\">{}</td><td><code>{}</code></td><td>{}</td></tr>\n",
          escaped(task.name), escaped(trial.candidate.title), loss.size(),
          report::measured(mean(loss), half_width(loss)),
          report::measured(mean(accuracy), half_width(accuracy)),
          escaped(theta_text(trial, task.name)), escaped(trial.reason));
    }
  }
  if (rows.empty()) return "";
  return "<section id=\"means\">\n<h2>Means</h2>\n<div class=\"scroll\"><table>\n<thead><tr>"
         "<th>task</th><th>activation</th><th class=\"num\">runs</th><th class=\"num\">validation "
         "loss</th><th class=\"num\">accuracy</th><th>trained parameters, place by place, first "
         "seed</th><th>failure</th></tr></thead>\n<tbody>\n" +
         rows + "</tbody></table></div>\n</section>\n";
}

}  // namespace

std::string report_html(const Claim& claim, const StudyConfig& study, const std::string& size,
                        const Results& results, const Judgement& judgement, const Beside& beside,
                        const std::string& style) {
  std::string checks;
  for (std::size_t i = 0; i < judgement.checks.size(); ++i)
    checks += check_section(judgement.checks[i], i);
  std::string tables;
  for (const ReportTable& table : beside.tables) tables += table_section(table);
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta "
      "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\"/>\n<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\"/>\n<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>{} - "
      "antigrad</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n{}{}{}{}{}{}{}</main>\n</"
      "body>\n"
      "</html>\n",
      escaped(claim.title), style, head(claim, size, judgement), checks, curves(study, results),
      means(study, results), figures_section(study, results), theta_section(beside.theta), tables);
}

}  // namespace antigrad::search::claims
