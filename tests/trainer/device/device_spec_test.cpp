// Which worker takes which GPU, and what a study may say of it.
#include "trainer/device/device_spec.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "space/error.hpp"

namespace antigrad::trainer {
namespace {

DeviceSpec read(const std::string& text) {
  return read_device(space::Yaml::parse("device: " + text, "s.yaml").at("device"));
}

std::string error_of(const auto& call) {
  try {
    call();
  } catch (const space::Error& error) {
    return error.what();
  }
  return "";
}

TEST(DeviceSpecTest, ReadsANameOrAMap) {
  using enum DeviceSpec::Name;
  EXPECT_EQ(read("cpu"), DeviceSpec{});
  EXPECT_EQ(read("auto").name, automatic);
  const DeviceSpec all =
      read("{name: cuda, per_device: 4, memory: 0.2, precision: bf16, graphs: true}");
  EXPECT_EQ(all, (DeviceSpec{cuda, 4, 0.2, true, true}));
  EXPECT_TRUE(read("{name: cpu, precision: bf16}").bf16);
}

TEST(DeviceSpecTest, WhatIsWrongSaysWhereAndTheWayOut) {
  const std::pair<const char*, const char*> cases[] = {
      {"gpu",
       "s.yaml:1:9: unknown device \"gpu\"; did you mean \"cpu\"? known are cpu, cuda, auto"},
      {"{name: cuda, threads: 2}", "s.yaml:1:22: unknown key \"threads\""},
      {"{name: cuda, per_device: 0}", "s.yaml:1:34: got 0, expected a whole number from 1 to 64"},
      {"{name: cuda, per_device: 4, memory: 0.3}",
       "4 workers on a GPU with 0.3 of its memory each take 1.2 of it; expected at most 0.25 each"},
      {"{name: cuda, precision: f64}",
       "unknown precision \"f64\"; did you mean \"f32\"? known are f32, bf16"},
      {"{name: cpu, graphs: true}", "graphs is of a GPU, and the device is cpu; remove the key"},
      {"{name: cpu, per_device: 2}", "per_device is of a GPU"}};
  for (const auto& [text, expected] : cases) {
    const std::string got = error_of([&text] { read(text); });
    EXPECT_NE(got.find(expected), std::string::npos) << text << ": " << got;
  }
}

TEST(DeviceSpecTest, WorkersAreDealtToGpusUntilTheyAreFull) {
  const DeviceSpec spec = read("{name: cuda, per_device: 3}");
  EXPECT_EQ(slots_on_gpus(spec, 2), 6);
  std::vector<int> on(2);
  for (int slot = 0; slot < 6; ++slot) {
    const Placement place = placement_of(spec, 2, slot, "");
    EXPECT_EQ(place.gpu, slot % 2);
    EXPECT_NEAR(place.memory, 0.3, 1e-12);
    ++on[static_cast<std::size_t>(place.gpu)];
  }
  EXPECT_EQ(on, (std::vector{3, 3}));
  EXPECT_EQ(placement_of(read("{name: cuda, per_device: 3, memory: 0.1}"), 2, 4, "").memory, 0.1);
  const std::string full = error_of([&] { placement_of(spec, 2, 6, ""); });
  EXPECT_NE(full.find("worker 6 has no place: 2 GPUs with per_device: 3 make room for 6"),
            std::string::npos)
      << full;
}

TEST(DeviceSpecTest, WithoutAGpuAutoTakesTheProcessorAndCudaSaysWhyItCannot) {
  EXPECT_EQ(placement_of(read("auto"), 0, 7, "no driver"), Placement{});
  EXPECT_EQ(placement_of(read("cpu"), 8, 99, ""), Placement{});
  EXPECT_EQ(slots_on_gpus(read("cpu"), 8), 0);
  const std::string got = error_of([] { placement_of(read("cuda"), 0, 0, "no driver here"); });
  for (const char* const part :
       {"demands device: cuda", "got no GPU: no driver here", "expected one", "`device: auto`"})
    EXPECT_NE(got.find(part), std::string::npos) << got;
}

}  // namespace
}  // namespace antigrad::trainer
