// Workers as an array of Slurm: Slurm starts, requeues and moves them, the server's leases see to
// the trials.
#include <fmt/format.h>

#include <cctype>
#include <chrono>
#include <limits>

#include "experiments/app/remote/launch.hpp"
#include "experiments/app/remote/study_copy.hpp"
#include "search/child.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

using search::Child;
using SteadyClock = std::chrono::steady_clock;

class SlurmCrew : public Crew {
 public:
  explicit SlurmCrew(const LaunchPlan& plan) {
    const std::string script = plan.folder + "/worker.sbatch";
    write_whole(script, slurm_script(plan));
    job_ = output_of({"sbatch", "--parsable", script});
    job_ = job_.substr(0, job_.find(';'));  // "1234;cluster"
    if (job_.empty() || job_.find_first_not_of("0123456789") != job_.npos)
      throw space::Error(fmt::format("sbatch answered \"{}\" instead of a job's number", job_));
    fmt::print(stderr, "Slurm job {}: {} workers, {}/worker-*.log\n", job_, plan.workers,
               plan.folder);
  }

  // squeue costs the controller something.
  bool look() override {
    constexpr std::chrono::seconds kPause{5};
    if (SteadyClock::now() < next_) return true;
    next_ = SteadyClock::now() + kPause;
    try {
      return !output_of({"squeue", "--noheader", "--jobs", job_, "--format", "%T"}).empty();
    } catch (const space::Error&) {  // a controller that restarts
      return true;
    }
  }

  void end() override {
    try {
      output_of({"scancel", "--quiet", job_});
    } catch (const space::Error& e) {
      fmt::print(stderr, "{}\n", e.message());
    }
  }

 private:
  std::string job_;
  SteadyClock::time_point next_ = SteadyClock::now();
};

}  // namespace

std::string shell_quoted(const std::string& word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string output_of(const std::vector<std::string>& command) {
  constexpr auto kPatience = std::chrono::seconds(60);
  Child child(command);
  std::string text;
  while (true) {
    const Child::Read read =
        child.read_line(Child::Clock::now() + kPatience, std::numeric_limits<double>::infinity());
    if (read.event == Child::Event::timeout)
      throw space::Error(fmt::format("`{}` does not end", command.front()));
    if (read.event != Child::Event::line) break;
    text += (text.empty() ? "" : "\n") + read.line;
  }
  const std::string how = child.end(false);
  if (how != "exit status 0")
    throw space::Error(fmt::format("`{}` ended with {}", fmt::join(command, " "), how));
  return text;
}

std::string slurm_script(const LaunchPlan& plan) {
  std::string out = fmt::format(
      "#!/bin/bash\n"
      "#SBATCH --job-name=antigrad-{}\n"
      "#SBATCH --array=0-{}\n"
      "#SBATCH --requeue\n"
      "#SBATCH --open-mode=append\n"
      "#SBATCH --output={}/worker-%a.log\n",
      plan.name, plan.workers - 1, plan.folder);
  std::string word;
  for (const char c : plan.slurm_options + " ") {
    const bool blank = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (!blank) word += c;
    if (!blank || word.empty()) continue;
    out += "#SBATCH " + word + "\n";
    word.clear();
  }
  // The worker in the script's place: it gets the signals of requeues, drains and time limits.
  out += "exec";
  for (const std::string& part : plan.command) out += " " + shell_quoted(part);
  return out + "\n";
}

std::unique_ptr<Crew> slurm_crew(const LaunchPlan& plan) {
  return std::make_unique<SlurmCrew>(plan);
}

}  // namespace antigrad::app
