// More elements than 32 bits count, in little memory: one region is mapped again and again, and
// only the last window, which the end of the buffer lies in, is memory of its own.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "kernels/layout.hpp"
#include "tests/kernels/cases.hpp"

namespace antigrad::kernels {
namespace {

constexpr std::int64_t kWindow = 1 << 24;  // elements

/// n elements of 16 bits; all full windows are the same memory.
class Mapped {
 public:
  explicit Mapped(std::int64_t n) : windows_((n + kWindow - 1) / kWindow) {
    const int file = memfd_create("window", 0);
    const auto bytes = static_cast<std::size_t>(2 * kWindow);
    good_ = file >= 0 && ftruncate(file, 2 * static_cast<off_t>(bytes)) == 0;
    size_ = static_cast<std::size_t>(windows_) * bytes;
    void* const all =
        mmap(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    good_ = good_ && all != MAP_FAILED;
    data_ = static_cast<Bf16*>(all);
    for (std::int64_t w = 0; w < windows_ && good_; ++w) {
      const off_t offset = w + 1 == windows_ ? static_cast<off_t>(bytes) : 0;
      good_ = mmap(data_ + w * kWindow, bytes, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_FIXED | MAP_POPULATE, file, offset) != MAP_FAILED;
    }
    if (file >= 0) close(file);
  }
  ~Mapped() {
    if (data_ != MAP_FAILED) munmap(data_, size_);
  }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;

  bool good() const { return good_; }
  Bf16* data() const { return data_; }
  Bf16* last_window() const { return data_ + (windows_ - 1) * kWindow; }

 private:
  std::int64_t windows_;
  std::size_t size_ = 0;
  bool good_ = false;
  Bf16* data_ = nullptr;
};

constexpr std::int64_t kCount = (std::int64_t{1} << 31) + 4099;

void fill(Bf16* x, std::uint64_t seed) {
  space::Random random(seed);
  for (std::int64_t i = 0; i < kWindow; ++i) x[i] = element<Bf16>(8 * random.uniform() - 4);
}

void check_forward(const space::Activation& a, const Kernel& kernel) {
  const Mapped x(kCount), y(kCount);
  ASSERT_TRUE(x.good() && y.good());
  fill(x.data(), 1);
  fill(x.last_window(), 2);
  const std::int64_t rest = kCount % kWindow;
  const Bf16 mark{0x1234};
  std::fill_n(y.data(), kWindow, mark);
  std::fill_n(y.last_window(), kWindow, mark);
  kernel.forward(x.data(), y.data(), kCount, starts(a));
  std::vector<Bf16> want(kWindow);
  const auto same = [](Bf16 u, Bf16 v) { return u.bits == v.bits; };
  kernel.forward(x.data(), want.data(), kWindow, starts(a));
  EXPECT_TRUE(std::equal(want.begin(), want.end(), y.data(), same)) << "before the end";
  std::fill(want.begin(), want.end(), mark);
  kernel.forward(x.last_window(), want.data(), rest, starts(a));
  EXPECT_TRUE(std::equal(want.begin(), want.end(), y.last_window(), same))
      << "the elements beyond 2^31, and what lies behind them";
}

TEST(Large, MoreElementsThan32BitsCount) {
  check_forward(named("gelu"), *compile(named("gelu"), {Tier::automatic, Type::bf16}));
  if (std::getenv("ANTIGRAD_FULL") == nullptr) return;
  for (const Tier tier : {Tier::interpreter, Tier::automatic})
    check_forward(named("xielu"), *compile(named("xielu"), {tier, Type::bf16}));
}

TEST(Large, ParameterGradientsOfMoreElementsThan32BitsCount) {
  if (std::getenv("ANTIGRAD_FULL") == nullptr)
    GTEST_SKIP() << "takes some seconds; set ANTIGRAD_FULL";
  const auto a = named("prelu");
  const Mapped x(kCount);
  ASSERT_TRUE(x.good());
  for (Bf16* const window : {x.data(), x.last_window()})
    std::fill_n(window, kWindow, element<Bf16>(-1));
  const Mapped gx(kCount);
  for (const Tier tier : {Tier::interpreter, Tier::automatic}) {
    std::vector<double> gtheta(1);
    compile(a, {tier, Type::bf16})
        ->backward(x.data(), x.data(), gx.data(), kCount, starts(a), gtheta);
    EXPECT_EQ(gtheta[0], static_cast<double>(kCount));  // sum of gy df/da = (-1)(-1)
  }
}

TEST(Large, StridesReachBeyond32Bits) {
  const Mapped x(kCount);
  ASSERT_TRUE(x.good());
  fill(x.data(), 1);
  fill(x.last_window(), 2);
  const auto kernel = compile(named("gelu"), {Tier::automatic, Type::bf16});
  const std::int64_t sizes[] = {3, 1000}, far[] = {std::int64_t{1} << 30, 1}, near[] = {1000, 1};
  std::vector<Bf16> y(3000), want(1000);
  forward({*kernel, sizes, {}}, {x.data(), far}, {y.data(), near});
  kernel->forward(x.last_window(), want.data(), 1000, {});  // 2 * 2^30 begins the last window
  for (std::size_t i = 0; i < 1000; ++i) ASSERT_EQ(y[2000 + i].bits, want[i].bits) << i;
}

}  // namespace
}  // namespace antigrad::kernels
