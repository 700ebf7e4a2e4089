// `antigrad data list`, `get` and `check`.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "experiments/app/commands.hpp"
#include "experiments/app/data_sets.hpp"
#include "experiments/app/download.hpp"
#include "experiments/app/narrator.hpp"
#include "experiments/app/unpack.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

std::vector<DataSet> table_of(const Arguments& arguments) {
  return arguments.table.empty() ? known_data_sets()
                                 : read_data_sets(space::Yaml::load_file(arguments.table));
}

/// Where data sets lie: -O, else ANTIGRAD_DATA, else data/.
std::string root_of(const Arguments& arguments) {
  if (!arguments.data.empty()) return arguments.data;
  const char* folder = std::getenv("ANTIGRAD_DATA");
  return folder != nullptr && *folder != '\0' ? folder : "data";
}

std::string folder_of(const Arguments& arguments, const DataSet& set) {
  return (fs::path(root_of(arguments)) / set.name).string();
}

bool there(const DataFile& file, const std::string& folder) {
  const std::string path = folder + "/" + file.name;
  return fs::is_regular_file(path) && fault_of(file, path).empty();
}

bool all_there(const std::vector<DataFile>& files, const std::string& folder) {
  for (const DataFile& file : files)
    if (!there(file, folder)) return false;
  return true;
}

/// A bar on a terminal, a line a file elsewhere.
class Progress {
 public:
  explicit Progress(const DataFile& file) : file_(file) {
    if (!terminal_) fmt::print(stderr, "{}: {:.1f} MB\n", file.name, megabytes(file.bytes));
  }
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void at(std::uint64_t done) {
    const Clock::time_point now = Clock::now();
    if (first_ > done) first_ = done;
    if (!terminal_ || now - drawn_ < std::chrono::milliseconds(100)) return;
    drawn_ = now;
    const double seconds = std::chrono::duration<double>(now - start_).count();
    const double rate = megabytes(done - first_) / seconds;
    const double rest = megabytes(file_.bytes - done) / rate;
    fmt::print(stderr, "\r\x1b[K{} {} {:.1f} of {:.1f} MB, {:.1f} MB/s{}", file_.name,
               bar(static_cast<int>(1000 * done / file_.bytes), 1000, 24), megabytes(done),
               megabytes(file_.bytes), rate,
               rate > 0 && rest < 1e6 ? ", about " + duration(rest) + " to go" : "");
    std::fflush(stderr);
  }
  void note(const std::string& text) {
    clear();
    fmt::print(stderr, "{}\n", text);
  }

 private:
  static double megabytes(std::uint64_t bytes) { return static_cast<double>(bytes) / 1e6; }
  void clear() const {
    if (terminal_) fmt::print(stderr, "\r\x1b[K");
  }

  const DataFile& file_;
  bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  Clock::time_point start_ = Clock::now(), drawn_;
  std::uint64_t first_ = ~std::uint64_t{0};  // bytes that were there before
};

/// The addresses of a file, or the one in a mirror.
DataFile mirrored(DataFile file, const std::string& from) {
  if (from.empty()) return file;
  if (from.ends_with("/" + file.name))
    file.urls = {from};
  else
    file.urls = {from + (from.ends_with('/') ? "" : "/") + file.name};
  return file;
}

void fetch(const DataFile& file, const std::string& folder, const Arguments& arguments) {
  if (there(file, folder)) return;
  Progress progress(file);
  download(mirrored(file, arguments.from), folder,
           {.ca = arguments.ca,
            .progress = [&](std::uint64_t done) { progress.at(done); },
            .note = [&](const std::string& text) { progress.note(text); }});
}

std::vector<search::Json> addresses(const DataSet& set) {
  std::vector<search::Json> all;
  for (const DataFile& file : set.downloads()) all.emplace_back(file.urls.front());
  return all;
}

/// How sure one can be of all the files.
std::string compared_by(const DataSet& set) {
  std::string all;
  for (const auto* files : {&set.archive, &set.files})
    for (const DataFile& file : *files) {
      const std::string how = app::compared_by(file);
      if (all.find(how) == all.npos) all += (all.empty() ? "" : ", ") + how;
    }
  return all;
}

std::uint64_t bytes_of(const std::vector<DataFile>& files) {
  std::uint64_t bytes = 0;
  for (const DataFile& file : files) bytes += file.bytes;
  return bytes;
}

search::Json names_of(const std::vector<DataFile>& files) {
  std::vector<search::Json> names;
  for (const DataFile& file : files) names.emplace_back(file.name);
  return names;
}

/// What a folder has of a file.
std::string state_of(const DataFile& file, const std::string& path) {
  if (fs::is_regular_file(path)) {
    const std::string fault = fault_of(file, path);
    return fault.empty() ? "good" : "wrong: " + fault;
  }
  return fs::exists(path + ".part") ? "part" : "missing";
}

}  // namespace

int data_list_command(const Arguments& arguments) {
  Listing listing({"name", "format", "download", "bytes", "compared by", "licence", "what", "files",
                   "page", "addresses"});
  for (const DataSet& set : table_of(arguments))
    listing.add({set.name, set.format, bytes_of(set.downloads()), bytes_of(set.files),
                 compared_by(set), set.licence, set.what, names_of(set.files), set.page,
                 addresses(set)});
  print(listing.text(arguments.format));
  return 0;
}

int data_get_command(const Arguments& arguments) {
  ::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files is an error of write, as a full disk
  ::signal(SIGPIPE, SIG_IGN);
  const std::vector<DataSet> sets = table_of(arguments);
  const DataSet& set = find_data_set(sets, arguments.subject);
  const std::string folder = folder_of(arguments, set);
  if (!all_there(set.files, folder)) {
    fs::create_directories(folder);
    for (const DataFile& file : set.downloads()) fetch(file, folder, arguments);
    for (const DataFile& archive : set.archive) {
      unpack(folder + "/" + archive.name, set.files, folder);
      fs::remove(folder + "/" + archive.name);
    }
  }
  print(folder + "\n");
  return 0;
}

int data_check_command(const Arguments& arguments) {
  const std::vector<DataSet> sets = table_of(arguments);
  std::vector<DataSet> chosen;
  if (!arguments.subject.empty()) chosen = {find_data_set(sets, arguments.subject)};
  for (const DataSet& set : sets)
    if (arguments.subject.empty() && fs::is_directory(folder_of(arguments, set)))
      chosen.push_back(set);
  if (chosen.empty())
    throw space::Error(
        {root_of(arguments)},
        "has no folder of a known data set; `antigrad data list` names them, -O says "
        "where they lie");
  Listing listing({"data", "file", "compared by", "state"});
  bool good = true;
  for (const DataSet& set : chosen) {
    for (const DataFile& file : set.files) {
      const std::string state = state_of(file, folder_of(arguments, set) + "/" + file.name);
      good = good && state == "good";
      listing.add({set.name, file.name, app::compared_by(file), state});
    }
  }
  print(listing.text(arguments.format));
  return good ? 0 : 1;
}

}  // namespace antigrad::app
