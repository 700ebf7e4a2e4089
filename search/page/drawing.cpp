// Samples an activation piece by piece.
#include "search/page/drawing.hpp"

#include <algorithm>
#include <cmath>

#include "space/analysis.hpp"
#include "space/error.hpp"
#include "space/gradient.hpp"

namespace antigrad::search::page {
namespace {

constexpr double kReach = 5, kStep = 0.05;

std::vector<double> knots_of(const space::Activation& a) {
  if (a.by_f) return {};
  try {
    return space::parse_gradient(a.text).knots;
  } catch (const space::Error&) {
    return {};  // a gate
  }
}

Json rounded(const std::vector<double>& values) {
  Json out = Json::array();
  for (const double v : values) {
    if (std::isfinite(v))
      out.push_back(std::abs(v) < 1e6 ? std::round(v * 1e4) / 1e4 : v);
    else
      out.push_back(nullptr);
  }
  return out;
}

}  // namespace

Drawing draw(const std::string& activation, const std::vector<double>& theta) {
  Drawing out;
  try {
    const space::Activation a = space::parse_activation(activation);
    const std::vector<double> at = theta.empty() ? space::starts_of(a.parameters) : theta;
    const space::Expr second = space::derivative(a.g);
    out.knots = knots_of(a);
    std::vector<double> ends{-kReach};
    for (const double knot : out.knots)
      if (std::abs(knot) < kReach) ends.push_back(knot);
    ends.push_back(kReach);
    const auto add = [&](double x, bool pen_down) {
      out.x.push_back(x);
      out.f.push_back(pen_down ? space::value(a.f, x, at) : NAN);
      out.g.push_back(pen_down ? space::value(a.g, x, at) : NAN);
      out.second.push_back(pen_down ? space::value(second, x, at) : NAN);
    };
    for (std::size_t piece = 0; piece + 1 < ends.size(); ++piece) {
      if (piece > 0) add(ends[piece], false);
      const double lo = piece == 0 ? ends[0] : std::nextafter(ends[piece], kReach);
      const double hi = ends[piece + 1];
      const int n = std::max(2, static_cast<int>(std::ceil((hi - lo) / kStep)));
      for (int i = 0; i <= n; ++i) add(i == n ? hi : lo + (hi - lo) * i / n, true);
    }
  } catch (const space::Error& e) {
    out = {};
    out.reason = e.what();
  }
  return out;
}

Json to_json(const Drawing& d) {
  if (!d.reason.empty()) return {{"reason", d.reason}};
  return {{"x", rounded(d.x)},
          {"f", rounded(d.f)},
          {"g", rounded(d.g)},
          {"h", rounded(d.second)},
          {"knots", rounded(d.knots)}};
}

Json properties(const std::string& activation) {
  try {
    Json out = Json::array();
    for (const space::Claim& c : space::analyze(space::parse_activation(activation))) {
      const bool stated = c.verdict == space::Verdict::proved && !std::isnan(c.lo);
      const double value = std::isinf(c.lo) ? c.lo : 0.5 * (c.lo + c.hi);
      out.push_back({{"property", c.property},
                     {"verdict", space::to_string(c.verdict)},
                     {"statement", c.statement},
                     {"value", stated ? number_to_json(value) : Json()}});
    }
    return out;
  } catch (const space::Error& e) {
    return {{"reason", e.what()}};
  }
}

}  // namespace antigrad::search::page
