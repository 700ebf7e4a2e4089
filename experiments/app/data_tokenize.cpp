// `antigrad data tokenize`.
#include <fmt/format.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "experiments/app/commands.hpp"
#include "space/error.hpp"
#include "trainer/data/file_bytes.hpp"
#include "trainer/data/token_shard.hpp"
#include "trainer/data/tokenizer.hpp"

namespace antigrad::app {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// The whole file or, after an error, none of it.
void write_whole(const std::string& path, const std::string& bytes) {
  const std::string part = path + ".part";
  std::ofstream file(part, std::ios::binary);
  file << bytes;
  file.close();
  std::error_code failed;
  if (file) fs::rename(part, path, failed);
  if (file && !failed) return;
  fs::remove(part, failed);
  throw space::Error({path}, "cannot write; check that the folder is there and not full");
}

std::string shard_path(const Arguments& arguments) {
  if (!arguments.file.empty()) return arguments.file;
  return fs::path(arguments.subject).replace_extension(".bin").string();
}

}  // namespace

int data_tokenize_command(const Arguments& arguments) {
  if (arguments.tokenizer.empty())
    throw space::Error(
        "data tokenize: --tokenizer is missing, expected a folder with vocab.json and merges.txt");
  ::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files is an error of write, as a full disk
  const trainer::Tokenizer tokenizer = trainer::Tokenizer::open(arguments.tokenizer);
  const trainer::FileBytes file(arguments.subject);
  const auto start = Clock::now();
  const std::vector<std::uint16_t> ids = tokenizer.encode(file.text(), arguments.subject);
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if (ids.empty())
    throw space::Error({arguments.subject}, "the file is empty, expected a text; check the path");
  const std::string path = shard_path(arguments);
  write_whole(path, trainer::u16_file(ids, !arguments.bare));
  const double megabytes = static_cast<double>(file.text().size()) / 1e6;
  fmt::print(stderr, "{} tokens of a vocabulary of {}, {:.3f} bytes each; {:.1f} MB/s\n",
             ids.size(), tokenizer.vocabulary(),
             static_cast<double>(file.text().size()) / static_cast<double>(ids.size()),
             megabytes / seconds);
  print(path + "\n");
  return 0;
}

}  // namespace antigrad::app
