// The command line as values. What can be asked is a table of commands (commands.cpp); parsing and
// help come from it.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "experiments/app/listing.hpp"
#include "search/study.hpp"
#include "space/definitions.hpp"
#include "trainer/meta/one_shot.hpp"
#include "trainer/meta/start_values.hpp"

namespace antigrad::app {

/// Everything that any command can be told; a command reads what its row lists.
struct Arguments {
  std::string subject;  // STUDY.yaml, RUN or an activation
  std::optional<int> trial;
  Format format = Format::table;
  std::string root = "runs";  // folder of run directories
  bool fresh = false;
  std::optional<int> workers;  // absent: one for each core this process may use
  std::optional<search::Isolation> isolation;
  std::optional<int> trials;
  std::optional<std::uint64_t> seed;
  std::string target = "torch";
  std::string folder = ".";
  int count = 10;
  int rounds = 3;
  bool primitives = false;
  std::string define;              // path of the next
  space::Definitions definitions;  // of the user
  bool more = false;
  int since = 0;                              // year
  std::optional<space::ZooEntry::Kind> kind;  // of entries of the zoo
  std::vector<double> points;                 // where values are asked for
  std::string where;                          // properties that are proved, between commas
  std::string against;                        // activations to compare with, between commas
  std::string drawing;                        // file to draw into; "" = none
  std::string tokenizer;                      // folder of a tokenizer
  std::string file;                           // to write; "" = the command's choice
  bool bare = false;                          // ids without a header
  std::string data;                           // folder of data sets; "": $ANTIGRAD_DATA, else data
  std::string from;                           // address of a mirror
  std::string ca;                             // file of certificates to trust
  std::string table;                          // file of data sets, instead of the program's
  std::string python;                         // interpreter with torch; "": the oracle's
  bool train = false;
  bool live = false;       // train instead of replaying
  std::string table_task;  // the recorded task to look at; "": all
  bool atlas = false;
  std::string size = "short";      // of a reproduction
  bool all = false;                // of the claims
  bool list = false;               // the claims, without running one
  bool verdicts = false;           // of the claims that were run
  std::string host = "127.0.0.1";  // to listen on
  int port = 8080;                 // 0: one that is free
  std::string token_file;          // its first line is the server's token
  std::string certificate;         // PEM files
  std::string key;
  std::string storage;             // a journal or a run; "": journal.log in root
  std::string space;               // parameters and distributions, as JSON
  std::string state = "complete";  // of a trial that is told
  std::string values;              // numbers between commas
  bool each = false;               // every point instead of an overview
  std::optional<int> seeds;        // of a promotion
  std::optional<double> margin;    // of a verdict
  std::string tasks;               // file of tasks that were not searched
  std::string ledger;              // file of reads of test parts; "": the usual one
  bool front = false;              // of several objectives
  bool sealed = false;             // leave the test part alone
  bool until_done = false;         // end a server when its study is complete
  double lease = 60;               // seconds a worker may be silent
  std::string server;              // URL
  std::string study;               // name of a study there; "": all
  std::string spool;               // folder of results that are not taken yet
  double patience = 600;           // seconds without an answer
  int slot = 0;                    // of a worker among those of its study
  std::string engine = "local";    // who starts workers
  std::string slurm_options;       // words of sbatch
  std::string image;               // of a container
  std::string advertise;           // name by which workers reach the server; "": this machine's
  std::string ray_python;          // interpreter with ray; "": the oracle's
  double idle = 0;                 // seconds without work; 0 = for ever
  std::string activation;          // text
  trainer::MetaSpec meta;          // of start values that are learned
  trainer::OneShotSpec one_shot;
  bool yes = false;         // do it, do not only list it
  std::string dashboard;    // folder of optuna-dashboard's front-end
  std::string optuna;       // URL of a database with Optuna's tables
  bool overwrite = false;   // studies of the same name
  bool fetch_code = false;  // machine code for GPUs from the server
};

enum class Option {
  output,
  root,
  fresh,
  workers,
  isolation,
  trials,
  seed,
  target,
  folder,
  count,
  rounds,
  primitives,
  define,
  more,
  since,
  kind,
  points,
  where,
  against,
  drawing,
  tokenizer,
  file,
  bare,
  data,
  from,
  ca,
  table,
  python,
  train,
  live,
  table_task,
  atlas,
  size,
  all,
  list,
  verdicts,
  host,
  port,
  token_file,
  certificate,
  storage,
  space,
  result,
  each,
  seeds,
  margin,
  tasks,
  ledger,
  sealed,
  yes,
  front,
  until_done,
  server,
  server_url,
  lease,
  slot,
  engine,
  activation,
  meta,
  one_shot,
  optuna,
  overwrite,
  dashboard
};

/// How many words follow the command: what they are called in help texts, "" for none.
struct Subject {
  std::string name;  // "RUN"
  std::string meaning;
  std::string standard{};    // taken when the word is missing; "" = it must be there
  bool trial = false;        // a trial's number may follow
  bool optional = false;     // may be missing; "" then
  bool needs_trial = false;  // the number must follow
};

struct Command {
  std::string name;     // "search", "bench search"
  std::string group;    // heading in --help; "" = not shown
  std::string summary;  // one line
  Subject subject;
  std::vector<Option> options;
  std::string more;  // examples and what there is to know, for `antigrad NAME --help`
  int (*run)(const Arguments&);
};

/// How each option of a command is written, "--seed N", and what it means.
std::vector<std::pair<std::string, std::string>> options_of(const Command& command);

/// What to do: run a command, or print a text and end (help, version).
struct Request {
  const Command* command = nullptr;
  Arguments arguments;
  std::string text;
};

/// Throws space::Error for what it cannot understand.
Request parse_arguments(std::span<const Command> commands, std::vector<std::string> words);

}  // namespace antigrad::app
