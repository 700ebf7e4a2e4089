// Expressions in ball arithmetic: what f is proved to be on an interval, with its Taylor
// coefficients.
#pragma once
#include <span>

#include "space/ball.hpp"
#include "space/expr.hpp"

namespace antigrad::space {

/// Holds e(x; theta) for every point of x and theta; the whole line where nothing is known.
Ball enclose(const Expr& e, const Ball& x, std::span<const Ball> theta = {});

/// Holds the exact antiderivative that the table stands for.
Ball enclose(const Table& table, const Ball& x);

/// The first n coefficients of t -> e(p + t; theta), for every point p of x: [k] holds
/// e^(k)(p) / k!. Across a kink that `switches` leaves open, the coefficients from 1 on are the
/// whole line.
Jet enclose_jet(const Expr& e, const Ball& x, int n, std::span<const Ball> theta = {},
                Switches* switches = nullptr);

}  // namespace antigrad::space
