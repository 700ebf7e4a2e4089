// Corruptions: each does what it says, worse with every severity, the same every time.
#include "trainer/data/corrupt.hpp"

#include <cmath>
#include <numeric>

#include "space/random.hpp"
#include "tests/data/files.hpp"

namespace antigrad::trainer {
namespace {

Images random_images(int count, int side) {
  space::Random random(3);
  Images images{.count = count,
                .channels = 2,
                .height = side,
                .width = side,
                .classes = 2,
                .pixels = {},
                .labels = std::vector<std::int64_t>(static_cast<std::size_t>(count), 1)};
  for (std::size_t i = 0; i < static_cast<std::size_t>(count) * images.size(); ++i)
    images.pixels.push_back(static_cast<std::uint8_t>(60 + random.below(130)));
  return images;
}

double distance(const Images& a, const Images& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i)
    sum += std::pow(double(a.pixels[i]) - double(b.pixels[i]), 2);
  return std::sqrt(sum / static_cast<double>(a.pixels.size()));
}

TEST(CorruptTest, EverySeverityIsWorseThanTheOneBefore) {
  for (const CorruptionRow& row : corruptions()) {
    for (const int side : {8, 32, 64}) {
      const Images images = random_images(4, side);
      double last = 0;
      for (int severity = 1; severity <= 5; ++severity) {
        const Images worse = corrupt(images, row.kind, severity, 1);
        EXPECT_EQ(worse.labels, images.labels);
        EXPECT_GT(distance(worse, images), last) << row.name << severity;
        last = distance(worse, images);
      }
    }
    EXPECT_STREQ(name_of(row.kind), row.name);
  }
}

TEST(CorruptTest, NoiseHasItsDeviationAndDependsOnSeedAndImage) {
  Images grey = random_images(2, 64);
  std::fill(grey.pixels.begin(), grey.pixels.end(), std::uint8_t{128});
  const Images a = corrupt(grey, Corruption::noise, 3, 1);
  // Rounding adds 1/12; five deviations of the estimate over 16,384 pixels.
  const double want = std::sqrt(std::pow(0.08 * 255, 2) + 1.0 / 12);
  EXPECT_NEAR(distance(a, grey), want, 5 * want / std::sqrt(2 * 16384.0));
  EXPECT_EQ(a.pixels, corrupt(grey, Corruption::noise, 3, 1).pixels);
  EXPECT_NE(a.pixels, corrupt(grey, Corruption::noise, 3, 2).pixels);
  EXPECT_FALSE(std::equal(a.pixels.begin(), a.pixels.begin() + 8192, a.pixels.begin() + 8192));
  // An image does not depend on those around it.
  const Images alone = corrupt(gather(grey, {0}), Corruption::noise, 3, 1);
  EXPECT_TRUE(std::equal(alone.pixels.begin(), alone.pixels.end(), a.pixels.begin()));
}

TEST(CorruptTest, BlurKeepsAConstantAndSpreadsAPointEvenly) {
  Images point = random_images(1, 32);
  std::fill(point.pixels.begin(), point.pixels.end(), std::uint8_t{0});
  EXPECT_EQ(corrupt(point, Corruption::blur, 5, 1).pixels, point.pixels);
  point.pixels[16 * 32 + 16] = 255;
  const Images blurred = corrupt(point, Corruption::blur, 3, 1);
  const auto at = [&](int row, int column) {
    return int{blurred.pixels[static_cast<std::size_t>(row * 32 + column)]};
  };
  EXPECT_EQ(at(15, 16), at(17, 16));
  EXPECT_EQ(at(16, 15), at(15, 16));
  EXPECT_GT(at(16, 16), at(16, 17));
  EXPECT_GT(at(16, 17), at(17, 17));
  // The middle of a Gaussian of deviation 0.9 that is cut at 3 pixels has the weight 0.4435.
  EXPECT_NEAR(at(16, 16), 255 * 0.4435 * 0.4435, 1);
  const int sum = std::accumulate(blurred.pixels.begin(), blurred.pixels.begin() + 1024, 0);
  EXPECT_NEAR(sum, 255, 25);  // rounded pixel by pixel
}

TEST(CorruptTest, ContrastKeepsTheMeanOfEachChannel) {
  Images images = random_images(1, 32);
  const Images flat = corrupt(images, Corruption::contrast, 2, 1);
  for (const std::size_t channel : {0u, 1u}) {
    const auto mean = [&](const Images& of) {
      const auto begin = of.pixels.begin() + static_cast<std::ptrdiff_t>(channel * 1024);
      return std::accumulate(begin, begin + 1024, 0.0) / 1024;
    };
    EXPECT_NEAR(mean(flat), mean(images), 0.05);
    EXPECT_NEAR(flat.pixels[channel * 1024] - mean(images),
                0.5 * (images.pixels[channel * 1024] - mean(images)), 0.51);
  }
}

TEST(CorruptTest, PixelsStayWithinTheirRange) {
  Images digits = random_images(2, 8);
  digits.white = 16;
  for (std::uint8_t& pixel : digits.pixels) pixel = static_cast<std::uint8_t>(pixel % 17);
  for (const CorruptionRow& row : corruptions())
    for (const std::uint8_t pixel : corrupt(digits, row.kind, 5, 1).pixels) EXPECT_LE(pixel, 16);
}

using CorruptErrorsTest = FilesTest;
TEST_F(CorruptErrorsTest, AnUnknownSeverityIsRefused) {
  EXPECT_EQ(error_of([] { (void)corrupt({.pixels = {}, .labels = {}}, Corruption::blur, 6, 1); }),
            "severity is 6, expected 1 to 5");
}

}  // namespace
}  // namespace antigrad::trainer
