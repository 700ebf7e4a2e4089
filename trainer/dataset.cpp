// Images and text as batches: see dataset.hpp. Batches are drawn from counter-based random numbers,
// so that a run that goes on needs no state.
#include "trainer/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <numeric>
#include <utility>

#include "space/error.hpp"
#include "space/random.hpp"
#include "trainer/data/images.hpp"
#include "trainer/data/tokens.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using space::Random;

constexpr int kValidationImages = 256;        // an evaluation batch
constexpr std::size_t kSegments = 64;         // of a text
constexpr std::uint64_t kSplitSeed = 0x5917;  // one split for all runs: validation figures compare

const char* format_name(DataSpec::Format format) {
  switch (format) {
    case DataSpec::Format::digits: return "digits";
    case DataSpec::Format::cifar10: return "cifar10";
    case DataSpec::Format::cifar100: return "cifar100";
    case DataSpec::Format::idx: return "idx";
    case DataSpec::Format::bytes: return "bytes";
    case DataSpec::Format::tokens_u16: return "tokens_u16";
  }
  return "";
}

/// Some of the images: pixels uint8 [n, channels, h, w] and labels int64 [n].
struct Part {
  Tensor pixels, labels;
};

Part gather(const Images& images, const std::vector<int>& indices) {
  const auto count = static_cast<std::int64_t>(indices.size());
  const std::int64_t size = std::int64_t{images.channels} * images.height * images.width;
  Part part{at::empty({count, images.channels, images.height, images.width}, at::kByte),
            at::empty({count}, at::kLong)};
  auto* pixels = part.pixels.mutable_data_ptr<std::uint8_t>();
  auto* labels = part.labels.mutable_data_ptr<std::int64_t>();
  for (const int i : indices) {
    pixels = std::copy_n(images.pixels.data() + i * size, size, pixels);
    *labels++ = images.labels[static_cast<std::size_t>(i)];
  }
  return part;
}

class ImageDataset : public Dataset {
 public:
  ImageDataset(const Task& task, const Images& images) : batch_(task.batch) {
    const Split split = split_images(
        images, {.validation = task.data.validation, .test = task.data.test}, kSplitSeed);
    if (static_cast<int>(split.train.size()) < batch_)
      throw space::Error(fmt::format(
          "{}: a batch of {} images is more than the {} for training; make batch smaller",
          task.data.path, batch_, split.train.size()));
    channels_ = images.channels;
    classes_ = images.classes;
    train_ = gather(images, split.train);
    const Tensor all = train_.pixels.to(at::kDouble);
    mean_ = all.mean({0, 2, 3}, true).to(at::kFloat);
    const Tensor deviation = all.std({0, 2, 3}, true, true).to(at::kFloat);
    inverse_deviation_ = 1 / at::clamp_min(deviation, 1e-3);
    const Part validation = gather(images, split.validation);
    const auto pixels = validation.pixels.split(kValidationImages),
               labels = validation.labels.split(kValidationImages);
    for (std::size_t i = 0; i < pixels.size(); ++i)
      validation_.push_back({scaled(pixels[i]), labels[i]});
  }

  Batch training(std::uint64_t key, int step) const override {
    const auto count = static_cast<int>(train_.labels.size(0)), batches = count / batch_;
    std::vector<std::int64_t> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), 0);
    Random random(space::child_seed(key, static_cast<std::uint64_t>(step / batches)));
    for (int i = count - 1; i > 0; --i)
      std::swap(order[static_cast<std::size_t>(i)],
                order[static_cast<std::size_t>(random.below(i + 1))]);
    const Tensor chosen = at::tensor(at::ArrayRef(
        order.data() + std::size_t(step % batches) * std::size_t(batch_), std::size_t(batch_)));
    return {scaled(train_.pixels.index_select(0, chosen)), train_.labels.index_select(0, chosen)};
  }

 private:
  Tensor scaled(const Tensor& pixels) const {
    return (pixels.to(at::kFloat, false, false, at::MemoryFormat::ChannelsLast) - mean_) *
           inverse_deviation_;
  }

  int batch_;
  Part train_;
  Tensor mean_, inverse_deviation_;
};

