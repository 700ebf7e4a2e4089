// Noise, blur and contrast, plane by plane in double.
#include "trainer/data/corrupt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "space/error.hpp"
#include "space/random.hpp"

namespace antigrad::trainer {
namespace {

using Plane = std::vector<double>;

void add_noise(Plane& plane, double deviation, space::Random& random) {
  for (double& pixel : plane) pixel += deviation * random.normal();
}

void lower_contrast(Plane& plane, double factor) {
  double mean = 0;
  for (const double pixel : plane) mean += pixel;
  mean /= static_cast<double>(plane.size());
  for (double& pixel : plane) pixel = mean + factor * (pixel - mean);
}

/// Weights -3 to 3 deviations around the middle; they sum to 1.
std::vector<double> gaussian(double deviation) {
  const int reach = std::max(1, static_cast<int>(std::ceil(3 * deviation)));
  std::vector<double> weights;
  double sum = 0;
  for (int i = -reach; i <= reach; ++i) {
    weights.push_back(std::exp(-0.5 * i * i / (deviation * deviation)));
    sum += weights.back();
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

/// Along one axis: `count` pixels `stride` apart, in `lines` lines `step` apart.
void blur_axis(Plane& plane, const std::vector<double>& weights, int count, int stride, int lines,
               int step) {
  const int reach = static_cast<int>(weights.size()) / 2;
  const Plane from = plane;
  for (int line = 0; line < lines; ++line) {
    for (int i = 0; i < count; ++i) {
      double sum = 0;
      for (int k = -reach; k <= reach; ++k)
        sum +=
            weights[static_cast<std::size_t>(k + reach)] *
            from[static_cast<std::size_t>(line * step + std::clamp(i + k, 0, count - 1) * stride)];
      plane[static_cast<std::size_t>(line * step + i * stride)] = sum;
    }
  }
}

void blur(Plane& plane, double deviation, int height, int width) {
  const std::vector<double> weights =
      gaussian(deviation * std::max(1.0, std::min(height, width) / 32.0));
  blur_axis(plane, weights, width, 1, height, width);
  blur_axis(plane, weights, height, width, width, 1);
}

}  // namespace

const std::vector<CorruptionRow>& corruptions() {
  static const std::vector<CorruptionRow> rows = {
      {Corruption::noise, "noise", {0.04, 0.06, 0.08, 0.12, 0.18}},
      {Corruption::blur, "blur", {0.4, 0.6, 0.9, 1.3, 1.8}},
      {Corruption::contrast, "contrast", {0.75, 0.5, 0.4, 0.3, 0.15}},
  };
  return rows;
}

const char* name_of(Corruption kind) { return corruptions()[static_cast<std::size_t>(kind)].name; }

Images corrupt(const Images& images, Corruption kind, int severity, std::uint64_t seed) {
  if (severity < 1 || severity > 5)
    throw space::Error(fmt::format("severity is {}, expected 1 to 5", severity));
  const double amount =
      corruptions()[static_cast<std::size_t>(kind)].amounts[static_cast<std::size_t>(severity - 1)];
  const std::size_t plane_size = images.size() / static_cast<std::size_t>(images.channels);
  Images worse = images;
  for (int image = 0; image < images.count; ++image) {
    space::Random random(space::child_seed(seed, static_cast<std::uint64_t>(image)));
    for (int channel = 0; channel < images.channels; ++channel) {
      const auto pixels = std::span(worse.pixels)
                              .subspan(static_cast<std::size_t>(image) * images.size() +
                                           static_cast<std::size_t>(channel) * plane_size,
                                       plane_size);
      Plane plane(pixels.begin(), pixels.end());
      if (kind == Corruption::noise) add_noise(plane, amount * images.white, random);
      if (kind == Corruption::blur) blur(plane, amount, images.height, images.width);
      if (kind == Corruption::contrast) lower_contrast(plane, amount);
      std::transform(plane.begin(), plane.end(), pixels.begin(), [&](double value) {
        return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, double(images.white))));
      });
    }
  }
  return worse;
}

}  // namespace antigrad::trainer
