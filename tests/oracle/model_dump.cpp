// What models/*.py compare with: for each row of a file, a network of ours with random weights, its
// input, every layer's value, the loss and all gradients, as numbers.
// model_dump ROWS.yaml TYPE (f64 or f32): writes NAME.TYPE.numbers for every row, lines "name
// dimensions.." up to an empty one, then all their numbers as float64.
#include <fmt/format.h>

#include <fstream>
#include <iostream>

#include "space/error.hpp"
#include "space/random.hpp"
#include "space/yaml.hpp"
#include "trainer/meta/fisher.hpp"
#include "trainer/model.hpp"
#include "trainer/models/families.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using space::Yaml;

constexpr int kExamples = 4;  // of the spectrum

struct Row {
  std::string name, activation;
  ModelSpec model;
  InputShape input;
  int batch = 0;
};

/// Two graphs side by side, of a path each, so that no node is alone, and random edges.
Adjacency draw_graph(int nodes) {
  const int first = nodes / 3;
  Adjacency graph{.edges = {}, .sizes = {first, nodes - first}};
  space::Random random(23);
  for (int u = 0; u < nodes; ++u)
    for (int v = u + 1; v < nodes; ++v)
      if ((u < first) == (v < first) && (v == u + 1 || random.below(5) == 0))
        graph.edges.emplace_back(u, v);
  return graph;
}

Row read_row(const Yaml& node) {
  node.allow({"name", "activation", "model", "channels", "side", "classes", "batch"});
  const auto model = read_model(node.at("model"));
  const auto whole = [&](const char* key) {
    return static_cast<int>(node.at(key).integer(1, 1 << 20));
  };
  Row row{node.at("name").text(),
          node.at("activation").text(),
          model,
          {whole("channels"), whole("side"), whole("side"), whole("classes")},
          whole("batch")};
  if (family_of(model.type).input == Family::Input::graph)
    row.input.graph = std::make_shared<Adjacency>(draw_graph(row.batch));
  return row;
}

/// The numbers of one row.
class Numbers {
 public:
  void add(const std::string& name, const Tensor& value) {
    names_ += name;
    for (const std::int64_t size : value.sizes()) names_ += " " + std::to_string(size);
    names_ += "\n";
    values_.push_back(value.detach().to(at::kDouble).contiguous().clone());
  }
  void add(const std::string& name, double value) {
    add(name, at::scalar_tensor(value, at::kDouble));
  }

  void write(const std::string& path) const {
    std::ofstream file(path, std::ios::binary);
    file << names_ << "\n";
    for (const Tensor& value : values_)
      file.write(static_cast<const char*>(value.const_data_ptr()),
                 static_cast<std::streamsize>(value.nbytes()));
    if (!file.flush()) throw space::Error(path + ": cannot write the file");
  }

 private:
  std::string names_;
  std::vector<Tensor> values_;
};

/// Weights away from the start, so that no scale is 1 and no bias 0.
void disturb(Model& model, const at::Generator& generator) {
  const at::NoGradGuard no_grad;
  for (const Tensor& weight : model.parameters())
    weight.add_(at::empty_like(weight).normal_(0, 0.1, generator));
  for (const auto& buffer : model.named_buffers())
    buffer.value().add_(at::empty_like(buffer.value()).uniform_(0, 1, generator));
}

void add_graph(Numbers& numbers, const Adjacency& graph) {
  const Tensor edges = at::empty({static_cast<std::int64_t>(graph.edges.size()), 2}, at::kLong);
  auto* to = edges.mutable_data_ptr<std::int64_t>();
  for (const auto& [u, v] : graph.edges) {
    *to++ = u;
    *to++ = v;
  }
  numbers.add("edges", edges);
  numbers.add("sizes", at::tensor(graph.sizes, at::kLong));
}

Tensor draw_input(const Row& row, const Model& model, const at::Generator& generator,
                  at::ScalarType type) {
  if (row.input.graph) return at::randn({row.batch, row.input.channels}, generator, type);
  if (family_of(row.model.type).input != Family::Input::images)
    return at::randint(row.input.classes, {row.batch, row.model.context}, generator, at::kLong);
  const Shape shape = model.plan().layers().front().shape;
  return at::randn({row.batch, shape.channels, shape.height, shape.width}, generator, type);
}

void add_weights(Numbers& numbers, const Model& model, const std::string& prefix) {
  for (const auto& weight : model.named_parameters())
    numbers.add(prefix + "parameter " + weight.key(), weight.value());
  for (const auto& buffer : model.named_buffers())
    numbers.add(prefix + "buffer " + buffer.key(), buffer.value());
}

Numbers numbers_of(const Row& row, kernels::Type kernel_type) {
  const auto type = kernel_type == kernels::Type::f64 ? at::kDouble : at::kFloat;
  const auto compiled = compile(space::parse_activation(row.activation), {.type = kernel_type});
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(17);
  const auto model = make_model(row.model, row.input, compiled, 5);
  disturb(*model, generator);
  const Tensor input = draw_input(row, *model, generator, type);
  Numbers numbers;
  numbers.add("parameters", static_cast<double>(model->plan().parameters()));
  numbers.add("flops", static_cast<double>(model->plan().flops()));
  numbers.add("activations", static_cast<double>(model->plan().activations()));
  numbers.add("input", input);
  if (row.input.graph) add_graph(numbers, *row.input.graph);
  add_weights(numbers, *model, "");
  model->eval();
  numbers.add("evaluated", model->forward(input));
  model->train();
  model->watch([&](const Layer& layer, const Tensor& value) {
    if (!layer.name.empty()) numbers.add("value " + layer.name, value);
  });
  const Tensor logits = model->forward(input);
  const Tensor target =
      at::randint(row.input.classes, {logits.numel() / logits.size(-1)}, generator, at::kLong);
  const Tensor loss = at::cross_entropy_loss(logits.flatten(0, -2), target);
  loss.backward();
  numbers.add("logits", logits);
  numbers.add("target", target);
  numbers.add("loss", loss);
  for (const auto& weight : model->named_parameters())
    numbers.add("gradient " + weight.key(), weight.value().grad());
  for (const auto& buffer : model->named_buffers())
    numbers.add("moved " + buffer.key(), buffer.value());
  model->watch({});
  std::vector<std::int64_t> of_logits = logits.sizes().vec();
  of_logits.pop_back();
  numbers.add("gradient spectrum", fisher_eigenvalues(example_gradients(
                                       *model, {input, target.reshape(of_logits)}, kExamples)));
  return numbers;
}

}  // namespace
}  // namespace antigrad::trainer

int main(int count, char** words) {
  using namespace antigrad;
  at::set_num_threads(1);
  try {
    if (count != 3) throw space::Error("expected model_dump ROWS.yaml f64|f32");
    const std::string type = words[2];
    for (const auto& node : space::Yaml::load_file(words[1]).items()) {
      const auto row = trainer::read_row(node);
      trainer::numbers_of(row, type == "f64" ? kernels::Type::f64 : kernels::Type::f32)
          .write(fmt::format("{}.{}.numbers", row.name, type));
    }
  } catch (const space::Error& error) {
    std::cerr << error.what() << "\n";
    return 2;
  }
  return 0;
}
