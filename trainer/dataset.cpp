// Images and text as batches: see dataset.hpp. Batches are drawn from counter-based random numbers,
// so that a run that goes on needs no state.
#include "trainer/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <mutex>
#include <numeric>
#include <span>
#include <utility>

#include "space/error.hpp"
#include "space/random.hpp"
#include "trainer/data/augment.hpp"
#include "trainer/data/corrupt.hpp"
#include "trainer/data/images.hpp"
#include "trainer/data/pixel_scale.hpp"
#include "trainer/data/text.hpp"
#include "trainer/data/tokenizer.hpp"
#include "trainer/graphs/graph_dataset.hpp"
#include "trainer/models/families.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using space::Random;

constexpr std::size_t kValidationImages = 256;  // an evaluation batch
constexpr std::uint64_t kShiftSeed = 0x5411f7;  // the same noise for all runs
constexpr std::uint64_t kMaskSeed = 0x3a5c;     // of the validation part
constexpr std::uint64_t kSplitSeed = 0x5917;  // one split for all runs: validation figures compare

class ImageDataset : public Dataset {
 public:
  ImageDataset(const Task& task, const ImageParts& parts)
      : batch_(task.batch), augment_(task.data.augment), train_(parts.train) {
    check(task);
    input_ = {train_.channels, train_.height, train_.width, train_.classes};
    steps_of_epoch_ = train_.count / batch_;
    cover_ = mean_colour(train_);
    set_scale(task.data);
    validation_ = batches(parts.validation);
    for (const auto& [kind, severity] : task.data.shifts)
      shifts_.push_back({fmt::format("{} {}", name_of(kind), severity),
                         batches(corrupt(parts.validation, kind, severity, kShiftSeed))});
    test_ = parts.test.then([this](const Images& images) { return batches(images); });
  }

  Batch training(std::uint64_t key, int step) const override {
    const int batches = train_.count / batch_, first = step % batches * batch_;
    const auto epoch = static_cast<std::uint64_t>(step / batches);
    std::vector<int> order(static_cast<std::size_t>(train_.count));
    std::iota(order.begin(), order.end(), 0);
    Random random(space::child_seed(key, epoch));
    for (int i = train_.count - 1; i > 0; --i)
      std::swap(order[static_cast<std::size_t>(i)],
                order[static_cast<std::size_t>(random.below(i + 1))]);
    const std::uint64_t augmentation = space::child_seed(key, "augmentation");
    return batch(
        train_,
        std::span(order).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(batch_)),
        [&](int i) {
          return draw_change(augment_, train_.height, train_.width, augmentation, epoch,
                             static_cast<std::uint64_t>(i));
        });
  }

  std::vector<int> labels() const override { return {train_.labels.begin(), train_.labels.end()}; }

  Batch examples(const std::vector<int>& chosen) const override {
    return batch(train_, chosen, [](int) { return Change{}; });
  }

 private:
  void check(const Task& task) const {
    if (train_.count < batch_)
      throw space::Error(fmt::format(
          "{}: a batch of {} images is more than the {} for training; make batch smaller",
          task.data.path, batch_, train_.count));
    const int side = std::min(train_.height, train_.width);
    if (augment_.crop >= side || augment_.cutout > 2 * side)
      throw space::Error(
          fmt::format("{}: crop {} and cutout {} of images of {} x {} pixels, expected a crop "
                      "below {} and a cutout of at most {}",
                      task.data.path, augment_.crop, augment_.cutout, train_.height, train_.width,
                      side, 2 * side));
  }

  void set_scale(const DataSpec& data) {
    const PixelScale measured = measured_scale(train_);
    const auto tensor = [&](const std::vector<double>& given, const std::vector<double>& else_) {
      Tensor values = at::tensor(given.empty() ? else_ : given, at::kDouble);
      if (!given.empty()) values = values * train_.white;
      return values.to(at::kFloat).reshape({1, -1, 1, 1});
    };
    mean_ = tensor(data.mean, measured.mean);
    inverse_deviation_ = 1 / at::clamp_min(tensor(data.deviation, measured.deviation), 1e-3);
  }

  std::vector<Batch> batches(const Images& images) const {
    std::vector<int> all(static_cast<std::size_t>(images.count));
    std::iota(all.begin(), all.end(), 0);
    std::vector<Batch> list;
    for (std::size_t at = 0; at < all.size(); at += kValidationImages) {
      const std::size_t count = std::min(all.size() - at, kValidationImages);
      list.push_back(
          batch(images, std::span(all).subspan(at, count), [](int) { return Change{}; }));
    }
    return list;
  }

  /// The images that `chosen` names, each changed as change(its index) says.
  template <class ChangeOf>
  Batch batch(const Images& images, std::span<const int> chosen, ChangeOf change) const {
    const auto count = static_cast<std::int64_t>(chosen.size());
    const Tensor pixels =
        at::empty({count, images.channels, images.height, images.width}, at::kByte);
    const Tensor labels = at::empty({count}, at::kLong);
    const std::size_t size = images.size();
    auto* to = pixels.mutable_data_ptr<std::uint8_t>();
    auto* label = labels.mutable_data_ptr<std::int64_t>();
    for (const int i : chosen) {
      const auto at = static_cast<std::size_t>(i);
      apply_change(change(i), images, std::span(images.pixels).subspan(at * size, size), cover_,
                   {to, size});
      to += size;
      *label++ = images.labels[at];
    }
    return {scaled(pixels), labels};
  }

  Tensor scaled(const Tensor& pixels) const {
    return (pixels.to(at::kFloat, false, false, at::MemoryFormat::ChannelsLast) - mean_) *
           inverse_deviation_;
  }

  int batch_;
  Augmentation augment_;
  Images train_;
  std::vector<std::uint8_t> cover_;
  Tensor mean_, inverse_deviation_;
};

