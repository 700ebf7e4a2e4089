// An activation as numbers that a model of scores can learn from: what the function is where inputs
// are, and what it does to them. Functions that a network cannot tell apart (output factor, sign
// and constant, reflection) have equal features. Samples and quadrature, nothing is proved, so a
// candidate costs tens of microseconds.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "search/learning/gaussian_process.hpp"
#include "space/gradient.hpp"

namespace antigrad::search {

/// Of the eigenvalues of a Fisher information (trainer/spectrum.hpp): the logarithm of their sum,
/// and the 10 %, 30 %, .. 90 % quantiles of the logarithms of their shares of it, by task, about of
/// unit size. kSpectrumFeatures a task.
std::vector<double> spectrum_features(const std::vector<std::vector<double>>& eigenvalues);
constexpr std::size_t kSpectrumFeatures = 6;

/// Sizes of the groups: values of f, values of g, facts.
Groups feature_groups();

/// At the start values of theta: f and g at quantiles of N(0, 1), f less its mean and both in units
/// of f's deviation; then the facts: logarithms of deviation and chi = E g^2 / E f^2, the mean of
/// f, shares of f's variance that are linear and quadratic (Hermite coefficients), slopes far left
/// and right, how much g varies and how much of that in its largest jump, the shares of inputs
/// where g is near 0 and where it falls below, the number of trainable parameters. Empty where g is
/// not finite or f constant.
std::vector<double> features_of(const space::Gradient& g);
/// Of any activation's text.
std::vector<double> features_of(const std::string& activation);

}  // namespace antigrad::search
