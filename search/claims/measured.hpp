// What was measured of the networks of a reproduction, for its report: figures at the end of the
// runs, and the activations' parameters over training.
#pragma once
#include <string>
#include <vector>

#include "search/claims/judge.hpp"
#include "search/report/svg.hpp"

namespace antigrad::search::claims {

/// One parameter at one place over a training, of the first seed.
struct ThetaCurve {
  std::string task, activation;  // names
  std::string place, parameter;  // "block1.activation", "a_p"
  std::vector<svg::Point> points;
};

/// What the program adds to a report: networks, kernels, times.
struct ReportTable {
  std::string id{}, title{}, note{};  // of the section; note: a sentence, or ""
  std::vector<std::string> columns{};
  std::vector<std::vector<std::string>> rows{};  // text, a cell a column
};

/// HTML: one section. "" without rows.
std::string table_section(const ReportTable& table);

/// HTML: means with 95 % intervals over the seeds; where sparsity and loss were measured at levels
/// of CETT, sparsity against the level and loss against sparsity, drawn. "" without figures.
std::string figures_section(const StudyConfig& study, const Results& results);

/// HTML: a chart for each parameter of an activation on a task, a line a place. "" without curves.
std::string theta_section(const std::vector<ThetaCurve>& curves);

}  // namespace antigrad::search::claims