TextFiles files_of(const DataSpec& data) {
  return {.format = to_string(data.format),
          .path = data.path,
          .test_path = data.test_path,
          .vocabulary = data.vocabulary,
          .tokenizer = data.tokenizer};
}

constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();

/// Mean over the tokens that are asked for.
double bytes_of_a_token(const DataSpec& data, const std::vector<Batch>& batches) {
  if (data.format == DataSpec::Format::bytes) return 1;
  if (data.format != DataSpec::Format::bpe) return kNotKnown;
  const Tokenizer tokenizer = Tokenizer::open(data.tokenizer);
  std::vector<std::uint16_t> ids;
  for (const Batch& batch : batches) {
    const auto* const target = batch.target.const_data_ptr<std::int64_t>();
    ids.insert(ids.end(), target, target + batch.target.numel());
  }
  return static_cast<double>(tokenizer.decode(ids).size()) / static_cast<double>(ids.size());
}

class TextDataset : public Dataset {
 public:
  TextDataset(const Task& task, const TextParts& parts)
      : train_(parts.train),
        batch_(task.batch),
        context_(task.model.context),
        masked_(family_of(task.model.type).input == Family::Input::masked_text) {
    input_.classes = train_.vocabulary();
    const std::size_t window = static_cast<std::size_t>(context_) + 1;
    const std::size_t train = train_.ranges().front().size(),
                      validation = parts.validation.ranges().front().size();
    if (std::min(train, validation) < window)
      throw space::Error(
          fmt::format("{}: the text in {} segments leaves {} tokens for training and {} for "
                      "validation in each, less than a window of {}; "
                      "make context smaller or validation larger",
                      task.data.path, train_.ranges().size(), train, validation, window));
    validation_ = spread(parts.validation, task.data.validation_tokens);
    bytes_per_token_ = masked_ ? kNotKnown : bytes_of_a_token(task.data, validation_);
    steps_of_epoch_ = static_cast<int>(
        std::clamp<std::size_t>(train_.size() / (std::size_t(batch_) * std::size_t(context_)), 1,
                                std::numeric_limits<int>::max()));
    if (!task.data.shift_path.empty()) add_shift(task);
    test_ = parts.test.then([this, window](const Text& text) {
      return text.size() < window ? std::vector<Batch>()
                                  : spread(text, std::numeric_limits<int>::max());
    });
  }

  Batch training(std::uint64_t key, int step) const override {
    Random random(space::child_seed(key, static_cast<std::uint64_t>(step)));
    const std::vector<Range>& ranges = train_.ranges();
    std::vector<std::size_t> begins;
    for (int i = 0; i < batch_; ++i) {
      const Range& range =
          ranges[static_cast<std::size_t>(random.below(static_cast<int>(ranges.size())))];
      const std::size_t places = range.size() - static_cast<std::size_t>(context_);
      begins.push_back(range.begin + random() % places);
    }
    return windows(train_, begins, random);
  }

 private:
  /// Windows of context + 1 tokens: inputs and the tokens after them, or inputs with masked tokens
  /// and what these were.
  Batch windows(const Text& text, const std::vector<std::size_t>& begins, Random& random) const {
    const Tensor all =
        at::empty({static_cast<std::int64_t>(begins.size()), context_ + 1}, at::kLong);
    const std::size_t length = static_cast<std::size_t>(context_) + 1;
    std::int64_t* out = all.mutable_data_ptr<std::int64_t>();
    for (const std::size_t begin : begins) {
      text.copy(begin, {out, length});
      out += length;
    }
    const Tensor input = all.narrow(1, 0, context_).contiguous();
    if (masked_) return masked(input, random);
    return {input, all.narrow(1, 1, context_).contiguous()};
  }

