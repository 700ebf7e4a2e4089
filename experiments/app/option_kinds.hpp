// Kinds of options: choices, numbers and lists, with CLI11 behind this folder's parsing.
#pragma once
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "space/error.hpp"

namespace antigrad::app {

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

// Numbers between commas.
inline void add_numbers(CLI::App& app, const std::string& name, std::vector<double>& values,
                        const char* meaning) {
  const auto read = [name, &values](const std::string& got) {
    for (const std::string& word : CLI::detail::split(got, ',')) {
      double value = 0;
      if (!CLI::detail::lexical_cast(word, value))
        throw space::Error(
            fmt::format("{}: expected numbers like -1,0,2.5, got \"{}\"", name, got));
      values.push_back(value);
    }
  };
  app.add_option_function<std::string>(name, read, meaning)->option_text("X,...");
}

// Words between commas.
inline void add_words(CLI::App& app, const std::string& name, std::vector<std::string>& words,
                      const char* meaning) {
  app.add_option_function<std::string>(
         name, [&words](const std::string& got) { words = CLI::detail::split(got, ','); }, meaning)
      ->option_text("T,...");
}

}  // namespace antigrad::app
