// A tabulated antiderivative: where no closed form is known, P(x) = int_0^x h as piecewise
// polynomials on a finite interval plus polynomial tails. Its derivative is h itself, exactly, so
// only values carry the table's error, which is checked when it is made.
#pragma once
#include <memory>
#include <vector>

#include "space/expr.hpp"

namespace antigrad::space {

/// What h tends to: h(x) -> sum_k left[k] x^k for x -> -inf, right for +inf, the rest vanishing
/// exponentially.
struct TailPolynomials {
  std::vector<double> left, right;
};

class Table {
 public:
  /// Tabulates h (one output, Var 0, no parameters) between kinks (points where h or a derivative
  /// may jump). Error of P: below 1e-13 max(1, |P|), checked against Gauss quadrature. Throws Error
  /// when h does not reach its tails within |x| <= 2048 or the check fails.
  static std::shared_ptr<const Table> make(const Expr& h, std::vector<double> kinks,
                                           const TailPolynomials& tails);

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
  void add_segments(double lo, double hi, int depth);
  void chain_constants();
  void make_tails(const TailPolynomials& tails);
  void check(const TailPolynomials& tails) const;
};

}  // namespace antigrad::space
