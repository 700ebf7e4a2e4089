// A study of two tiny tasks on made-up data, in a folder of its own: digits with a bright row that
// tells the class, and a text that repeats itself.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "space/random.hpp"
#include "trainer/task.hpp"

namespace antigrad::trainer {

class TinyStudy {
 public:
  TinyStudy() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) /
              (std::string("antigrad_") + test->test_suite_name() + "_" + test->name());
    std::filesystem::create_directories(folder_);
    write("digits.csv", digits());
    write("text.txt", text());
    write("study.yaml", tasks("0.02"));
  }
  ~TinyStudy() { std::filesystem::remove_all(folder_); }
  TinyStudy(const TinyStudy&) = delete;
  TinyStudy& operator=(const TinyStudy&) = delete;

  std::string path() const { return (folder_ / "study.yaml").string(); }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }

  /// The study with a rate for the images.
  static std::string tasks(const std::string& rate) {
    return R"(tasks:
  - name: images
    model: {type: resnet, depth: 8, width: 4}
    data: {format: digits, path: digits.csv, validation: 0.2, test: 0.1}
    optimiser: {name: sgd, rate: )" +
           rate + R"(, momentum: 0.9, weight_decay: 0.001}
    label_smoothing: 0.1
    batch: 16
    steps: 30
    warm_up: 5
    average: 0.9
    evaluate_every: 10
  - name: text
    model: {type: llama, layers: 1, width: 16, heads: 2, ffn: 32, context: 8}
    data: {format: bytes, path: text.txt, validation: 0.2, test: 0.1, validation_tokens: 256}
    optimiser: {name: adamw, rate: 0.01, beta1: 0.9, beta2: 0.95, weight_decay: 0.1, clip: 1.0}
    batch: 8
    steps: 30
    warm_up: 5
    average: 0.9
    evaluate_every: 10
)";
  }

 private:
  static std::string digits() {
    space::Random random(11);
    std::string rows;
    for (int i = 0; i < 200; ++i) {
      const int label = random.below(8);
      for (int pixel = 0; pixel < 64; ++pixel)
        rows += std::to_string(pixel / 8 == label ? 12 + random.below(5) : random.below(6)) + ",";
      rows += std::to_string(label) + "\n";
    }
    return rows;
  }
  static std::string text() {
    std::string all;
    for (int i = 0; i < 600; ++i) all += "def f" + std::to_string(i % 7) + "(x): return x\n";
    return all;
  }

  std::filesystem::path folder_;
};

}  // namespace antigrad::trainer
