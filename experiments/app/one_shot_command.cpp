// `antigrad one-shot`: a supernet over the terms of gradients, and what it leaves as a library.
#include <fmt/format.h>

#include <fstream>

#include "experiments/app/commands.hpp"
#include "experiments/app/forecast.hpp"
#include "experiments/app/trainer_library.hpp"
#include "search/study.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

/// As `library:` of a sampler reads it.
void write_library(const std::string& file, const std::string& study,
                   const std::vector<std::string>& gradients) {
  std::ofstream out(file, std::ios::binary);
  out << "# What a supernet on the tasks of " << study << " left, best first; antigrad one-shot.\n";
  for (const std::string& gradient : gradients) out << fmt::format("- \"{}\"\n", gradient);
  out.close();
  if (!out) throw space::Error(fmt::format("{}: cannot be written", file));
}

std::string shares_of(const trainer::OneShotResult& result, Format format) {
  Listing listing({"term", "share"});
  for (std::size_t i = 0; i < result.terms.size(); ++i)
    listing.add({result.terms[i], result.shares[i]});
  return listing.text(format);
}

}  // namespace

int one_shot_command(const Arguments& arguments) {
  const search::StudyConfig study = search::load_study(arguments.subject);
  checked_tasks(study);
  trainer::OneShotSpec spec = arguments.one_shot;
  spec.seed = arguments.seed.value_or(study.seed);
  const trainer::OneShotResult result = TrainerLibrary().one_shot(arguments.subject, spec);
  if (!arguments.file.empty()) write_library(arguments.file, study.name, result.gradients);
  if (arguments.each) {
    print(shares_of(result, arguments.format));
    return 0;
  }
  Listing listing({"rank", "gradient"});
  for (std::size_t i = 0; i < result.gradients.size(); ++i)
    listing.add({i + 1, result.gradients[i]});
  print(listing.text(arguments.format));
  return 0;
}

}  // namespace antigrad::app
