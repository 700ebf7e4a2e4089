// `antigrad meta`: start values of an activation's parameters, learned through training.
#include <fmt/format.h>

#include "experiments/app/commands.hpp"
#include "experiments/app/forecast.hpp"
#include "experiments/app/trainer_library.hpp"
#include "search/study.hpp"

namespace antigrad::app {
namespace {

/// The text with other start values.
std::string with_starts(space::Activation activation, const std::vector<double>& theta) {
  for (std::size_t k = 0; k < theta.size(); ++k) activation.parameters[k].start = theta[k];
  const std::size_t end = activation.text.find(']');
  const std::size_t body =
      end == std::string::npos ? 0 : activation.text.find_first_not_of(' ', end + 1);
  return space::to_string(activation.parameters) + activation.text.substr(body);
}

std::string each_round(const space::Activation& activation, const trainer::MetaResult& result,
                       Format format) {
  std::vector<std::string> columns = {"round", "loss"};
  for (const space::Parameter& p : activation.parameters) columns.push_back(p.name);
  Listing listing(columns);
  for (std::size_t i = 0; i < result.rounds.size(); ++i) {
    std::vector<search::Json> row = {i, result.rounds[i].loss};
    for (const double theta : result.rounds[i].theta) row.emplace_back(theta);
    listing.add(row);
  }
  return listing.text(format);
}

}  // namespace

int meta_command(const Arguments& arguments) {
  const search::StudyConfig study = search::load_study(arguments.subject);
  checked_tasks(study);
  const space::Activation activation =
      space::parse_activation(arguments.activation, arguments.definitions);
  trainer::MetaSpec spec = arguments.meta;
  spec.seed = arguments.seed.value_or(study.seed);
  const trainer::MetaResult result =
      TrainerLibrary().learn_start_values(arguments.subject, activation.text, spec);
  if (arguments.each) {
    print(each_round(activation, result, arguments.format));
    return 0;
  }
  Facts facts;
  for (std::size_t k = 0; k < result.theta.size(); ++k)
    facts.add(activation.parameters[k].name,
              fmt::format("{:.6g}, was {:.6g}", result.theta[k], activation.parameters[k].start));
  facts.add("loss after the steps", result.loss_after);
  facts.add("with the old start values", result.loss_before);
  facts.add("activation", with_starts(activation, result.theta));
  print(facts.text(arguments.format));
  return 0;
}

}  // namespace antigrad::app
