// Widths from the neighbours, weights by age, densities by one pass over all kernels.
#include "search/samplers/parzen.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "search/samplers/vector_exp.hpp"

namespace antigrad::search {
namespace {

constexpr double kPriorWeight = 1;
constexpr double kPeak = 0.39894228040143267794;  // of the standard normal density: 1 / sqrt(2 pi)

// The last 25 weigh 1, the oldest 1/n, those between them in proportion to their rank.
std::vector<double> weights(std::size_t n, bool even) {
  constexpr std::size_t kYoung = 25;
  std::vector<double> w(n, 1);
  if (even || n < kYoung) return w;
  const std::size_t old = n - kYoung;
  const double first = 1 / static_cast<double>(n);
  for (std::size_t i = 0; i < old; ++i) {
    const double share = old > 1 ? static_cast<double>(i) / static_cast<double>(old - 1) : 0;
    w[i] = first + (1 - first) * share;
  }
  return w;
}

// P(a < Z < b) for a standard normal Z, a <= b, exact in the tails too. Beyond 9 nothing is left
// of a number near 1.
double mass(double a, double b) {
  constexpr double kRoot = 0.70710678118654752440;
  if (a > 0) return mass(-b, -a);
  if (a < -9 && b > 9) return 1;
  if (b <= 0) return 0.5 * (std::erfc(-b * kRoot) - std::erfc(-a * kRoot));
  const double left = a < -9 ? 0 : std::erfc(-a * kRoot), right = b > 9 ? 0 : std::erfc(b * kRoot);
  return 1 - 0.5 * (left + right);
}

// A kernel's width is the larger of the gaps to its neighbours in order; edges count where there is
// no other point at all. Gaps below the cells' size need not be known: they are widened to it. So
// points go into cells, and the only gaps taken are those of a cell's first and last point.
class Gaps {
 public:
  Gaps(double low, double high, std::size_t cells, std::span<const double> points)
      : low_(low), scale_(static_cast<double>(cells) / (high - low)), cells_(cells) {
    for (std::size_t i = 0; i < points.size(); ++i) {
      Cell& c = cells_[cell(points[i])];
      if (c.first == kNone || points[i] < points[c.first]) c.first = i;
      if (c.last == kNone || points[i] >= points[c.last]) c.last = i;
    }
    const bool alone = points.size() == 1;
    double before = alone ? low : kNoPoint, after = alone ? high : kNoPoint;
    for (Cell& c : cells_) {
      c.before = before;
      if (c.last != kNone) before = points[c.last];
    }
    for (auto c = cells_.rbegin(); c != cells_.rend(); ++c) {
      c->after = after;
      if (c->first != kNone) after = points[c->first];
    }
  }

  double widest(std::span<const double> points, std::size_t i) const {
    const double x = points[i];
    const Cell& c = cells_[cell(x)];
    const double left = c.first == i && c.before != kNoPoint ? x - c.before : 0;
    const double right = c.last == i && c.after != kNoPoint ? c.after - x : 0;
    return std::max(left, right);
  }

 private:
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  static constexpr double kNoPoint = std::numeric_limits<double>::infinity();
  struct Cell {
    std::size_t first = kNone, last = kNone;  // points
    double before = 0, after = 0;             // the nearest points of other cells, or the edges
  };

  std::size_t cell(double x) const {
    const double at = (x - low_) * scale_;
    return std::min(at > 0 ? static_cast<std::size_t>(at) : 0, cells_.size() - 1);
  }

