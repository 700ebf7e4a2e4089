// antigrad launch: server and crew until the study is complete.
#include <fmt/format.h>
#include <signal.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <thread>

#include "experiments/app/commands.hpp"
#include "experiments/app/interrupt.hpp"
#include "experiments/app/remote/launch.hpp"
#include "experiments/app/remote/study_copy.hpp"
#include "experiments/app/slots.hpp"
#include "experiments/app/token.hpp"
#include "experiments/app/trainer_library.hpp"
#include "paths.hpp"
#include "search/child.hpp"
#include "search/study.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

namespace fs = std::filesystem;
using search::Child;

constexpr std::chrono::milliseconds kLook{200};

std::string host_name() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return host.data();
}

bool on_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

// Only its owner can read it: the workers, on a file system that they share.
std::string new_token_file(const std::string& folder) {
  std::array<unsigned char, 32> chance{};
  if (::getrandom(chance.data(), chance.size(), 0) != static_cast<ssize_t>(chance.size()))
    throw space::Error("the system has no random numbers");
  std::string text;
  for (const unsigned char byte : chance) text += fmt::format("{:02x}", byte);
  const std::string file = folder + "/token";
  write_whole(file, text + "\n");
  return file;
}

/// The server of a study as a process, its URL for workers, and the table that it ends with.
class ServerProcess {
 public:
  ServerProcess(const Arguments& a, const std::string& token_file) {
    std::vector<std::string> words{program_path(), "serve",
                                   a.subject,      "--until-done",
                                   "--dir",        a.root,
                                   "--host",       a.host,
                                   "--port",       std::to_string(a.port),
                                   "--lease",      fmt::format("{}", a.lease)};
    const auto add = [&](const char* name, const std::string& value) {
      if (!value.empty()) words.insert(words.end(), {name, value});
    };
    add("--token-file", token_file);
    add("--cert", a.certificate);
    add("--key", a.key);
    if (a.fresh) words.emplace_back("--fresh");
    child_ = std::make_unique<Child>(words);
    const Child::Read read = line(std::chrono::seconds(120));
    if (read.event != Child::Event::line || !read.line.starts_with("http"))
      throw space::Error("the server did not start: " + child_->end(true));
    url_ = read.line;
    if (!on_loopback(a.host))
      url_ = fmt::format("{}{}{}", url_.substr(0, url_.find("//") + 2),
                         a.advertise.empty() ? host_name() : a.advertise,
                         url_.substr(url_.rfind(':')));
  }

  const std::string& url() const { return url_; }

  /// Passes on what it says for a moment; false when it has ended.
  bool look() {
    const Child::Read read = line(kLook);
    if (read.event == Child::Event::line) print(read.line + "\n");
    return read.event == Child::Event::line || read.event == Child::Event::timeout;
  }

  void stop() const { ::kill(child_->pid(), SIGTERM); }

  int code() {
    const std::string how = child_->end(false);
    if (how != "exit status 0") fmt::print(stderr, "the server ended with {}\n", how);
    return how == "exit status 0" ? 0 : how == "exit status 2" ? 2 : 1;
  }

 private:
  Child::Read line(std::chrono::milliseconds longest) {
    return child_->read_line(Child::Clock::now() + longest,
                             std::numeric_limits<double>::infinity());
  }

  std::unique_ptr<Child> child_;
  std::string url_;
};

std::unique_ptr<Crew> crew_of(const std::string& engine, const LaunchPlan& plan) {
  if (engine == "slurm") return slurm_crew(plan);
  if (engine == "ray") return ray_crew(plan);
  return local_crew(plan);
}

LaunchPlan plan_of(const Arguments& a, const std::string& name, const std::string& folder) {
  LaunchPlan plan;
  plan.name = name;
  plan.workers = a.workers.value_or(a.engine == "local" ? usable_cores() : 1);
  plan.folder = folder;
  plan.slurm_options = a.slurm_options;
  plan.image = a.image;
  plan.python = a.ray_python;
  const std::string oracle = ANTIGRAD_SOURCE_DIR "/.deps/oracle/bin/python";
  if (plan.python.empty() && fs::exists(oracle)) plan.python = oracle;
  return plan;
}

// Workers run no program of a server's choice; the study's here is its owner's.
bool names_a_program(const std::string& study) {
  return !study.empty() && !search::load_study(study).command.command.empty();
}

void set_command(LaunchPlan& plan, const Arguments& a, const std::string& url,
                 const std::string& token_file) {
  plan.command = {program_path(), "worker", "--server", url};
  if (a.engine != "k8s" && names_a_program(a.subject))
    plan.command.push_back(fs::absolute(a.subject).string());
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) plan.command.insert(plan.command.end(), {name, value});
  };
  if (!token_file.empty()) add("--token-file", fs::absolute(token_file));
  if (!a.ca.empty()) add("--ca", fs::absolute(a.ca));
}

std::string launch_folder(const Arguments& a, const std::string& name) {
  const fs::path folder = fs::absolute(fs::path(a.root) / (name + ".launch"));
  std::error_code bad;
  fs::create_directories(folder, bad);
  if (bad) throw space::Error({folder.string(), 0, 0}, "cannot make the folder: " + bad.message());
  return folder.string();
}

int with_server(const Arguments& a, LaunchPlan& plan, const Interrupt& interrupt) {
  std::string token_file = a.token_file;
  if (token_file.empty() && !on_loopback(a.host) && token_from("").empty())
    token_file = new_token_file(plan.folder);
  ServerProcess server(a, token_file);
  fmt::print(stderr, "{}\n", server.url());
  set_command(plan, a, server.url(), token_file);
  const std::unique_ptr<Crew> crew = crew_of(a.engine, plan);
  bool warned = false;
  while (server.look()) {
    if (interrupt.stop()) {
      crew->end();
      server.stop();
      break;
    }
    if (!crew->look() && !warned) {
      fmt::print(stderr, "all workers have ended; others may still come to {}\n", server.url());
      warned = true;
    }
  }
  while (server.look()) continue;
  const int code = server.code();
  crew->end();
  return code;
}

int with_workers_alone(const Arguments& a, LaunchPlan& plan, const Interrupt& interrupt) {
  set_command(plan, a, a.server, a.token_file);
  const std::unique_ptr<Crew> crew = crew_of(a.engine, plan);
  if (a.engine == "slurm") return 0;
  while (!interrupt.stop() && crew->look()) std::this_thread::sleep_for(kLook);
  if (interrupt.stop()) crew->end();
  return interrupt.stop() ? 1 : 0;
}

}  // namespace

int launch_command(const Arguments& arguments) {
  const bool served = !arguments.server.empty();
  if (!served && arguments.subject.empty())
    throw space::Error(
        "launch: name a STUDY.yaml to serve, or a server that is there: --server URL");
  const std::string name =
      arguments.subject.empty() ? "workers" : search::load_study(arguments.subject).name;
  if (arguments.engine == "k8s") {
    if (!served || arguments.image.empty())
      throw space::Error(
          "--engine k8s writes a manifest: it needs --server URL, which pods reach, and --image "
          "IMAGE, whose `antigrad` they run");
    LaunchPlan plan = plan_of(arguments, name, "");
    set_command(plan, arguments, arguments.server, arguments.token_file);
    print(kubernetes_manifest(plan));
    return 0;
  }
  const Interrupt interrupt("stopping: workers give back what they train");
  LaunchPlan plan = plan_of(arguments, name, launch_folder(arguments, name));
  return served ? with_workers_alone(arguments, plan, interrupt)
                : with_server(arguments, plan, interrupt);
}

}  // namespace antigrad::app
