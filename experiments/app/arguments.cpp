// Parsing, with CLI11 behind this file.
#include "experiments/app/arguments.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <map>

#include "space/error.hpp"

namespace antigrad::app {
namespace {

constexpr const char* kExitCodes =
    "Exit codes: 0 done; 1 failed or stopped before the end; 2 the command, a study or an\n"
    "activation is wrong (the message says where and what to do; nothing is lost).\n";

// A value out of a list; the error names the list.
template <class Value>
void add_choice(CLI::App& app, const std::string& name, const char* meaning,
                std::map<std::string, Value> choices, const std::function<void(Value)>& set) {
  const auto read = [name, choices, set](const std::string& got) {
    std::vector<std::string> known;
    for (const auto& [word, value] : choices) {
      if (word == got) return set(value);
      known.push_back(word);
    }
    const std::string nearest = space::did_you_mean(got, known);
    throw space::Error(fmt::format("{}: expected {}, got \"{}\"{}{}", name,
                                   fmt::join(known, " or "), got, nearest.empty() ? "" : ";",
                                   nearest));
  };
  app.add_option_function<std::string>(name, read, meaning);
}

template <class Value>
void add_number(CLI::App& app, const std::string& name, Value& value, const char* meaning,
                int least) {
  app.add_option(name, value, meaning)->check(CLI::Range(least, 1000000000))->option_text("N");
}

void add_option(CLI::App& app, Option option, Arguments& a) {
  using search::Isolation;
  switch (option) {
    case Option::output:
      add_choice<Format>(app, "-o,--output", "table, json or csv",
                         {{"table", Format::table}, {"json", Format::json}, {"csv", Format::csv}},
                         [&a](Format format) { a.format = format; });
      break;
    case Option::root:
      app.add_option("--dir", a.root, "folder of the run directories; default: runs");
      break;
    case Option::fresh:
      app.add_flag("--fresh", a.fresh,
                   "start anew; what is there moves to RUN.old (replacing that)");
      break;
    case Option::workers:
      add_number(app, "--workers", a.workers,
                 "trainings at a time; default: the cores of this process", 1);
      break;
    case Option::isolation:
      add_choice<Isolation>(app, "--isolation",
                            "process: a crash is a result; thread: all in this process",
                            {{"process", Isolation::process}, {"thread", Isolation::thread}},
                            [&a](Isolation isolation) { a.isolation = isolation; });
      break;
    case Option::trials:
      add_number(app, "--trials", a.trials, "candidates, instead of what the study says", 1);
      break;
    case Option::seed:
      add_number(app, "--seed", a.seed, "instead of what the study says", 0);
      break;
    case Option::target:
      app.add_option("--to", a.target, "what for; default and so far the only one: torch");
      break;
    case Option::folder:
      app.add_option("-O", a.folder, "folder for the file; default: this one");
      break;
    case Option::count: add_number(app, "-n", a.count, "how many; default: 10", 1); break;
    case Option::rounds:
      add_number(app, "--rounds", a.rounds, "interleaved rounds; default: 3", 1);
      break;
    case Option::primitives:
      app.add_flag("--primitives", a.primitives,
                   "the functions that gradients are made of, instead");
      break;
  }
}

void add_subject(CLI::App& app, const Subject& subject, Arguments& a) {
  if (subject.name.empty()) return;
  app.add_option("subject", a.subject);
  if (subject.trial) app.add_option("trial", a.trial)->check(CLI::Range(0, 1000000000));
}

std::string usage_of(const Command& command) {
  std::string usage = "antigrad " + command.name;
  if (!command.options.empty()) usage += " [OPTIONS]";
  const Subject& subject = command.subject;
  if (!subject.name.empty())
    usage += subject.standard.empty() ? " " + subject.name : " [" + subject.name + "]";
  if (subject.trial) usage += " [TRIAL]";
  return usage;
}

std::string help_of(const Command& command, const CLI::App& app) {
  std::string text = fmt::format("{}\n\nUsage: {}\n", command.summary, usage_of(command));
  const Subject& subject = command.subject;
  if (!subject.name.empty()) text += fmt::format("  {}: {}\n", subject.name, subject.meaning);
  if (subject.trial) text += "  TRIAL: its number; default: the best\n";
  text += "\nOptions:\n";
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) continue;
    const bool flag = option->get_expected_max() == 0;
    const std::string value = flag                                ? ""
                              : option->get_option_text().empty() ? " X"
                                                                  : " " + option->get_option_text();
    text += fmt::format("  {:<17} {}\n", option->get_name(false, true) + value,
                        option->get_description());
  }
  if (!command.more.empty()) text += "\n" + command.more;
  return text + "\n" + kExitCodes;
}

