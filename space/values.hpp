// Values of g and of dg/dtheta at many points at once, at the start values of theta, straight from
// the gradient: no expression is made, so a candidate costs microseconds.
#pragma once
#include <array>
#include <span>
#include <vector>

#include "space/gradient.hpp"

namespace antigrad::space {

class Values {
 public:
  explicit Values(const Gradient& g);

  /// out[i] = g(x[i]); x ascending (a knot belongs to the piece on its left). What is left of terms
  /// that cancel to 1e-12 of their sizes is 0.
  void at(std::span<const double> x, std::span<double> out) const;
  /// out[i] = dg/dtheta_k at x[i].
  void along(int k, std::span<const double> x, std::span<double> out) const;

 private:
  struct Number {  // an affine coefficient at the start of theta
    double value;
    std::vector<double> slope;
    double along(int k) const;
  };
  struct Product {  // a term
    Number weight;
    int power;
    struct Part {
      Op op;
      Number scale, shift;
      std::vector<Product> inside{};  // of a composition
    };
    std::vector<Part> parts;
  };
  /// p(u), or p(H(u)), and where `slope` is not empty its derivative by u. At most kChunk points.
  static void evaluate(const Product::Part& part, std::span<const double> u,
                       std::span<double> value, std::span<double> slope);
  /// H(u) and its derivative.
  static void evaluate(const std::vector<Product>& sum, std::span<const double> u,
                       std::span<double> value, std::span<double> slope);
  template <class Evaluate>
  void sum(std::span<const double> x, std::span<double> out, const Evaluate& product) const;

  std::vector<double> knots_;
  std::vector<std::vector<Product>> pieces_;
};

/// What samples of g say about it, at the start values of theta: enough to refute a property, never
/// to prove one.
struct SampledFacts {
  static constexpr int kPoints = 65;
  std::array<double, kPoints> x, g;  // x ascending over [-8, 8]
  bool finite;                       // every sample is
  double least, most;                // of g
  double centre_least, centre_most;  // of g where |x| <= 3
  double size;                       // sqrt of the mean of g^2 under N(0, 1), |x| <= 3
};
SampledFacts sampled_facts(const Gradient& g);

}  // namespace antigrad::space
