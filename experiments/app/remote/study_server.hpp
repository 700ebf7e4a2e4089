// `antigrad serve STUDY.yaml`: a search whose trainings are done by workers anywhere.
#pragma once
#include <functional>

#include "experiments/app/arguments.hpp"
#include "experiments/app/http_server.hpp"

namespace antigrad::app {

/// $ANTIGRAD_DATA, "" when it is not set: the folder whose files workers may fetch.
std::string data_root();

/// Whether a word of the command line is a study file.
bool is_study_file(const std::string& word);

/// Serves and searches arguments.subject until it is stopped, or, with until_done, complete. The
/// run directory is the one of `antigrad search`, with work.log beside the journal: the evaluations
/// that workers do. listening: called with the port. Returns the exit code. Throws space::Error.
int serve_study(const Arguments& arguments, const HttpServerOptions& options,
                const std::function<void(int port)>& listening);

}  // namespace antigrad::app