std::string overview(std::span<const Command> commands) {
  std::string text =
      "antigrad discovers activation functions: it searches over their gradient g, integrates g "
      "to\n"
      "f, trains small networks with f, scores it against the known ones, and exports the "
      "winners.\n\n"
      "Usage: antigrad COMMAND [OPTIONS] ...        antigrad COMMAND --help\n";
  std::string group;
  for (const Command& command : commands) {
    if (command.group.empty()) continue;
    if (command.group != group) text += "\n" + command.group + "\n";
    group = command.group;
    text += fmt::format("  {:<13} {}\n", command.name, command.summary);
  }
  return text +
         "\nBegin with\n"
         "  antigrad search experiments/quickstart.yaml     # some minutes on two cores\n"
         "  antigrad top quickstart\n"
         "  antigrad show quickstart\n"
         "  antigrad derive \"sigmoid(x) + x*logistic_pdf(x)\"\n"
         "  antigrad export quickstart -O .                 # the winner as a PyTorch file\n\n"
         "Results go to stdout, progress and messages to stderr. Commands that list take\n"
         "-o table|json|csv.\n" +
         std::string(kExitCodes);
}

// "bench search" before "bench".
const Command& command_named(std::span<const Command> commands, std::vector<std::string>& words) {
  std::vector<std::string> known;
  for (const std::size_t count : {2, 1}) {
    if (words.size() < count) continue;
    const std::string name = fmt::format(
        "{}", fmt::join(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(count), " "));
    for (const Command& command : commands) {
      if (command.name == name) {
        words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(count));
        return command;
      }
    }
  }
  std::vector<std::string> shown;
  for (const Command& command : commands) {
    if (!command.group.empty()) shown.push_back(command.name);
  }
  throw space::Error(fmt::format("unknown command \"{}\";{} `antigrad --help` lists them",
                                 words.front(), space::did_you_mean(words.front(), shown)));
}

}  // namespace

Request parse_arguments(std::span<const Command> commands, std::vector<std::string> words) {
  Request request;
  if (words.empty() || words.front() == "--help" || words.front() == "-h" ||
      words.front() == "help") {
    request.text = overview(commands);
    return request;
  }
  if (words.front() == "--version") {
    request.text = "antigrad " ANTIGRAD_VERSION "\n";
    return request;
  }
  const Command& command = command_named(commands, words);
  CLI::App app;
  app.set_help_flag("-h,--help", "this text");
  add_subject(app, command.subject, request.arguments);
  for (const Option option : command.options) add_option(app, option, request.arguments);
  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  try {
    app.parse(words);
  } catch (const CLI::CallForHelp&) {
    request.text = help_of(command, app);
    return request;
  } catch (const CLI::ParseError& e) {
    throw space::Error(fmt::format("{}: {}; usage: {} (`antigrad {} --help` explains)",
                                   command.name, e.what(), usage_of(command), command.name));
  }
  std::string& subject = request.arguments.subject;
  if (subject.empty()) subject = command.subject.standard;
  if (subject.empty() && !command.subject.name.empty()) {
    throw space::Error(fmt::format("{}: {} is missing; usage: {} (`antigrad {} --help` explains)",
                                   command.name, command.subject.name, usage_of(command),
                                   command.name));
  }
  request.command = &command;
  return request;
}

}  // namespace antigrad::app
