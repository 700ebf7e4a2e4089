// A run that goes on from a file equals one that never stopped, bit for bit; a file that does not
// fit is refused.
#include "trainer/measure/checkpoint.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <iterator>
#include <set>

#include "../fixtures.hpp"
#include "space/error.hpp"
#include "trainer/measure/crc32c.hpp"

namespace antigrad::trainer {
namespace {

namespace fs = std::filesystem;
using at::Tensor;
using Training = Run;  // testing::Test has a Run of its own

std::string replaced(std::string text, const std::string& old, const std::string& by) {
  const auto at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return text.replace(at, old.size(), by);
}

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class CheckpointTest : public testing::Test {
 protected:
  CheckpointTest() { at::set_num_threads(1); }

  std::vector<Task> tasks(const std::string& yaml) const {
    study_.write("study.yaml", yaml);
    return read_tasks(study_.path());
  }
  static Training make(const Task& task, const std::string& text, std::uint64_t seed) {
    return Training(task, load_dataset(task), compile(space::parse_activation(text)), seed);
  }
  std::string path() const { return (fs::path(study_.path()).parent_path() / "kept.run").string(); }
  std::string refusal(Training run) const {
    try {
      load_checkpoint(run, path());
    } catch (const space::Error& error) {
      return error.what();
    }
    return "it was taken";
  }

  TinyStudy study_;
};

void expect_equal_bits(const Tensor& a, const Tensor& b, const std::string& name) {
  ASSERT_EQ(a.sizes(), b.sizes()) << name;
  ASSERT_EQ(a.strides(), b.strides()) << name;
  EXPECT_EQ(std::memcmp(a.const_data_ptr(), b.const_data_ptr(), a.nbytes()), 0) << name;
}

void expect_equal(Training& a, Training& b) {
  const auto parameters = b.model().named_parameters(), buffers = b.model().named_buffers();
  for (const auto& item : a.model().named_parameters())
    expect_equal_bits(item.value(), parameters[item.key()], item.key());
  for (const auto& item : a.model().named_buffers())
    expect_equal_bits(item.value(), buffers[item.key()], item.key());
  const Measurement one = a.measure(), other = b.measure();
  EXPECT_EQ(one.outcome, other.outcome);
  EXPECT_EQ(one.theta, other.theta);
  ASSERT_EQ(one.curve.size(), other.curve.size());
  const auto numbers = [](const CurvePoint& point) {
    return std::vector<double>{double(point.step), point.training_loss, point.validation_loss,
                               point.validation_accuracy, point.current_loss};
  };
  for (std::size_t i = 0; i < one.curve.size(); ++i)
    EXPECT_EQ(numbers(one.curve[i]), numbers(other.curve[i])) << i;
}

TEST_F(CheckpointTest, ARunThatGoesOnEqualsOneThatNeverStoppedBitForBit) {
  const std::string sgd = "momentum: 0.9, weight_decay: 0.001",
                    adamw = "beta1: 0.9, beta2: 0.95, weight_decay: 0.1";
  const std::vector<std::pair<std::string, std::string>> changes = {
      {sgd, sgd},
      {sgd, "momentum: 0"},
      {sgd, "nesterov: true, " + sgd},
      {sgd, sgd + ", interpolation: {name: lookahead, updates: 4, share: 0.5}"},
      {sgd, sgd + ", interpolation: {name: rapp, updates: 4, share: 0.7}"},
      {adamw, adamw + ", interpolation: {name: lookahead, updates: 3, share: 0.5}"},
      {"name: sgd, rate: 0.02, momentum: 0.9, weight_decay: 0.001}\n    label_smoothing: 0.1\n    "
       "batch: 16\n    steps: 30\n    warm_up: 5",
       "name: gols, rate: 0.01}\n    diverged: 1e9\n    batch: 16\n    steps: 30"},
      {"name: sgd, rate: 0.02, momentum: 0.9, weight_decay: 0.001}",
       "name: adam_ota, rate: 0.01}\n    clients: {count: 2, fading: rayleigh, noise: {tail: 1.5, "
       "scale: 0.001}}"},
      {"name: sgd, rate: 0.02, momentum: 0.9, weight_decay: 0.001}",
       "name: adagrad_ota, rate: 0.01, tail: 1.5}\n    clients: {count: 2}"},
      {sgd, sgd + ", clip: 0.5, theta: {rate: 0.003, weight_decay: 0.1}"},
      {adamw, adamw + ", interpolation: {name: rapp, updates: 3, share: 0.7}"},
      {"average: 0.9", "average: 0.99\n    schedule: {name: cosine, final: 0.1}"},
      {"average: 0.9", "average: 0\n    schedule: {name: wsd, decay: 12}"},
  };
  std::set<std::string> seen;  // each change leaves one of the tasks as it was
  for (const auto& [old, by] : changes)
    for (const Task& task : tasks(replaced(TinyStudy::tasks("0.02"), old, by))) {
      if (!seen.insert(task.text).second) continue;
      SCOPED_TRACE(task.text);
      Training whole = make(task, "xielu", 3);
      whole.advance(23);
      for (const int step : {1, 7, 13}) {
        Training first = make(task, "xielu", 3);
        first.advance(step);
        save_checkpoint(first, path());
        Training second = make(task, "xielu", 3);
        load_checkpoint(second, path());
        EXPECT_EQ(second.step(), step);
        expect_equal(first, second);
        second.advance(23);
        expect_equal(whole, second);
      }
    }
}

TEST_F(CheckpointTest, AGameGoesOnBitForBitToo) {
  const std::string rest =
      "optimiser: {name: sgd, rate: 0.01, momentum: 0.5, interpolation: {name: rapp, updates: 3, "
      "share: 0.5}}, steps: 20, diverged: 1e9, evaluate_every: 10";
  for (const Task& task :
       tasks("tasks:\n  - {name: toy, problem: {name: bilinear}, " + rest +
             "}\n  - {name: images, problem: {name: gan, latent: 3}, batch: 8, model: {type: mlp, "
             "layers: 1, width: 8}, data: {format: digits, path: digits.csv, validation: 0.2}, " +
             rest +
             "}\n  - {name: prices, problem: {name: instrument, units: 16, alpha: 8}, batch: 8, " +
             rest + "}\n")) {
    SCOPED_TRACE(task.name);
    Training whole = make(task, "xielu", 3);
    whole.advance(20);
    for (const int step : {0, 4, 13}) {
      Training first = make(task, "xielu", 3), second = make(task, "xielu", 3);
      first.advance(step);
      save_checkpoint(first, path());
      load_checkpoint(second, path());
      second.advance(20);
      const Measurement a = whole.measure(), b = second.measure();
      EXPECT_EQ(a.outcome, Outcome::ok) << a.reason;
      EXPECT_EQ(a.theta, b.theta);
      ASSERT_EQ(a.curve.size(), b.curve.size());
      for (std::size_t i = 0; i < a.curve.size(); ++i) {
        EXPECT_EQ(a.curve[i].validation_loss, b.curve[i].validation_loss);
        EXPECT_EQ(a.curve[i].current_loss, b.curve[i].current_loss);
      }
      ASSERT_EQ(a.figures.size(), b.figures.size());
      for (std::size_t i = 0; i < a.figures.size(); ++i)
        EXPECT_EQ(a.figures[i].value, b.figures[i].value) << a.figures[i].name;
    }
  }
}

TEST_F(CheckpointTest, BeforeTheFirstStepAndAfterADivergenceToo) {
  const Task task = tasks(TinyStudy::tasks("100"))[0];
  for (const int step : {0, 30}) {
    Training first = make(task, "relu2", 1), second = make(task, "relu2", 1);
    first.advance(step);
    EXPECT_EQ(first.diverged(), step > 0);
    save_checkpoint(first, path());
    load_checkpoint(second, path());
    second.advance(30);
    first.advance(30);
    EXPECT_EQ(first.measure().reason, second.measure().reason);
    expect_equal(first, second);
  }
}

TEST_F(CheckpointTest, WhatIsOfAnotherRunIsRefusedWithTheReason) {
  const std::string yaml = TinyStudy::tasks("0.02");
  const std::vector<Task> both = tasks(yaml);
  Training run = make(both[0], "gelu", 3);
  run.advance(2);
  save_checkpoint(run, path());
  EXPECT_EQ(refusal(make(both[0], "gelu", 3)), "it was taken");
  const auto expect = [&](const std::string& got, const std::string& what) {
    EXPECT_EQ(got.rfind(path() + ": " + what, 0), 0u) << got;
  };
  expect(refusal(make(both[0], "silu", 3)), "another activation: ");
  expect(refusal(make(both[0], "gelu", 4)), "another seed: 3; expected 4");
  expect(refusal(make(both[1], "gelu", 3)), "another task: {name: images");
  expect(refusal(make(tasks(replaced(yaml, "batch: 16", "batch: 8"))[0], "gelu", 3)),
         "another task: ");
  EXPECT_EQ(refusal(make(tasks("# a comment\n" + yaml)[0], "gelu", 3)), "it was taken");
  const std::string digits = fs::path(study_.path()).parent_path() / "digits.csv";
  study_.write("digits.csv", replaced(bytes_of(digits), ",5,", ",4,"));
  expect(refusal(make(both[0], "gelu", 3)), "another data set: ");
}

TEST_F(CheckpointTest, DamagedFilesAreRefused) {
  const Task task = tasks(TinyStudy::tasks("0.02"))[1];
  Training run = make(task, "gelu", 3);
  run.advance(2);
  save_checkpoint(run, path());
  const std::string whole = bytes_of(path());
  const auto expect = [&](const std::string& bytes, const std::string& what) {
    study_.write("kept.run", bytes);
    EXPECT_EQ(refusal(make(task, "gelu", 3)).rfind(path() + ": " + what, 0), 0u)
        << refusal(make(task, "gelu", 3));
  };
  for (const double share : {0.01, 0.5, 0.999})
    expect(whole.substr(0, std::size_t(share * double(whole.size()))), "its checksum is wrong");
  for (const std::size_t at : {std::size_t{100}, whole.size() / 2, whole.size() - 1}) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 4);
    expect(bytes, "its checksum is wrong");
  }
  expect("", "is not a checkpoint");
  expect("x" + whole, "is not a checkpoint");
  std::string version = whole;
  version[13] = 9;
  expect(version, "is in version 9 of the format, expected 2");
  study_.write("kept.run", whole);
  EXPECT_EQ(refusal(make(task, "gelu", 3)), "it was taken");
}

TEST_F(CheckpointTest, AFileIsReplacedWholeOrNotAtAll) {
  const Task task = tasks(TinyStudy::tasks("0.02"))[1];
  Training run = make(task, "gelu", 3);
  run.advance(1);
  save_checkpoint(run, path());
  const std::string before = bytes_of(path());
  run.advance(2);
  EXPECT_THROW(save_checkpoint(run, "/dev/full/kept.run"), space::Error);
  save_checkpoint(run, path());
  EXPECT_NE(bytes_of(path()), before);
  for (const auto& entry : fs::directory_iterator(fs::path(path()).parent_path()))
    EXPECT_NE(entry.path().extension(), ".part");
}

TEST(Crc32c, IsTheCheckValueAndGoesOn) {
  static_assert(crc32c("123456789") == 0xE3069283U);
  EXPECT_EQ(crc32c("6789", crc32c("12345")), crc32c("123456789"));
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);  // RFC 3720, B.4
}

}  // namespace
}  // namespace antigrad::trainer
