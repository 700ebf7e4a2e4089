// What is exported, and what every exported file says of it whatever its language: identifiers,
// the lines on top, starting values, values for the file's test of itself.
#pragma once
#include <string>
#include <vector>

#include "kernels/far.hpp"
#include "space/activation.hpp"

namespace antigrad::kernels {

/// Values of the parameters at one place of a trained network, natural units, in the activation's
/// order.
struct Place {
  std::string label;  // "digits 0": the task, and which of its places
  std::vector<double> theta;
};

struct Subject {
  space::Activation activation;
  std::string name;             // of files: "gelu", "winner", "trial17"
  std::string title{};          // as people write it: "GELU"; "" for none
  std::string source{};         // publication; "" for none
  std::vector<Place> places{};  // where it was trained; empty: parameters start at their starts
  double gain = 1;              // a factor that f and f' have, and the activation's text has not
};

/// Throws space::Error when a place has the wrong number of values or one outside its domain.
void check(const Subject& subject);

/// Where the parameters of an exported file begin: the first place, else the starts.
std::vector<double> start_values(const Subject& subject);

/// The activation with those as its parameters' starts.
space::Activation trained(const Subject& subject);

/// The values of every place, for all of which a file's limits are proved; none: the starts.
Thetas thetas_of(const Subject& subject);

/// "Xielu", "Relu2"; "Discovered" for what has no name. A Python class, an ONNX function.
std::string class_name(const Subject& subject);
/// "xielu", "relu_2"; "discovered". A C identifier that is no word of C, Python or their libraries.
std::string identifier(const Subject& subject);
/// The names of the parameters as identifiers of both languages, "_" behind those that are taken.
std::vector<std::string> parameter_names(const Subject& subject);

/// The lines on top of a file, no comment marks, no line ends: title, formula, derivative,
/// parameters, source, how accurate, licence.
std::vector<std::string> headlines(const Subject& subject);

/// Values of the parameters, one row a place that differs from the others: one where none was
/// trained (the starts) or there are no parameters.
Thetas distinct_places(const Subject& subject);

/// Values that a file checks itself against, computed in float64: x between kinks, a cotangent gy,
/// y = f, gx = gy f', gtheta = sums of gy df/dtheta at theta.
struct Samples {
  std::vector<double> x, gy, y, gx, gtheta;
};
Samples samples(const Subject& subject, const std::vector<double>& theta, int count = 64);
/// At every one of distinct_places(); of several places fewer a place, so that files stay short.
std::vector<Samples> samples_of_places(const Subject& subject);

/// Whether terms of f or its derivatives cancel so strongly that float32 arithmetic, formula by
/// formula, is off by more than 4e-7 max(1, |value|) on [-16, 16]: then a file computes in float64
/// where its framework has that.
bool needs_double(const Subject& subject);

/// The same of our own float32 arithmetic (kernels/lower.hpp), which puts many roundings back.
bool lowered_needs_double(const Subject& subject);

}  // namespace antigrad::kernels
