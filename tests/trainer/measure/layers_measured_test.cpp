// Statistics by layer against plain loops; norms of gradients against the definition.
#include "trainer/measure/layers_measured.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "../compiled.hpp"
#include "../fixtures.hpp"
#include "trainer/measure/activation_statistics.hpp"
#include "trainer/measure/sparsity.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;

/// [units][rows] of a layer's values, plainly.
std::vector<std::vector<double>> units_of(const Tensor& values) {
  std::vector<std::vector<double>> units;
  const std::int64_t channel = values.dim() == 4 ? 1 : values.dim() - 1;
  for (const Tensor& unit : values.unbind(channel)) {
    const Tensor flat = unit.reshape(-1).to(at::kDouble).contiguous();
    units.emplace_back(flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel());
  }
  return units;
}

struct Plain {
  double mean = 0, variance = 0, dead = 0;
};

Plain plain_statistics(const Tensor& values) {
  Plain plain;
  const auto units = units_of(values);
  double count = 0, largest = 0;
  for (const auto& unit : units)
    for (const double v : unit) {
      plain.mean += v;
      count += 1;
      largest = std::max(largest, std::abs(v));
    }
  plain.mean /= count;
  for (const auto& unit : units) {
    for (const double v : unit) plain.variance += (v - plain.mean) * (v - plain.mean) / count;
    const auto [low, high] = std::ranges::minmax(unit);
    plain.dead += high - low <= 1e-6 * largest ? 1. / static_cast<double>(units.size()) : 0;
  }
  return plain;
}

/// From singular values by one-sided Jacobi rotations of the columns.
double plain_rank(std::vector<std::vector<double>> columns) {
  const auto dot = [](const auto& a, const auto& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
  };
  for (int sweep = 0; sweep < 60; ++sweep)
    for (std::size_t p = 0; p < columns.size(); ++p)
      for (std::size_t q = p + 1; q < columns.size(); ++q) {
        const double a = dot(columns[p], columns[p]), b = dot(columns[q], columns[q]),
                     c = dot(columns[p], columns[q]);
        const double angle = 0.5 * std::atan2(2 * c, a - b);
        for (std::size_t i = 0; i < columns[p].size(); ++i) {
          const double x = columns[p][i], y = columns[q][i];
          columns[p][i] = std::cos(angle) * x + std::sin(angle) * y;
          columns[q][i] = std::cos(angle) * y - std::sin(angle) * x;
        }
      }
  double sum = 0, entropy = 0;
  for (const auto& column : columns) sum += std::sqrt(dot(column, column));
  for (const auto& column : columns) {
    const double share = std::sqrt(dot(column, column)) / sum;
    if (share > 1e-12) entropy -= share * std::log(share);
  }
  return std::exp(entropy);
}

void expect_statistics(const Tensor& values) {
  const ActivationStatistics got = statistics_of(values);
  const Plain want = plain_statistics(values);
  EXPECT_NEAR(got.mean, want.mean, 1e-12);
  EXPECT_NEAR(got.variance, want.variance, 1e-12);
  EXPECT_NEAR(got.dead, want.dead, 1e-12);
  EXPECT_NEAR(got.effective_rank, plain_rank(units_of(values)), 1e-5);
}

TEST(ActivationStatistics, AreThoseOfPlainLoops) {
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(3);
  const auto drawn = [&](at::IntArrayRef shape) {
    return at::empty(shape, at::kFloat).normal_(0.3, 1, generator);
  };
  expect_statistics(drawn({40, 7}));
  expect_statistics(drawn({5, 9}));  // fewer rows than units
  expect_statistics(drawn({3, 6, 5}).relu());
  expect_statistics(drawn({4, 5, 3, 3}).contiguous(at::MemoryFormat::ChannelsLast));
  Tensor dead = drawn({30, 6}).relu();
  dead.select(1, 2).zero_();
  dead.select(1, 4).fill_(0.7);
  expect_statistics(dead);
  EXPECT_NEAR(statistics_of(dead).dead, 2. / 6, 1e-12);
  expect_statistics(at::matmul(drawn({50, 2}), drawn({2, 8})));  // of rank 2
}

TEST(ActivationStatistics, TheEffectiveRankOfKnownMatrices) {
  EXPECT_NEAR(statistics_of(at::eye(8)).effective_rank, 8, 1e-9);
  EXPECT_NEAR(statistics_of(at::ones({9, 5})).effective_rank, 1, 1e-9);
  EXPECT_EQ(statistics_of(at::zeros({9, 5})).effective_rank, 0);
  EXPECT_EQ(statistics_of(at::zeros({9, 5})).dead, 1);
  EXPECT_TRUE(std::isnan(statistics_of(at::full({3, 2}, INFINITY)).mean));
  // 2,000 rows: every fourth or so is looked at, and a hidden direction stays hidden.
  EXPECT_NEAR(statistics_of(at::eye(4).repeat({500, 1})).effective_rank, 4, 0.01);
}

std::map<std::string, double> as_map(const Named& named) { return {named.begin(), named.end()}; }

class LayersMeasuredTest : public testing::Test {
 protected:
  LayersMeasuredTest() : tasks_(read_tasks(study_.path())) { at::set_num_threads(1); }
  std::shared_ptr<Model> model(const Task& task, const std::string& activation) {
    data_ = load_dataset(task);
    return make_model(task.model, data_->input(), compiled(activation), 3);
  }
  const Batch& batch() const { return data_->validation().front(); }

