#include "space/activation.hpp"

#include <fmt/format.h>

#include <cctype>
#include <cmath>

#include "space/gradient.hpp"
#include "space/text.hpp"
#include "space/zoo.hpp"

namespace antigrad::space {
namespace {

double softplus(double r) { return std::fmax(r, 0) + std::log1p(std::exp(-std::fabs(r))); }
double inverse_softplus(double t) { return t + std::log(-std::expm1(-t)); }
double logistic(double r) { return 1 / (1 + std::exp(-r)); }

/// Whether a text can only be a name of the zoo: not "x", "-x", "x-1", "1e-3".
bool is_name(std::string_view text) {
  const bool letter = !text.empty() && std::isalpha(static_cast<unsigned char>(text.front()));
  if (!letter || text == "x" || text.starts_with("x-")) return false;
  for (const char c : text)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
          c == '-'))
      return false;
  return true;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// "f: EXPRESSION": g is derived from f.
Activation from_function(std::string_view expression) {
  Activation a;
  a.f = parse(expression);
  a.g = derivative(a.f);
  a.text = "f: " + to_string(a.f);
  a.rules = "given by f; g derived";
  return a;
}

}  // namespace

double to_raw(const Domain& d, double theta) {
  if (std::isinf(d.lo) && std::isinf(d.hi)) return theta;
  if (std::isinf(d.hi)) return inverse_softplus(theta - d.lo);
  if (std::isinf(d.lo)) return inverse_softplus(d.hi - theta);
  return std::log((theta - d.lo) / (d.hi - theta));
}

double from_raw(const Domain& d, double raw) {
  if (std::isinf(d.lo) && std::isinf(d.hi)) return raw;
  if (std::isinf(d.hi)) return d.lo + softplus(raw);
  if (std::isinf(d.lo)) return d.hi - softplus(raw);
  return d.lo + (d.hi - d.lo) * logistic(raw);
}

double transform_slope(const Domain& d, double raw) {
  if (std::isinf(d.lo) && std::isinf(d.hi)) return 1;
  if (std::isinf(d.hi)) return logistic(raw);
  if (std::isinf(d.lo)) return -logistic(raw);
  return (d.hi - d.lo) * logistic(raw) * logistic(-raw);
}

Activation parse_activation(std::string_view text) {
  text = trimmed(text);
  if (text.empty())
    throw Error("empty activation: expected a name of the zoo, a gradient or \"f: FORMULA\"");
  if (text.starts_with("f:")) return from_function(text.substr(2));
  const ZooEntry* const entry = find_in_zoo(text);
  if (entry) {
    Activation a = parse_activation(entry->text);
    a.name = entry->name;
    return a;
  }
  if (is_name(text)) {
    std::vector<std::string> known;
    for (const ZooEntry& e : zoo()) known.push_back(e.name);
    throw Error(
        fmt::format("unknown activation \"{}\":{} `antigrad zoo` lists the names; a gradient is "
                    "written like \"sigmoid(x)\"",
                    text, did_you_mean(text, known)));
  }
  return integrate(parse_gradient(text));
}

}  // namespace antigrad::space
