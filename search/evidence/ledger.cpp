// Lines of JSON, each one write with O_APPEND.
#include "search/evidence/ledger.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "search/storage/json.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

std::string usual_place() {
  if (const char* named = std::getenv("ANTIGRAD_LEDGER"); named != nullptr && *named != '\0')
    return named;
  const char* const home = std::getenv("HOME");
  return std::string(home == nullptr ? "." : home) + "/.local/share/antigrad/ledger";
}

}  // namespace

Ledger::Ledger(std::string path) : path_(path.empty() ? usual_place() : std::move(path)) {}

std::vector<LedgerEntry> Ledger::entries() const {
  std::vector<LedgerEntry> all;
  std::ifstream in(path_);
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    try {
      const Json json = parse_json(line);
      all.push_back({json.at("when").get<std::string>(), json.at("data").get<std::string>(),
                     json.at("study").get<std::string>(), json.at("activation").get<std::string>(),
                     json.value("result", "")});
    } catch (const std::exception& e) {
      throw space::Error({path_, number, 0},
                         fmt::format("not a line of a ledger ({}); mend or remove it", e.what()));
    }
  }
  return all;
}

std::vector<std::string> Ledger::other_readers(const std::string& data,
                                               const std::string& study) const {
  std::vector<std::string> readers;
  for (const LedgerEntry& entry : entries())
    if (entry.data == data && entry.study != study &&
        std::ranges::find(readers, entry.study) == readers.end())
      readers.push_back(entry.study);
  return readers;
}

void Ledger::append(const LedgerEntry& entry) const {
  const auto refuse = [&](const std::string& why) {
    throw space::Error({path_, 0, 0},
                       fmt::format("cannot write the ledger of reads of test parts: {}; name "
                                   "another with --ledger or ANTIGRAD_LEDGER",
                                   why));
  };
  std::error_code failed;
  const auto folder = std::filesystem::path(path_).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, failed);
  const int file = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) refuse(std::strerror(errno));
  Json json{{"when", entry.when},
            {"data", entry.data},
            {"study", entry.study},
            {"activation", entry.activation}};
  if (!entry.result.empty()) json["result"] = entry.result;
  const std::string line = to_text(json) + "\n";
  const bool fine = ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
                    ::fsync(file) == 0;
  const int reason = errno;
  ::close(file);
  if (!fine) refuse(std::strerror(reason));
}

}  // namespace antigrad::search
