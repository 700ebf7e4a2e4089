// `antigrad bench workers`: many workers with fake trainings against one server of this machine,
// each asking, reporting and telling over connections of its own, as `antigrad worker` does.
//
// A training is a pause. The workers are events in a queue that some threads serve, so their number
// costs no threads; a request that comes late for want of threads counts as the server's delay.
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <limits>
#include <mutex>
#include <queue>
#include <sstream>
#include <thread>

#include "experiments/app/bench_table.hpp"
#include "experiments/app/commands.hpp"
#include "experiments/app/http.hpp"
#include "experiments/app/trainer_library.hpp"
#include "search/child.hpp"
#include "search/storage/json.hpp"
#include "space/error.hpp"
#include "space/random.hpp"

namespace antigrad::app {
namespace {

namespace fs = std::filesystem;
using search::Child;
using search::Json;
using SteadyClock = std::chrono::steady_clock;

constexpr int kTrialsEach = 2, kReports = 3;
constexpr double kTraining = 1;  // seconds between two requests of a worker, half to one and a half
constexpr int kThreads = 64;

/// A server with a study as a process of its own.
class BenchServer {
 public:
  explicit BenchServer(int trials) {
    folder_ = (fs::temp_directory_path() / "antigrad_workers_XXXXXX").string();
    if (::mkdtemp(folder_.data()) == nullptr)
      throw space::Error(fmt::format("{}: cannot make a folder", folder_));
    child_ = std::make_unique<Child>(
        std::vector<std::string>{program_path(), "serve", folder_ + "/workers.log", "--port", "0"});
    const auto read = child_->read_line(Child::Clock::now() + std::chrono::seconds(60),
                                        std::numeric_limits<double>::infinity());
    if (read.event != Child::Event::line)
      throw space::Error("the server of this benchmark did not start: " + child_->end(true));
    url_ = read.line;
    const std::string study = fmt::format(
        R"({{"name":"bench","sampler":"random","trials":{},"space":{{"a":{{"type":"float","low":0,"high":1}},"b":{{"type":"float","low":0,"high":1}}}}}})",
        trials);
    http_send({.url = url_ + "/v1/studies", .body = study});
  }
  ~BenchServer() {
    child_.reset();
    std::error_code ignored;  // a temporary folder that stays is no error of the benchmark
    fs::remove_all(folder_, ignored);
  }
  BenchServer(const BenchServer&) = delete;
  BenchServer& operator=(const BenchServer&) = delete;

  const std::string& url() const { return url_; }
  double mebibytes() const { return search::resident_mebibytes(child_->pid()); }
  /// Of the processor, so far.
  double seconds() const {
    std::ifstream in(fmt::format("/proc/{}/stat", child_->pid()));
    std::string text{std::istreambuf_iterator<char>(in), {}};
    text.erase(0, text.rfind(')') + 2);
    std::istringstream fields(text);
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;
    double user = 0, system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  }
  Json study() const {
    return search::parse_json(http_send({.url = url_ + "/v1/studies/bench"}).body);
  }

 private:
  std::string folder_, url_;
  std::unique_ptr<Child> child_;
};

struct Worker {
  int number = 0, trial = -1, reported = 0, told = 0;
};

struct Due {
  SteadyClock::time_point at;
  Worker worker;
  bool operator<(const Due& other) const { return at > other.at; }
};

/// The queue of workers, and how long their requests took.
class Crowd {
 public:
  Crowd(const std::string& url, int workers) : url_(url), left_(workers) {
    for (int i = 0; i < workers; ++i) push({.number = i}, 0);
  }

  /// Milliseconds of all requests, sorted.
  std::vector<double> run() {
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < kThreads; ++i) threads.emplace_back([this] { serve(); });
    }
    std::sort(milliseconds_.begin(), milliseconds_.end());
    return milliseconds_;
  }
  int refused() const { return refused_; }

 private:
  void push(Worker worker, int step) {
    space::Random random(space::child_seed(static_cast<std::uint64_t>(worker.number),
                                           static_cast<std::uint64_t>(step)));
    const std::chrono::duration<double> pause(kTraining * random.uniform(0.5, 1.5));
    queue_.push(
        {SteadyClock::now() + std::chrono::duration_cast<SteadyClock::duration>(pause), worker});
  }

