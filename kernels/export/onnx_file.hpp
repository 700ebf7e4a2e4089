// The few messages of ONNX's protobuf format that a model of elementwise operations needs, written
// by hand (onnx.proto of ONNX 1.13, IR version 8). Field numbers stand beside their names in
// onnx_file.cpp.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace antigrad::kernels::onnx {

enum class Type { f32 = 1, i64 = 7, boolean = 9, f64 = 11 };

/// A constant; values are converted to the type. dims empty: a scalar.
struct Tensor {
  std::string name;
  Type type = Type::f32;
  std::vector<std::int64_t> dims;
  std::vector<double> values;
};

struct Node {
  std::string operation;
  std::vector<std::string> inputs, outputs;
  std::string domain{};                                          // "" = ONNX's own operations
  std::vector<std::pair<std::string, std::int64_t>> integers{};  // attributes
  std::vector<Tensor> tensors{};                                 // attributes named as they are
};

/// A function of the model's own operations, in the domain of the model.
struct Function {
  std::string name;
  std::vector<std::string> inputs, outputs;
  std::vector<Node> nodes;
  std::string text;  // for people
};

/// An input or output of a graph: a vector of n elements, or a scalar.
struct Value {
  std::string name;
  Type type = Type::f32;
  bool scalar = false;
};

struct Model {
  std::string domain{}, text{};  // of functions; for people
  Function function{};
  std::string name{};  // of the graph
  std::vector<Value> inputs{};
  std::vector<Tensor> initializers{};
  std::vector<Node> nodes{};
  std::vector<Value> outputs{};
};

constexpr int kOpset = 18;

/// The file's bytes.
std::string encoded(const Model& model);
/// The same of one tensor: what stands in input_0.pb and its like.
std::string encoded(const Tensor& tensor);

}  // namespace antigrad::kernels::onnx
