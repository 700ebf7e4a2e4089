// Files of the code cache as bytes: what they say of themselves, what is none.
#include "kernels/code_entry.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "kernels/cache.hpp"

namespace antigrad::kernels {
namespace {

const CacheKey kKey{"text\n3\n", "sm_90, contracted", "NVRTC 13.0"};

std::string entry_of(const CacheKey& key, const std::string& code) {
  const std::string whole = joined(key);
  return entry_head(whole, code) + whole + code;
}

TEST(CodeEntry, KeyAndCodeComeBack) {
  for (const std::string& code :
       {std::string(), std::string("\0\n\xff", 3), std::string(999, 'c')}) {
    const std::string bytes = entry_of(kKey, code);
    const auto parts = entry_parts(bytes);
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->code, code);
    EXPECT_EQ(key_of(parts->key), kKey);
  }
  EXPECT_EQ(key_of(joined({"", "", ""})), (CacheKey{"", "", ""}));
}

TEST(CodeEntry, EveryByteThatIsChangedAndEveryCutIsSeen) {
  const std::string bytes = entry_of(kKey, "machine code");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(entry_parts(changed)) << "byte " << i;
    EXPECT_FALSE(entry_parts(bytes.substr(0, i))) << "the first " << i;
  }
  EXPECT_FALSE(entry_parts(bytes + "x"));
}

TEST(CodeEntry, WhatIsNoKeyIsNone) {
  for (const char* const text :
       {"", "1", "1\n", "1\n1\n1\n", "1\n1\n1\nab", "1\n1\n1\nabcd", "01\n1\n1\nabc",
        "-1\n1\n1\nabc", "99999999999999999999\n1\n1\nabc", "a\n1\n1\nabc"})
    EXPECT_FALSE(key_of(text)) << text;
  EXPECT_EQ(key_of("1\n1\n1\nabc"), (CacheKey{"c", "b", "a"}));
}

TEST(CodeEntry, CacheNamesItsFilesSo) {
  std::string folder = (std::filesystem::temp_directory_path() / "antigrad_entry_XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  CodeCache({.folder = folder}).get(kKey, [] { return "code"; });
  EXPECT_TRUE(std::filesystem::exists(folder + "/" + entry_name(joined(kKey))));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace antigrad::kernels
