// The benches and their help, one row each.
#include "experiments/app/bench_replay.hpp"
#include "experiments/app/commands.hpp"
#include "paths.hpp"

namespace antigrad::app {

std::vector<Command> bench_commands() {
  using enum Option;
  constexpr const char* kBenches = "Benches";
  const Subject run{"RUN", "a run directory, or the name of one under --dir"};
  return {
      {"bench search",
       kBenches,
       "how much of a search is training",
       {"STUDY.yaml", "a study; default: experiments/bench_search.yaml",
        ANTIGRAD_SOURCE_DIR "/experiments/bench_search.yaml"},
       {rounds, output},
       "A pool of two workers against two independent processes with one, interleaved.\n\n"
       "Example:\n  antigrad bench search -o json\n",
       bench_search_command},
      {"bench space",
       kBenches,
       "how fast candidates are made and told apart",
       {},
       {rounds, output},
       "Processor time of one thread. The first row draws gradients, samples them, checks a\n"
       "constraint and fingerprints them, without integrating; the others integrate.\n\n"
       "Example:\n  antigrad bench space -o json\n",
       bench_space_command},
      {"bench integrate",
       kBenches,
       "how long gradients take to integrate",
       {},
       {trials, seed, output},
       "Processor time of one thread over random gradients of the whole grammar: 10,000, or "
       "--trials.\nProving the error of tables is included.\n\n"
       "Example:\n  antigrad bench integrate --trials 1000 -o json\n",
       bench_integrate_command},
      {"bench samplers",
       kBenches,
       "samplers of parameters beside Optuna's and rustuna's",
       {},
       {rounds, python, output},
       "The time of 1,000 trials x 8 floats, the least of interleaved rounds; the best of 100 "
       "trials in 30\nstudies of each test function (two objectives: the hypervolume after 300), "
       "medians. p: one-sided,\nof ours being no worse (rank sum); goal there: above 0.05. "
       "Minutes: "
       "nearly all of it is Optuna.\n\n"
       "Example:\n  antigrad bench samplers -o json\n",
       bench_samplers_command},
      {"bench estimators",
       kBenches,
       "what short runs say of long ones, from a journal or recorded trainings",
       {"RUN", "a run directory, or the name of one under --dir; without: experiments/tables", "",
        false, true},
       {root, output},
       "For every score estimator at 10, 25, 50 and 100 % of a run's steps: signal/noise (spread "
       "of "
       "the\nactivations' means over the deviation of one run; paired: with what a seed does to "
       "all "
       "of them\ntaken away), and rank: Spearman's correlation of one run's figure with the final "
       "loss over the other\nseeds, beside its ceiling, what a figure without noise would reach. "
       "Over the activations that were\ntrained to the end on the same seeds, and over the better "
       "half of them. In 80 %: share of final losses inside the central 80 % interval of a "
       "straight\nline through the figures, each left out in turn; error: of its middle, by their "
       "spread. To averaged: by how\nmuch rank is above that of `averaged`, and the deviation of "
       "that difference, by samples of activations.\n\nWithout RUN, over experiments/tables as "
       "CSV, "
       "it is the file search/evidence/estimators.csv, by which a study\nthat names no "
       "`estimator` judges tasks of the kinds that were measured (docs/studies.md).\n\n"
       "Examples:\n  antigrad bench estimators quickstart -o csv\n"
       "  antigrad bench estimators -o csv\n",
       bench_estimators_command},
      {"bench evidence",
       kBenches,
       "what a search is worth, on recorded trainings",
       {},
       {trials, seed, python, table_task, live, output},
       "Searches over 336 or 800 activations that were really trained (experiments/tables), by the "
       "engine "
       "itself with\nrecorded curves in place of training, 30 or --trials of each strategy. steps: "
       "median until what a search\nwould name as its best is good on seeds that it does not see: "
       "as good as the fifth best of TASK_again.csv,\nelse one of the best in twenty. seconds: of "
       "one core, training as it was measured and what the search\nitself takes. Baselines are "
       "counted. ratio: random search's median by its own; low, high: 95 % intervals.\nTPE: "
       "Optuna's over the table's choices (--python none: without). trials: candidates until a "
       "good "
       "one is\nnamed, with and without a study on another task in the library. rank correlation: "
       "of one short run's\nfigure with the loss at the end over the other seeds, beside its "
       "ceiling, what a figure without noise\nwould reach. --live trains on seeds "
       "that were not recorded: minutes on digits, more on the task that --task "
       "names.\n\nExamples:\n  antigrad bench evidence\n  antigrad bench "
       "evidence "
       "--trials 100 -o json\n  antigrad bench evidence --live\n  antigrad bench evidence --live "
       "--task cifar10 --trials 1\n",
       bench_replay_command},
      {"bench null",
       kBenches,
       "how often promotion names a winner among equals",
       {},
       {trials, seed, output},
       "Simulated studies from search to promotion, 200 or --trials of each kind, with the noise "
       "of "
       "short\nruns: of equals, and with some candidates that really are better.\n\nExample:\n"
       "  antigrad bench null -o json\n",
       bench_null_command},
      {"bench order",
       kBenches,
       "what it costs that records keep their order",
       {},
       {rounds, output},
       "Trials a second of a study with `deterministic: true` against one without, interleaved: "
       "four workers,\na lag of 16, simulated trainings that sleep 2 to 18 ms. Goal: at least "
       "0.9.\n\nExample:\n  antigrad bench order --rounds 5\n",
       bench_order_command},
      {"bench signature",
       kBenches,
       "one number for what a search does",
       {},
       {},
       "Of a fixed small search on simulated losses: equal on every x86-64 with AVX2 and FMA, "
       "changed by whatever "
       "changes the\nsearch's results.\n\nExample:\n  antigrad bench signature\n",
       bench_signature_command},
      {"bench kernels",
       kBenches,
       "what activations cost against moving their bytes",
       {"NAME,...", "activations; default: the whole zoo", "", false, true},
       {rounds, python, train, output},
       "Forward and backward at 1e6 elements on one thread, 20 interleaved timings a round, least "
       "and\nmedian: float32 of every activation, bfloat16 and float16 where a table serves; "
       "against loops that\nmove the same bytes, ATen, torch.compile and torch eager. Ratios: ours "
       "by theirs. goal: 1.15 (1.2 for\n16 bits) of moving the bytes; never slower than another; "
       "1.5 times as fast, or within 1.15 of moving\nthe bytes, where a formula holds exp, log, "
       "sin or the like. c: the largest error in units of 2^-24 of\nmax(|f|, min(|x| + |f(0)|, sup "
       "|f|)), for backward of |gy| max(|f'|, min(1, sup |f'|)); for 16 bits\nin units in the last "
       "place of that.\n\nExamples:\n  antigrad bench kernels\n  antigrad bench kernels "
       "gelu,mish --python none\n  antigrad bench kernels --train\n  ANTIGRAD_ISA=avx2 antigrad "
       "bench kernels -o json\n",
       bench_kernels_command},
      {"bench ffn",
       kBenches,
       "what leaving out weak neurons saves",
       {"RUN", "a run that has measured sparsity; default: fixed shares", "", false, true},
       {rounds, root, output},
       "One token through a feed-forward network of 768 x 3072 in float32, one thread: the second "
       "matrix with\nall neurons, and without those whose contribution is below a threshold (CETT "
       "0.2 of a run's trials).\nThe first matrix is always whole.\n\n"
       "Examples:\n  antigrad bench ffn\n  antigrad bench ffn sparsity_short\n",
       bench_ffn_command},
      {"bench page",
       kBenches,
       "what the live page asks of a server",
       run,
       {rounds, root, output},
       "On a copy of the run's journal, least of the rounds: opened and told from the beginning,\n"
       "and after one more record, ten times a round. Server time, without HTTP.\n\n"
       "Example:\n  antigrad bench page quickstart -o json\n",
       bench_page_command},
      {"bench storage",
       kBenches,
       "how long journals take to load, and an ask",
       {},
       {rounds, python, output},
       "Against Optuna on the same journal, interleaved; the least of the rounds counts.\n\n"
       "Example:\n  antigrad bench storage -o json\n",
       bench_storage_command},
      {"bench server",
       kBenches,
       "what a trial costs over HTTP",
       {},
       {rounds, python, output},
       "A server on 127.0.0.1 with its journal in the folder for temporary files ($TMPDIR), "
       "against "
       "Optuna\nin a journal file there, interleaved; the least of the rounds counts.\n\n"
       "Example:\n  antigrad bench server --rounds 5\n",
       bench_server_command},
      {"bench workers",
       kBenches,
       "125 to 1,000 workers against one server",
       {},
       {rounds, output},
       "Workers whose trainings are pauses of 0.5 to 1.5 s; each asks, reports three times and "
       "tells, for two\ntrials, every request on a connection of its own. The server is a process "
       "of its own on 127.0.0.1,\nits journal in the folder for temporary files ($TMPDIR). Times "
       "are from when a request is due to its\nanswer. Fails unless every trial was done once.\n\n"
       "Example:\n  antigrad bench workers --rounds 1\n",
       bench_workers_command},
      {"bench trainer",
       kBenches,
       "what a step of training costs against PyTorch",
       {"NET,...", "resnet20, resnet20_mish, resnet8, llama; default: all", "", false, true},
       {rounds, python, output},
       bench_trainer_help(),
       bench_trainer_command},
      {"bench gpu",
       kBenches,
       "training on a GPU: the processor's losses, and what stacking gains",
       {"DEVICE", "gpu, or cpu to test the program itself; default: gpu", "gpu"},
       {rounds, output},
       bench_gpu_help(),
       bench_gpu_command},
      {"bench-steps",
       "",
       "steps of training on request; bench trainer starts it",
       {"NET/ACTIVATION", "a network and an activation"},
       {},
       "",
       bench_steps_command},
      {"bench-session",
       "",
       "one search, its accounting on stdout; bench search starts it",
       {"STUDY.yaml", "a study file"},
       {workers, root},
       "",
       bench_session_command},
  };
}

}  // namespace antigrad::app
