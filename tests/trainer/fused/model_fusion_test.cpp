// Whole networks with fused layers, and in the form that would be deployed, against the same
// networks layer by layer.
#include <gtest/gtest.h>

#include "space/yaml.hpp"
#include "trainer/fused/fusion.hpp"
#include "trainer/model.hpp"
#include "trainer/models/families.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;

struct Case {
  const char* model;
  int channels, side;
  std::size_t fused, folded;
};

const std::vector<Case> kCases = {
    {"{type: resnet, depth: 8, width: 4}", 3, 8, 7, 9},
    {"{type: resnet, form: imagenet, depth: 50, width: 2, stem: large}", 3, 64, 49, 53},
    {"{type: wide_resnet, depth: 10, width: 4, widen: 2}", 3, 8, 7, 4},
    {"{type: vgg, depth: 11, width: 2}", 3, 16, 8, 8},
    {"{type: mobilenet, width: 4}", 3, 32, 35, 52},
    {"{type: mlp, layers: 3, width: 12, norm: true, skip: true}", 1, 8, 3, 0},
    {"{type: vanilla, layers: 3, width: 3, series: 2}", 1, 28, 1, 8},
};

std::shared_ptr<Model> model_of(const Case& c, const std::string& text) {
  const auto compiled = compile(space::parse_activation(text), {.type = kernels::Type::f64});
  auto model = make_model(read_model(space::Yaml::parse(c.model)), {c.channels, c.side, c.side, 10},
                          compiled, 3);
  const at::NoGradGuard no_grad;
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(9);
  for (const Tensor& weight : model->parameters())
    weight.add_(at::empty_like(weight).normal_(0, 0.1, generator));
  for (const Tensor& buffer : model->buffers())
    buffer.add_(at::empty_like(buffer).uniform_(0, 1, generator));
  return model;
}

double error(const Tensor& got, const Tensor& want) {
  return (got - want).norm().item<double>() / std::max(want.norm().item<double>(), 1e-3);
}

void compute_layer_by_layer(Model& model) {
  model.watch([](const Layer&, const Tensor&) {});
}

Tensor images(const Case& c) {
  return at::randn({6, c.channels, c.side, c.side}, at::make_generator<at::CPUGeneratorImpl>(2),
                   at::kDouble);
}

TEST(ModelFusionTest, EveryNormalisationInFrontOfAnActivationIsFused) {
  for (const Case& c : kCases) {
    const Plan plan = model_of(c, "relu")->plan();
    EXPECT_EQ(find_fusions(plan).size(), c.fused) << c.model;
    EXPECT_EQ(find_folds(plan).size(), c.folded) << c.model;
  }
}

TEST(ModelFusionTest, TrainingIsThatOfTheLayersOneByOne) {
  at::set_num_threads(1);
  for (const Case& c : kCases)
    for (const std::string text : {"gelu", "prelu"}) {
      const auto fused = model_of(c, text), plain = model_of(c, text);
      compute_layer_by_layer(*plain);
      for (const auto& model : {fused, plain}) {
        model->train();
        model->forward(images(c)).square().mean().backward();
      }
      const auto want = plain->named_parameters(), moved = plain->named_buffers();
      for (const auto& item : fused->named_parameters())
        EXPECT_LE(error(item.value().grad(), want[item.key()].grad()), 1e-9)
            << c.model << " " << item.key();
      for (const auto& item : fused->named_buffers())
        EXPECT_LE(error(item.value(), moved[item.key()]), 1e-11) << c.model << " " << item.key();
    }
}

TEST(ModelFusionTest, WhatWouldBeDeployedIsWhatWasTrained) {
  at::set_num_threads(1);
  for (const Case& c : kCases) {
    const auto deployed = model_of(c, "gelu"), trained = model_of(c, "gelu");
    compute_layer_by_layer(*trained);
    deployed->eval();
    trained->eval();
    const at::NoGradGuard no_grad;
    const Tensor got = deployed->forward(images(c)), want = trained->forward(images(c));
    EXPECT_LE(error(got, want), 1e-11) << c.model;
    EXPECT_EQ(at::equal(got, want), c.folded == 0) << c.model;
  }
}

}  // namespace
}  // namespace antigrad::trainer
