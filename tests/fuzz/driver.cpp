// A target as an ordinary program:
//   NAME [--runs N] [--seed S]   its seeds, then N mutations; ANTIGRAD_FULL=1 makes it 50 N
//   NAME --corpus FOLDER         writes its seeds there, and FOLDER.dict, for libFuzzer
//   NAME FILE...                 runs files, such as those that libFuzzer kept
// The input at hand is in the file NAME.input while it runs, so that a crash leaves it behind.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "mutate.hpp"
#include "space/error.hpp"
#include "target.hpp"

namespace antigrad::fuzz {
namespace {

constexpr std::size_t kLongest = 4096;
constexpr double kSlow = 20;  // seconds for one input, sanitizers included

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte >= ' ' && byte < 127 && c != '"' && c != '\\';
    out += plain ? std::string(1, c) : fmt::format("\\x{:02x}", byte);
  }
  return '"' + out + '"';
}

/// The file that holds the input at hand. Opened once: truncating to nothing costs milliseconds.
class Kept {
 public:
  explicit Kept(const std::string& name)
      : path_(std::filesystem::absolute(name)),
        number_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644)) {
    if (number_ < 0) throw space::Error({path_}, "cannot write the input at hand there");
  }
  ~Kept() { ::close(number_); }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;

  void hold(std::string_view input) {
    const auto size = static_cast<ssize_t>(input.size());
    if (::pwrite(number_, input.data(), input.size(), 0) != size || ::ftruncate(number_, size) != 0)
      throw space::Error({path_}, "cannot write the input at hand");
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int number_;
};

/// True when the input is handled as it should be; prints what is wrong otherwise.
bool fine(std::string_view input, Kept& kept) {
  kept.hold(input);
  const auto begin = std::chrono::steady_clock::now();
  std::string wrong;
  try {
    run(input);
  } catch (const std::exception& e) {
    wrong = e.what();
  }
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
  if (wrong.empty() && spent.count() > kSlow)
    wrong = fmt::format("{:.1f} s for one input", spent.count());
  if (wrong.empty()) return true;
  std::cout << fmt::format("FAILED: {}\n  input {}\n  kept in {}\n", wrong, escaped(input),
                           kept.path());
  return false;
}

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw space::Error({path}, "cannot read the input");
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_corpus(const std::string& folder) {
  std::filesystem::create_directories(folder);
  int number = 0;
  for (const std::string& seed : seeds())
    std::ofstream(fmt::format("{}/{:04}", folder, number++), std::ios::binary) << seed;
  std::ofstream words_file(folder + ".dict");
  for (const std::string& word : words()) words_file << escaped(word) << '\n';
}

int run_mutations(int runs, std::uint64_t seed, Kept& kept) {
  const std::vector<std::string> first = seeds(), known = words();
  for (const std::string& input : first)
    if (!fine(input, kept)) return 1;
  for (int i = 0; i < runs; ++i) {
    space::Random random(space::child_seed(seed, static_cast<std::uint64_t>(i)));
    if (!fine(mutate(first, known, kLongest, random), kept)) {
      std::cout << fmt::format("  mutation {} of seed {}\n", i, seed);
      return 1;
    }
  }
  std::cout << fmt::format("{} seeds and {} mutations, seed {}\n", first.size(), runs, seed);
  return 0;
}

int main_of(const std::vector<std::string>& arguments, Kept& kept) {
  int runs = 1000;
  std::uint64_t seed = 1;
  bool all_fine = true;
  std::size_t files = 0;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& name = arguments[i];
    const bool more = i + 1 < arguments.size();
    if (name == "--runs" && more) {
      runs = std::stoi(arguments[++i]);
    } else if (name == "--seed" && more) {
      seed = std::stoull(arguments[++i]);
    } else if (name == "--corpus" && more) {
      write_corpus(arguments[++i]);
      return 0;
    } else {
      ++files;
      all_fine = fine(read(name), kept) && all_fine;
    }
  }
  if (files > 0) return all_fine ? 0 : 1;
  const char* full = std::getenv("ANTIGRAD_FULL");
  return run_mutations(full != nullptr && std::string(full) == "1" ? 50 * runs : runs, seed, kept);
}

}  // namespace
}  // namespace antigrad::fuzz

int main(int argc, char** argv) {
  try {
    antigrad::fuzz::Kept kept(std::filesystem::path(*argv).filename().string() + ".input");
    return antigrad::fuzz::main_of({argv + 1, argv + argc}, kept);
  } catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 2;
  }
}
