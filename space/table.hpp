// A tabulated antiderivative: where no closed form is known, P(x) = int_0^x h as piecewise
// polynomials on a finite interval plus polynomial tails. Its derivative is h itself, exactly, so
// only values carry the table's error, which is proved when it is made.
#pragma once
#include <memory>
#include <vector>

#include "space/expr.hpp"

namespace antigrad::space {

/// What h tends to: h(x) = sum_k left[k] x^k + rest for x < left_end, right for x > right_end,
/// where the integral of |rest| from the end to infinity is at most `error`.
struct TailPolynomials {
  std::vector<double> left, right;
  double left_end, right_end;  // below and above 0
  double error;
};

class Table {
 public:
  /// Tabulates h (one output, Var 0, no parameters) between kinks (points where h or a derivative
  /// may jump). Throws Error when h is not finite, too rough, or when no bound below 1e-12 can be
  /// proved.
  static std::shared_ptr<const Table> make(const Expr& h, std::vector<double> kinks,
                                           const TailPolynomials& tails);

  /// |value(x) - int_0^x h| is at most bound() max(1, |value(x)|) for every x: proved with ball
  /// arithmetic, rounding included (space/certify.hpp).
  double bound() const { return bound_; }
  double value(double x) const;  // NaN in gives NaN out; at +-inf the tail's limit
  const Expr& integrand() const { return h_; }

  // For exporters. Segment i covers [breaks[i], breaks[i+1]]; P(x) = sum_k coefficients[i][k] (x -
  // origins[i])^k there. Outside, P(x) = sum_k left_tail[k] x^k or right_tail[k] x^k.
  const std::vector<double>& breaks() const { return breaks_; }
  const std::vector<double>& origins() const { return origins_; }
  const std::vector<std::vector<double>>& coefficients() const { return coefficients_; }
  const std::vector<double>& left_tail() const { return left_; }
  const std::vector<double>& right_tail() const { return right_; }

 private:
  Expr h_;
  std::vector<double> breaks_, origins_, left_, right_;
  std::vector<std::vector<double>> coefficients_;
  double bound_ = 0;
  std::vector<double> errors_;  // proved, by segment
  void add_segments(double lo, double hi, int depth);
  void chain_constants();
  void make_tails(const TailPolynomials& tails);
};

}  // namespace antigrad::space
