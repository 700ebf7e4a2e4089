// The networks: sizes, what their initial weights depend on, and that a language model cannot see
// the future.
#include "trainer/model.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

#include "compiled.hpp"
#include "trainer/models/families.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;

const ModelSpec kResnet{.type = ModelSpec::Type::resnet, .depth = 8, .width = 4};
const ModelSpec kLlama{.type = ModelSpec::Type::llama,
                       .width = 16,
                       .layers = 2,
                       .heads = 4,
                       .kv_heads = 2,
                       .ffn = 24,
                       .context = 12};

/// Images of a side, or 20 tokens, or a graph of two nodes and one edge.
InputShape shape(int channels, int side, int classes) {
  const Adjacency pair{.edges = {{0, 1}}, .sizes = {2}};
  return {channels, side, side, classes, std::make_shared<Adjacency>(pair)};
}

std::int64_t count_parameters(const Model& model) {
  std::int64_t count = 0;
  for (const Tensor& parameter : model.parameters()) count += parameter.numel();
  return count;
}

/// He et al.: convolutions, two numbers a channel of each norm, the linear layer.
std::int64_t resnet_parameters(int depth, int width, int channels, int classes) {
  std::int64_t count = 9 * channels * width + 2 * width, in = width;
  for (int stage = 0; stage < 3; ++stage) {
    const std::int64_t out = std::int64_t{width} << stage;
    for (int k = 0; k < (depth - 2) / 6; ++k) {
      count += 9 * in * out + 9 * out * out + 4 * out;
      if (in != out) count += in * out + 2 * out;
      in = out;
    }
  }
  return count + in * classes + classes;
}

TEST(ResnetTest, NarrowNetworksTrainOnLargeImages) {
  // libtorch's strided 1x1 convolution writes past a buffer here: it crashed in some of these.
  at::set_num_threads(1);
  for (const int side : {56, 64, 80, 96}) {
    const auto model = make_model(kResnet, shape(3, side, 10), compiled("relu"), 1);
    for (int i = 0; i < 3; ++i) {
      const Tensor loss = model->forward(at::ones({4, 3, side, side})).square().mean();
      loss.backward();
      EXPECT_TRUE(std::isfinite(loss.item<double>())) << side;
    }
    for (const Tensor& parameter : model->parameters()) {
      if (!parameter.grad().defined()) continue;
      EXPECT_TRUE(parameter.grad().isfinite().all().item<bool>()) << side;
    }
  }
}

TEST(ResnetTest, HasTheParametersOfItsDefinition) {
  for (const int depth : {8, 20}) {
    for (const int channels : {1, 3}) {
      const ModelSpec spec{.type = ModelSpec::Type::resnet, .depth = depth, .width = 16};
      const auto model = make_model(spec, shape(channels, 8, 10), compiled("relu"), 1);
      EXPECT_EQ(count_parameters(*model), resnet_parameters(depth, 16, channels, 10));
      const auto trainable = make_model(spec, shape(channels, 8, 10), compiled("xielu"), 1);
      EXPECT_EQ(count_parameters(*trainable), count_parameters(*model) + 2 * (depth - 1));
    }
  }
}

TEST(ResnetTest, TakesImagesOfAnySize) {
  for (const int size : {1, 7, 8, 28, 32}) {
    const auto model = make_model(kResnet, shape(3, size, 10), compiled("silu"), 1);
    EXPECT_EQ(model->forward(at::ones({5, 3, size, size})).sizes(), (at::IntArrayRef{5, 10}))
        << size;
  }
}

TEST(LlamaTest, HasTheParametersOfItsDefinition) {
  const auto model = make_model(kLlama, shape(1, 1, 50), compiled("relu"), 1);
  const std::int64_t layer = 2 * 16 + 16 * (16 + 2 * 8) + 16 * 16 + 2 * 16 * 24;
  EXPECT_EQ(count_parameters(*model), 50 * 16 + 2 * layer + 16);
}

TEST(LlamaTest, ALogitDoesNotDependOnLaterTokens) {
  const auto model = make_model(kLlama, shape(1, 1, 50), compiled("gelu"), 1);
  const Tensor tokens = at::arange(12).reshape({1, 12});
  const Tensor logits = model->forward(tokens).detach();
  for (int changed = 0; changed < 12; ++changed) {
    Tensor other = tokens.clone();
    other[0][changed] = 49;
    const Tensor moved = (model->forward(other).detach() - logits).abs().amax(-1)[0];
    for (int t = 0; t < 12; ++t) {
      const float move = moved[t].item<float>();
      EXPECT_EQ(move > 0, t >= changed) << "token " << changed << ", logit " << t;
    }
  }
}

