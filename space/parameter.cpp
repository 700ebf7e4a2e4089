#include "space/parameter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "space/text.hpp"

namespace antigrad::space {
namespace {

constexpr std::size_t kMaxParameters = 16;

double softplus(double r) { return std::fmax(r, 0) + std::log1p(std::exp(-std::fabs(r))); }
double inverse_softplus(double t) { return t + std::log(-std::expm1(-t)); }
double logistic(double r) { return 1 / (1 + std::exp(-r)); }

/// factor * (the interval `range`), with 0 * inf = 0.
Domain times(double factor, const Domain& range) {
  const auto product = [factor](double v) { return factor == 0 ? 0 : factor * v; };
  const double a = product(range.lo), b = product(range.hi);
  return {std::fmin(a, b), std::fmax(a, b)};
}

std::string bound_text(double v, int of, std::span<const Parameter> parameters) {
  const std::string number = std::isinf(v) ? (v < 0 ? "-inf" : "inf") : to_string(v);
  if (of < 0) return number;
  const std::string& name = parameters[static_cast<std::size_t>(of)].name;
  return v == 1 ? name : number + "*" + name;
}

void check_name(const std::string& name, std::span<const Parameter> before, const Where& at) {
  if (std::ranges::count(before, name, &Parameter::name))
    throw Error(at, fmt::format("parameter \"{}\" declared twice", name));
  for (const char* const taken : {"x", "pi", "inf", "in", "f", "g", "gate"})
    if (name == taken)
      throw Error(at, fmt::format("\"{}\" cannot name a parameter: the formula uses it", name));
}

/// Whether lo < hi for all values that the earlier parameters can take.
bool never_empty(const Domain& d, std::span<const Parameter> before) {
  if (!d.joint()) return d.lo < d.hi;
  if (d.lo_of == d.hi_of) {
    const Domain scale = hull(before, static_cast<std::size_t>(d.lo_of));
    return (scale.lo >= 0 && d.lo < d.hi) || (scale.hi <= 0 && d.lo > d.hi);
  }
  const auto range = [&](double v, int of) {
    return of < 0 ? Domain{v, v} : times(v, hull(before, static_cast<std::size_t>(of)));
  };
  return range(d.lo, d.lo_of).hi <= range(d.hi, d.hi_of).lo;
}

void check_domain(std::span<const Parameter> all, const Where& at) {
  const Parameter& p = all.back();
  const std::string text = to_string(p.domain, all);
  if (!never_empty(p.domain, all.first(all.size() - 1)))
    throw Error(at, p.domain.joint()
                        ? fmt::format("domain {} of {} can become empty; narrow the domain of the "
                                      "parameter in its bound, like in (0, inf)",
                                      text, p.name)
                        : fmt::format("domain {} of {} is empty", text, p.name));
  if (!inside(all, starts_of(all), all.size() - 1))
    throw Error(at, fmt::format("start value {} of {} is outside its open domain {}",
                                to_string(p.start), p.name, text));
}

/// A number, inf, a number times an earlier parameter, or such a parameter alone.
void read_bound(Scanner& in, std::span<const Parameter> before, double& value, int& of) {
  const auto parameter = [&] {
    const Where at = in.here();
    const std::string name = in.name();
    const auto it = std::ranges::find(before, name, &Parameter::name);
    if (it == before.end())
      throw Error(at, fmt::format("\"{}\" in a bound: expected a parameter that stands earlier in "
                                  "the list;{}",
                                  name, did_you_mean(name, names_of(before))));
    return static_cast<int>(it - before.begin());
  };
  if (in.name_next() && !in.word_next("inf")) {
    value = 1;
    of = parameter();
    return;
  }
  value = in.signed_number_or_inf();
  if (!in.accept('*')) return;
  if (std::isinf(value)) in.fail("a bound is a finite number times a parameter, got inf");
  of = parameter();
}

Parameter read_parameter(Scanner& in, std::span<const Parameter> before) {
  const Where at = in.here();
  Parameter p{in.name(), 0, {-INFINITY, INFINITY}};
  check_name(p.name, before, at);
  in.expect('=', "and a start value after a parameter's name");
  p.start = in.signed_number_or_inf();
  if (!in.accept(std::string_view("in"))) return p;
  in.expect('(', "to open the domain");
  read_bound(in, before, p.domain.lo, p.domain.lo_of);
  in.expect(',', "between the bounds of the domain");
  read_bound(in, before, p.domain.hi, p.domain.hi_of);
  in.expect(')', "to close the domain");
  return p;
}

/// The transform before it is held off the bounds.
double unheld(const Domain& d, double raw) {
  if (std::isinf(d.lo) && std::isinf(d.hi)) return raw;
  if (std::isinf(d.hi)) return d.lo + softplus(raw);
  if (std::isinf(d.lo)) return d.hi - softplus(raw);
  return d.lo + (d.hi - d.lo) * logistic(raw);
}

/// The closed interval in which values stay.
Domain held_inside(const Domain& d) {
  const auto edge = [&](double bound) {
    return std::fmin(Domain::kEdge * std::fabs(bound) + Domain::kTiny, (d.hi - d.lo) / 4);
  };
  return {std::isinf(d.lo) ? d.lo : d.lo + edge(d.lo), std::isinf(d.hi) ? d.hi : d.hi - edge(d.hi)};
}

}  // namespace

Domain resolved(const Domain& d, std::span<const double> earlier) {
  const auto bound = [&](double v, int of) {
    return of < 0 ? v : v * earlier[static_cast<std::size_t>(of)];
  };
  return {bound(d.lo, d.lo_of), bound(d.hi, d.hi_of)};
}

Domain hull(std::span<const Parameter> parameters, std::size_t k) {
  const Domain& d = parameters[k].domain;
  const auto range = [&](double v, int of) {
    return of < 0 ? Domain{v, v} : times(v, hull(parameters, static_cast<std::size_t>(of)));
  };
  return {range(d.lo, d.lo_of).lo, range(d.hi, d.hi_of).hi};
}

bool inside(std::span<const Parameter> parameters, std::span<const double> theta, std::size_t k) {
  const Domain d = resolved(parameters[k].domain, theta);
  return theta[k] > d.lo && theta[k] < d.hi;
}

double to_raw(const Domain& domain, double theta, std::span<const double> earlier) {
  const Domain d = resolved(domain, earlier);
  if (std::isinf(d.lo) && std::isinf(d.hi)) return theta;
  if (std::isinf(d.hi)) return inverse_softplus(theta - d.lo);
  if (std::isinf(d.lo)) return inverse_softplus(d.hi - theta);
  return std::log((theta - d.lo) / (d.hi - theta));
}

double from_raw(const Domain& domain, double raw, std::span<const double> earlier) {
  const Domain d = resolved(domain, earlier);
  const Domain held = held_inside(d);
  return std::fmin(std::fmax(unheld(d, raw), held.lo), held.hi);
}

double transform_slope(const Domain& domain, double raw, std::span<const double> earlier) {
  const Domain d = resolved(domain, earlier);
  const Domain held = held_inside(d);
  const double theta = unheld(d, raw);
  if (theta < held.lo || theta > held.hi) return 0;
  if (std::isinf(d.lo) && std::isinf(d.hi)) return 1;
  if (std::isinf(d.hi)) return logistic(raw);
  if (std::isinf(d.lo)) return -logistic(raw);
  return (d.hi - d.lo) * logistic(raw) * logistic(-raw);
}

std::vector<double> from_raw(std::span<const Parameter> parameters, std::span<const double> raw) {
  std::vector<double> theta;
  for (std::size_t k = 0; k < parameters.size(); ++k)
    theta.push_back(from_raw(parameters[k].domain, raw[k], theta));
  return theta;
}

std::vector<double> starts_of(std::span<const Parameter> parameters) {
  std::vector<double> out;
  for (const Parameter& p : parameters) out.push_back(p.start);
  return out;
}

std::vector<std::string> names_of(std::span<const Parameter> parameters) {
  std::vector<std::string> out;
  for (const Parameter& p : parameters) out.push_back(p.name);
  return out;
}

std::string to_string(const Domain& d, std::span<const Parameter> parameters) {
  return fmt::format("({}, {})", bound_text(d.lo, d.lo_of, parameters),
                     bound_text(d.hi, d.hi_of, parameters));
}

std::string to_string(std::span<const Parameter> parameters) {
  std::string out;
  for (const Parameter& p : parameters) {
    out += (out.empty() ? "[" : ", ") + p.name + " = " + to_string(p.start);
    if (p.domain != Domain{-INFINITY, INFINITY}) out += " in " + to_string(p.domain, parameters);
  }
  return out.empty() ? out : out + "] ";
}

std::vector<Parameter> read_parameters(Scanner& in) {
  std::vector<Parameter> out;
  if (!in.accept('[')) return out;
  do {
    const Where at = in.here();
    out.push_back(read_parameter(in, out));
    check_domain(out, at);
    if (out.size() > kMaxParameters)
      throw Error(at, fmt::format("more than {} parameters", kMaxParameters));
  } while (in.accept(','));
  in.expect(']', "to close the list of parameters");
  return out;
}

}  // namespace antigrad::space
