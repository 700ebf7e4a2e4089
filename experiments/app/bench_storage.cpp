// `antigrad bench storage` and `bench server`: journals loaded, trials over HTTP and on the command
// line, beside Optuna on the same files in the same rounds.
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "experiments/app/bench_table.hpp"
#include "experiments/app/commands.hpp"
#include "experiments/app/optuna_process.hpp"
#include "experiments/app/service_routes.hpp"
#include "experiments/app/trainer_library.hpp"
#include "search/samplers/distribution.hpp"
#include "search/storage/journal.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

namespace fs = std::filesystem;
using search::Json;
using SteadyClock = std::chrono::steady_clock;

constexpr int kTrials = 10000, kParameters = 8, kReports = 10;
constexpr int kTrialsOverHttp = 20, kReportsOverHttp = 5;
constexpr int kClients = 64, kRequestsEach = 50;

double seconds_of(const std::function<void()>& work) {
  const auto begin = SteadyClock::now();
  work();
  return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "antigrad_bench_XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw space::Error(fmt::format("{}: cannot make a folder", pattern));
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;  // a temporary folder that stays is no error of the benchmark
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// kTrials finished trials, a record each.
void write_journal(const std::string& path) {
  std::ofstream out(path, std::ios::binary);
  out << R"({"op_code":0,"worker_id":"w","study_name":"bench","directions":[1]})" << '\n';
  const std::string distribution =
      search::to_text(search::Distribution(search::FloatDistribution{}));
  Json record{{"op_code", 4},
              {"worker_id", "w"},
              {"study_id", 0},
              {"state", 1},
              {"datetime_start", search::timestamp()},
              {"datetime_complete", search::timestamp()}};
  for (int trial = 0; trial < kTrials; ++trial) {
    for (int i = 0; i < kParameters; ++i) {
      record["params"][fmt::format("x{}", i)] = ((trial * 7919 + i * 104729) % 99991) / 99991.0;
      record["distributions"][fmt::format("x{}", i)] = distribution;
    }
    for (int step = 0; step < kReports; ++step)
      record["intermediate_values"][std::to_string(step)] = (trial % 977) / (step + 1.0);
    record["values"] = {(trial % 997) / 997.0};
    out << search::to_text(record) << '\n';
  }
}

/// A connection that stays open; answers have a Content-Length.
class Client {
 public:
  explicit Client(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("no connection to the server of this benchmark");
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  std::string ask(const std::string& method, const std::string& path,
                  const std::string& body = "") {
    const std::string text =
        fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {}\r\n\r\n{}", method,
                    path, body.size(), body);
    if (::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) != std::ssize(text))
      throw std::runtime_error("the server hung up");
    return answer();
  }

 private:
  std::string answer() {
    std::string text;
    std::size_t head = 0, size = std::string::npos;
    char piece[65536];
    while (size == std::string::npos || text.size() < size) {
      const ssize_t n = ::recv(socket_, piece, sizeof piece, 0);
      if (n <= 0) throw std::runtime_error("the server hung up");
      text.append(piece, static_cast<std::size_t>(n));
      if (size != std::string::npos || (head = text.find("\r\n\r\n")) == std::string::npos)
        continue;
      const std::size_t field = text.find("Content-Length: ");
      size = head + 4 + std::stoul(text.substr(field + 16));
    }
    if (!text.starts_with("HTTP/1.1 200"))
      throw std::runtime_error("the server of this benchmark refused: " + text);
    return text.substr(head + 4);
  }

  const int socket_;
};

/// A server in this process.
class Served {
 public:
  explicit Served(const std::string& journal)
      : store_(journal), ask_tell_(store_), gallery_(journal) {
    std::promise<int> port;
    std::future<int> listening = port.get_future();
    thread_ = std::jthread([this, port = std::move(port)]() mutable {
      Serving serving{store_, ask_tell_, gallery_, stop_};
      http_serve(
          {}, service_routes(serving), [&](int p) { port.set_value(p); }, stop_);
    });
    port_ = listening.get();
  }
  ~Served() { stop_ = true; }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;
  int port() const { return port_; }

 private:
  search::Store store_;
  search::AskTell ask_tell_;
  search::page::Gallery gallery_;
  std::atomic<bool> stop_ = false;
  int port_ = 0;
  std::jthread thread_;
};

/// Median of writing and syncing a line.
double fsync_seconds(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const std::string line(200, 'x');
  double least = 1e9;
  for (int i = 0; i < 30; ++i) {
    least = std::min(least, seconds_of([&] {
                       if (::write(file, line.data(), line.size()) < 0 || ::fsync(file) != 0)
                         throw space::Error({path, 0, 0}, "cannot be written");
                     }));
  }
  ::close(file);
  return least;
}

