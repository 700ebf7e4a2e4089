// The supernet's gradient is written as text, so that it is read, integrated and checked like any
// other.
#include "trainer/meta/mixture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "space/error.hpp"
#include "space/gradient.hpp"
#include "space/text.hpp"

namespace antigrad::trainer {
namespace {

/// Order of the numbers of one side, largest logit first.
std::vector<std::size_t> ranked(const std::vector<double>& logits, std::size_t begin,
                                std::size_t end) {
  std::vector<std::size_t> order(end - begin);
  std::iota(order.begin(), order.end(), begin);
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return logits[a] > logits[b]; });
  return order;
}

/// The first `terms` of a ranking, and the same with the last of them exchanged for each later one.
std::vector<std::vector<std::size_t>> choices(const std::vector<std::size_t>& order,
                                              std::size_t terms) {
  terms = std::min(terms, order.size());
  std::vector<std::vector<std::size_t>> all;
  for (std::size_t last = terms - 1; last < order.size(); ++last) {
    std::vector<std::size_t> one(order.begin(),
                                 order.begin() + static_cast<std::ptrdiff_t>(terms - 1));
    one.push_back(order[last]);
    all.push_back(std::move(one));
  }
  return all;
}

constexpr std::size_t kMost = 16;  // parameters of an activation

bool integrates(const std::string& text) {
  try {
    space::parse_activation(text);
    return true;
  } catch (const space::Error&) {
    return false;
  }
}

std::string four_digits(double v) { return fmt::format("{:.4g}", v); }

}  // namespace

std::vector<std::string> usual_left_terms() { return {"1", "exp", "-gaussian"}; }

std::vector<std::string> usual_right_terms() { return {"1", "x", "tanh", "sech2"}; }

Mixture::Mixture(std::vector<std::string> left, std::vector<std::string> right) {
  if (left.size() < 2 || right.size() < 2)
    throw space::Error(fmt::format("expected at least two terms on either side, got {} and {}",
                                   left.size(), right.size()));
  std::string head, body;
  add_side(head, body, left, 'l');
  left_ = terms_.size();
  body += " | 0 | ";
  add_side(head, body, right, 'r');
  if (parameters_ > kMost)
    throw space::Error(
        fmt::format("the terms have {} parameters, {} is the most: three of a primitive, one of "
                    "\"1\" and \"x\"; "
                    "mix fewer at a time",
                    parameters_, kMost));
  activation_ = space::parse_activation("[" + head + "] " + body);
}

void Mixture::add_side(std::string& head, std::string& body, const std::vector<std::string>& names,
                       char side) {
  const auto start = space::to_string(1.0 / static_cast<double>(names.size()));
  for (std::size_t i = 0; i < names.size(); ++i) {
    Term term{names[i], 1, parameters_, false};
    if (term.name.starts_with('-')) {
      term.name.erase(0, 1);
      term.sign = -1;
    }
    term.primitive = term.name != "1" && term.name != "x";
    const std::string share = fmt::format("m{}{}", side, i);
    head += fmt::format("{}{} = {}", head.empty() ? "" : ", ", share, start);
    body += i == 0 ? (term.sign < 0 ? "-" : "") : term.sign < 0 ? " - " : " + ";
    if (term.primitive) {
      head += fmt::format(", a{0}{1} = 1 in (0, inf), b{0}{1} = 0", side, i);
      body += fmt::format("{0}*{1}(a{2}{3}*x + b{2}{3})", share, term.name, side, i);
    } else {
      body += term.name == "1" ? share : share + "*x";
    }
    shares_.push_back(parameters_);
    parameters_ += term.primitive ? 3 : 1;
    terms_.push_back(std::move(term));
  }
}

std::vector<double> Mixture::softmax(const std::vector<double>& logits, double temperature) const {
  std::vector<double> shares(logits.size());
  const auto side = [&](std::size_t begin, std::size_t end) {
    const double most = *std::max_element(logits.begin() + static_cast<std::ptrdiff_t>(begin),
                                          logits.begin() + static_cast<std::ptrdiff_t>(end));
    double sum = 0;
    for (std::size_t i = begin; i < end; ++i)
      sum += shares[i] = std::exp((logits[i] - most) / temperature);
    for (std::size_t i = begin; i < end; ++i) shares[i] /= sum;
  };
  side(0, left_);
  side(left_, logits.size());
  return shares;
}

std::vector<double> Mixture::pull_back(const std::vector<double>& gradient,
                                       const std::vector<double>& logits,
                                       double temperature) const {
  const std::vector<double> shares = softmax(logits, temperature);
  std::vector<double> out(logits.size());
  const auto side = [&](std::size_t begin, std::size_t end) {
    double mean = 0;
    for (std::size_t i = begin; i < end; ++i) mean += shares[i] * gradient[i];
    for (std::size_t i = begin; i < end; ++i)
      out[i] = shares[i] * (gradient[i] - mean) / temperature;
  };
  side(0, left_);
  side(left_, logits.size());
  return out;
}

std::string Mixture::fixed(const std::vector<std::size_t>& chosen,
                           const std::vector<double>& shares,
                           const std::vector<double>& theta) const {
  double sum = 0;
  for (const std::size_t i : chosen) sum += shares[i];
  std::string text;
  for (const std::size_t i : chosen) {
    const Term& term = terms_[i];
    if (!text.empty()) text += " + ";
    text += four_digits(term.sign * shares[i] / sum);
    if (term.primitive)
      text += fmt::format("*{}({}*x + {})", term.name, four_digits(theta[term.share + 1]),
                          four_digits(theta[term.share + 2]));
    if (term.name == "x") text += "*x";
  }
  return text;
}

std::vector<std::string> Mixture::discrete(const std::vector<double>& logits,
                                           const std::vector<double>& theta, std::size_t terms,
                                           std::size_t count) const {
  const std::vector<double> shares = softmax(logits, 1);
  const auto left = choices(ranked(logits, 0, left_), terms);
  const auto right = choices(ranked(logits, left_, logits.size()), terms);
  std::vector<std::string> texts;
  for (std::size_t total = 0; total < left.size() + right.size() - 1;
       ++total)  // few exchanges first
    for (std::size_t l = 0; l <= std::min(total, left.size() - 1); ++l) {
      if (total - l >= right.size() || texts.size() == count) continue;
      const std::string text =
          fixed(left[l], shares, theta) + " | 0 | " + fixed(right[total - l], shares, theta);
      if (integrates(text)) texts.push_back(space::to_string(space::parse_gradient(text)));
    }
  return texts;
}

}  // namespace antigrad::trainer
