// The cache of machine code: what it gives back, what it survives.
#include "kernels/cache.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

namespace antigrad::kernels {
namespace {

namespace fs = std::filesystem;

/// A folder that goes with the test.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "antigrad_cache_XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path() const { return path_ + "/code"; }
  std::vector<fs::path> files() const {
    std::vector<fs::path> all;
    for (const auto& entry : fs::directory_iterator(path())) all.push_back(entry.path());
    return all;
  }

 private:
  std::string path_;
};

CacheKey key_of(int n) { return {"text " + std::to_string(n), "processor", "compiler 1"}; }
std::string code_of(int n) {
  return std::string(static_cast<std::size_t>(1000 + n % 7), static_cast<char>('a' + n % 26)) +
         std::to_string(n);
}

/// get() with a count of how often it was made.
struct Made {
  int times = 0;
  std::string get(CodeCache& cache, int n) {
    return cache.get(key_of(n), [&] {
      ++times;
      return code_of(n);
    });
  }
};

TEST(Cache, MakesOnceForMemoryAndOnceForDisk) {
  const Folder folder;
  Made made;
  {
    CodeCache cache({.folder = folder.path()});
    for (int i = 0; i < 3; ++i) EXPECT_EQ(made.get(cache, 1), code_of(1));
    EXPECT_EQ(cache.counts().memory, 2U);
  }
  CodeCache again({.folder = folder.path()});
  EXPECT_EQ(made.get(again, 1), code_of(1));
  EXPECT_EQ(made.times, 1);
  EXPECT_EQ(again.counts().disk, 1U);
  EXPECT_EQ(again.usage().files, 1U);
}

TEST(Cache, TellsKeysApartInEveryPart) {
  const Folder folder;
  CodeCache cache({.folder = folder.path()});
  const CacheKey keys[] = {
      {"a", "b", "c"}, {"ab", "", "c"}, {"a", "bc", ""}, {"", "ab", "c"}, {"x", "b", "c"}};
  for (std::size_t round = 0; round < 2; ++round)
    for (std::size_t i = 0; i < std::size(keys); ++i)
      EXPECT_EQ(cache.get(keys[i], [&] { return std::to_string(i); }), std::to_string(i));
}

TEST(Cache, MakesAgainWhatIsDamaged) {
  const Folder folder;
  const auto damaged = [&](const auto& damage) {
    Made made;
    CodeCache first({.folder = folder.path()});
    made.get(first, 5);
    for (const auto& file : folder.files()) damage(file);
    CodeCache second({.folder = folder.path()}), third({.folder = folder.path()});
    EXPECT_EQ(made.get(second, 5), code_of(5));
    EXPECT_EQ(made.get(third, 5), code_of(5));
    const int times = made.times;
    fs::remove_all(folder.path());
    return times;
  };
  EXPECT_EQ(damaged([](const fs::path&) {}), 1);
  const auto size = sizeof(std::uint64_t) * 4 + 16 + code_of(5).size();
  for (const std::size_t keep : {std::size_t{0}, std::size_t{10}, std::size_t{40}, size - 1})
    EXPECT_EQ(damaged([&](const fs::path& f) { fs::resize_file(f, keep); }), 2) << keep;
  for (const int at : {3, 17, 30, 60, 500, 1080})
    EXPECT_EQ(damaged([&](const fs::path& f) {
                std::fstream file(f, std::ios::in | std::ios::out | std::ios::binary);
                file.seekg(at);
                const auto byte = static_cast<char>(file.get() ^ 4);
                file.seekp(at);
                file.put(byte);
              }),
              2)
        << at;
  EXPECT_EQ(damaged([](const fs::path& f) { std::ofstream(f, std::ios::app) << "more"; }), 2);
}

TEST(Cache, KeepsWhatWasUsedLastWithinItsLimit) {
  const Folder folder;
  constexpr std::uint64_t kLimit = 20000;
  Made made;
  for (int n = 0; n < 60; ++n) {
    CodeCache cache({.folder = folder.path(), .disk_limit = kLimit});  // remembers nothing
    made.get(cache, n);
    made.get(cache, 0);
    EXPECT_LE(cache.usage().bytes, kLimit);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));  // files' times have steps
  }
  EXPECT_EQ(made.times, 60) << "the one that was used all the time was evicted";
  CodeCache cache({.folder = folder.path(), .disk_limit = kLimit});
  made.get(cache, 59);
  EXPECT_EQ(made.times, 60);
  made.get(cache, 1);
  EXPECT_EQ(made.times, 61) << "the oldest one is still there";
}

