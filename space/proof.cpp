#include "space/proof.hpp"

#include <algorithm>
#include <cmath>

#include "space/builder.hpp"
#include "space/enclose.hpp"

namespace antigrad::space {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

std::string_view to_string(Verdict v) {
  return v == Verdict::proved ? "proved" : v == Verdict::refuted ? "refuted" : "unknown";
}

namespace {

/// Rows with a jump, found by proof: step.
std::vector<bool> rows_that_jump() {
  std::vector<bool> out;
  for (std::size_t i = 0; i < primitives().size(); ++i) {
    bool jumps = false;
    if (!primitives()[i].core) {
      Builder row;
      const Cover cover(row.finish(row.apply(static_cast<Op>(i), row.variable())), {});
      for (const Cover::Kink& k : cover.kinks()) jumps = jumps || !(k.left[0] - k.right[0]).is(0);
    }
    out.push_back(jumps);
  }
  return out;
}

}  // namespace

bool continuous_by_form(const Expr& e) {
  static const std::vector<bool> jumps = rows_that_jump();
  return std::ranges::none_of(e.nodes, [&](const Node& n) {
    return n.op == Op::Less || n.op == Op::LessEqual || n.op == Op::CopySign ||
           jumps[static_cast<std::size_t>(n.op)];
  });
}

namespace {

/// The highest power of X that the integral of the tail can grow with; below 1: it grows slower
/// than X.
double integrated_power(const Tail& slope) {
  double highest = 0;
  for (const Tail::Term& t : slope.terms())
    if (!t.factor.is(0) && Tail::algebraic(t.growth))
      highest = std::fmax(highest, t.growth.power + 1);
  return highest;
}

/// f far out, where its closed form sums parts whose growth cancels: coefficients are rounded, so a
/// rest of 1e-16 X may be left that the integral of g does not have. Unknown where more is left.
Tail without_residue(const Tail& f, const Tail& slope) {
  constexpr double kResidue = 1e-12;
  if (!f.known() || !slope.known()) return f;
  const double highest = integrated_power(slope);
  Tail out = Tail::number(Ball(), f.from());
  for (const Tail::Term& t : f.terms()) {
    const bool residue = Tail::algebraic(t.growth) && t.growth.power > highest;
    if (!residue)
      out.add(t);
    else if (!(std::fabs(t.factor.middle()) + t.factor.radius() <= kResidue))
      return Tail::unknown(f.from());
  }
  return out;
}

}  // namespace

Proof::Proof(const Activation& activation)
    : activation_(activation), base_(activation.by_f ? 0 : 1) {
  for (const Parameter& p : activation_.parameters) theta_.emplace_back(p.start);
  const Expr& e = base_ == 0 ? activation_.f : activation_.g;
  cover_ = std::make_unique<Cover>(e, theta_);
  by_form_ = !cover_->kinks().empty() && continuous_by_form(e);
}

Ball Proof::f(const Ball& x) const { return enclose(activation_.f, x, theta_); }

Ball Proof::at(int d, const Ball& x) { return d < base_ ? f(x) : cover_->at(d - base_, x); }

const std::vector<Cover::Piece>& Proof::signs(int d) { return cover_->signs(d - base_); }

const Tail& Proof::far(int d, int side) {
  if (d >= base_) return cover_->far(d - base_, side);
  if (far_f_.empty()) {
    for (const int s : {-1, 1}) {
      double reach = cover_->far(0, s).from();
      Tail t = tail(activation_.f, s, reach, theta_);
      for (int k = 0; k < 6 && !t.known(); ++k) t = tail(activation_.f, s, reach *= 2, theta_);
      far_f_.push_back(without_residue(t, tail(activation_.g, s, reach, theta_)));
    }
  }
  return far_f_[side < 0 ? 0 : 1];
}

/// f between the points where g changes its sign, and its limits.
Cover::Extreme Proof::extreme_of_f(int sign) {
  Cover::Extreme best{-kInfinity, -kInfinity, NAN};
  const auto reached = [&](const Ball& b, double x, bool taken = true) {
    const double lo = sign > 0 ? b.lower() : -b.upper(), hi = sign > 0 ? b.upper() : -b.lower();
    if (std::isnan(best.at) || (taken && hi > best.hi)) best.at = x;
    if (taken) best.lo = std::fmax(best.lo, lo);
    best.hi = std::fmax(best.hi, hi);
  };
  const auto& pieces = signs(1);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Cover::Piece& p = pieces[i];
    for (const int side : {-1, 1}) {
      if (!std::isinf(side < 0 ? p.lo : p.hi)) continue;
      const auto limit = far(0, side).limit();
      if (!limit || p.sign == Cover::Sign::open)
        reached(far(0, side).range(), side * kInfinity, false);
      if (limit && limit->infinite == sign)
        return sign > 0 ? Cover::Extreme{kInfinity, kInfinity, side * kInfinity}
                        : Cover::Extreme{-kInfinity, -kInfinity, side * kInfinity};
      if (limit && limit->infinite == 0) reached(limit->value, side * kInfinity);
    }
    if (p.sign == Cover::Sign::open && std::isfinite(p.lo) && std::isfinite(p.hi))
      reached(f(Ball::between(p.lo, p.hi)), 0.5 * (p.lo + p.hi), false);
    if (i == 0) continue;
    const double a = std::fmin(pieces[i - 1].hi, p.lo), b = std::fmax(pieces[i - 1].hi, p.lo);
    reached(f(Ball::between(a, b)), 0.5 * (a + b));
  }
  if (pieces.size() == 1) reached(f(Ball(0.0)), 0);
  return sign > 0 ? best : Cover::Extreme{-best.hi, -best.lo, best.at};
}

