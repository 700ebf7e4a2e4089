// The gradient of a supernet (DARTS: Liu et al., arXiv 1806.09055, over the primitives of g in
// place of a network's operations): on either side of 0 a sum of terms p(a x + b), each times a
// share; the shares of a side are a softmax. A sum integrates term by term, so f is exact. No torch
// here.
#pragma once
#include <string>
#include <vector>

#include "space/activation.hpp"

namespace antigrad::trainer {

class Mixture {
 public:
  /// terms: names of primitives, "1" or "x"; a minus sign may stand in front. The scales start at 1
  /// inside (0, inf), the shifts at 0. Throws space::Error for an unknown name, fewer than two
  /// terms of a side, more than 16 parameters, and what does not integrate.
  Mixture(std::vector<std::string> left, std::vector<std::string> right);

  /// What is compiled; its parameters are, for each term, its share and, of a primitive, its scale
  /// and shift.
  const space::Activation& activation() const { return activation_; }
  /// Numbers of the shares among the activation's parameters, left side first.
  const std::vector<std::size_t>& shares() const { return shares_; }

  /// softmax(logits / temperature) of each side. logits: one a share.
  std::vector<double> softmax(const std::vector<double>& logits, double temperature) const;
  /// d loss / d logits from d loss / d shares.
  std::vector<double> pull_back(const std::vector<double>& gradient,
                                const std::vector<double>& logits, double temperature) const;

  /// Gradients as text, best first: of either side the `terms` terms (1 or more) with the largest
  /// logits, then what has one term of a side exchanged for the next one, at most `count`. theta:
  /// the activation's parameters; scales and shifts stand in the text, with four digits, and the
  /// shares of the chosen terms, scaled to the sum 1. What does not integrate is left out.
  std::vector<std::string> discrete(const std::vector<double>& logits,
                                    const std::vector<double>& theta, std::size_t terms,
                                    std::size_t count) const;

 private:
  struct Term {
    std::string name;  // "tanh", "1", "x"
    double sign = 1;
    std::size_t share;  // parameters; scale and shift follow, of a primitive
    bool primitive = false;
  };
  void add_side(std::string& head, std::string& body, const std::vector<std::string>& names,
                char side);
  std::string fixed(const std::vector<std::size_t>& chosen, const std::vector<double>& shares,
                    const std::vector<double>& theta) const;

  std::vector<Term> terms_;  // left side first
  std::size_t left_ = 0;     // how many
  std::size_t parameters_ = 0;
  std::vector<std::size_t> shares_;
  space::Activation activation_;
};

/// Terms that a supernet mixes unless told otherwise, left and right: none that grows faster than
/// x.
std::vector<std::string> usual_left_terms();
std::vector<std::string> usual_right_terms();

}  // namespace antigrad::trainer
