#include "kernels/export/subject.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "kernels/cancellation.hpp"
#include "kernels/values.hpp"
#include "space/error.hpp"
#include "space/source_text.hpp"
#include "space/text.hpp"

namespace antigrad::kernels {
namespace {

using space::Activation;

bool letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

std::string range_text(const Activation& activation, std::size_t k) {
  return "in " + space::to_string(activation.parameters[k].domain, activation.parameters);
}

/// Names that C, C++, Python, their libraries and the exported files use themselves.
bool taken(const std::string& name) {
  static const std::vector<std::string> words{
      "self",     "torch",  "triton",   "tl",    "jax",      "jnp",      "np",    "math",
      "x",        "y",      "gy",       "gx",    "ggx",      "n",        "main",  "theta",
      "place",    "number", "exp",      "log",   "sin",      "cos",      "tan",   "tanh",
      "atan",     "erf",    "erfc",     "expm1", "log1p",    "sqrt",     "fabs",  "fma",
      "gamma",    "logb",   "ldexp",    "y0",    "y1",       "yn",       "j0",    "j1",
      "jn",       "signal", "this",     "new",   "delete",   "template", "bool",  "namespace",
      "operator", "apply",  "gradient", "wide",  "integral", "horner",   "worst", "lax",
      "inside"};
  return space::is_keyword(name) || std::ranges::count(words, name) > 0;
}

/// t0, p12: what generated lines are called.
bool generated(const std::string& name) {
  return name.size() > 1 && (name[0] == 't' || name[0] == 'p') &&
         std::ranges::all_of(name.substr(1), digit);
}

std::string usable(const std::string& name) {
  return name + (taken(name) || generated(name) ? "_" : "");
}

}  // namespace

void check(const Subject& subject) {
  const Activation& a = subject.activation;
  for (const Place& place : subject.places) {
    if (place.theta.size() != a.parameters.size())
      throw space::Error(fmt::format("export of \"{}\": got {} parameter values, expected {} ({})",
                                     a.text, place.theta.size(), a.parameters.size(),
                                     fmt::join(space::names_of(a.parameters), ", ")));
    for (std::size_t k = 0; k < place.theta.size(); ++k)
      if (!space::inside(a.parameters, place.theta, k))
        throw space::Error(fmt::format("export of \"{}\": {} = {} is not {}", a.text,
                                       a.parameters[k].name, place.theta[k], range_text(a, k)));
  }
}

std::vector<double> start_values(const Subject& subject) {
  return subject.places.empty() ? space::starts_of(subject.activation.parameters)
                                : subject.places.front().theta;
}

space::Activation trained(const Subject& subject) {
  Activation a = subject.activation;
  const auto theta = start_values(subject);
  for (std::size_t k = 0; k < theta.size(); ++k) a.parameters[k].start = theta[k];
  return a;
}

Thetas thetas_of(const Subject& subject) {
  Thetas all;
  for (const Place& place : subject.places) all.push_back(place.theta);
  return all;
}

std::string class_name(const Subject& subject) {
  std::string name;
  bool capital = true;
  for (const char c : subject.name) {
    const bool word = letter(c) || digit(c);
    if (word && !(name.empty() && digit(c)))
      name += capital ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    capital = !word;
  }
  return name.empty() ? "Discovered" : name;
}

std::string identifier(const Subject& subject) {
  std::string name;
  for (const char c : subject.name) {
    if (letter(c) || (digit(c) && !name.empty()))
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!name.empty() && name.back() != '_')
      name += '_';
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  return name.empty() ? "discovered" : usable(name);
}

std::vector<std::string> parameter_names(const Subject& subject) {
  std::vector<std::string> names;
  for (const auto& p : subject.activation.parameters) names.push_back(usable(p.name));
  return names;
}

std::vector<std::string> headlines(const Subject& subject) {
  const Activation& a = subject.activation;
  const auto names = space::names_of(a.parameters);
  std::vector<std::string> lines;
  if (!subject.title.empty()) lines.push_back(subject.title);
  const std::string factor = subject.gain == 1 ? ""
                                               : fmt::format(", times {} as it was trained",
                                                             space::to_string(subject.gain));
  lines.push_back(fmt::format("{}: {}{}", a.by_f ? "Definition" : "Gradient", a.text, factor));
  lines.push_back("f(x) = " + space::to_string(a.f, names));
  lines.push_back("f'(x) = " + space::to_string(a.g, names));
  const auto start = start_values(subject);
  for (std::size_t k = 0; k < start.size(); ++k)
    lines.push_back(fmt::format("{} {}, {} {}", names[k], range_text(a, k),
                                subject.places.empty() ? "starts at" : "trained to",
                                space::to_string(start[k])));
  if (subject.places.size() > 1)
    lines.push_back(fmt::format("trained at {} places; the first one's values are the start",
                                subject.places.size()));
  if (!subject.source.empty()) lines.push_back("Source: " + subject.source);
  lines.push_back("License: MIT. Written by antigrad.");
  return lines;
}

Thetas distinct_places(const Subject& subject) {
  const bool one = subject.places.empty() || subject.activation.parameters.empty();
  return one ? Thetas{start_values(subject)} : thetas_of(subject);
}

Samples samples(const Subject& subject, const std::vector<double>& theta, int count) {
  const space::Expr e = values_of(subject.activation);
  Samples s;
  s.gtheta.resize(theta.size());
  for (int i = 0; i < count; ++i) {
    const double x = static_cast<float>(-6.0371 + 12.06 * i / (count - 1));
    const double gy = ((i * 7) % 11 - 4) * 0.25;
    const auto v = evaluated<double>(e, x, theta);
    s.x.push_back(x);
    s.gy.push_back(gy);
    s.y.push_back(v[0]);
    s.gx.push_back(gy * v[1]);
    for (std::size_t k = 0; k < theta.size(); ++k) s.gtheta[k] += gy * v[2 + k];
  }
  return s;
}

std::vector<Samples> samples_of_places(const Subject& subject) {
  const Thetas places = distinct_places(subject);
  std::vector<Samples> all;
  for (const auto& theta : places)
    all.push_back(samples(subject, theta, std::max(16, 64 / static_cast<int>(places.size()))));
  return all;
}

bool needs_double(const Subject& subject) {
  const space::Expr e = values_of(subject.activation);
  const Thetas thetas = starts_and(trained(subject), thetas_of(subject));
  return float32_error(e, e, thetas) > kFileTolerance;
}

bool lowered_needs_double(const Subject& subject) {
  return cancels(trained(subject), thetas_of(subject), kFileTolerance);
}

}  // namespace antigrad::kernels
