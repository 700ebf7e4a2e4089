// Trainable parameters and where they may be. A bound of a domain is a number or a number times an
// earlier parameter (SRS has no pole while beta < e alpha), so domains are read from left to right.
//
// Text, in front of a gradient or of "f:":
//   [alpha = 2 in (0, inf), beta = 3 in (0, 2.718281828459045*alpha)]
#pragma once
#include <span>
#include <string>
#include <vector>

#include "space/scanner.hpp"

namespace antigrad::space {

/// An open interval. lo_of, hi_of >= 0: that bound is multiplied by the parameter of that number,
/// which comes earlier in the list. The trainer holds an unbounded raw value r; theta =
/// transform(r), with lo and hi resolved: real: r; above lo (hi = inf): lo + softplus(r); below hi
/// (lo = -inf): hi - softplus(r); between: lo + (hi - lo) sigmoid(r). Where that rounds to a bound,
/// theta stays kEdge of the bound's size away from it, so that float32 never leaves the interval.
struct Domain {
  double lo, hi;
  int lo_of = -1, hi_of = -1;
  bool operator==(const Domain&) const = default;
  static constexpr double kEdge = 0x1p-20, kTiny = 1e-30;
  bool joint() const { return lo_of >= 0 || hi_of >= 0; }
};

/// A named trainable scalar; one value per place of the network where the activation stands.
struct Parameter {
  std::string name;
  double start;   // of theta itself, inside the domain
  Domain domain;  // open interval
  bool operator==(const Parameter&) const = default;
};

/// The interval at given values of the earlier parameters; itself when it is not joint.
Domain resolved(const Domain& domain, std::span<const double> earlier);
/// The smallest plain interval that holds every value which parameter k can reach.
Domain hull(std::span<const Parameter> parameters, std::size_t k);
/// Whether theta[k] lies inside its domain, given theta[0 .. k - 1].
bool inside(std::span<const Parameter> parameters, std::span<const double> theta, std::size_t k);

// `earlier`: theta of the parameters before this one; only a joint domain reads it.
double to_raw(const Domain& domain, double theta,
              std::span<const double> earlier = {});  // inverse transform
double from_raw(const Domain& domain, double raw, std::span<const double> earlier = {});
/// d theta / d raw at fixed earlier parameters.
double transform_slope(const Domain& domain, double raw, std::span<const double> earlier = {});
/// All of theta from all raw values.
std::vector<double> from_raw(std::span<const Parameter> parameters, std::span<const double> raw);

/// The start values, in order; the names, in order.
std::vector<double> starts_of(std::span<const Parameter> parameters);
std::vector<std::string> names_of(std::span<const Parameter> parameters);

/// "(0, 2.718281828459045*alpha)": numbers shortest-exact, other parameters by name.
std::string to_string(const Domain& domain, std::span<const Parameter> parameters);
/// "[a = 1, b = 2 in (0, inf)] ", with the blank; "" without parameters.
std::string to_string(std::span<const Parameter> parameters);

/// The list in brackets where one stands, else none. Throws Error with line and column: names taken
/// or reserved, a bound by a parameter that does not come earlier, a domain that is or can become
/// empty, a start outside it, more than 16.
std::vector<Parameter> read_parameters(Scanner& in);

}  // namespace antigrad::space