class TextDataset : public Dataset {
 public:
  TextDataset(const Task& task, Tokens tokens)
      : tokens_(std::move(tokens)),
        batch_(task.batch),
        context_(task.model.context),
        segments_(split_segments(tokens_.size(), task.data)) {
    classes_ = tokens_.vocabulary();
    const std::size_t window = static_cast<std::size_t>(context_) + 1;
    const TextSplit& first = segments_.front();
    if (std::min(first.train.size(), first.validation.size()) < window)
      throw space::Error(
          fmt::format("{}: {} tokens in {} segments leave {} for training and {} for validation in "
                      "each, less than a window of {}; "
                      "make context smaller or validation larger",
                      task.data.path, tokens_.size(), segments_.size(), first.train.size(),
                      first.validation.size(), window));
    add_validation(task.data.validation_tokens);
  }

  Batch training(std::uint64_t key, int step) const override {
    Random random(space::child_seed(key, static_cast<std::uint64_t>(step)));
    std::vector<std::size_t> begins;
    for (int i = 0; i < batch_; ++i) {
      const Range& range =
          segments_[static_cast<std::size_t>(random.below(static_cast<int>(segments_.size())))]
              .train;
      const std::size_t places = range.size() - static_cast<std::size_t>(context_);
      begins.push_back(range.begin + random() % places);
    }
    return windows(begins);
  }

 private:
  /// Windows of context + 1 tokens: inputs and the tokens after them.
  Batch windows(const std::vector<std::size_t>& begins) const {
    const Tensor all =
        at::empty({static_cast<std::int64_t>(begins.size()), context_ + 1}, at::kLong);
    const std::size_t length = static_cast<std::size_t>(context_) + 1;
    std::int64_t* out = all.mutable_data_ptr<std::int64_t>();
    for (const std::size_t begin : begins) {
      tokens_.copy(begin, {out, length});
      out += length;
    }
    return {all.narrow(1, 0, context_).contiguous(), all.narrow(1, 1, context_).contiguous()};
  }

  /// As many windows as validation_tokens allows, at least one, spread evenly over the segments and
  /// in them.
  void add_validation(int validation_tokens) {
    const std::size_t each =
        segments_.front().validation.size() / (static_cast<std::size_t>(context_) + 1);
    const std::size_t most = segments_.size() * each;
    const std::size_t count =
        std::clamp<std::size_t>(std::size_t(validation_tokens / context_), 1, most);
    std::vector<std::size_t> begins;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t place = i * most / count;
      const Range& range = segments_[place / each].validation;
      begins.push_back(range.begin + place % each * (static_cast<std::size_t>(context_) + 1));
      if (begins.size() == static_cast<std::size_t>(batch_) || i + 1 == count) {
        validation_.push_back(windows(begins));
        begins.clear();
      }
    }
  }

  Tokens tokens_;
  int batch_, context_;
  std::vector<TextSplit> segments_;
};

}  // namespace

std::vector<TextSplit> split_segments(std::size_t tokens, const DataSpec& data) {
  const Shares shares{.validation = data.validation, .test = data.test};
  const std::size_t length = std::max<std::size_t>(tokens / kSegments, 1);
  std::vector<TextSplit> segments;
  const TextSplit one = split_text(length, shares);
  const auto moved = [](const Range& range, std::size_t by) {
    return Range{range.begin + by, range.end + by};
  };
  for (std::size_t begin = 0; begin + length <= tokens && segments.size() < kSegments;
       begin += length)
    segments.push_back(
        {moved(one.train, begin), moved(one.validation, begin), moved(one.test, begin)});
  return segments;
}

std::shared_ptr<const Dataset> load_dataset(const Task& task) {
  if (task.data.images())
    return std::make_shared<ImageDataset>(
        task, read_images(format_name(task.data.format), task.data.path));
  return std::make_shared<TextDataset>(
      task, task.data.format == DataSpec::Format::bytes
                ? Tokens::read_bytes(task.data.path)
                : Tokens::read_u16(task.data.path, task.data.vocabulary));
}

std::shared_ptr<const Dataset> shared_dataset(const Task& task) {
  // The one thing of the process that is not a value: a few hundred megabytes that evaluators in
  // threads share.
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<const Dataset>> loaded;
  const DataSpec& data = task.data;
  const std::string key = fmt::format("{} {} {} {} {} {} {} {}", format_name(data.format),
                                      data.path, data.validation, data.test, data.vocabulary,
                                      data.validation_tokens, task.batch, task.model.context);
  const std::lock_guard lock(mutex);
  std::shared_ptr<const Dataset> dataset = loaded[key].lock();
  if (!dataset) loaded[key] = dataset = load_dataset(task);
  return dataset;
}

}  // namespace antigrad::trainer