void one_trial(Client& client) {
  const Json trial = search::parse_json(client.ask("POST", "/v1/studies/bench/ask", "{}"));
  const std::string path = fmt::format("/v1/studies/bench/trials/{}/", trial["number"].get<int>());
  for (int step = 0; step < kReportsOverHttp; ++step)
    client.ask("POST", path + "report", fmt::format(R"({{"step":{},"value":1}})", step));
  client.ask("POST", path + "tell", R"({"value":1,"user_attrs":{"note":"a"}})");
}

constexpr const char* kStudy =
    R"({"name":"bench","sampler":"random","space":{"a":{"type":"float","low":0,"high":1},"b":{"type":"float","low":0,"high":1},"c":{"type":"float","low":0,"high":1}}})";

/// Milliseconds of each of many requests by kClients clients, and how many a second.
std::pair<std::vector<double>, double> crowd(int port) {
  std::vector<std::vector<double>> all(kClients);
  const double whole = seconds_of([&] {
    std::vector<std::jthread> clients;
    for (int c = 0; c < kClients; ++c) {
      clients.emplace_back([&, c] {
        Client client(port);
        for (int i = 0; i < kRequestsEach; ++i)
          all[static_cast<std::size_t>(c)].push_back(
              1e3 * seconds_of([&] { client.ask("GET", "/v1/studies/bench"); }));
      });
    }
  });
  std::vector<double> times;
  for (const std::vector<double>& one : all) times.insert(times.end(), one.begin(), one.end());
  std::sort(times.begin(), times.end());
  return {times, static_cast<double>(times.size()) / whole};
}

void add(BenchRow& row, double value, std::optional<double> baseline) {
  row.values.push_back(value);
  if (baseline) row.baseline.push_back(*baseline);
}

/// One `antigrad ask` as a process of its own.
double ask_seconds(const std::string& journal) {
  const std::string command = fmt::format(
      "'{}' ask bench --storage '{}' --space "
      "'{{\"x\":{{\"type\":\"float\",\"low\":0,\"high\":1}}}}' "
      ">/dev/null",
      program_path(), journal);
  return seconds_of([&] {
    if (std::system(command.c_str()) != 0) throw std::runtime_error("antigrad ask failed");
  });
}

}  // namespace

int bench_storage_command(const Arguments& arguments) {
  const Folder folder;
  OptunaProcess optuna(arguments.python);
  const std::string path = folder / "load.log";
  write_journal(path);
  BenchRow load{"load of 10,000 trials with 8 parameters and 10 reports", "s", 0.7,
                "Optuna, same file"};
  BenchRow ask{"ask on the command line", "ms", 20, "optuna ask"};
  for (int round = 0; round < arguments.rounds; ++round) {
    add(load, seconds_of([&] {
          search::Store store(path);
          store.read([](const search::View& view) {
            if (view.journal.state().trial_count != kTrials)
              throw std::logic_error("trials are lost");
          });
        }),
        optuna.seconds("load " + path));
    const std::string name = fmt::format("ask{}.log", round);
    const std::optional<double> theirs = optuna.seconds("trial " + (folder / name)).has_value()
                                             ? optuna.seconds("ask " + (folder / name))
                                             : std::nullopt;
    add(ask, 1e3 * ask_seconds(folder / "ask.log"),
        theirs ? std::optional(1e3 * *theirs) : std::nullopt);
  }
  print(bench_table({load, ask}, arguments.format));
  return 0;
}

int bench_server_command(const Arguments& arguments) {
  const Folder folder;
  OptunaProcess optuna(arguments.python);
  const Served served(folder / "server.log");
  Client client(served.port());
  client.ask("POST", "/v1/studies", kStudy);
  BenchRow trial{"trial over HTTP: ask, 5 reports, tell", "ms", 0, "Optuna's journal file"};
  BenchRow without{"the same without the fsyncs of its 7 commits", "ms", 5, ""};
  BenchRow sync{"write and fsync of a line", "ms", 0, ""};
  BenchRow rate{"a request with 64 clients, a study's summary", "ms", 0, ""};
  BenchRow tail{"the same, 99th percentile", "ms", 0, ""};
  for (int round = 0; round < arguments.rounds; ++round) {
    const double synced = 1e3 * fsync_seconds(folder / "fsync");
    const double ours = 1e3 / kTrialsOverHttp * seconds_of([&] {
                          for (int i = 0; i < kTrialsOverHttp; ++i) one_trial(client);
                        });
    const std::optional<double> theirs = optuna.seconds("trial " + (folder / "optuna.log"));
    add(trial, ours, theirs ? std::optional(1e3 * *theirs) : std::nullopt);
    add(without, ours - (kReportsOverHttp + 2) * synced, std::nullopt);
    add(sync, synced, std::nullopt);
    const auto [times, a_second] = crowd(served.port());
    add(rate, 1e3 / a_second, std::nullopt);
    add(tail, times[times.size() * 99 / 100], std::nullopt);
  }
  print(bench_table({trial, without, sync, rate, tail}, arguments.format));
  return 0;
}

}  // namespace antigrad::app
