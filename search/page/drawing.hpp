// f, g and f'' of an activation as points, for a page that draws them itself.
#pragma once
#include <string>
#include <vector>

#include "search/storage/json.hpp"

namespace antigrad::search::page {

/// Over [-5, 5], at most 0.05 apart; a jump of a knot is two points with a NaN between them in f,
/// g and f''.
struct Drawing {
  std::vector<double> x, f, g, second;
  std::vector<double> knots;
  std::string reason;  // why there is none; else ""
};

/// At the values theta of its parameters; empty: at their starts. Never throws for a text that is
/// no activation: that is a reason.
Drawing draw(const std::string& activation, const std::vector<double>& theta = {});

/// {"x": [...], "f": [...], "g": [...], "h": [...], "knots": [...]}, rounded to 1e-4; what is not
/// finite is null. Without a drawing: {"reason": "..."}.
Json to_json(const Drawing& drawing);

/// What space::analyze proves, line by line: {"property", "verdict", "statement", "value"}, value
/// the number that a line states, else null. {"reason": "..."} for a text that is no activation.
/// Some tenths of a second.
Json properties(const std::string& activation);

}  // namespace antigrad::search::page
