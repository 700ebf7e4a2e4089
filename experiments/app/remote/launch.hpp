// `antigrad launch`: a server for a study where there is none yet, and workers for it on this
// machine, in a Slurm array, on Ray; for Kubernetes the manifest.
#pragma once
#include <memory>
#include <string>
#include <vector>

namespace antigrad::app {

struct LaunchPlan {
  std::string name;  // of the study, for people
  int workers = 1;
  std::vector<std::string> command;  // of a worker
  std::string folder;                // for scripts and logs; it is there
  std::string slurm_options;         // words of sbatch
  std::string python;                // with ray
  std::string image;                 // of a container
};

/// Workers that somebody starts, and looks after.
class Crew {
 public:
  virtual ~Crew() = default;
  /// Looks after them, now and then; false when all have ended for good.
  virtual bool look() = 0;
  /// Ends those that are left: they give back what they train.
  virtual void end() = 0;
};

/// Each starts the plan's workers. Throws space::Error with the way out.
std::unique_ptr<Crew> local_crew(const LaunchPlan& plan);
std::unique_ptr<Crew> slurm_crew(const LaunchPlan& plan);
std::unique_ptr<Crew> ray_crew(const LaunchPlan& plan);

/// An array of workers for sbatch.
std::string slurm_script(const LaunchPlan& plan);
/// An Indexed Job. The token, if the command names a file of one, comes out of a Secret.
std::string kubernetes_manifest(const LaunchPlan& plan);

/// A word as a shell takes it.
std::string shell_quoted(const std::string& word);

/// What a program prints, without the end of line. Throws space::Error when it fails.
std::string output_of(const std::vector<std::string>& command);

}  // namespace antigrad::app
