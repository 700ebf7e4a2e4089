// One row a problem.
#include "trainer/minmax/problem_spec.hpp"

#include "trainer/keys.hpp"

namespace antigrad::trainer {
namespace {

using space::Yaml;
using Kind = ProblemSpec::Kind;
using Truth = ProblemSpec::Truth;

struct Row {
  const char* name;
  Kind kind;
  std::vector<std::string> keys;     // besides name
  std::vector<std::string> foreign;  // of the task
};

const std::vector<Row>& rows() {
  static const std::vector<Row> all = {
      {"bilinear",
       Kind::bilinear,
       {"size", "curvature", "coupling"},
       {"model", "data", "batch", "label_smoothing", "clients"}},
      {"gan", Kind::gan, {"latent"}, {"label_smoothing", "clients"}},
      {"instrument",
       Kind::instrument,
       {"units", "alpha", "penalty", "truth"},
       {"model", "data", "label_smoothing", "clients"}},
  };
  return all;
}

}  // namespace

ProblemSpec read_problem(const Yaml& node) {
  Names<const Row*> names;
  for (const Row& row : rows()) names.emplace_back(row.name, &row);
  const Row& row = *choose<const Row*>(node.at("name"), "problem", names);
  std::vector<std::string> keys = row.keys;
  keys.emplace_back("name");
  node.allow(keys);
  ProblemSpec spec;
  spec.kind = row.kind;
  spec.size = count_or(node, "size", 1, spec.size, 4096);
  spec.curvature = real_or(node, "curvature", 0, 1e6, spec.curvature);
  spec.coupling = real_or(node, "coupling", 0, 1e6, spec.coupling);
  spec.latent = count_or(node, "latent", 1, spec.latent, 65536);
  spec.units = count_or(node, "units", 2, spec.units, 1 << 24);
  if (spec.units % 2 != 0)
    node.at("units").fail(
        fmt::format("{} units, expected an even number: they start in pairs that "
                    "cancel; give {}",
                    spec.units, spec.units + 1));
  spec.alpha = real_or(node, "alpha", 1e-6, 1e6, spec.alpha);
  spec.penalty = real_or(node, "penalty", 0, 1e6, spec.penalty);
  if (node.has("truth"))
    spec.truth = choose<Truth>(node.at("truth"), "truth",
                               {{"sin", Truth::sine},
                                {"abs", Truth::absolute},
                                {"step", Truth::step},
                                {"linear", Truth::linear}});
  return spec;
}

std::vector<std::string> foreign_keys(const ProblemSpec& problem) {
  for (const Row& row : rows())
    if (row.kind == problem.kind) return row.foreign;
  return {};
}

}  // namespace antigrad::trainer
