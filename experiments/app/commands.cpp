// The commands and their help, one row each.
#include "experiments/app/commands.hpp"

#include <fmt/format.h>

#include <array>

#include "experiments/app/clean_commands.hpp"
#include "experiments/app/library_commands.hpp"
#include "experiments/app/service_routes.hpp"
#include "kernels/export/target.hpp"
#include "space/properties.hpp"

namespace antigrad::app {
namespace {

const Subject kStudy{"STUDY.yaml", "a study file; experiments/quickstart.yaml shows every key"};
const Subject kRun{"RUN", "a run directory, or the name of one under --dir"};
const Subject kRunAndTrial{"RUN", "a run directory, or the name of one under --dir", "", true};
const Subject kActivation{
    "NAME|TEXT", "a name of `antigrad zoo`, a gradient, \"f: ...\" for a function, or gate(TEXT)"};
const Subject kExported{
    "WHAT", "a name of `antigrad zoo`, a gradient, \"f: ...\", RUN (its winner) or RUN:TRIAL"};

constexpr const char* kSearching = "Searching";
constexpr const char* kReading = "Reading a run";
constexpr const char* kLibrary = "Past studies";
constexpr const char* kFormulas = "Activations";
constexpr const char* kData = "Data";
constexpr const char* kMachine = "This machine";

constexpr const char* kSearchHelp =
    "Says what the study will cost, runs it, and prints the best activations beside the "
    "baselines.\n"
    "The run directory DIR/<study>/ keeps study.yaml, journal.log (Optuna opens it),\n"
    "hall_of_fame.yaml, report.html and kernels/ (the winner for PyTorch). A study that was "
    "stopped\n"
    "goes on when it is asked for again. Ctrl-C finishes the trials that run; a second one "
    "stops.\n"
    "Activations are normalised (E f^2 = 1 under N(0, 1)) in tasks that name neither normalise "
    "nor\n"
    "own_rate, unless the study says `normalise: false`; study.yaml then says so.\n\n"
    "Examples:\n"
    "  antigrad search experiments/quickstart.yaml\n"
    "  antigrad search --fresh --workers 1 experiments/quickstart.yaml\n"
    "  antigrad search --trials 10 --seed 3 --dir /tmp/runs my_study.yaml\n";

constexpr const char* kMeasuresHelp =
    "Of a study with `measure: {every: 20, of: [gradients, activations, sparsity, theta]}`: "
    "losses,\n"
    "accuracy, perplexity and bits a byte, norms of gradients, statistics of activations, "
    "sparsity,\n"
    "parameters of activations, speed and memory, and of its confirmation. They lie in\n"
    "RUN/tb/<trial>/<task>-<seed>/ as TensorBoard reads them: tensorboard --logdir RUN/tb.\n\n"
    "Examples:\n"
    "  antigrad measures quickstart\n"
    "  antigrad measures quickstart 17 --each -o csv > trial17.csv\n";

constexpr const char* kPromoteHelp =
    "Trains the best candidates of a run and its baselines at full budget on paired seeds that "
    "neither\nsearch nor confirmation has seen, also on tasks that were not searched (--tasks), "
    "and "
    "says of each\ncandidate: better (than every baseline, p < 0.05 after Holm's correction), "
    "equal "
    "within the margin,\nworse, or undecided and how many more seeds a decision takes; asked for "
    "again with more --seeds it\ngoes on. Intervals hold for all candidates together; `expected` "
    "is "
    "the effect corrected for having\nbeen chosen as the best of several. When one is better, its "
    "networks and those of the best\nbaseline are measured on the test part, once; the ledger "
    "keeps "
    "every such read, before it happens.\nThe study's key `promote:` says the same: {candidates: "
    "3, "
    "seeds: 10, margin: 0.25, tasks: FILE}.\n\nExamples:\n"
    "  antigrad promote quickstart\n"
    "  antigrad promote quickstart --seeds 20 --margin 0.5\n"
    "  antigrad promote quickstart --tasks other_tasks.yaml --sealed -o json\n";

constexpr const char* kLibraryHelp =
    "A study that is complete adds its measurements, with what its tasks are, to the library: the "
    "folder\n$ANTIGRAD_LIBRARY, else ~/.local/share/antigrad/library; ANTIGRAD_LIBRARY=off: "
    "nowhere. A study with\n`warm_start: true` (or a path) begins with it: its surrogate expects "
    "what they found, its first\ncandidates are their best, its primitives are weighed by them. It "
    "keeps what it began with in\nRUN/library.study, and its hash in the journal.\n\nExamples:\n"
    "  antigrad library list\n  antigrad library list -o json\n";

constexpr const char* kGradientHelp =
    "A gradient is pieces between knots, each a sum of terms; names are `antigrad zoo "
    "--primitives`.\n"
    "Trainable parameters stand in front with their start and domain. Words that begin with a "
    "minus\n"
    "sign come after --.\n";

const std::string kDeriveMore =
    std::string(kGradientHelp) +
    "\nExamples:\n"
    "  antigrad derive \"sigmoid(x) + x*logistic_pdf(x)\"            # SiLU\n"
    "  antigrad derive \"exp(x) | 0 | 1\"                            # ELU: a knot at 0\n"
    "  antigrad derive \"[a = 0.25 in (0, inf)] a | 0 | 1\"          # PReLU\n"
    "  antigrad derive -- \"-x*gaussian(x)\"\n"
    "  antigrad derive \"sigmoid(x); f(-inf) = 0\"                   # softplus: another anchor\n";

/// What --where and a study's `constraints` may name.
std::string properties_help() {
  std::string out =
      "\nProperties, proved for --where, refuted with ! in front; sets stand for several:\n";
  for (const space::Property& p : space::properties())
    out += fmt::format("  {:<20}{}\n", p.name, p.meaning);
  for (const space::PropertySet& set : space::property_sets())
    if (set.properties.size() > 1)
      out += fmt::format("  {:<20}{}\n", set.name, fmt::join(set.properties, ", "));
  return out;
}

std::string export_help() {
  std::string out =
      "Every file stands alone: formula, source, licence, forward and backward with the gradients "
      "of the\nparameters. Of a trial it holds the trained values, place by place of the network. "
      "Running it\ntests it; beside ONNX models stand data that test them, LaTeX has a table of "
      "values. "
      "A gate,\nf(x)*v, becomes a function of two inputs. The paths go to stdout.\n\nTargets:\n";
  for (const kernels::ExportTarget& t : kernels::export_targets())
    out += fmt::format("  {:<8} {}\n", t.name, t.meaning);
  return out +
         "\nExamples:\n  antigrad export gelu --to c,jax -O kernels\n  antigrad export quickstart  "
         "           # the winner, for PyTorch\n  antigrad export quickstart:17 --to hf -O "
         "kernels\n"
         "  antigrad export \"sigmoid(x) + x*logistic_pdf(x)\" --to latex\n";
}

std::vector<Command> make_commands() {
  using enum Option;
  return {
      {"search",
       kSearching,
       "run a study to its confirmed winners",
       kStudy,
       {fresh, workers, trials, seed, define, isolation, root, output},
       kSearchHelp,
       search_command},
      {"resume",
       kSearching,
       "go on with a run that was stopped",
       kRun,
       {workers, isolation, root, output},
       "A resumed deterministic study equals an unbroken one.\n\nExample:\n  antigrad resume "
       "quickstart\n",
       resume_command},
      {"reproduce",
       kSearching,
       "re-run a claim of the literature",
       {"CLAIM", "a name, or the folder of a claim; default: list them", "", false, true},
       {size, all, list, verdicts, fresh, workers, root, output},
       "Trains the activations of the claim on paired seeds, computes a verdict from the figures "
       "(supported,\nnot supported, undecided at this size) and writes a report into "
       "DIR/<study>/. What was trained already\nis not trained again. A claim is "
       "experiments/literature/NAME/claim.yaml with a study for each size.\n\nExamples:\n"
       "  antigrad reproduce --list\n  antigrad reproduce gelu\n  antigrad reproduce gelu --size "
       "smoke -o json\n  antigrad reproduce --all --size smoke\n  antigrad reproduce --verdicts "
       "--size smoke\n",
       reproduce_command},
      {"promote",
       kSearching,
       "winners again on fresh seeds, and a verdict",
       kRun,
       {seeds, margin, tasks, sealed, ledger, workers, isolation, root, output},
       kPromoteHelp,
       promote_command},
      {"one-shot",
       kSearching,
       "one training that weighs many gradients, as candidates",
       kStudy,
       {one_shot, seed, file, each, output},
       "A supernet on the study's tasks: on either side of 0 the gradient is a softmax mixture of "
       "terms with\nscales and shifts that train; weights learn on training batches, the mixture "
       "on validation batches, colder\nand colder. The largest terms come out as gradients, to be "
       "trained from scratch: -O writes them as a\nlibrary for `sampler: {name: surrogate, "
       "library: FILE}`. --each lists the terms and their shares.\n\nExample:\n"
       "  antigrad one-shot experiments/quickstart.yaml --steps 50 -O one_shot.yaml\n",
       one_shot_command},
      {"meta",
       kSearching,
       "start values of parameters, learned through training",
       kStudy,
       {activation, meta, seed, each, define, output},
       "Episodes on the study's tasks: fresh weights, a few steps of gradient descent, and the "
       "loss on a\nbatch that the steps have not seen; the start values move where that loss "
       "falls. full is MAML, with\nsecond derivatives through the steps. The result is a text "
       "that other commands read. Only training\nparts are read.\n\nExample:\n"
       "  antigrad meta experiments/quickstart.yaml --activation xielu --rounds 10\n",
       meta_command},
      {"status",
       kReading,
       "how far a run is",
       kRun,
       {root, output},
       "Example:\n  antigrad status quickstart\n",
       status_command},
      {"top",
       kReading,
       "the best trials of a run",
       kRun,
       {count, front, atlas, root, output},
       "Score: validation loss in units of the baselines' spread, mean over the tasks; lower is "
       "better,\n"
       "0 is the median baseline. The first trial is Optuna's best_trial.\n\nExamples:\n"
       "  antigrad top quickstart\n  antigrad top -n 100 -o csv runs/quickstart > trials.csv\n"
       "  antigrad top --atlas quickstart\n"
       "  antigrad top quickstart --front       # of a study with several `objectives`\n",
       top_command},
      {"show",
       kReading,
       "one trial: formulas, scores, measurements",
       kRunAndTrial,
       {root, output},
       "Examples:\n  antigrad show quickstart\n  antigrad show quickstart 17 -o json\n",
       show_command},
      {"measures",
       kReading,
       "what was measured while a trial trained",
       kRunAndTrial,
       {each, root, output},
       kMeasuresHelp,
       measures_command},
      {"report",
       kReading,
       "write report.html of a run again",
       kRun,
       {root},
       "Measures the kernels' cost on this machine.\n\nExample:\n  antigrad report quickstart\n",
       report_command},
      {"derive",
       kFormulas,
       "what a gradient integrates to: text, LaTeX, C, Python",
       kActivation,
       {points, define, output},
       kDeriveMore,
       derive_command},
      {"analyze",
       kFormulas,
       "what is proved of an activation",
       {"NAME|TEXT|FILE", "a name of `antigrad zoo`, a text, or a file that holds one"},
       {against, drawing, define, output},
       "Ball arithmetic: every line says proved, refuted (with an x that shows it) or unknown, at "
       "the\nparameters' starts unless it says otherwise.\n\nExamples:\n"
       "  antigrad analyze gelu\n"
       "  antigrad analyze \"0 | 0 | 2*x\" -o json\n"
       "  antigrad analyze gelu --against relu,silu,mish --draw gelu.html\n",
       analyze_command},
      {"zoo",
       kFormulas,
       "the known activations, with sources",
       {"WORD", "a part of a name or title; default: all", "", false, true},
       {kind, since, where, more, points, primitives, define, output},
       "A gate is f(u)*v, a layer of two inputs: write gate(TEXT) around any activation.\n" +
           properties_help() +
           "\nExamples:\n  antigrad zoo\n  antigrad zoo gelu --more -o json\n  antigrad zoo --kind "
           "gate\n"
           "  antigrad zoo --since 2023 --at=-1,0,1\n  antigrad zoo --where "
           "'smooth,lower-bounded,!monotone'\n  antigrad zoo --primitives\n"
           "  antigrad zoo --define mine.yaml        # your own stand first\n\n"
           "A file of definitions holds formulas; its names may stand wherever a formula or name "
           "does:\n"
           "  primitives: [{name: bump, y: \"exp(-x^2)/(1 + x^2)\"}]\n"
           "  activations: [{name: mine, g: \"sigmoid(x) + bump(2*x)\"}]     # or f, or gate\n",
       zoo_command},
      {"export",
       kFormulas,
       "an activation as files for other frameworks",
       kExported,
       {target, folder, define, root},
       export_help(),
       export_command},
      {"library list",
       kLibrary,
       "the studies that later ones may begin with",
       {},
       {output},
       kLibraryHelp,
       library_list_command},
      {"library show",
       kLibrary,
       "what a past study measured, best first",
       {"STUDY", "a study's name or hash, as `library list` says it"},
       {count, output},
       "Example:\n  antigrad library show quickstart -n 5\n",
       library_show_command},
      {"library merge",
       kLibrary,
       "add another library's studies to this one",
       {"PATH", "a folder, or a file of `library export`"},
       {},
       "What is there already changes nothing. Torn or changed files are refused.\n\nExample:\n"
       "  antigrad library merge from_the_cluster.study\n",
       library_merge_command},
      {"library export",
       kLibrary,
       "the library as one file",
       {},
       {file},
       "For another machine, or for a study that shall always begin with the same: `warm_start: "
       "FILE`.\nDefault for -O: library.study.\n\nExample:\n  antigrad library export -O "
       "library.study\n",
       library_export_command},
      {"data list",
       kData,
       "the data sets that can be fetched",
       {},
       {table, output},
       "Where they are published, what lies there, how it is verified: by sha256 where one is "
       "known.\n\nExamples:\n  antigrad data list\n  antigrad data list -o json\n",
       data_list_command},
      {"data get",
       kData,
       "fetch a data set",
       {"NAME", "a name of `antigrad data list`"},
       {data, from, ca, table},
       "Writes DIR/NAME/, as a study's `path:` wants it. What was interrupted goes on where it "
       "stopped;\na file appears under its name when it is whole and its checksum is right, never "
       "before. HTTPS\ntrusts what the system trusts, or --ca, or the file that SSL_CERT_FILE "
       "names.\n\nExamples:\n  antigrad data get cifar10\n"
       "  antigrad data get mnist -O /data --from https://mirror.example.org/mnist\n",
       data_get_command},
      {"data check",
       kData,
       "verify the data sets in a folder",
       {"NAME", "a name of `antigrad data list`; default: all that are there", "", false, true},
       {data, table, output},
       "Exit code 1 when a file is missing or not what it should be.\n\nExamples:\n"
       "  antigrad data check\n  antigrad data check cifar10 -O /data -o json\n",
       data_check_command},
      {"data tokenize",
       kData,
       "a text as a shard of 16-bit token ids",
       {"FILE", "a UTF-8 text; gzip is unpacked"},
       {tokenizer, file, bare},
       "Byte pair encoding as GPT-2's, with the tokenizer's own vocab.json and merges.txt (or "
       "encoder.json\nand vocab.bpe). Special tokens are not looked for: <|endoftext|> in a text "
       "is "
       "text. The shard is\nllm.c's: a header of 1,024 bytes, then little-endian ids; studies read "
       "it as tokens_u16. Default\nfor -O: FILE with .bin in place of its ending.\n\nExample:\n"
       "  antigrad data tokenize text.txt --tokenizer tokenizers/gpt2 -O train.bin\n",
       data_tokenize_command},
      {"doctor",
       kMachine,
       "check what antigrad needs, with ways out",
       {},
       {output},
       "Example:\n  antigrad doctor\n",
       doctor_command},
      {"completion",
       kMachine,
       "what bash, zsh or fish completes after `antigrad`",
       {"SHELL", "bash, zsh or fish"},
       {},
       "Examples:\n  source <(antigrad completion bash)              # in ~/.bashrc\n"
       "  source <(antigrad completion zsh)               # in ~/.zshrc\n"
       "  antigrad completion fish > ~/.config/fish/completions/antigrad.fish\n",
       completion_command},
      {"promotion-worker",
       "",
       "the same for `antigrad promote`, with the test part",
       kStudy,
       {slot},
       "",
       promotion_worker_command},
  };
}

}  // namespace

std::span<const Command> commands() {
  static const std::vector<Command> table = [] {
    std::vector<Command> all = make_commands();
    for (Command& command : clean_commands()) all.push_back(std::move(command));
    for (Command& command : serving_commands()) all.push_back(std::move(command));
    for (Command& command : remote_commands()) all.push_back(std::move(command));
    for (Command& command : bench_commands()) all.push_back(std::move(command));
    return all;
  }();
  return table;
}

}  // namespace antigrad::app
