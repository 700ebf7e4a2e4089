// Parsing, with CLI11 behind this file.
#include "experiments/app/arguments.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <map>

#include "experiments/app/evidence_tables.hpp"
#include "experiments/app/help.hpp"
#include "experiments/app/learning_options.hpp"
#include "experiments/app/option_kinds.hpp"
#include "experiments/app/remote/remote_options.hpp"
#include "paths.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

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
    case Option::slot:
      add_number(app, "--slot", a.slot,
                 "which of its study's workers this is, from 0: says its GPU (`device:`)", 0);
      break;
    case Option::trials:
      add_number(app, "--trials", a.trials, "candidates, instead of what the study says", 1);
      break;
    case Option::seed:
      add_number(app, "--seed", a.seed, "instead of what the study says", 0);
      break;
    case Option::target:
      app.add_option("--to", a.target, "what for; default: torch")->option_text("TARGET,...");
      break;
    case Option::folder:
      app.add_option("-O", a.folder, "folder for the files; default: this one");
      break;
    case Option::count: add_number(app, "-n", a.count, "how many; default: 10", 1); break;
    case Option::rounds:
      add_number(app, "--rounds", a.rounds, "interleaved rounds; default: 3", 1);
      break;
    case Option::python:
      app.add_option("--python", a.python,
                     "an interpreter with torch (optuna), for the rows against it; none: without; "
                     "default: the one of the oracle tests, if it is there")
          ->option_text("PATH");
      break;
    case Option::train:
      app.add_flag("--train", a.train, "instead, steps of a ResNet-20 with each one and with ReLU");
      break;
    case Option::live:
      app.add_flag("--live", a.live,
                   "instead, searches that train, 3 or --trials of random search and of ours");
      break;
    case Option::table_task: {
      std::map<std::string, std::string> names;
      for (const EvidenceTask& task : evidence_tasks()) names.emplace(task.name, task.name);
      add_choice<std::string>(app, "--task", "this recorded task alone", names,
                              [&a](const std::string& name) { a.table_task = name; });
      break;
    }
    case Option::atlas:
      app.add_flag("--atlas", a.atlas,
                   "instead, the best of every kind: how smooth, how sparse, how dear");
      break;
    case Option::each:
      app.add_flag("--each", a.each, "every point, instead of a line for each measurement");
      break;
    case Option::seeds:
      add_number(app, "--seeds", a.seeds,
                 "paired seeds in all; default: what the study says, or 10", 2);
      break;
    case Option::margin:
      app.add_option("--margin", a.margin,
                     "differences of the score below it do not matter; default: what the study "
                     "says, or 0.25")
          ->check(CLI::Range(1e-6, 1e6))
          ->option_text("D");
      break;
    case Option::tasks:
      app.add_option("--tasks", a.tasks, "a file with `tasks:` that were not searched")
          ->option_text("FILE");
      break;
    case Option::ledger:
      app.add_option("--ledger", a.ledger,
                     "where reads of test parts are kept; default: $ANTIGRAD_LEDGER, else "
                     "~/.local/share/antigrad/ledger")
          ->option_text("FILE");
      break;
    case Option::front:
      app.add_flag("--front", a.front,
                   "only the Pareto front: trials that no other one beats in every objective");
      break;
    case Option::yes: app.add_flag("--yes", a.yes, "remove it; without, it is only listed"); break;
    case Option::sealed:
      app.add_flag("--sealed", a.sealed, "do not read the test part, whatever the verdict");
      break;
    case Option::activation:
      app.add_option("--activation", a.activation, "a name of `antigrad zoo`, or a text")
          ->option_text("TEXT")
          ->required();
      break;
    case Option::meta: add_meta(app, a.meta); break;
    case Option::one_shot: add_one_shot(app, a.one_shot); break;
    case Option::primitives:
      app.add_flag("--primitives", a.primitives,
                   "the functions that gradients are made of, instead");
      break;
    case Option::define:
      app.add_option_function<std::string>(
             "--define",
             [&a](const std::string& file) {
               a.definitions = space::Definitions::load(file);
               a.define = file;
             },
             "a YAML file with primitives and activations of your own")
          ->option_text("FILE");
      break;
    case Option::more:
      app.add_flag("--more", a.more,
                   "also other names, notes, and what else is published under the same name");
      break;
    case Option::since:
      add_number(app, "--since", a.since, "only what was published in this year or later", 1900);
      break;
    case Option::kind:
      add_choice<space::ZooEntry::Kind>(app, "--kind",
                                        "only gradient, function (given by f) or gate, f(u)*v",
                                        {{"gradient", space::ZooEntry::Kind::gradient},
                                         {"function", space::ZooEntry::Kind::function},
                                         {"gate", space::ZooEntry::Kind::gate}},
                                        [&a](space::ZooEntry::Kind kind) { a.kind = kind; });
      break;
    case Option::points:
      add_numbers(app, "--at", a.points,
                  "also values at these x, as in --at=-1,0,2, at the parameters' starts");
      break;
    case Option::where:
      app.add_option("--where", a.where, "only what is proved to be all of this: smooth,bounded")
          ->option_text("P,...");
      break;
    case Option::against:
      app.add_option("--against", a.against, "names or texts to set beside it")
          ->option_text("A,B,...");
      break;
    case Option::drawing:
      app.add_option("--draw", a.drawing, "also draw f, g and f'' into this HTML file, or .svg")
          ->option_text("FILE");
      break;
    case Option::tokenizer:
      app.add_option("--tokenizer", a.tokenizer, "a folder with vocab.json and merges.txt")
          ->option_text("DIR");
      break;
    case Option::file:
      app.add_option("-O", a.file, "the file to write")->option_text("FILE");
      break;
    case Option::bare:
      app.add_flag("--bare", a.bare, "the ids alone, without llm.c's header of 1,024 bytes");
      break;
    case Option::data:
      app.add_option("-O", a.data, "folder of the data sets; default: $ANTIGRAD_DATA, else data")
          ->option_text("DIR");
      break;
    case Option::from:
      app.add_option("--from", a.from, "a mirror: the address in front of the file's name")
          ->option_text("URL");
      break;
    case Option::ca:
      app.add_option("--ca", a.ca, "trust the certificates in this PEM file instead")
          ->option_text("FILE");
      break;
    case Option::table:
      app.add_option("--table", a.table,
                     "data sets of your own, written like experiments/app/data_sets.yaml")
          ->option_text("FILE");
      break;
    case Option::size:
      add_choice<std::string>(app, "--size",
                              "smoke (seconds), short (minutes on two cores; the default) or paper "
                              "(as published, for a large machine)",
                              {{"smoke", "smoke"}, {"short", "short"}, {"paper", "paper"}},
                              [&a](std::string size) { a.size = std::move(size); });
      break;
    case Option::all: app.add_flag("--all", a.all, "every claim, one after the other"); break;
    case Option::list: app.add_flag("--list", a.list, "the claims; nothing runs"); break;
    case Option::verdicts:
      app.add_flag("--verdicts", a.verdicts, "what the runs under --dir say; nothing runs");
      break;
    case Option::host:
      app.add_option("--host", a.host, "the address to listen on; default: 127.0.0.1")
          ->option_text("ADDRESS");
      break;
    case Option::port:
      app.add_option("--port", a.port, "default: 8080; 0: one that is free, said on stdout")
          ->check(CLI::Range(0, 65535))
          ->option_text("N");
      break;
    case Option::token_file:
      app.add_option("--token-file", a.token_file,
                     "a file whose first line is the token; default: $ANTIGRAD_TOKEN")
          ->option_text("FILE");
      break;
    case Option::storage:
      app.add_option("--storage", a.storage, "a journal file, or a run; default: DIR/journal.log")
          ->option_text("FILE");
      break;
    case Option::space:
      app.add_option("--space", a.space, "parameters as JSON; the study is made if it is missing")
          ->option_text("JSON");
      break;
    case Option::result:
      app.add_option("--values", a.values, "one an objective")->option_text("V,...");
      app.add_option("--state", a.state, "complete, pruned or fail; default: complete")
          ->option_text("STATE");
      break;
    case Option::until_done:
    case Option::lease:
    case Option::server_url:
    case Option::server:
    case Option::engine: add_remote_option(app, option, a); break;
    case Option::dashboard:
      app.add_option("--dashboard", a.dashboard,
                     "the folder optuna_dashboard of a Python environment, for /dashboard; "
                     "default: the one of $VIRTUAL_ENV, or of the oracle tests")
          ->option_text("DIR");
      break;
    case Option::optuna:
      app.add_option("--optuna", a.optuna,
                     "sqlite:///FILE or postgresql://USER@HOST:PORT/DATABASE; a password from "
                     "$PGPASSWORD or ~/.pgpass")
          ->option_text("URL")
          ->required();
      break;
    case Option::overwrite:
      app.add_flag("--overwrite", a.overwrite, "replace studies of the same name");
      break;
    case Option::certificate:
      app.add_option("--cert", a.certificate, "serve HTTPS with this certificate (PEM)")
          ->option_text("FILE");
      app.add_option("--key", a.key, "the certificate's private key (PEM)")->option_text("FILE");
      break;
  }
}

