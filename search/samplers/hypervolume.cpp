// Hypervolume: sweeps in two and three dimensions, a recursion beyond.
#include <algorithm>
#include <limits>
#include <map>

#include "search/samplers/pareto.hpp"

namespace antigrad::search {
namespace {

// The points that are better than the reference everywhere.
std::vector<Point> inside(std::span<const Point> points, std::span<const double> reference) {
  std::vector<Point> kept;
  for (const Point& p : points) {
    bool in = true;
    for (std::size_t m = 0; m < p.size(); ++m) in = in && p[m] < reference[m];
    if (in) kept.push_back(p);
  }
  return kept;
}

// The area under a staircase that grows by corners: y falls as x rises.
class Staircase {
 public:
  Staircase(double right, double top) {
    steps_[-std::numeric_limits<double>::infinity()] = top;
    steps_[right] = -std::numeric_limits<double>::infinity();
  }

  double area() const { return area_; }

  void add(double x, double y) {
    auto before = std::prev(steps_.upper_bound(x));
    if (before->second <= y) return;
    double top = before->second, from = x;
    auto next = std::next(before);
    while (next->second >= y) {  // ends at the right edge
      area_ += (next->first - from) * (top - y);
      from = next->first;
      top = next->second;
      next = steps_.erase(next);
    }
    area_ += (next->first - from) * (top - y);
    steps_[x] = y;
  }

 private:
  std::map<double, double> steps_;  // from x on, the height that is not dominated
  double area_ = 0;
};

double area(std::span<const Point> points, std::span<const double> reference) {
  Staircase stairs(reference[0], reference[1]);
  for (const Point& p : points) stairs.add(p[0], p[1]);
  return stairs.area();
}

// Slices between one height and the next.
double sweep(std::vector<Point> points, std::span<const double> reference) {
  std::ranges::stable_sort(points, {}, [](const Point& p) { return p[2]; });
  Staircase stairs(reference[0], reference[1]);
  double volume = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    stairs.add(points[i][0], points[i][1]);
    const double next = i + 1 < points.size() ? points[i + 1][2] : reference[2];
    volume += stairs.area() * (next - points[i][2]);
  }
  return volume;
}

std::vector<Point> front_of(const std::vector<Point>& points) {
  std::vector<Point> front;
  const std::vector<int> ranks = front_ranks(points);
  for (std::size_t i = 0; i < points.size(); ++i)
    if (ranks[i] == 0 && std::ranges::find(front, points[i]) == front.end())
      front.push_back(points[i]);
  return front;
}

double volume(std::vector<Point> points, std::span<const double> reference);

// What p alone dominates: its box less what the others dominate of it.
double exclusive(const Point& p, std::span<const Point> others, std::span<const double> reference) {
  double box = 1;
  for (std::size_t m = 0; m < p.size(); ++m) box *= reference[m] - p[m];
  std::vector<Point> limited;
  for (const Point& other : others) {
    Point& q = limited.emplace_back(p);
    for (std::size_t m = 0; m < p.size(); ++m) q[m] = std::max(p[m], other[m]);
  }
  return box - volume(std::move(limited), reference);
}

double volume(std::vector<Point> points, std::span<const double> reference) {
  if (points.empty()) return 0;
  if (reference.size() == 1) {
    const auto first = [](const Point& p) { return p[0]; };
    return reference[0] - std::ranges::min_element(points, {}, first)->front();
  }
  if (reference.size() == 2) return area(points, reference);
  if (reference.size() == 3) return sweep(std::move(points), reference);
  const std::vector<Point> front = front_of(points);
  double sum = 0;
  for (std::size_t i = 0; i < front.size(); ++i)
    sum += exclusive(front[i], std::span(front).subspan(i + 1), reference);
  return sum;
}

}  // namespace

double hypervolume(std::span<const Point> points, std::span<const double> reference) {
  return volume(inside(points, reference), reference);
}

// A gain only falls as points are chosen, so one that was recomputed and still leads is the best.
std::vector<std::size_t> most_volume(std::span<const Point> points,
                                     std::span<const double> reference, std::size_t size) {
  std::vector<Point> chosen;
  std::vector<std::size_t> order;
  std::vector<double> gain(points.size(), std::numeric_limits<double>::infinity());
  double total = 0;
  while (order.size() < std::min(size, points.size())) {
    std::vector<bool> fresh(points.size(), false);
    std::size_t best = 0;
    while (true) {
      best = static_cast<std::size_t>(std::ranges::max_element(gain) - gain.begin());
      if (fresh[best]) break;
      std::vector<Point> with = chosen;
      with.push_back(points[best]);
      gain[best] = hypervolume(with, reference) - total;
      fresh[best] = true;
    }
    order.push_back(best);
    chosen.push_back(points[best]);
    total += gain[best];
    gain[best] = -std::numeric_limits<double>::infinity();
  }
  return order;
}

}  // namespace antigrad::search
