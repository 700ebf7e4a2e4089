// What the sections of the report share: which activations are drawn, in which style, and how
// numbers and formulas are written.
#pragma once
#include <string>
#include <vector>

#include "search/report/report.hpp"
#include "search/report/svg.hpp"

namespace antigrad::search::report {

/// An activation that is drawn: a finalist (before the confirmation: one of the best so far) or a
/// baseline.
struct Series {
  const Candidate* candidate = nullptr;
  const Trial* trial = nullptr;  // of the confirmation; before it, of the search
  int number = 0;                // of the trial in the search
  std::string name;              // "#17" or "ReLU"
  std::string style;             // class: f0, f1, ... for finalists, b0, b1, ... for baselines
};

struct Page {
  const Summary& summary;
  const Costs& costs;
  std::vector<Series> series;  // finalists first, best first; then the baselines

  const Series* find(int search_trial) const;  // nullptr when it is not drawn
};

Page make_page(const Summary& summary, const Costs& costs);

/// The best discovered activation of a confirmation; nullptr when there is none.
const ConfirmRow* winner(const Summary& summary);
/// Complete candidates of the search with a score, then pruned ones, best first.
std::vector<const Trial*> best_candidates(const Summary& summary);
/// The baseline that a task (index; number of tasks = overall) is compared with; nullptr before
/// there is one.
const Series* reference(const Page& page, std::size_t task);

/// The verdict in one plain sentence (not yet HTML): a tie is called a tie.
std::string verdict_sentence(const Summary& summary);

/// Validation loss by step of the averaged weights, mean over the trial's paired seeds.
std::vector<svg::Point> mean_curve(const Trial& trial, const std::string& task);

// Text. NaN is an en dash, infinity its sign.
std::string number(double v);  // four decimals, fewer for large values
// "0.637 ± 0.030": as many decimals as the half width has meaning; "(one seed)" without one.
std::string measured(double mean, double half_width);
std::string signed_measured(double mean, double half_width);
std::string p_text(double p);       // "p = 0.0123"
std::string count(std::int64_t n);  // 12,345
std::string name_of(const Candidate& candidate, int search_trial);
std::string swatch(const std::string& style);  // a piece of the line that stands for a series
std::string code(const std::string& text);     // with places to break long formulas
/// A formula: MathML where the text is one, and the text itself.
std::string formula_g(const Candidate& candidate);
std::string formula_f(const Candidate& candidate);

/// Smallest and largest, outliers cut: at most six times the distance from the median to the upper
/// (lower) decile away from it.
svg::Range robust_range(std::vector<double> values);

// The sections, each an HTML <section> or "" when it has nothing to say.
std::string head_section(const Page& page);
std::string confirmation_section(const Page& page);
std::string functions_section(const Page& page);
std::string curves_section(const Page& page);
std::string progress_section(const Page& page);
std::string trials_section(const Page& page);

}  // namespace antigrad::search::report
