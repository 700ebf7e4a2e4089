#include "kernels/export/torch_parameters.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/export/dialect.hpp"
#include "kernels/export/python_text.hpp"

namespace antigrad::kernels {
namespace {

using space::Parameter;

bool bounded(const Parameter& p) { return !(std::isinf(p.domain.lo) && std::isinf(p.domain.hi)); }

/// {0}, {1}: how far from a bound values stay, relative and absolute.
constexpr const char* kInside = R"py(
def inside(raw, low, high):
    """The number between low and high (None: unbounded) that an unbounded one stands for; in float32 at least."""
    raw = raw if raw.dtype == torch.float64 else raw.float()
    if high is None:
        theta = low + torch.nn.functional.softplus(raw)
    elif low is None:
        theta = high - torch.nn.functional.softplus(raw)
    else:
        theta = low + (high - low) * torch.sigmoid(raw)
    if low is not None:  # where rounding would reach a bound
        theta = theta.clamp(min=low + {0} * abs(low) + {1})
    if high is not None:
        theta = theta.clamp(max=high - {0} * abs(high) - {1})
    return theta

)py";

std::string row(const std::vector<double>& values) {
  std::vector<std::string> texts;
  for (const double v : values) texts.push_back(python_number(v));
  return fmt::format("    ({},),\n", fmt::join(texts, ", "));
}

/// One row a place, as PLACES.
std::string raw_table(const Subject& subject) {
  const auto& parameters = subject.activation.parameters;
  std::vector<Place> places = subject.places;
  if (places.empty()) places.push_back({"", start_values(subject)});
  std::string rows;
  for (const Place& place : places) {
    std::vector<double> raw;
    for (std::size_t k = 0; k < parameters.size(); ++k)
      raw.push_back(space::to_raw(parameters[k].domain, place.theta[k], place.theta));
    rows += row(raw);
  }
  return "# The same as unbounded numbers, which a module trains.\nRAW = (\n" + rows + ")\n";
}

/// A bound as Python: a number, one times an earlier parameter, or None.
std::string bound(double value, int of, const std::vector<std::string>& names) {
  if (of < 0) return std::isinf(value) ? "None" : python_number(value);
  return python_number(value) + " * " + names[static_cast<std::size_t>(of)];
}

std::string value(const Parameter& p, const std::vector<std::string>& names,
                  const std::string& name) {
  if (!bounded(p)) return "self.theta_" + p.name;
  return fmt::format("inside(self.raw_{}, {}, {})  # {}", p.name,
                     bound(p.domain.lo, p.domain.lo_of, names),
                     bound(p.domain.hi, p.domain.hi_of, names), name);
}

}  // namespace

TorchParameters torch_parameters(const Subject& subject) {
  const auto& parameters = subject.activation.parameters;
  const auto names = parameter_names(subject);
  TorchParameters text;
  if (parameters.empty()) return text;
  if (std::ranges::any_of(parameters, bounded))
    text.helpers = raw_table(subject) + "\n" +
                   fmt::format(kInside, python_number(space::Domain::kEdge),
                               python_number(space::Domain::kTiny));
  text.method =
      "    def theta(self):\n"
      "        \"\"\"The values of PARAMETERS, each inside its domain.\"\"\"\n";
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    const Parameter& p = parameters[k];
    text.fields +=
        fmt::format("        self.{}_{} = torch.nn.Parameter(torch.tensor({}[place][{}]))\n",
                    bounded(p) ? "raw" : "theta", p.name, bounded(p) ? "RAW" : "PLACES", k);
    text.method += fmt::format("        {} = {}\n", names[k],
                               value(p, names, space::to_string(p.domain, parameters)));
  }
  text.method += fmt::format("        return ({},)\n\n", fmt::join(names, ", "));
  const PythonTest test = python_test(subject);
  text.test = fmt::format(
      "    for got, want in zip({}({}).theta(), PLACES[{}], strict=True):\n"
      "        assert abs(float(got) - want) <= 1e-6 * max(1, abs(want)), (float(got), want)\n",
      class_name(subject), test.several ? test.place : "", test.place);
  return text;
}

}  // namespace antigrad::kernels
