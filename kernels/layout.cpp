#include "kernels/layout.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

#include "kernels/routine.hpp"

namespace antigrad::kernels {
namespace {

using Bytes = unsigned char;

/// A buffer while the dimensions are put in order; the first output comes first.
struct Buffer {
  Bytes* data;
  std::vector<std::int64_t> strides;  // in elements
};

void check(const Launch& launch, std::span<const std::int64_t> strides, bool written) {
  if (launch.sizes.size() > std::size_t{kMostDimensions})
    throw std::logic_error(
        fmt::format("{} dimensions, expected at most {}", launch.sizes.size(), kMostDimensions));
  if (strides.size() != launch.sizes.size())
    throw std::logic_error(fmt::format("strides [{}] for sizes [{}]: expected one a dimension",
                                       fmt::join(strides, ", "), fmt::join(launch.sizes, ", ")));
  for (std::size_t d = 0; d < strides.size(); ++d) {
    if (launch.sizes[d] < 0)
      throw std::logic_error(fmt::format("a size of {}, expected none below 0", launch.sizes[d]));
    if (written && strides[d] == 0 && launch.sizes[d] > 1)
      throw std::logic_error(fmt::format(
          "an output with stride 0 in dimension {}: its elements would lie on each other", d));
  }
}

/// The dimensions of a call in their simplest form, outermost first.
class Dimensions {
 public:
  Dimensions(std::span<const std::int64_t> sizes, std::vector<Buffer>& buffers,
             std::int64_t element)
      : count_(std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>())) {
    if (count_ == 0) return;
    std::vector<std::size_t> order;
    for (std::size_t d = 0; d < sizes.size(); ++d)
      if (sizes[d] > 1) order.push_back(d);
    for (const std::size_t d : order) turn(d, sizes[d], buffers, element);
    const auto step = [&](std::size_t d) { return buffers.front().strides[d]; };
    std::ranges::stable_sort(order, std::ranges::greater(), step);
    for (const std::size_t d : order) sizes_.push_back(sizes[d]);
    for (Buffer& b : buffers) {
      const auto old = b.strides;
      b.strides.clear();
      for (const std::size_t d : order) b.strides.push_back(old[d]);
    }
    merge(buffers);
  }

  std::int64_t count() const { return count_; }
  const std::vector<std::int64_t>& sizes() const { return sizes_; }

  /// Whether the buffer's elements lie one after the other in the order of the dimensions.
  bool flat(const Buffer& b) const {
    std::int64_t next = 1;
    for (std::size_t d = sizes_.size(); d-- > 0; next *= sizes_[d])
      if (b.strides[d] != next) return false;
    return true;
  }

 private:
  /// Lets a dimension run the other way where the first output runs backwards.
  static void turn(std::size_t d, std::int64_t size, std::vector<Buffer>& buffers,
                   std::int64_t element) {
    if (buffers.front().strides[d] >= 0) return;
    for (Buffer& b : buffers) {
      b.data += (size - 1) * b.strides[d] * element;
      b.strides[d] = -b.strides[d];
    }
  }

  /// Two dimensions are one where a step of the outer one goes as far as all steps of the inner
  /// one.
  void merge(std::vector<Buffer>& buffers) {
    for (std::size_t d = sizes_.size(); d-- > 1;) {
      const auto follows = [&](const Buffer& b) {
        return b.strides[d - 1] == b.strides[d] * sizes_[d];
      };
      if (!std::ranges::all_of(buffers, follows)) continue;
      const auto at = static_cast<std::ptrdiff_t>(d);
      sizes_[d - 1] *= sizes_[d];
      sizes_.erase(sizes_.begin() + at);
      for (Buffer& b : buffers) b.strides.erase(b.strides.begin() + at - 1);
    }
  }

  std::int64_t count_;
  std::vector<std::int64_t> sizes_;
};

/// Calls run(element, length) for the stretches along the innermost dimension that elements
/// first .. first + n of a buffer consist of; `element` is an offset in elements.
template <class Run>
void walk(const std::vector<std::int64_t>& sizes, const Buffer& b, std::int64_t first,
          std::int64_t n, const Run& run) {
  std::int64_t index[kMostDimensions] = {};
  for (std::size_t d = sizes.size(); d-- > 0; first /= sizes[d]) index[d] = first % sizes[d];
  const std::size_t last = sizes.size() - 1;
  while (n > 0) {
    std::int64_t offset = 0;
    for (std::size_t d = 0; d < sizes.size(); ++d) offset += index[d] * b.strides[d];
    const std::int64_t length = std::min(n, sizes[last] - index[last]);
    run(offset, length);
    n -= length;
    index[last] += length;
    for (std::size_t d = last; d > 0 && index[d] == sizes[d]; --d) index[d] = 0, ++index[d - 1];
  }
}

/// Elements of T from one place to another with their strides.
template <class T>
void copy_elements(const Bytes* from, std::int64_t from_stride, Bytes* to, std::int64_t to_stride,
                   std::int64_t n) {
  constexpr std::int64_t kSize = sizeof(T);
  if (from_stride == 1 && to_stride == 1) {
    std::memcpy(to, from, static_cast<std::size_t>(n * kSize));
    return;
  }
  for (std::int64_t i = 0; i < n; ++i) {
    T v;
    std::memcpy(&v, from + i * from_stride * kSize, sizeof v);
    std::memcpy(to + i * to_stride * kSize, &v, sizeof v);
  }
}
using CopyElements = void (*)(const Bytes*, std::int64_t, Bytes*, std::int64_t, std::int64_t);
CopyElements copy_for(std::int64_t element) {
  return element == 2   ? copy_elements<std::uint16_t>
         : element == 4 ? copy_elements<std::uint32_t>
                        : copy_elements<std::uint64_t>;
}

/// A kernel's function over flat memory: `at` are the buffers, in the order of the call.
using Flat =
    std::function<void(std::span<Bytes* const> at, std::int64_t n, std::span<double> sums)>;

/// One call: the first `outputs` buffers are written.
class Strided {
 public:
  Strided(const Launch& launch, std::vector<Buffer> buffers, std::size_t outputs, Flat flat)
      : element_(size_of(launch.kernel.type())),
        buffers_(std::move(buffers)),
        outputs_(outputs),
        dimensions_(launch.sizes, buffers_, element_),
        flat_(std::move(flat)) {
    for (const Buffer& b : buffers_)
      direct_.push_back(dimensions_.count() == 0 || dimensions_.flat(b));
  }

