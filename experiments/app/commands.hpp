// Every command: a function from its arguments to the program's exit code. They throw space::Error
// for what is the user's fault.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "experiments/app/arguments.hpp"

namespace antigrad::app {

/// The table of commands, in the order of --help.
std::span<const Command> commands();
/// Those of serving_commands.cpp: journals and servers.
std::vector<Command> serving_commands();
/// Those of remote_commands.cpp: workers on other machines.
std::vector<Command> remote_commands();
/// Those of bench_commands.cpp, which the table ends with.
std::vector<Command> bench_commands();

// search_command.cpp: train.
int search_command(const Arguments&);
int resume_command(const Arguments&);

// reproduce_command.cpp: claims of the literature.
int reproduce_command(const Arguments&);

// promote_command.cpp: winners again on fresh seeds.
int promote_command(const Arguments&);

// run_commands.cpp: read a run directory.
int status_command(const Arguments&);
int top_command(const Arguments&);
int show_command(const Arguments&);
int report_command(const Arguments&);

// serve_command.cpp: a journal over HTTP.
int serve_command(const Arguments&);

// launch_command.cpp: a server and its workers.
int launch_command(const Arguments&);

// trial_commands.cpp: Optuna's verbs on a journal.
int studies_command(const Arguments&);
int trials_command(const Arguments&);
int best_trial_command(const Arguments&);
int ask_command(const Arguments&);
int tell_command(const Arguments&);

// storage_commands.cpp: studies between a journal and Optuna's databases.
int storage_export_command(const Arguments&);
int storage_import_command(const Arguments&);

// measures_command.cpp: read a run's event files.
int measures_command(const Arguments&);

// formula_commands.cpp, zoo_command.cpp: activations without training.
int derive_command(const Arguments&);
int analyze_command(const Arguments&);
int zoo_command(const Arguments&);
int export_command(const Arguments&);

// data_commands.cpp, data_tokenize.cpp: files of data.
int data_list_command(const Arguments&);
int data_get_command(const Arguments&);
int data_check_command(const Arguments&);
int data_tokenize_command(const Arguments&);

// doctor.cpp, bench_search.cpp, bench_space.cpp, bench_integrate.cpp, bench_samplers.cpp,
// bench_trainer.cpp, bench_gpu.cpp, bench_page.cpp, worker.cpp
int doctor_command(const Arguments&);
int bench_search_command(const Arguments&);

// bench_evidence.cpp
int bench_null_command(const Arguments&);
int bench_estimators_command(const Arguments&);
int bench_signature_command(const Arguments&);

// bench_order.cpp
int bench_order_command(const Arguments&);

// Learning through the trainer's autograd.
int meta_command(const Arguments&);
int one_shot_command(const Arguments&);

int bench_steps_command(const Arguments&);
int bench_trainer_command(const Arguments&);
int bench_gpu_command(const Arguments&);
std::string bench_gpu_help();
std::string bench_trainer_help();
int bench_kernels_command(const Arguments&);
int bench_integrate_command(const Arguments&);
int bench_samplers_command(const Arguments&);
int bench_ffn_command(const Arguments&);
int bench_page_command(const Arguments&);
int bench_session_command(const Arguments&);
int bench_space_command(const Arguments&);
int bench_storage_command(const Arguments&);
int bench_server_command(const Arguments&);
int bench_workers_command(const Arguments&);
int worker_command(const Arguments&);
int promotion_worker_command(const Arguments&);

// completion_command.cpp: what the shell completes.
int completion_command(const Arguments&);

}  // namespace antigrad::app