void add_subject(CLI::App& app, const Subject& subject, Arguments& a) {
  if (subject.name.empty()) return;
  app.add_option("subject", a.subject);
  if (subject.trial) app.add_option("trial", a.trial)->check(CLI::Range(0, 1000000000));
}

// How each option is written, what it means.
std::vector<std::pair<std::string, std::string>> options_of(const CLI::App& app) {
  std::vector<std::pair<std::string, std::string>> options;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) continue;
    std::string name = option->get_name(false, true);
    const std::string value = option->get_option_text().empty() ? "X" : option->get_option_text();
    if (option->get_expected_max() > 0) name += " " + value;
    options.emplace_back(std::move(name), option->get_description());
  }
  return options;
}

void set_up(CLI::App& app, const Command& command, Arguments& arguments) {
  app.set_help_flag("-h,--help", "this text");
  add_subject(app, command.subject, arguments);
  for (const Option option : command.options) add_option(app, option, arguments);
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

std::vector<std::pair<std::string, std::string>> options_of(const Command& command) {
  CLI::App app;
  Arguments nothing;
  set_up(app, command, nothing);
  return options_of(app);
}

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
  set_up(app, command, request.arguments);
  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  try {
    app.parse(words);
  } catch (const CLI::CallForHelp&) {
    request.text = help_of(command, options_of(app));
    return request;
  } catch (const CLI::ParseError& e) {
    throw space::Error(fmt::format("{}: {}; usage: {} (`antigrad {} --help` explains)",
                                   command.name, e.what(), usage_of(command), command.name));
  }
  std::string& subject = request.arguments.subject;
  if (subject.empty()) subject = command.subject.standard;
  if (subject.empty() && !command.subject.name.empty() && !command.subject.optional) {
    throw space::Error(fmt::format("{}: {} is missing; usage: {} (`antigrad {} --help` explains)",
                                   command.name, command.subject.name, usage_of(command),
                                   command.name));
  }
  if (command.subject.needs_trial && !request.arguments.trial)
    throw space::Error(
        fmt::format("{}: TRIAL is missing; usage: {} (`antigrad {} --help` explains)", command.name,
                    usage_of(command), command.name));
  request.command = &command;
  return request;
}

}  // namespace antigrad::app
