// Small-sample statistics: Student's t, Holm's correction, Spearman's rank correlation, medians.
#pragma once
#include <span>
#include <vector>

namespace antigrad::search {

double mean(std::span<const double> values);    // NaN when empty
double median(std::span<const double> values);  // NaN when empty; the mean of the middle two
double standard_deviation(
    std::span<const double> values);  // of the sample (n - 1); NaN below two values

/// I_x(a, b), the regularised incomplete beta function, a, b > 0, x in [0, 1]; relative error below
/// 1e-12 (continued fraction, Numerical Recipes 6.4).
double incomplete_beta(double a, double b, double x);

/// P(|T| >= |t|) for Student's t with `freedom` > 0 degrees.
double student_p(double t, double freedom);
/// t with P(|T| <= t) = level, level in (0, 1).
double student_quantile(double level, double freedom);

/// Half width of the confidence interval of a mean; infinite below two values.
double half_width(std::span<const double> values, double level = 0.95);
/// Two-sided p of "the mean is 0"; 1 below two values; 0 when all are equal and not 0, 1 when all
/// are 0.
double mean_p(std::span<const double> values);

/// Holm's step-down adjustment (1979), in the order given; NaN counts as 1.
std::vector<double> holm(std::span<const double> p);

/// Rank correlation, mid-ranks for ties; NaN below two values or without spread. Throws
/// space::Error for different sizes.
double spearman(std::span<const double> a, std::span<const double> b);

}  // namespace antigrad::search
