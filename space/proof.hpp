// What is proved of an activation at the start values of its parameters: continuity, kinks, range,
// limits, monotone and convex pieces, bounds of its derivatives. Ball arithmetic (space/cover.hpp);
// a number stands between two proved bounds, and what is not proved is said to be unknown.
#pragma once
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "space/activation.hpp"
#include "space/cover.hpp"

namespace antigrad::space {

enum class Verdict { proved, refuted, unknown };
std::string_view to_string(Verdict v);

/// One property of one activation. A refutation of something that all x should have names an x.
struct Claim {
  std::string property;
  Verdict verdict = Verdict::unknown;
  std::string statement;          // "f >= -0.16997", "g(-1) = -0.08 < 0"
  std::optional<double> witness;  // the x of the statement
  // The number that it states, between proved bounds; NaN for none.
  double lo = std::numeric_limits<double>::quiet_NaN();
  double hi = std::numeric_limits<double>::quiet_NaN();
};

/// Whether a formula is continuous because it is made of continuous functions only (no selections,
/// no steps), where it is finite.
bool continuous_by_form(const Expr& e);

/// How often f is continuously differentiable at a kink: at least `proved` times, and not
/// `refuted` times. -1: f jumps.
struct Smoothness {
  Ball at;
  int proved;                  // f is C^proved; Cover::kOrders stands for "as far as it was looked"
  std::optional<int> refuted;  // derivative of this order jumps
  double left = 0, right = 0;  // that derivative from both sides
};

class Proof {
 public:
  explicit Proof(const Activation& activation);

  const Activation& activation() const { return activation_; }
  const std::vector<Ball>& theta() const { return theta_; }

  /// Holds f, or its derivative of order d <= 3, at x.
  Ball f(const Ball& x) const;
  Ball at(int d, const Ball& x);
  /// Holds the derivative of order d >= 1 on an interval between kinks; tighter than at().
  Ball range(int d, const Ball& x) { return cover_->range(d - base_, x); }
  /// Signs of the derivative of order d, 1 .. 3 (of f itself, 0, for one given by f).
  const std::vector<Cover::Piece>& signs(int d);
  /// Bounds of f (d = 0) or its derivative.
  Cover::Extreme supremum(int d);
  Cover::Extreme infimum(int d);
  /// sup |f^(d)|.
  Cover::Extreme largest(int d);
  /// f^(d) for |x| >= far(d, side).from().
  const Tail& far(int d, int side);
  /// f(x) - (slope x + intercept) -> 0.
  struct Line {
    Ball slope, intercept;
  };
  std::optional<Line> asymptote(int side);
  /// Whether the formula is understood far out on both sides: it has no kink there.
  bool known_far_out() { return cover_->far(0, -1).known() && cover_->far(0, 1).known(); }
  /// Where the formula has a kink, and what it does to f. What it is at that single point does not
  /// count.
  const std::vector<Smoothness>& kinks();

 private:
  Cover::Extreme extreme_of_f(int sign);
  Smoothness smoothness(const Cover::Kink& kink) const;
  bool by_form_ = false;  // what the cover looks at is continuous by its form

  Activation activation_;
  std::vector<Ball> theta_;
  int base_;  // the order that the cover's order 0 is: 0 given by f, 1 by g
  std::unique_ptr<Cover> cover_;
  std::vector<Tail> far_f_;
  std::optional<std::vector<Smoothness>> kinks_;
};

}  // namespace antigrad::space