  void serve() {
    std::unique_lock lock(mutex_);
    while (left_ > 0) {
      if (queue_.empty() || queue_.top().at > SteadyClock::now()) {
        changed_.wait_for(lock, std::chrono::milliseconds{5});
        continue;
      }
      Due due = queue_.top();
      queue_.pop();
      lock.unlock();
      const bool good = step(due.worker);
      const std::chrono::duration<double, std::milli> took = SteadyClock::now() - due.at;
      lock.lock();
      milliseconds_.push_back(took.count());
      refused_ += good ? 0 : 1;
      if (due.worker.told == kTrialsEach) {
        --left_;
      } else {
        push(due.worker, due.worker.told * (kReports + 2) + due.worker.reported + 1);
      }
    }
  }

  /// The worker's next request; false when it was not taken, and will be sent again.
  bool step(Worker& worker) const {
    const std::string study = url_ + "/v1/studies/bench";
    const std::string trial = fmt::format("{}/trials/{}/", study, worker.trial);
    const std::string key = fmt::format("{}-{}-{}", worker.number, worker.told,
                                        worker.reported + (worker.trial < 0 ? 0 : 1));
    try {
      if (worker.trial < 0) {
        const HttpReply reply =
            http_send({.url = study + "/ask", .body = "{}", .idempotency_key = key});
        if (reply.status != 200) return false;
        worker.trial = search::parse_json(reply.body).at("number").get<int>();
        return true;
      }
      const bool last = worker.reported == kReports;
      const HttpReply reply =
          http_send({.url = trial + (last ? "tell" : "report"),
                     .body = last ? R"({"value":1})"
                                  : fmt::format(R"({{"step":{},"value":1}})", worker.reported),
                     .idempotency_key = key});
      if (reply.status != 200) return false;
      ++worker.reported;
      if (last) worker = {.number = worker.number, .told = worker.told + 1};
      return true;
    } catch (const HttpError&) {
      return false;
    }
  }

  const std::string url_;
  std::mutex mutex_;  // all below
  std::condition_variable changed_;
  std::priority_queue<Due> queue_;
  int left_, refused_ = 0;
  std::vector<double> milliseconds_;
};

struct Rows {
  BenchRow rate, median, tail, refused, memory, processor;
};

Rows rows_of(int workers) {
  const auto row = [&](const char* what, const char* unit) {
    return BenchRow{fmt::format("{} workers: {}", workers, what), unit, 0, ""};
  };
  return {row("requests a second", "1/s"),
          row("a request, median", "ms"),
          row("a request, 99th percentile", "ms"),
          row("requests not answered, sent again", ""),
          row("memory of the server", "MiB"),
          row("processor time of the server for a request", "ms")};
}

void measure(int workers, Rows& rows) {
  BenchServer server(workers * kTrialsEach);
  const double before = server.seconds();
  const auto begin = SteadyClock::now();
  Crowd crowd(server.url(), workers);
  const std::vector<double> times = crowd.run();
  const std::chrono::duration<double> whole = SteadyClock::now() - begin;
  const auto count = static_cast<double>(times.size());
  rows.rate.values.push_back(count / whole.count());
  rows.median.values.push_back(times[times.size() / 2]);
  rows.tail.values.push_back(times[times.size() * 99 / 100]);
  rows.refused.values.push_back(crowd.refused());
  rows.memory.values.push_back(server.mebibytes());
  rows.processor.values.push_back(1e3 * (server.seconds() - before) / count);
  const Json study = server.study();
  if (study.at("trials") != workers * kTrialsEach ||
      study.at("states") != Json{{"complete", workers * kTrialsEach}})
    throw std::logic_error("not every trial was done once: " + search::to_text(study.at("states")));
}

}  // namespace

int bench_workers_command(const Arguments& arguments) {
  std::vector<BenchRow> rows;
  for (const int workers : {125, 250, 500, 1000}) {
    Rows some = rows_of(workers);
    for (int round = 0; round < arguments.rounds; ++round) measure(workers, some);
    for (BenchRow* row :
         {&some.rate, &some.median, &some.tail, &some.refused, &some.memory, &some.processor})
      rows.push_back(std::move(*row));
  }
  print(bench_table(rows, arguments.format));
  return 0;
}

}  // namespace antigrad::app
