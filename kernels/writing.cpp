#include "kernels/writing.hpp"

#include <algorithm>
#include <cmath>

namespace antigrad::kernels {
namespace {

std::vector<Writing> half_writings(const Shape& s) {
  const double l = s.left.c[1], r = s.right.c[1], end = s.right.c[0], f0 = s.at_zero;
  const bool vanishes = f0 == 0 && !s.absolute;
  std::vector<Writing> all;
  const auto add = [&](Finish finish, double base, double middle, bool product, double after) {
    all.push_back({Form::half, finish, base, middle, product, 0, after,
                   finish == Finish::odd_product && !std::isfinite(s.reach)});
  };
  if (s.symmetry == Symmetry::odd && r == 0) {
    if (vanishes) add(Finish::odd_product, 0, 0, true, 0);
    if (f0 == 0)
      add(Finish::odd, 0, 0, false, end);
    else
      add(Finish::centred, 0, f0, false, end - f0);
  } else if (s.symmetry == Symmetry::odd && f0 == 0) {
    add(Finish::line, r, 0, false, end);
  } else if (s.symmetry == Symmetry::even) {
    if (vanishes && r == 1 && end == 0 && l == 0) add(Finish::positive_product, 1, 0, true, 0);
    if (vanishes && r == 1 && end == 0 && l == -1) add(Finish::magnitude_product, 1, 0, true, 0);
    if (l == 0 && r == 0) add(Finish::plain, 0, 0, false, end);
    if (l == 0 && r != 0) add(Finish::positive, r, 0, false, end);
    if (l != 0 && r == 0) add(Finish::negative, 0, 0, false, end);
  }
  return all;
}

std::vector<Writing> full_writings(const Shape& s) {
  const double r = s.right.c[1], begin = s.left.c[0], end = s.right.c[0];
  std::vector<Writing> all;
  if (s.left.c[1] != 0) return all;
  if (std::isfinite(s.reach) && s.at_zero == 0 && !s.absolute && begin == 0 && end == 0)
    all.push_back({Form::full, Finish::product, 0, 0, true, 0, r, false});
  if (r == 0) {
    all.push_back({Form::full, Finish::plain, 0, 0, false, begin, end, false});
  } else {
    if (s.at_zero == 0 && !s.absolute && begin == 0 && end == 0)
      all.push_back({Form::full, Finish::product, 0, 0, true, 0, r, false});
    // From high on p stays f(high), which is known when the grid is.
    all.push_back({Form::full, Finish::beyond, 0, 0, false, begin, 0, true});
  }
  return all;
}

/// f is its right tail from 0 on.
bool is_right_tail_from_zero(const Sampler& f, const Shape& s) {
  constexpr int kChecks = 8;
  std::array<double, kChecks> x, y;
  for (std::size_t i = 0; i < kChecks; ++i)
    x[i] = s.right.end * std::pow(0.25, static_cast<double>(i) + 0.5);
  f(x, y);
  for (std::size_t i = 0; i < kChecks; ++i)
    if (!(std::fabs(y[i] - s.right(x[i])) <= s.fit * s.scale(x[i], y[i]))) return false;
  return true;
}

std::vector<Writing> sided_writings(const Sampler& f, const Shape& s) {
  const double r = s.right.c[1], end = s.right.c[0];
  if (s.left.c[1] != 0 || (r != 0 && end != 0) || !is_right_tail_from_zero(f, s)) return {};
  return {
      {Form::sided, r != 0 ? Finish::line : Finish::constant, 0, 0, false, 0, s.left.c[0], false}};
}

}  // namespace

std::vector<Writing> single_writings(const Sampler& f, const Shape& shape, bool kink_at_zero) {
  std::vector<Writing> all = half_writings(shape);
  if (all.empty()) all = kink_at_zero ? sided_writings(f, shape) : full_writings(shape);
  return all;
}

std::vector<std::array<Writing, 2>> paired_writings(const Sampler& f, const Shape& s) {
  const double l = s.left.c[1], r = s.right.c[1], begin = s.left.c[0], end = s.right.c[0];
  const double around[] = {-1e-30, 1e-30};
  double y[2];
  f(around, y);
  if (!(std::fabs(y[1] - y[0]) <= s.fit * s.scale(0, 0) + 1e-25)) return {};  // a jump
  const auto pair = [](Finish finish, bool product, double before, double after, bool fitted) {
    const Writing right{Form::both, finish, 0, 0, product, 0, after, fitted, 1};
    Writing left = right;
    left.after = before, left.sign = -1;
    return std::array<Writing, 2>{right, left};
  };
  std::vector<std::array<Writing, 2>> all;
  const bool lines = begin == 0 && end == 0 && (r != 0 || l == 0);
  if (s.at_zero == 0 && !s.absolute && lines && (r != 0 || std::isfinite(s.reach)))
    all.push_back(pair(Finish::product, true, l, r, false));
  if (l == 0 && r == 0)
    all.push_back(pair(Finish::plain, false, begin, end, false));
  else if (r != 0 && (l == 0 || l == -r))
    all.push_back(pair(Finish::beyond, false, 0, 0, true));
  return all;
}

}  // namespace antigrad::kernels
