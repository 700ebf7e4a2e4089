// `antigrad bench page`: what the live page asks of a server, without HTTP.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "experiments/app/commands.hpp"
#include "experiments/app/page_routes.hpp"
#include "search/run_directory.hpp"
#include "search/storage/journal.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

namespace fs = std::filesystem;
using Query = std::map<std::string, std::string>;
using search::Json;

constexpr double kFirstGoal = 1000, kRefreshGoal = 50;  // ms

/// A copy of a run that may grow.
class Copy {
 public:
  explicit Copy(const search::RunDirectory& run) {
    std::string pattern = (fs::temp_directory_path() / "antigrad-page-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw space::Error({pattern, 0, 0}, "cannot make a folder; is the disk full?");
    folder_ = pattern;
    fs::create_directory(folder_ + "/run");
    fs::copy_file(run.journal(), journal());
    for (const Json& record : search::read_journal(journal())) {
      if (record["op_code"] == 0 && study_.empty()) study_ = record["study_name"];
      if (record["op_code"] == 4 && record["study_id"] == 0) last_ = record;
    }
    if (last_.is_null()) throw space::Error({run.path, 0, 0}, "holds no trial to be measured with");
  }
  ~Copy() { fs::remove_all(folder_); }
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;

  /// Its last trial once more.
  void grow() { std::ofstream(journal(), std::ios::app) << search::to_text(last_) << '\n'; }
  const std::string& folder() const { return folder_; }
  const std::string& study() const { return study_; }

 private:
  std::string journal() const { return folder_ + "/run/journal.log"; }
  std::string folder_, study_;
  Json last_;
};

struct Least {
  double ms = 1e300;
  std::size_t bytes = 0;
  template <class Work>
  std::string of(const Work& work) {
    const auto begin = std::chrono::steady_clock::now();
    const PageAnswer answer = work();
    const auto spent = std::chrono::steady_clock::now() - begin;
    if (answer.status != 200) throw space::Error(answer.body);
    ms = std::min(ms, std::chrono::duration<double, std::milli>(spent).count());
    bytes = answer.body.size();
    return answer.body;
  }
};

}  // namespace

int bench_page_command(const Arguments& arguments) {
  Copy copy(search::open_run(arguments.root, arguments.subject));
  const std::atomic<bool> stop = false;
  Least opened, first, curves, refresh;
  int trials = 0;
  for (int round = 0; round < std::max(1, arguments.rounds); ++round) {
    search::page::Gallery gallery(copy.folder());
    const auto ask = [&](const char* what, Query query) {
      query.insert({{"run", "run"}, {"study", copy.study()}});
      return page_answer(gallery, fmt::format("/v1/page/{}", what), query, stop);
    };
    opened.of([&] { return ask("studies", {}); });
    Json known = search::parse_json(first.of([&] { return ask("study", {}); }));
    curves.of([&] { return ask("curves", {}); });
    trials = static_cast<int>(known["trials"].size());
    for (int more = 0; more < 10; ++more) {
      copy.grow();
      const Query since{{"epoch", known["epoch"]}, {"from", known["record"].dump()}};
      known = search::parse_json(refresh.of([&] { return ask("study", since); }));
    }
  }
  Listing listing({"name", "value", "unit", "baseline", "ratio", "goal", "met"});
  const auto timed = [&](const char* name, double value, double goal) {
    listing.add({name, value, "ms", {}, {}, goal, value <= goal});
  };
  listing.add({"trials", trials, "", {}, {}, {}, {}});
  timed("journal opened and first view, server", opened.ms + first.ms, kFirstGoal);
  listing.add({"first view of an open journal, server", first.ms, "ms", {}, {}, {}, {}});
  listing.add({"first view, size", static_cast<double>(first.bytes) / 1e6, "MB", {}, {}, {}, {}});
  listing.add({"all curves, server", curves.ms, "ms", {}, {}, {}, {}});
  timed("refresh after one record, server", refresh.ms, kRefreshGoal);
  listing.add({"refresh, size", static_cast<double>(refresh.bytes) / 1e3, "kB", {}, {}, {}, {}});
  print(listing.text(arguments.format));
  return 0;
}

}  // namespace antigrad::app
