// A function and its derivatives on the whole real line, proved: kinks, signs and their changes,
// extremes. Between kinks by Taylor series of balls on intervals that are split until they decide,
// far out by tails.
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "space/ball.hpp"
#include "space/expr.hpp"
#include "space/tail.hpp"

namespace antigrad::space {

class Cover {
 public:
  static constexpr int kOrders = 5;  // derivatives 0 .. 4

  /// h(x; theta) with one output. theta: usually points.
  Cover(const Expr& h, std::vector<Ball> theta);

  /// Where the formula changes its branch: h and its derivatives from the left and right.
  struct Kink {
    Ball at;  // exact, or a narrow ball around a crossing
    Jet left, right;
  };
  const std::vector<Kink>& kinks() const { return kinks_; }

  enum class Sign { negative, zero, positive, open };  // open: not decided
  /// h^(d) on the open interval (lo, hi), infinite at the outer pieces. Neighbours touch in an
  /// exact kink or root, or leave a narrow gap that holds one, or meet without one beside an open
  /// piece.
  struct Piece {
    double lo, hi;
    Sign sign;
  };
  /// The line from left to right, for the derivative of order d < kOrders - 1.
  const std::vector<Piece>& signs(int d);

  /// An upper and lower bound of a supremum; both infinite when it is proved to be so.
  struct Extreme {
    double lo, hi;  // the extreme is in [lo, hi]
    double at;      // where it is (nearly) reached; may be infinite
  };
  Extreme supremum(int d);  // of h^(d), d < kOrders - 1; kinks count from both sides
  Extreme infimum(int d);

  /// h^(d) far out; side -1 or +1.
  const Tail& far(int d, int side);
  /// Holds h^(d) on the interval, which lies between kinks.
  Ball range(int d, const Ball& x);
  /// Holds h^(d) at x; at a kink the hull of both sides.
  Ball at(int d, const Ball& x);

 private:
  struct Segment {
    Jet over, center;
    std::vector<signed char> sides;  // of the comparisons, inside
    bool has_center = false;
  };
  static Ball factorial(int d);  // from the coefficient of order d to the derivative
  const Expr& expression(int d);
  Segment& segment(const Ball& x);
  Jet jet(const Ball& x, int n, Switches* switches = nullptr) const;
  Ball value_inside(int d, const Ball& x, double point);
  void choose_reach();
  void find_kinks();
  /// A walk from left to right: the sides of the last interval that was decided, where it ended.
  struct Walk {
    std::vector<Ball> found;
    std::vector<signed char> sides;
    bool decided = false;
  };
  void look_for_kinks(const Ball& x, Walk& walk);
  bool undecided(const Ball& x, std::vector<signed char>* sides = nullptr) const;
  void add_kink(const Ball& at);
  void between(int d, double lo, double hi, std::vector<Piece>& out);
  void decide(int d, const Ball& x, std::vector<Piece>& out);
  bool by_slope(int d, const Ball& x, std::vector<Piece>& out);
  bool by_curvature(int d, const Ball& x, std::vector<Piece>& out);
  void outer(int d, int side, double& reach, std::vector<Piece>& out);
  Extreme extreme(int d, int sign);

  std::vector<Expr> expressions_;  // by order
  std::vector<Ball> theta_;
  std::vector<double> points_;  // the middles of theta
  std::vector<Kink> kinks_;
  struct Stop {
    double x;  // where a comparison of the formula changes, exactly
    std::vector<Ball> differences;
  };
  std::vector<Stop> stops_;
  int cells_ = 0;                                          // decided so far, of one order
  std::map<std::pair<double, double>, Segment> segments_;  // by middle and radius
  std::map<std::pair<int, int>, Tail> tails_;
  std::map<int, std::vector<Piece>> signs_;
  double reach_ = 8;  // every kink is nearer to 0
};

}  // namespace antigrad::space