TEST(LlamaTest, ALogitDependsOnTheOrderOfTheTokensBefore) {
  const auto model = make_model(kLlama, shape(1, 1, 50), compiled("gelu"), 1);
  const Tensor forward = at::tensor({1, 2, 3, 4}).reshape({1, 4}),
               swapped = at::tensor({2, 1, 3, 4}).reshape({1, 4});
  const Tensor difference = model->forward(forward)[0][3] - model->forward(swapped)[0][3];
  EXPECT_GT(difference.abs().max().item<float>(), 1e-5);
}

TEST(LlamaTest, PredictsNothingBeforeItHasLearned) {
  const auto model = make_model(kLlama, shape(1, 1, 50), compiled("gelu"), 1);
  const Tensor probabilities = model->forward(at::arange(12).reshape({1, 12})).softmax(-1);
  EXPECT_LT(probabilities.max().item<float>(), 0.1);
}

TEST(SeriesTest, TrainsEveryScaleAndShiftAndIsDeployedAsItWasTrained) {
  const ModelSpec spec{.type = ModelSpec::Type::vanilla, .width = 3, .layers = 1, .series = 2};
  const auto model = make_model(spec, shape(3, 8, 10), compiled("gelu"), 1);
  const Tensor images = at::randn({16, 3, 8, 8}, at::make_generator<at::CPUGeneratorImpl>(3));
  model->forward(images).square().sum().backward();  // moves the running statistics too
  const auto weights = model->named_parameters();
  for (const char* name : {"stem_series", "layer0_series"})
    for (const char* part :
         {"_affine0.weight", "_affine0.bias", "_affine1.weight", "_affine1.bias"})
      EXPECT_TRUE(weights[std::string(name) + part].grad().ne(0).all().item<bool>()) << part;
  model->eval();
  const at::NoGradGuard no_grad;
  std::map<std::string, Tensor> values;
  model->watch([&](const Layer& layer, const Tensor& value) { values[layer.name] = value; });
  model->forward(images);
  const auto buffers = model->named_buffers();
  const Tensor scale =
      weights["layer0_series_norm.weight"] / (buffers["layer0_series_norm.variance"] + 1e-5).sqrt();
  const Tensor bias =
      weights["layer0_series_norm.bias"] - buffers["layer0_series_norm.mean"] * scale;
  const Tensor folded = weights["layer0_series_convolution.weight"] * scale.view({-1, 1, 1, 1});
  const Tensor deployed = at::conv2d(values["layer0_series_activation2"], folded, bias, {1, 1},
                                     {2, 2}, {1, 1}, folded.size(0));
  EXPECT_TRUE(at::allclose(deployed, values["layer0_series_norm"], 1e-4, 1e-5));
}

/// Names and values of what is neither theta nor drawn from the activation.
void expect_same_weights(const Model& a, const Model& b) {
  std::size_t compared = 0;
  const auto others = b.named_parameters();
  for (const auto& item : a.named_parameters()) {
    if (item.key().find("raw_") != std::string::npos) continue;
    EXPECT_TRUE(at::equal(item.value(), others[item.key()])) << item.key();
    ++compared;
  }
  EXPECT_GE(compared, 4u);
}

/// A small one of every family.
std::vector<ModelSpec> small_models() {
  std::vector<ModelSpec> specs;
  for (const Family& family : families()) {
    ModelSpec spec = family.input == Family::Input::images ? kResnet : kLlama;
    spec.type = family.type;
    if (family.type == ModelSpec::Type::wide_resnet) spec.depth = 10;
    if (family.type == ModelSpec::Type::vgg) spec.depth = 11;
    if (family.type == ModelSpec::Type::vanilla) spec.series = 1;
    specs.push_back(spec);
  }
  return specs;
}

TEST(ModelTest, ThePlanCountsTheParametersThatAreThere) {
  for (const ModelSpec& spec : small_models()) {
    const auto model = make_model(spec, shape(3, 8, 20), compiled("relu"), 1);
    EXPECT_EQ(model->plan().parameters(), count_parameters(*model)) << family_of(spec.type).name;
    EXPECT_GT(model->plan().flops(), model->plan().activations());
  }
}

