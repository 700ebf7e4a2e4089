// The commands of workers on other machines, one row each.
#include "experiments/app/commands.hpp"

namespace antigrad::app {
namespace {

constexpr const char* kWorkerHelp =
    "Asks for trials, trains them, reports, tells the results, until the server has nothing more. "
    "It keeps\nno state: killed, its trial goes to another worker when its lease ends; Ctrl-C "
    "finishes the trial,\nSIGTERM gives it back at once. A server that is away is asked again with "
    "growing pauses; results lie\non the disk until they are taken. Data that are not here byte "
    "for "
    "byte are fetched by their sha256 into\nthe cache ($ANTIGRAD_CACHE, also of machine code; any "
    "number of workers may share it).\n(Without --server: trains what it is told on stdin; "
    "antigrad "
    "starts it so.)\n\nExamples:\n"
    "  antigrad worker --server http://127.0.0.1:8080\n"
    "  antigrad worker --server https://head:8443 --token-file token --ca head.pem --idle 600\n";

constexpr const char* kLaunchHelp =
    "Starts `antigrad serve STUDY.yaml --until-done` here and --workers of `antigrad worker` for "
    "it, "
    "waits\nuntil the study is complete and prints its table. With --server: workers for a server "
    "that is there.\nSlurm gets an array of workers (DIR/<study>.launch/worker.sbatch), which may "
    "be requeued and drained at\nany moment; for other machines add --host 0.0.0.0: a token is "
    "then "
    "written beside the script, for\nworkers that share the file system. Ray runs each worker as a "
    "task. For Kubernetes an Indexed Job is\nprinted.\n\nExamples:\n"
    "  antigrad launch experiments/quickstart.yaml --workers 2 --port 0\n"
    "  antigrad launch study.yaml --engine slurm --workers 64 --host 0.0.0.0 "
    "--sbatch=--cpus-per-task=4\n"
    "  antigrad launch --engine k8s --workers 50 --server https://antigrad.example:8443 --image "
    "REGISTRY/antigrad\n";

}  // namespace

std::vector<Command> remote_commands() {
  using enum Option;
  return {
      {"worker",
       "Beyond one machine",
       "train for a server, on this machine or another",
       {"STUDY.yaml", "the study as it lies here; default: what the server serves", "", false,
        true},
       {server, token_file, ca, slot},
       kWorkerHelp,
       worker_command},
      {"launch",
       "Beyond one machine",
       "a server for a study, and workers in one go",
       {"STUDY.yaml", "a study file to serve; none: with --server, workers alone", "", false, true},
       {engine, workers, server_url, host, port, token_file, certificate, ca, lease, fresh, root},
       kLaunchHelp,
       launch_command},
  };
}

}  // namespace antigrad::app