  /// arXiv 1810.04805, section 3.1: 15 % of the tokens, at least one, are asked for; of these 80 %
  /// are replaced by the mask, 10 % by any token, 10 % stay. Targets of the others are
  /// kNotAsked.
  Batch masked(const Tensor& input, Random& random) const {
    const Tensor target = at::full_like(input, kNotAsked);
    auto* const token = input.mutable_data_ptr<std::int64_t>();
    auto* const asked = target.mutable_data_ptr<std::int64_t>();
    const auto count = static_cast<int>(input.numel()), first = random.below(count);
    for (int i = 0; i < count; ++i) {
      if (i != first && random.below(100) >= 15) continue;
      asked[i] = token[i];
      const int draw = random.below(10);
      if (draw < 8) token[i] = input_.classes;
      if (draw == 8) token[i] = random.below(input_.classes);
    }
    return {input, target};
  }

  void add_shift(const Task& task) {
    TextFiles files = files_of(task.data);
    files.path = task.data.shift_path;
    const Text other = read_whole_text(files);
    if (other.size() <= static_cast<std::size_t>(context_))
      throw space::Error(
          fmt::format("{}: {} tokens, expected more than the context of {}; name a longer text",
                      files.path, other.size(), context_));
    shifts_.push_back({"text", spread(other, task.data.validation_tokens)});
  }

  /// As many windows as validation_tokens allows, at least one, spread evenly over the ranges and
  /// in them.
  std::vector<Batch> spread(const Text& text, int validation_tokens) const {
    const std::vector<Range>& ranges = text.ranges();
    const std::size_t each = ranges.front().size() / (static_cast<std::size_t>(context_) + 1);
    const std::size_t most = ranges.size() * each;
    const std::size_t count =
        std::clamp<std::size_t>(std::size_t(validation_tokens / context_), 1, most);
    std::vector<Batch> list;
    std::vector<std::size_t> begins;
    Random random(kMaskSeed);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t place = i * most / count;
      const Range& range = ranges[place / each];
      begins.push_back(range.begin + place % each * (static_cast<std::size_t>(context_) + 1));
      if (begins.size() == static_cast<std::size_t>(batch_) || i + 1 == count) {
        list.push_back(windows(text, begins, random));
        begins.clear();
      }
    }
    return list;
  }

  Text train_;
  int batch_, context_;
  bool masked_;
};

/// Of a game that draws its own numbers.
class NoData : public Dataset {
 public:
  Batch training(std::uint64_t, int) const override {
    return {at::zeros({1}), at::zeros({1}, at::kLong)};
  }
};

}  // namespace

std::shared_ptr<const Dataset> load_dataset(const Task& task) {
  const DataSpec& data = task.data;
  if (!task.problem.uses_data()) return std::make_shared<NoData>();
  if (data.format == DataSpec::Format::planetoid) return load_graph_dataset(data);
  const Shares shares{.validation = data.validation, .test = data.test};
  if (data.images())
    return std::make_shared<ImageDataset>(
        task, read_images(to_string(data.format), data.path).cut(shares, kSplitSeed));
  return std::make_shared<TextDataset>(task, read_text(files_of(data)).cut(shares));
}

std::shared_ptr<const Dataset> shared_dataset(const Task& task) {
  // The one thing of the process that is not a value: a few hundred megabytes that evaluators in
  // threads share.
  struct Loaded {
    DataSpec data;
    int batch, context;
    Family::Input input;
    bool used;
    std::weak_ptr<const Dataset> dataset;
  };
  static std::mutex mutex;
  static std::vector<Loaded> loaded;
  const std::lock_guard lock(mutex);
  const Family::Input input = family_of(task.model.type).input;
  for (const Loaded& known : loaded) {
    if (known.data != task.data || known.batch != task.batch ||
        known.context != task.model.context || known.input != input ||
        known.used != task.problem.uses_data())
      continue;
    if (std::shared_ptr<const Dataset> dataset = known.dataset.lock()) return dataset;
  }
  std::shared_ptr<const Dataset> dataset = load_dataset(task);
  std::erase_if(loaded, [](const Loaded& known) { return known.dataset.expired(); });
  loaded.push_back(
      {task.data, task.batch, task.model.context, input, task.problem.uses_data(), dataset});
  return dataset;
}

}  // namespace antigrad::trainer