TEST(ModelTest, PublishedNetworksHaveTheirPublishedNumbersOfParameters) {
  struct Case {
    const char* model;
    InputShape input;
    std::int64_t parameters;
  };
  const std::vector<Case> cases = {
      {"{type: resnet, form: imagenet, depth: 18, width: 64}", {3, 224, 224, 1000}, 11'689'512},
      {"{type: resnet, form: imagenet, depth: 34, width: 64}", {3, 224, 224, 1000}, 21'797'672},
      {"{type: resnet, form: imagenet, depth: 50, width: 64}", {3, 224, 224, 1000}, 25'557'032},
      {"{type: mobilenet}", {3, 224, 224, 1000}, 3'504'872},
      {"{type: llama, size: 1.1B}", {1, 1, 1, 131'072}, 1'107'371'520},
      {"{type: llama, size: 1.1B, gated: true}", {1, 1, 1, 131'072}, 1'107'371'520},
  };
  for (const Case& c : cases) {
    const Plan plan = plan_model(read_model(space::Yaml::parse(c.model)), c.input);
    EXPECT_EQ(plan.parameters(), c.parameters) << c.model;
  }
}

// Sizes count what is not the table of tokens; the largest is the paper's with it.
TEST(ModelTest, LlamasHaveTheSizesOfTheirNames) {
  const std::pair<const char*, double> sizes[] = {{"1M", 1e6},  {"3M", 3e6},   {"10M", 1e7},
                                                  {"30M", 3e7}, {"100M", 1e8}, {"300M", 3e8}};
  constexpr int kTokens = 5000;
  for (const auto& [name, want] : sizes)
    for (const char* gated : {"", ", gated: true"}) {
      const ModelSpec spec =
          read_model(space::Yaml::parse(fmt::format("{{type: llama, size: {}{}}}", name, gated)));
      const std::int64_t count =
          plan_model(spec, shape(1, 1, kTokens)).parameters() - std::int64_t{kTokens} * spec.width;
      EXPECT_NEAR(static_cast<double>(count) / want, 1, 0.07) << name << gated;
    }
}

TEST(ModelTest, AGatedFeedForwardNetworkHasThePlainOnesParametersAndOperations) {
  for (const int ffn : {24, 9216}) {
    ModelSpec plain = kLlama;
    plain.ffn = ffn;
    ModelSpec gated = plain;
    gated.gated = true;
    const Plan a = plan_model(plain, shape(1, 1, 50)), b = plan_model(gated, shape(1, 1, 50));
    EXPECT_EQ(a.parameters(), b.parameters());
    EXPECT_EQ(a.flops(), b.flops());
    EXPECT_EQ(3 * b.activations(), 2 * a.activations());
  }
}

TEST(ModelTest, AFixedActivationStandsAtItsPlaceAndTheCandidateElsewhere) {
  ModelSpec spec = kResnet;
  spec.activations = {{"stem", "xielu"}};
  const auto model = make_model(spec, shape(1, 8, 10), compiled("prelu"), 1);
  EXPECT_EQ(model->places().size(), 6u);
  EXPECT_TRUE(model->named_parameters().contains("activation.raw_a_p"));
  EXPECT_FALSE(model->named_parameters().contains("activation.raw_a"));
  EXPECT_TRUE(model->named_parameters().contains("block0_activation1.raw_a"));
}

TEST(ModelTest, InitialWeightsDoNotDependOnTheActivation) {
  for (const ModelSpec& spec : small_models()) {
    const auto a = make_model(spec, shape(1, 8, 20), compiled("relu"), 5);
    const auto b = make_model(spec, shape(1, 8, 20), compiled("xielu"), 5);
    expect_same_weights(*a, *b);
  }
}

TEST(ModelTest, InitialWeightsDependOnTheKeyAndNotOnGlobalRandomNumbers) {
  for (const ModelSpec& spec : small_models()) {
    const auto a = make_model(spec, shape(1, 8, 20), compiled("relu"), 5);
    at::manual_seed(99);
    const Tensor expected = at::rand({3});
    at::manual_seed(99);
    const auto b = make_model(spec, shape(1, 8, 20), compiled("relu"), 5);
    EXPECT_TRUE(at::equal(at::rand({3}), expected)) << "the global generator was used";
    expect_same_weights(*a, *b);
    const auto c = make_model(spec, shape(1, 8, 20), compiled("relu"), 6);
    EXPECT_FALSE(at::equal(a->parameters()[0], c->parameters()[0]));
  }
}

}  // namespace
}  // namespace antigrad::trainer
