// The integrator: a gradient's text, or a random gradient of a seed, gives f with f' = g at points
// of every piece and at other parameters than the start, continuous over the knots and through its
// anchor; or an error that says why not.
#include <algorithm>
#include <cmath>

#include "expression_words.hpp"
#include "space/error.hpp"
#include "space/generate.hpp"
#include "target.hpp"

namespace antigrad::fuzz {
namespace {

constexpr std::size_t kLongest = 300;
constexpr double kTolerance = 1e-6;  // of all terms: integrate() itself checks 1e-9 at the start
constexpr char kRandom = '#';        // "#12345": a random gradient of that seed

space::Gradient read(std::string_view input) {
  if (!input.starts_with(kRandom)) return space::parse_gradient(input);
  space::Grammar grammar;
  grammar.product_chance = 0.3;
  grammar.max_power = 3;
  grammar.trained = {1, 1, 1, 0.5};
  space::Random random(space::child_seed(9, input));
  const space::Gradient g = space::random_plausible(grammar, random);
  return space::parse_gradient(space::to_string(g));
}

/// The sum of |term| at x: what rounding is measured against.
double size_of_terms(const space::Gradient& g, double x, const std::vector<double>& theta) {
  const auto piece =
      static_cast<std::size_t>(std::ranges::lower_bound(g.knots, x) - g.knots.begin());
  double sum = 0;
  for (const space::Term& t : g.pieces[piece].terms) {
    const space::Gradient one{g.parameters, {}, {space::Piece{{t}}}, {}};
    sum += std::fabs(space::value(space::to_expr(one), x, theta));
  }
  return sum;
}

/// None of them where a primitive of decimal arguments has its kink: there f' may be either side's.
std::vector<double> points_of(const space::Gradient& g) {
  std::vector<double> x{-7.3113, -4.1127, -2.6131, -1.3119, -0.5503, -0.1217,
                        0.0813,  0.4027,  1.0711,  2.2013,  3.7109,  6.6017};
  for (const double k : g.knots)
    x.insert(x.end(), {k - 0.3713, k - 0.0211, k + 0.0307, k + 0.4117});
  return x;
}

void require_slope(const space::Gradient& g, const space::Activation& a, const space::Expr& slope,
                   const std::vector<double>& theta) {
  for (const double x : points_of(g)) {
    const double want = space::value(a.g, x, theta), size = size_of_terms(g, x, theta);
    if (!(size < 1e6)) continue;
    const double got = space::value(slope, x, theta);
    require(std::fabs(got - want) <= kTolerance * (1 + size),
            fmt::format("f'({}) = {}, g = {} of {}", x, got, want, a.text));
  }
}

void require_continuous(const space::Gradient& g, const space::Activation& a,
                        const std::vector<double>& theta) {
  for (const double k : g.knots) {
    const double left = space::value(a.f, k, theta),
                 right = space::value(a.f, std::nextafter(k, INFINITY), theta);
    require(std::fabs(left - right) <= kTolerance * (1 + std::fabs(left)),
            fmt::format("f jumps at {} from {} to {}: {}", k, left, right, a.text));
  }
  if (std::isinf(g.anchor.at)) return;
  const double at = space::value(a.f, g.anchor.at, theta);
  require(std::fabs(at - g.anchor.value) <= kTolerance * (1 + std::fabs(at)),
          fmt::format("f({}) = {}, not {}: {}", g.anchor.at, at, g.anchor.value, a.text));
}

/// The start, and a place of the domain beside it.
std::vector<std::vector<double>> thetas_of(const space::Gradient& g) {
  std::vector<double> start, beside;
  for (const space::Parameter& p : g.parameters) {
    start.push_back(p.start);
    const double below = std::isinf(p.domain.lo) ? p.start - 1 : p.domain.lo;
    const double above = std::isinf(p.domain.hi) ? p.start + 1 : p.domain.hi;
    beside.push_back(p.start > 0 ? 0.7 * p.start + 0.3 * above : 0.7 * p.start + 0.3 * below);
  }
  return {start, beside};
}

}  // namespace

std::vector<std::string> seeds() {
  std::vector<std::string> all = zoo_texts(false);
  all.emplace_back("[a = 0.5 in (0, inf)] tanh(a*x) | -1 | 0.25*x*sigmoid(2*x - 1); f(1) = 2");
  all.emplace_back("x^3*exp(-x)*sin(2*x) | 0.5 | tanh(x)*normal_cdf(x)");
  all.emplace_back("[a = 1 in (0, inf), b = 0.5] a*softplus(a*x + b) + b*cos(x)");
  for (int i = 0; i < 40; ++i) all.push_back(kRandom + std::to_string(i));
  for (const std::string& word : expression_words())
    if (word.ends_with("(x)")) all.push_back("0.3*x*" + word + " | 0.5 | " + word + " + x");
  return all;
}

std::vector<std::string> words() {
  std::vector<std::string> all = expression_words();
  for (const char* word : {"#", "1e-3*", "0.5*x", "^3", " | -1.5 | ", "; f(-inf) = 0", "2*x - 1"})
    all.emplace_back(word);
  return all;
}

void run(std::string_view input) {
  if (input.size() > kLongest) return;
  space::Gradient g;
  space::Activation a;
  try {
    g = read(input);
    a = space::integrate(g);
  } catch (const space::Error& error) {
    require(!error.message().empty(), "refused without a reason");
    return;
  }
  const space::Expr slope = space::derivative(a.f);
  for (const std::vector<double>& theta : thetas_of(g)) {
    require_slope(g, a, slope, theta);
    require_continuous(g, a, theta);
  }
}

}  // namespace antigrad::fuzz
