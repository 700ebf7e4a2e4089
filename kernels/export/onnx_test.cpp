#include "kernels/export/onnx_test.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <utility>

#include "kernels/export/onnx_file.hpp"

namespace antigrad::kernels {
namespace {

using Columns = std::vector<std::vector<double>>;
using Float = std::numeric_limits<float>;

constexpr double kLimit = 1e-6;      // of outputs of n elements
constexpr double kSumsLimit = 1e-5;  // where sums of many stand beside them

std::vector<double> as_float(std::vector<double> values) {
  for (double& v : values) v = static_cast<double>(static_cast<float>(v));
  return values;
}

/// Inputs of a program: x, v of a gate, gy of a backward.
std::vector<double> row_of(const OnnxForm& form, double x, double v, double gy) {
  std::vector<double> row;
  for (const std::string& name : form.inputs) row.push_back(name == "x" ? x : name == "v" ? v : gy);
  return row;
}

template <class T>
std::vector<double> outputs_at(const Program& p, const std::vector<double>& row,
                               const std::vector<double>& theta) {
  const std::vector<T> inputs(row.begin(), row.end()), parameters(theta.begin(), theta.end());
  std::vector<T> out(p.expr.outputs.size());
  space::evaluate<T>(p.expr, inputs, parameters, out);
  return {out.begin(), out.end()};
}

/// What a model is run with, a row an element.
struct Run {
  std::vector<std::vector<double>> inputs, outputs;  // of the program, reductions not yet summed
};

Run common_run(const Subject& subject, const OnnxForm& form, const std::vector<double>& theta) {
  const Program p = form.make(subject.activation, Precision::formula, {});
  const Samples at = samples(subject, theta);
  Run run;
  for (std::size_t i = 0; i < at.x.size(); ++i) {
    const double v = 0.25 * static_cast<double>(static_cast<int>(i * 5 % 13) - 6);
    run.inputs.push_back(row_of(form, at.x[i], v, at.gy[i]));
    run.outputs.push_back(outputs_at<double>(p, run.inputs.back(), theta));
  }
  return run;
}

/// Whether the same computed in float32 keeps its digits there.
bool kept(const std::vector<double>& got, const std::vector<double>& want) {
  for (std::size_t k = 0; k < want.size(); ++k)
    if (got[k] != want[k] && !(std::isnan(got[k]) && std::isnan(want[k])) &&
        !(std::fabs(got[k] - want[k]) <= kLimit / 4 * std::fmax(1, std::fabs(want[k]))))
      return false;
  return true;
}

Run edge_run(const Subject& subject, const OnnxForm& form, const std::vector<double>& theta) {
  const Thetas thetas = thetas_of(subject);
  const space::Activation a = trained(subject);
  const Program exact = form.make(a, Precision::f64, thetas),
                narrow = form.make(a, Precision::f32, thetas);
  Run run;
  const auto add = [&](double x) {
    const auto row = row_of(form, x, 1.5, 1);
    auto want = as_float(outputs_at<double>(exact, row, theta));
    const bool certain = x == 0 || !std::isfinite(x) || form.wide;
    if (!certain && !kept(outputs_at<float>(narrow, row, theta), want)) return;
    run.inputs.push_back(row);
    run.outputs.push_back(std::move(want));
  };
  add(Float::quiet_NaN());
  // Denormals that survive a factor of 1/100: what vanishes is up to the runtime.
  for (const float size : {0.0F, 0x1p-138F, 0x1.fffffcp-127F, Float::min(), 1e10F, 1e20F, 1e30F,
                           Float::max(), Float::infinity()})
    for (const float x : {size, -size}) add(static_cast<double>(x));
  return run;
}

std::string file(const std::string& name, std::vector<double> values, bool scalar,
                 onnx::Type type = onnx::Type::f32) {
  std::vector<std::int64_t> dims;
  if (!scalar) dims.push_back(static_cast<std::int64_t>(values.size()));
  return onnx::encoded(onnx::Tensor{name, type, std::move(dims), std::move(values)});
}

std::vector<double> column(const std::vector<std::vector<double>>& rows, std::size_t k) {
  std::vector<double> values;
  for (const auto& row : rows) values.push_back(row[k]);
  return values;
}

/// The files of a run; place: -1 where the model has no such input.
std::vector<ExportedFile> files_of(const Run& run, const OnnxForm& form, std::size_t elementwise,
                                   int place, const std::string& folder) {
  std::vector<ExportedFile> files;
  for (std::size_t k = 0; k < form.inputs.size(); ++k)
    files.push_back({fmt::format("{}/input_{}.pb", folder, k),
                     file(form.inputs[k], column(run.inputs, k), false)});
  if (place >= 0)
    files.push_back({fmt::format("{}/input_{}.pb", folder, form.inputs.size()),
                     file("place", {static_cast<double>(place)}, true, onnx::Type::i64)});
  for (std::size_t k = 0; k < form.outputs.size(); ++k) {
    auto values = column(run.outputs, k);
    if (k >= elementwise) {
      double sum = 0;
      for (const double v : values) sum += v;
      values = {sum};
    }
    files.push_back({fmt::format("{}/output_{}.pb", folder, k),
                     file(form.outputs[k], std::move(values), k >= elementwise)});
  }
  return files;
}

}  // namespace

std::vector<ExportedFile> onnx_test_files(const Subject& subject, const OnnxForm& form,
                                          const std::string& folder) {
  const std::string own = fmt::format("{}/test_{}", folder, form.file);
  const Program p = form.make(subject.activation, Precision::formula, {});
  const double limit = p.reductions > 0 ? kSumsLimit : kLimit;
  std::vector<ExportedFile> files{
      {own + "/data.json", fmt::format("{{\"rtol\": {0:g}, \"atol\": {0:g}}}\n", limit)}};
  const Thetas places = distinct_places(subject);
  int sets = 0;
  for (std::size_t place = 0; place < places.size(); ++place) {
    const auto theta = as_float(places[place]);
    for (const Run& run : {common_run(subject, form, theta), edge_run(subject, form, theta)}) {
      const auto more = files_of(run, form, static_cast<std::size_t>(p.elementwise),
                                 places.size() > 1 ? static_cast<int>(place) : -1,
                                 fmt::format("{}/test_data_set_{}", own, sets++));
      files.insert(files.end(), more.begin(), more.end());
    }
  }
  return files;
}

}  // namespace antigrad::kernels