TEST(Cache, RemembersWithinItsLimit) {
  CodeCache cache({.memory_limit = 5000});
  Made made;
  for (int n = 0; n < 100; ++n) made.get(cache, n);
  made.get(cache, 99);
  EXPECT_EQ(made.times, 100);
  made.get(cache, 0);
  EXPECT_EQ(made.times, 101);
}

TEST(Cache, WorksWithoutAFolder) {
  for (const char* folder : {"", "/proc/nowhere"}) {
    CodeCache cache({.folder = folder});
    Made made;
    EXPECT_EQ(made.get(cache, 1), code_of(1));
    EXPECT_EQ(made.get(cache, 1), code_of(1));
    EXPECT_EQ(made.times, 1);
    EXPECT_EQ(cache.usage().files, 0U);
  }
}

TEST(Cache, PassesOnWhatTheMakerThrows) {
  CodeCache cache({});
  EXPECT_THROW(cache.get(key_of(1), []() -> std::string { throw std::runtime_error("no"); }),
               std::runtime_error);
  EXPECT_EQ(cache.get(key_of(1), [] { return std::string("yes"); }), "yes");
}

/// One of the processes: writes, reads, and damages at random. The number of wrong answers.
int use(const std::string& folder, int process) {
  CodeCache cache({.folder = folder, .disk_limit = 60000, .memory_limit = 3000});
  int wrong = 0;
  for (int i = 0; i < 300; ++i) {
    const int n = (i * 7 + process * 13 + i * i) % 80;
    wrong += cache.get(key_of(n), [&] { return code_of(n); }) == code_of(n) ? 0 : 1;
    if (i % 40 != 39) continue;
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator(folder, gone))
      if (entry.path().extension() == ".code") {
        fs::resize_file(entry.path(), 700, gone);
        break;
      }
  }
  return wrong;
}

TEST(Cache, EightProcessesShareAFolder) {
  const Folder folder;
  std::vector<pid_t> children;
  for (int process = 0; process < 8; ++process) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) ::_exit(use(folder.path(), process) == 0 ? 0 : 1);
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "wrong code, or a crash";
  }
  CodeCache cache({.folder = folder.path(), .disk_limit = 60000});
  EXPECT_LE(cache.usage().bytes, 60000U + 8 * 60000 / 16);
  for (const auto& file : folder.files()) EXPECT_NE(file.extension(), ".part") << "not cleared up";
}

/// Under its name an entry is whole at any time, or not there.
TEST(Cache, AnEntryAppearsWhole) {
  const Folder folder;
  std::atomic<bool> written{false};
  std::thread writer([&] {
    CodeCache cache({.folder = folder.path()});
    for (int n = 0; n < 20; ++n) cache.get(key_of(n), [] { return std::string(4 << 20, 'c'); });
    written = true;
  });
  int seen = 0, torn = 0;
  while (!written) {
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator(folder.path(), failure)) {
      if (entry.path().extension() != kEntrySuffix) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      std::ostringstream bytes;
      bytes << file.rdbuf();
      ++seen, torn += entry_parts(bytes.str()) ? 0 : 1;
    }
  }
  writer.join();
  EXPECT_GT(seen, 0);
  EXPECT_EQ(torn, 0);
}

TEST(Cache, TakesItsFolderFromTheEnvironment) {
  const auto with = [](const char* given, const char* shared, const char* home) {
    const auto set = [](const char* name, const char* value) {
      if (value == nullptr)
        ::unsetenv(name);
      else
        ::setenv(name, value, 1);
    };
    set("ANTIGRAD_CACHE", given), set("XDG_CACHE_HOME", shared), set("HOME", home);
    return cache_folder();
  };
  const char* const names[] = {"ANTIGRAD_CACHE", "XDG_CACHE_HOME", "HOME"};
  std::vector<std::pair<const char*, std::string>> before;
  for (const char* name : names)
    if (const char* value = std::getenv(name)) before.emplace_back(name, value);
  EXPECT_EQ(with("/a", "/b", "/c"), "/a");
  EXPECT_EQ(with("off", "/b", "/c"), "");
  EXPECT_EQ(with(nullptr, "/b", "/c"), "/b/antigrad");
  EXPECT_EQ(with("", "relative", "/c"), "/c/.cache/antigrad");
  EXPECT_EQ(with(nullptr, nullptr, nullptr), "");
  for (const char* name : names) ::unsetenv(name);
  for (const auto& [name, value] : before) ::setenv(name, value.c_str(), 1);
}

}  // namespace
}  // namespace antigrad::kernels