Cover::Extreme Proof::supremum(int d) {
  return d < base_ ? extreme_of_f(1) : cover_->supremum(d - base_);
}
Cover::Extreme Proof::infimum(int d) {
  return d < base_ ? extreme_of_f(-1) : cover_->infimum(d - base_);
}

Cover::Extreme Proof::largest(int d) {
  const Cover::Extreme top = supremum(d), bottom = infimum(d);
  const Cover::Extreme size{std::fmax(top.lo, -bottom.hi), std::fmax(top.hi, -bottom.lo),
                            top.lo >= -bottom.hi ? top.at : bottom.at};
  return size;
}

std::optional<Proof::Line> Proof::asymptote(int side) {
  const Tail& t = far(0, side);
  if (!t.known()) return std::nullopt;
  Line line;
  for (const Tail::Term& term : t.terms()) {
    const Tail::Growth& g = term.growth;
    const bool plain =
        g.cubic.is_zero() && g.quadratic.is_zero() && g.linear.is_zero() && g.logs == 0;
    if (plain && g.power == 1 && term.constant)
      line.slope = Ball(side) * term.factor;
    else if (plain && g.power == 0 && term.constant)
      line.intercept = term.factor;
    else if (!Tail::vanishes(g))
      return std::nullopt;
  }
  return line;
}

Smoothness Proof::smoothness(const Cover::Kink& kink) const {
  Smoothness out{kink.at, base_ - 1, std::nullopt};
  double factorial = 1;
  for (int k = 0; k < kink.left.size(); ++k, factorial *= k) {
    const Ball difference = kink.left[k] - kink.right[k];
    if (difference.is(0) || (k == 0 && by_form_)) {
      out.proved = base_ + k;
      continue;
    }
    if (!difference.has_zero()) {
      out.refuted = base_ + k;
      out.left = kink.left[k].middle() * factorial;
      out.right = kink.right[k].middle() * factorial;
    }
    return out;
  }
  return out;
}

const std::vector<Smoothness>& Proof::kinks() {
  if (!kinks_) {
    kinks_.emplace();
    for (const Cover::Kink& k : cover_->kinks()) kinks_->push_back(smoothness(k));
  }
  return *kinks_;
}

}  // namespace antigrad::space
