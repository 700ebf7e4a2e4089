// `antigrad meta` and `antigrad one-shot`.
#include "experiments/app/learning_options.hpp"

#include "experiments/app/option_kinds.hpp"

namespace antigrad::app {

void add_meta(CLI::App& app, trainer::MetaSpec& spec) {
  using trainer::MetaMethod;
  add_choice<MetaMethod>(app, "--method",
                         "full: the gradient through all steps; first-order: where they end; "
                         "reptile: where they lead",
                         {{"full", MetaMethod::full},
                          {"first-order", MetaMethod::first_order},
                          {"reptile", MetaMethod::reptile}},
                         [&spec](MetaMethod method) { spec.method = method; });
  add_number(app, "--steps", spec.steps, "of training in an episode; default: 5", 1);
  add_number(app, "--rounds", spec.rounds, "episodes of each task; default: 40", 1);
  app.add_option("--rate", spec.rate, "of the training's steps; default: 0.05")
      ->check(CLI::PositiveNumber)
      ->option_text("X");
  app.add_option("--meta-rate", spec.meta_rate, "of Adam on the start values; default: 0.05")
      ->check(CLI::PositiveNumber)
      ->option_text("X");
}

void add_one_shot(CLI::App& app, trainer::OneShotSpec& spec) {
  add_number(app, "--steps", spec.steps, "of training; default: 200", 1);
  add_number(app, "--terms", spec.terms, "of a side in what comes out; default: 1", 1);
  add_number(app, "-n,--count", spec.count, "gradients that come out; default: 8", 1);
  add_words(app, "--left", spec.left, "terms for x < 0: primitives, 1, x, minus signs allowed");
  add_words(app, "--right", spec.right, "terms for x > 0; both sides: at most 16 parameters");
  app.add_flag("--second-order", spec.second_order,
               "the mixture looks one step of the weights ahead");
  app.add_option("--rate", spec.rate, "of Adam on the mixture; default: 0.02")
      ->check(CLI::PositiveNumber)
      ->option_text("X");
}

}  // namespace antigrad::app
