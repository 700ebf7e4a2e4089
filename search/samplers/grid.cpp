// Every combination of a space once. A combination's number is read as a mixed radix number whose
// digits are the parameters' values, weighted by how many combinations hang below each.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "search/samplers/parameters.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

constexpr std::int64_t kMost = std::int64_t{1} << 62;

std::int64_t times(std::int64_t a, std::int64_t b) {
  if (b > 0 && a > kMost / b)
    throw space::Error("the grid has more than 2^62 combinations; take fewer points");
  return a * b;
}

class Grid {
 public:
  Grid(const SearchSpace& space, int points) : space_(space), points_(points) {}

  std::int64_t size() const { return size_below("", 0); }

  Parameters combination(std::int64_t i) const {
    Parameters values;
    choose_below("", 0, i, values);
    return values;
  }

 private:
  // The parameters that exist because `parent` has this value; "" = those without a condition.
  std::vector<const SpaceParameter*> below(const std::string& parent, double value) const {
    std::vector<const SpaceParameter*> found;
    for (const SpaceParameter& p : space_) {
      const bool here = p.condition ? p.condition->parameter == parent &&
                                          std::ranges::count(p.condition->values, value) > 0
                                    : parent.empty();
      if (here) found.push_back(&p);
    }
    return found;
  }

  std::int64_t size_below(const std::string& parent, double value) const {
    std::int64_t size = 1;
    for (const SpaceParameter* p : below(parent, value)) size = times(size, size_of(*p));
    return size;
  }

  // Values without parameters that depend on them count one each, without looking at each.
  std::int64_t size_of(const SpaceParameter& p) const {
    const std::int64_t n = values_of(p);
    if (!is_parent(p)) return n;
    std::int64_t size = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      size += size_below(p.name, value(p, i));
      if (size > kMost) times(size, kMost);
    }
    return size;
  }

  void choose_below(const std::string& parent, double value, std::int64_t i,
                    Parameters& values) const {
    for (const SpaceParameter* p : below(parent, value)) {
      const std::int64_t size = size_of(*p);
      choose(*p, i % size, values);
      i /= size;
    }
  }

  void choose(const SpaceParameter& p, std::int64_t i, Parameters& values) const {
    std::int64_t k = is_parent(p) ? 0 : i;
    while (is_parent(p)) {
      const std::int64_t size = size_below(p.name, value(p, k));
      if (i < size) break;
      i -= size;
      ++k;
    }
    insert(values, p.name, value(p, k));
    if (is_parent(p)) choose_below(p.name, value(p, k), i, values);
  }

  bool is_parent(const SpaceParameter& p) const {
    return std::ranges::any_of(space_, [&](const SpaceParameter& other) {
      return other.condition && other.condition->parameter == p.name;
    });
  }

  std::int64_t values_of(const SpaceParameter& p) const {
    const std::int64_t n = count(p.distribution);
    return n > 0 ? n : points_;
  }

  // A continuum from edge to edge.
  double value(const SpaceParameter& p, std::int64_t i) const {
    if (count(p.distribution) > 0) return value_at(p.distribution, i);
    const double u = points_ == 1 ? 0.5 : static_cast<double>(i) / (points_ - 1);
    return value_at_quantile(p.distribution, u);
  }

  const SearchSpace& space_;
  const int points_;
};

class GridParameters : public ParameterSampler {
 public:
  GridParameters(int points, std::uint64_t seed) : points_(points), seed_(seed) {}

  // Trial n takes combination (start + n stride) mod size; a stride without a common divisor
  // visits all of them, and one near the golden section far ones first.
  Parameters ask(int nth, std::span<const Observation* const>, const SearchSpace& space,
                 space::Random&) override {
    const Grid grid(space, points_);
    const auto size = static_cast<std::uint64_t>(grid.size());
    space::Random random(space::child_seed(seed_, "grid"));
    const std::uint64_t start = random() % size;
    std::uint64_t stride = static_cast<std::uint64_t>(
        static_cast<double>(size) * (0.618033988749895 + 0.05 * random.uniform()));
    while (std::gcd(stride = std::max<std::uint64_t>(stride, 1), size) != 1) ++stride;
    // n stride may not fit: it is added up bit by bit.
    std::uint64_t i = start, step = stride % size;
    for (auto n = static_cast<std::uint64_t>(nth) % size; n > 0; n >>= 1) {
      if (n & 1) i = (i + step) % size;
      step = 2 * step % size;
    }
    return grid.combination(static_cast<std::int64_t>(i));
  }

 private:
  int points_;
  std::uint64_t seed_;
};

}  // namespace

std::unique_ptr<ParameterSampler> grid_parameters(int points, std::uint64_t seed) {
  if (points < 1) throw space::Error(fmt::format("expected at least one point, got {}", points));
  return std::make_unique<GridParameters>(points, seed);
}

std::int64_t grid_size(const SearchSpace& space, int points) { return Grid(space, points).size(); }

}  // namespace antigrad::search
