// One page for the program, one for each command.
#include "experiments/app/help.hpp"

#include <fmt/format.h>

namespace antigrad::app {
namespace {

constexpr const char* kExitCodes =
    "Exit codes: 0 done; 1 failed or stopped before the end; 2 the command, a study or an\n"
    "activation is wrong (the message says where and what to do; nothing is lost).\n";

}  // namespace

std::string usage_of(const Command& command) {
  std::string usage = "antigrad " + command.name;
  if (!command.options.empty()) usage += " [OPTIONS]";
  const Subject& subject = command.subject;
  if (!subject.name.empty())
    usage += subject.standard.empty() && !subject.optional ? " " + subject.name
                                                           : " [" + subject.name + "]";
  if (subject.trial) usage += subject.needs_trial ? " TRIAL" : " [TRIAL]";
  return usage;
}

std::string help_of(const Command& command,
                    const std::vector<std::pair<std::string, std::string>>& options) {
  std::string text = fmt::format("{}\n\nUsage: {}\n", command.summary, usage_of(command));
  const Subject& subject = command.subject;
  if (!subject.name.empty()) text += fmt::format("  {}: {}\n", subject.name, subject.meaning);
  if (subject.trial)
    text +=
        subject.needs_trial ? "  TRIAL: its number\n" : "  TRIAL: its number; default: the best\n";
  text += "\nOptions:\n";
  for (const auto& [option, meaning] : options)
    text += fmt::format("  {:<17} {}\n", option, meaning);
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
    text += fmt::format("  {:<16} {}\n", command.name, command.summary);
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

}  // namespace antigrad::app
