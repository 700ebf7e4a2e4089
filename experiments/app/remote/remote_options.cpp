// With CLI11 behind this file.
#include "experiments/app/remote/remote_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "space/error.hpp"

namespace antigrad::app {
namespace {

void add_seconds(CLI::App& app, const std::string& name, double& value, const char* meaning) {
  app.add_option(name, value, meaning)->check(CLI::Range(0.0, 1e7))->option_text("SECONDS");
}

void add_text(CLI::App& app, const char* name, std::string& value, const char* kind,
              const char* meaning) {
  app.add_option(name, value, meaning)->option_text(kind);
}

void set_engine(const std::string& got, Arguments& a) {
  const std::vector<std::string> engines{"local", "slurm", "ray", "k8s"};
  if (std::find(engines.begin(), engines.end(), got) == engines.end())
    throw space::Error(fmt::format("--engine: expected {}, got \"{}\"{}",
                                   fmt::join(engines, " or "), got,
                                   space::did_you_mean(got, engines)));
  a.engine = got;
}

// Who starts workers, and what each of them needs to know.
void add_engine(CLI::App& app, Arguments& a) {
  app.add_option_function<std::string>(
      "--engine", [&a](const std::string& got) { set_engine(got, a); },
      "local (the default), slurm, ray or k8s (prints the manifest)");
  add_text(app, "--advertise", a.advertise, "HOST",
           "with --host: the name by which workers reach this machine; default: its own");
  add_text(app, "--sbatch", a.slurm_options, "WORDS",
           "more options of sbatch, as in --sbatch=\"--partition=gpu --gres=gpu:1\"");
  add_text(app, "--ray-python", a.ray_python, "PATH", "an interpreter that has ray");
  add_text(app, "--image", a.image, "IMAGE", "of k8s: a container image with antigrad");
}

void add_server(CLI::App& app, Arguments& a) {
  add_text(app, "--server", a.server, "URL", "http://HOST:PORT of `antigrad serve`");
}

void add_work(CLI::App& app, Arguments& a) {
  add_text(app, "--study", a.study, "NAME", "only this study of the server");
  add_seconds(app, "--patience", a.patience,
              "a server may be away so long; default: 600, then results stay on the disk");
  add_seconds(app, "--idle", a.idle,
              "end after so long without work; default: when the server is done");
  add_text(app, "--spool", a.spool, "DIR",
           "folder of results until they are taken; default: results in the cache");
  app.add_flag("--fetch-code", a.fetch_code,
               "take machine code for this machine's GPU out of the server's cache, unseen");
}

}  // namespace

void add_remote_option(CLI::App& app, Option option, Arguments& a) {
  if (option == Option::until_done)
    app.add_flag("--until-done", a.until_done, "of a study file: end when it is complete");
  if (option == Option::lease)
    add_seconds(app, "--lease", a.lease,
                "of a study file: how long a worker may be silent; default: 60");
  if (option == Option::server_url || option == Option::server) add_server(app, a);
  if (option == Option::server) add_work(app, a);
  if (option == Option::engine) add_engine(app, a);
}

}  // namespace antigrad::app