  void run(const Executor& executor, std::span<double> sums) const {
    const bool all = std::ranges::all_of(direct_, [](bool direct) { return direct; });
    run_tasks(dimensions_.count(), sums, executor,
              [&](std::int64_t first, std::int64_t n, std::span<double> part) {
                all ? call_at(first, n, part) : through_blocks(first, n, part);
              });
  }

 private:
  void call_at(std::int64_t first, std::int64_t n, std::span<double> sums) const {
    std::vector<Bytes*> at;
    for (const Buffer& b : buffers_) at.push_back(b.data + first * element_);
    flat_(at, n, sums);
  }

  /// The blocks are those that a flat call reduces, so that the sums are the same.
  void through_blocks(std::int64_t first, std::int64_t n, std::span<double> sums) const {
    const std::int64_t bytes = kReductionBlock * element_;
    std::vector<Bytes> memory(buffers_.size() * static_cast<std::size_t>(bytes));
    std::vector<Bytes*> at(buffers_.size());
    std::vector<double> block(sums.size());
    for (const std::int64_t end = first + n; first < end; first += kReductionBlock) {
      const std::int64_t size = std::min(kReductionBlock, end - first);
      for (std::size_t k = 0; k < at.size(); ++k) {
        at[k] = direct_[k] ? buffers_[k].data + first * element_
                           : memory.data() + static_cast<std::int64_t>(k) * bytes;
        if (!direct_[k] && k >= outputs_) gather(buffers_[k], first, size, at[k]);
      }
      flat_(at, size, block);
      for (std::size_t k = 0; k < outputs_; ++k)
        if (!direct_[k]) scatter(at[k], buffers_[k], first, size);
      for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += block[k];
    }
  }

  void gather(const Buffer& b, std::int64_t first, std::int64_t n, Bytes* to) const {
    walk(dimensions_.sizes(), b, first, n, [&](std::int64_t from, std::int64_t length) {
      copy_(b.data + from * element_, b.strides.back(), to, 1, length);
      to += length * element_;
    });
  }

  void scatter(const Bytes* from, const Buffer& b, std::int64_t first, std::int64_t n) const {
    walk(dimensions_.sizes(), b, first, n, [&](std::int64_t to, std::int64_t length) {
      copy_(from, 1, b.data + to * element_, b.strides.back(), length);
      from += length * element_;
    });
  }

  const std::int64_t element_;
  const CopyElements copy_ = copy_for(element_);
  std::vector<Buffer> buffers_;
  const std::size_t outputs_;
  const Dimensions dimensions_;
  const Flat flat_;
  std::vector<bool> direct_;  // buffers that need no block of their own
};

void run(const Launch& launch, std::initializer_list<Output> outputs,
         std::initializer_list<Input> inputs, std::span<double> sums, Flat flat) {
  std::vector<Buffer> buffers;
  const auto add = [&](const void* data, std::span<const std::int64_t> strides, bool written) {
    check(launch, strides, written);
    // Inputs are only read; one type of pointer serves both.
    buffers.push_back(
        {static_cast<Bytes*>(const_cast<void*>(data)), {strides.begin(), strides.end()}});
  };
  for (const Output& o : outputs) add(o.data, o.strides, true);
  for (const Input& i : inputs) add(i.data, i.strides, false);
  Strided(launch, std::move(buffers), outputs.size(), std::move(flat)).run(launch.executor, sums);
}

}  // namespace

void forward(const Launch& launch, Input x, Output y) {
  run(launch, {y}, {x}, {}, [&](std::span<Bytes* const> at, std::int64_t n, std::span<double>) {
    launch.kernel.forward(at[1], at[0], n, launch.theta);
  });
}

void backward(const Launch& launch, Input x, Input gy, Output gx, std::span<double> gtheta) {
  run(launch, {gx}, {x, gy}, gtheta,
      [&](std::span<Bytes* const> at, std::int64_t n, std::span<double> sums) {
        launch.kernel.backward(at[1], at[2], at[0], n, launch.theta, sums);
      });
}

void double_backward(const Launch& launch, Input x, Input gy, Input ggx, Output dgy, Output dx,
                     std::span<const double> ggtheta, std::span<double> dtheta) {
  run(launch, {dgy, dx}, {x, gy, ggx}, dtheta,
      [&](std::span<Bytes* const> at, std::int64_t n, std::span<double> sums) {
        launch.kernel.double_backward(at[2], at[3], at[4], at[0], at[1], n, launch.theta, ggtheta,
                                      sums);
      });
}

}  // namespace antigrad::kernels
