// `antigrad completion`: scripts for shells, made from the table of commands.
#include <fmt/format.h>

#include <set>

#include "experiments/app/commands.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

// "-o,--output X" -> "-o", "--output".
std::vector<std::string> spellings(const std::string& option) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : option.substr(0, option.find(' ')) + ",") {
    if (c != ',') {
      word += c;
      continue;
    }
    words.push_back(word);
    word.clear();
  }
  return words;
}

std::vector<const Command*> shown() {
  std::vector<const Command*> all;
  for (const Command& command : commands())
    if (!command.group.empty()) all.push_back(&command);
  return all;
}

// First words: "data" once for "data list" and "data get".
std::set<std::string> first_words() {
  std::set<std::string> words;
  for (const Command* command : shown())
    words.insert(command->name.substr(0, command->name.find(' ')));
  return words;
}

// Second words of a first one: "list get check tokenize" of "data".
std::vector<std::string> second_words(const std::string& first) {
  std::vector<std::string> words;
  for (const Command* command : shown())
    if (command->name.starts_with(first + " "))
      words.push_back(command->name.substr(first.size() + 1));
  return words;
}

// bash's, which zsh reads through bashcompinit.
std::string bash() {
  std::string cases;
  for (const Command* command : shown()) {
    std::vector<std::string> options;
    for (const auto& [option, meaning] : options_of(*command))
      for (const std::string& word : spellings(option)) options.push_back(word);
    cases += fmt::format("    \"{}\") options=\"{}\" ;;\n", command->name, fmt::join(options, " "));
  }
  std::string seconds;
  for (const std::string& first : first_words())
    if (const auto words = second_words(first); !words.empty())
      seconds += fmt::format("    {}) second=\"{}\" ;;\n", first, fmt::join(words, " "));
  return fmt::format(R"bash(_antigrad() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} second="" options=""
  local first=${{COMP_WORDS[1]}}
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{}" -- "$word"))
    return
  fi
  case "$first" in
{}  esac
  if [ "$COMP_CWORD" -eq 2 ] && [ -n "$second" ] && [ "${{word#-}}" = "$word" ]; then
    COMPREPLY=($(compgen -W "$second" -- "$word"))
    return
  fi
  case "$before" in
    -o | --output) COMPREPLY=($(compgen -W "table json csv" -- "$word")); return ;;
    --size) COMPREPLY=($(compgen -W "smoke short paper" -- "$word")); return ;;
  esac
  case "$first${{second:+ ${{COMP_WORDS[2]}}}}" in
{}  esac
  if [ "${{word#-}}" != "$word" ]; then COMPREPLY=($(compgen -W "$options" -- "$word")); return; fi
  case "$first" in
    resume | status | top | show | report) COMPREPLY=($(compgen -W "$(ls runs 2>/dev/null)" -- "$word")) ;;
    export | derive | analyze)
      COMPREPLY=($(compgen -W "$(antigrad zoo -o csv 2>/dev/null | tail -n +2 | cut -d, -f1) $(ls runs 2>/dev/null)" -- "$word")) ;;
    reproduce) COMPREPLY=($(compgen -W "$(antigrad reproduce -o csv 2>/dev/null | tail -n +2 | cut -d, -f1)" -- "$word")) ;;
  esac
  [ "${{#COMPREPLY[@]}}" -gt 0 ] || COMPREPLY=($(compgen -f -- "$word"))
}}
complete -F _antigrad antigrad
)bash",
                     fmt::join(first_words(), " "), seconds, cases);
}

std::string quoted(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\'' ? std::string("\\'") : std::string(1, c);
  return "'" + out + "'";
}

std::string fish() {
  std::string out = "complete -c antigrad -n __fish_use_subcommand -f\n";
  for (const std::string& first : first_words())
    out += fmt::format("complete -c antigrad -n __fish_use_subcommand -a {}\n", first);
  for (const Command* command : shown()) {
    const std::size_t space = command->name.find(' ');
    const std::string first = command->name.substr(0, space);
    if (space != std::string::npos)
      out +=
          fmt::format("complete -c antigrad -f -n '__fish_seen_subcommand_from {}' -a {} -d {}\n",
                      first, command->name.substr(space + 1), quoted(command->summary));
    for (const auto& [option, meaning] : options_of(*command))
      for (const std::string& word : spellings(option))
        out += fmt::format("complete -c antigrad -n '__fish_seen_subcommand_from {}' {} {} -d {}\n",
                           first, word.starts_with("--") ? "-l" : "-s",
                           word.substr(word.starts_with("--") ? 2 : 1), quoted(meaning));
  }
  return out;
}

}  // namespace

int completion_command(const Arguments& arguments) {
  if (arguments.subject == "bash") {
    print(bash());
  } else if (arguments.subject == "zsh") {
    print(
        "(( ${+functions[compdef]} )) || { autoload -U compinit && compinit -u; }\n"
        "autoload -U +X bashcompinit && bashcompinit\n" +
        bash());
  } else if (arguments.subject == "fish") {
    print(fish());
  } else {
    throw space::Error(
        fmt::format("completion: expected bash, zsh or fish, got \"{}\"", arguments.subject));
  }
  return 0;
}

}  // namespace antigrad::app
