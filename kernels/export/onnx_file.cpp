#include "kernels/export/onnx_file.hpp"

#include <cstring>
#include <utility>

namespace antigrad::kernels::onnx {
namespace {

constexpr int kIrVersion = 8;
constexpr std::int64_t kInteger = 2, kTensor = 4;  // AttributeProto.AttributeType

/// A protobuf message under construction.
class Message {
 public:
  Message& integer(int field, std::int64_t value) {
    key(field, 0);
    varint(static_cast<std::uint64_t>(value));
    return *this;
  }
  Message& bytes(int field, const std::string& value) {
    key(field, 2);
    varint(value.size());
    bytes_ += value;
    return *this;
  }
  Message& add(int field, const Message& message) { return bytes(field, message.bytes_); }
  const std::string& encoded() const { return bytes_; }

 private:
  void key(int field, unsigned wire) { varint(static_cast<std::uint64_t>(field) << 3 | wire); }
  void varint(std::uint64_t value) {
    for (; value >= 128; value >>= 7) bytes_ += static_cast<char>((value & 127) | 128);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_;
};

template <class T>
void append(std::string& bytes, double value) {
  const T narrow = static_cast<T>(value);
  char raw[sizeof(T)];
  std::memcpy(raw, &narrow, sizeof raw);
  bytes.append(raw, sizeof raw);
}

Message message(const Tensor& t) {
  Message m;
  std::string raw;
  for (const auto dim : t.dims) m.integer(1, dim);  // dims
  m.integer(2, static_cast<int>(t.type));           // data_type
  for (const double v : t.values) {
    if (t.type == Type::f32) append<float>(raw, v);
    if (t.type == Type::f64) append<double>(raw, v);
    if (t.type == Type::i64) append<std::int64_t>(raw, v);
  }
  return m.bytes(8, t.name).bytes(9, raw);  // name, raw_data
}

Message message(const Node& n) {
  Message m;
  for (const auto& input : n.inputs) m.bytes(1, input);     // input
  for (const auto& output : n.outputs) m.bytes(2, output);  // output
  m.bytes(4, n.operation);                                  // op_type
  for (const auto& [name, value] : n.integers)              // attribute: name, i, type
    m.add(5, Message().bytes(1, name).integer(3, value).integer(20, kInteger));
  for (const Tensor& t : n.tensors)  // attribute: name, t, type
    m.add(5, Message().bytes(1, t.name).add(5, message(t)).integer(20, kTensor));
  return n.domain.empty() ? m : m.bytes(7, n.domain);  // domain
}

Message opset(const std::string& domain, std::int64_t version) {
  return Message().bytes(1, domain).integer(2, version);  // domain, version
}

Message message(const Function& f, const std::string& domain) {
  Message m;
  m.bytes(1, f.name);                                       // name
  for (const auto& input : f.inputs) m.bytes(4, input);     // input
  for (const auto& output : f.outputs) m.bytes(5, output);  // output
  for (const Node& n : f.nodes) m.add(7, message(n));       // node
  return m.bytes(8, f.text).add(9, opset("", kOpset)).bytes(10, domain);
}

Message message(const Value& v) {
  Message shape, tensor;
  if (!v.scalar) shape.add(1, Message().bytes(2, "n"));                // dim: dim_param
  tensor.integer(1, static_cast<int>(v.type)).add(2, shape);           // elem_type, shape
  return Message().bytes(1, v.name).add(2, Message().add(1, tensor));  // name, type: tensor_type
}

Message graph(const Model& model) {
  Message m;
  for (const Node& n : model.nodes) m.add(1, message(n));           // node
  m.bytes(2, model.name);                                           // name
  for (const Tensor& t : model.initializers) m.add(5, message(t));  // initializer
  for (const Value& v : model.inputs) m.add(11, message(v));        // input
  for (const Value& v : model.outputs) m.add(12, message(v));       // output
  return m;
}

}  // namespace

std::string encoded(const Model& model) {
  Message m;
  m.integer(1, kIrVersion)
      .bytes(2, "antigrad")
      .bytes(6, model.text);  // ir_version, producer_name, doc_string
  m.add(7, graph(model));     // graph
  m.add(8, opset("", kOpset)).add(8, opset(model.domain, 1));         // opset_import
  return m.add(25, message(model.function, model.domain)).encoded();  // functions
}

std::string encoded(const Tensor& tensor) { return message(tensor).encoded(); }

}  // namespace antigrad::kernels::onnx