  double low_, scale_;
  std::vector<Cell> cells_;
};

}  // namespace

Parzen::Parzen(std::span<const Axis> axes, std::span<const std::vector<double>> columns, bool even)
    : axes_(axes), kernels_(columns[0].size() + 1), numbers_(axes.size()), choices_(axes.size()) {
  constant_ = weights(kernels_ - 1, even);
  constant_.push_back(kernels_ == 1 ? 1 : kPriorWeight);
  double sum = 0;
  for (const double w : constant_) cumulative_.push_back(sum += w);
  for (double& w : constant_) w /= sum;
  for (std::size_t a = 0; a < axes.size(); ++a) {
    if (axes[a].choices() > 0)
      count(a, columns[a]);
    else
      place(a, columns[a]);
  }
  for (double& w : constant_) w = std::log(w);
}

void Parzen::place(std::size_t axis, std::span<const double> observed) {
  const Axis& a = axes_[axis];
  const double range = a.high() - a.low();
  std::vector<double> mean;
  mean.reserve(kernels_);
  for (const double value : observed) mean.push_back(a.coordinate(value));
  const std::size_t cells = std::min<std::size_t>(100, kernels_ + 1);
  const double narrowest = range / static_cast<double>(cells);
  const Gaps gaps(a.low(), a.high(), cells, mean);
  std::vector<double> inverse_width;
  inverse_width.reserve(kernels_);
  for (std::size_t i = 0; i < observed.size(); ++i)
    inverse_width.push_back(1 / std::clamp(gaps.widest(mean, i), narrowest, range));
  mean.push_back(a.low() + range / 2);
  inverse_width.push_back(1 / range);
  for (std::size_t k = 0; k < kernels_; ++k) {
    const double inverse = inverse_width[k];
    const double inside = mass((a.low() - mean[k]) * inverse, (a.high() - mean[k]) * inverse);
    constant_[k] *= (a.continuous() ? inverse * range * kPeak : 1) / inside;
  }
  numbers_[axis] = {std::move(mean), std::move(inverse_width)};
}

void Parzen::count(std::size_t axis, std::span<const double> observed) {
  const double share = kPriorWeight / static_cast<double>(kernels_);
  const double sum = 1 + share * axes_[axis].choices();
  Choices c{{}, (1 + share) / sum, share / sum};
  for (const double choice : observed) c.observed.push_back(static_cast<int>(choice));
  choices_[axis] = std::move(c);
}

double Parzen::draw(std::size_t axis, std::size_t kernel, space::Random& random) const {
  const Axis& a = axes_[axis];
  if (a.choices() > 0) {
    const Choices& c = choices_[axis];
    const bool prior = kernel + 1 == kernels_;
    // With probability hit - miss the observed one, else any.
    if (!prior && random.chance(c.hit - c.miss)) return c.observed[kernel];
    return random.below(a.choices());
  }
  const double mean = numbers_[axis].mean[kernel], width = 1 / numbers_[axis].inverse_width[kernel];
  while (true) {  // a third of the draws fall inside at least: the mean does
    const double x = mean + width * random.normal();
    if (x >= a.low() && x <= a.high()) return a.internal(x);
  }
}

std::vector<double> Parzen::sample(space::Random& random) const {
  const double u = random.uniform() * cumulative_.back();
  const auto at = std::ranges::upper_bound(cumulative_, u) - cumulative_.begin();
  const auto kernel = std::min(static_cast<std::size_t>(at), kernels_ - 1);
  std::vector<double> point(axes_.size());
  for (std::size_t a = 0; a < axes_.size(); ++a) point[a] = draw(a, kernel, random);
  return point;
}

void Parzen::add_choice(std::size_t axis, double choice, std::span<double> logs) const {
  const Choices& c = choices_[axis];
  const double hit = std::log(c.hit), miss = std::log(c.miss);
  for (std::size_t k = 0; k + 1 < kernels_; ++k)
    logs[k] += c.observed[k] == static_cast<int>(choice) ? hit : miss;
  logs[kernels_ - 1] -= std::log(axes_[axis].choices());
}

void Parzen::add_cell(std::size_t axis, double value, std::span<double> logs) const {
  const Axis::Cell cell = axes_[axis].cell(value);
  const Numbers& n = numbers_[axis];
  for (std::size_t k = 0; k < kernels_; ++k) {
    const double left = (cell.left - n.mean[k]) * n.inverse_width[k];
    const double right = (cell.right - n.mean[k]) * n.inverse_width[k];
    logs[k] += std::log(mass(left, right));
  }
}

double Parzen::log_density(std::span<const double> point) const {
  std::vector<double> logs = constant_;
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    if (axes_[a].choices() > 0) {
      add_choice(a, point[a], logs);
    } else if (!axes_[a].continuous()) {
      add_cell(a, point[a], logs);
    } else {
      const double x = axes_[a].coordinate(point[a]);
      const double* const mean = numbers_[a].mean.data();
      const double* const inverse = numbers_[a].inverse_width.data();
      for (std::size_t k = 0; k < kernels_; ++k) {
        const double z = (x - mean[k]) * inverse[k];
        logs[k] -= 0.5 * z * z;
      }
    }
  }
  return log_sum_exp(logs);
}

}  // namespace antigrad::search