  TinyStudy study_;
  std::vector<Task> tasks_;
  std::shared_ptr<const Dataset> data_;
};

TEST_F(LayersMeasuredTest, EveryActivationIsMeasuredAndTheSparsityIsOfItsOwnNetwork) {
  for (Task task : tasks_)
    for (const bool gated : {false, true}) {
      if (gated && task.data.images()) continue;
      task.model.gated = gated;
      task.model.ffn = 33;
      const auto network = model(task, "relu");
      std::map<std::string, Tensor> values;
      network->eval();
      network->watch([&](const Layer& layer, const Tensor& value) {
        if (!layer.name.empty()) values[layer.name] = value.detach().clone();
      });
      network->forward(batch().input);
      const auto got =
          as_map(layers_measured({.activations = true, .sparsity = true}, *network, batch()));
      std::size_t activations = 0;
      for (const Layer& layer : network->plan().layers()) {
        if (layer.op != Layer::Op::activation) continue;
        ++activations;
        const std::string name = "activation/" + layer.name;
        const Plain want = plain_statistics(values.at(layer.name));
        EXPECT_NEAR(got.at(name + "/mean"), want.mean, 1e-9);
        EXPECT_NEAR(got.at(name + "/variance"), want.variance, 1e-9);
        EXPECT_NEAR(got.at(name + "/dead"), want.dead, 1e-9);
        EXPECT_GE(got.at(name + "/effective_rank"), 1);
      }
      EXPECT_EQ(got.size(), 4 * activations + (task.data.images() ? 0 : 2));
    }
}

TEST_F(LayersMeasuredTest, TheSparsityOfAGatedNetworkIncludesTheGate) {
  Task task = tasks_[1];
  task.model.gated = true;
  task.model.ffn = 33;
  const auto network = model(task, "relu");
  const std::vector<Layer>& layers = network->plan().layers();
  const auto product = std::ranges::find(layers, Layer::Op::product, &Layer::op);
  ASSERT_NE(product, layers.end());
  const auto reader =
      std::ranges::find(layers, static_cast<int>(product - layers.begin()), &Layer::a);
  ASSERT_EQ(reader->op, Layer::Op::linear);
  Tensor hidden;
  network->eval();
  network->watch([&](const Layer& layer, const Tensor& value) {
    if (&layer == &*product) hidden = value.detach();
  });
  network->forward(batch().input);
  const Tensor rows = rows_of(hidden, 64).contiguous();
  const Tensor weight = network->named_parameters()[reader->name + ".weight"]
                            .detach()
                            .t()
                            .to(at::kDouble)
                            .contiguous();
  const auto span = [](const Tensor& t) {
    return std::span(t.const_data_ptr<double>(), std::size_t(t.numel()));
  };
  const Sparsity want = cett_sparsity({std::size_t(rows.size(0)), std::size_t(rows.size(1)),
                                       std::size_t(weight.size(1)), span(rows), span(weight)});
  const auto got = as_map(layers_measured({.sparsity = true}, *network, batch()));
  EXPECT_EQ(got.at("sparsity/" + reader->name), want.share);
  EXPECT_EQ(got.at("sparsity_threshold/" + reader->name), want.threshold);
  EXPECT_GT(want.share, 0.3);
  EXPECT_LT(want.share, 1);
}

TEST_F(LayersMeasuredTest, NormsOfGradientsAreSumsOfSquares) {
  const auto network = model(tasks_[0], "xielu");
  network->train();
  network->forward(batch().input).square().sum().backward();
  const auto got = as_map(gradient_norms(*network));
  std::map<std::string, double> squares;
  double all = 0;
  for (const auto& item : network->named_parameters()) {
    const Tensor gradient = item.value().grad().reshape(-1).to(at::kDouble).contiguous();
    const std::string layer = item.key().substr(0, item.key().find('.'));
    for (std::int64_t i = 0; i < gradient.numel(); ++i) {
      const double square = std::pow(gradient.const_data_ptr<double>()[i], 2);
      squares[layer] += square;
      all += square;
    }
  }
  ASSERT_EQ(got.size(), squares.size() + 1);
  for (const auto& [layer, square] : squares)
    EXPECT_NEAR(got.at("gradient_norm/" + layer), std::sqrt(square), 1e-9 * std::sqrt(square));
  EXPECT_NEAR(got.at("gradient_norm/all"), std::sqrt(all), 1e-9 * std::sqrt(all));
}

TEST_F(LayersMeasuredTest, ThetaHasItsPlaceAndItsName) {
  const Named theta = theta_of(*model(tasks_[1], "xielu"));
  ASSERT_EQ(theta.size(), 2u);
  EXPECT_EQ(theta[0].first.substr(0, 6), "theta/");
  EXPECT_EQ(theta[0].first.substr(theta[0].first.rfind('/')), "/a_p");
  EXPECT_EQ(theta[1].first.substr(theta[1].first.rfind('/')), "/a_n");
  EXPECT_NEAR(theta[0].second, 0.8, 1e-6);
}

}  // namespace
}  // namespace antigrad::trainer
