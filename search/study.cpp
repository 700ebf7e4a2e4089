// Reads a study file, every key checked.
#include "search/study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <set>

#include "search/evidence/estimator.hpp"
#include "search/evidence/objective.hpp"
#include "search/library/warm_config.hpp"
#include "search/pruners/study_pruner.hpp"
#include "search/quota.hpp"
#include "space/properties.hpp"
#include "space/yaml.hpp"

namespace antigrad::search {
namespace {

using space::Yaml;

constexpr double kHuge = std::numeric_limits<double>::max();

int integer(const Yaml& map, const char* key, int fallback, int lo, int hi) {
  return map.has(key) ? static_cast<int>(map.at(key).integer(lo, hi)) : fallback;
}

double number(const Yaml& map, const char* key, double fallback, double lo, double hi) {
  return map.has(key) ? map.at(key).number(lo, hi) : fallback;
}

// A folder of this name is made.
std::string read_name(const Yaml& node) {
  const std::string name = node.text();
  const auto fine = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; };
  if (name.empty() || !std::all_of(name.begin(), name.end(), fine)) {
    node.fail(fmt::format("expected a name of letters, digits, _ and -, got \"{}\"", name));
  }
  return name;
}

template <class T>
T choice(const Yaml& node, const std::vector<std::pair<std::string, T>>& choices) {
  const std::string got = node.text();
  std::vector<std::string> names;
  for (const auto& [name, value] : choices) {
    if (got == name) return value;
    names.push_back(name);
  }
  node.fail(fmt::format("expected {}, got \"{}\";{}", fmt::join(names, " or "), got,
                        space::did_you_mean(got, names)));
}

// Of a scalar that is a path relative to the study.
std::string path_of(const Yaml& node, const std::string& file) {
  const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
  return (folder / node.text()).lexically_normal().string();
}

/// A mapping, or the path of a file that is one.
space::Definitions read_definitions(const Yaml& node, const std::string& file) {
  return node.is_scalar() ? space::Definitions::load(path_of(node, file))
                          : space::Definitions::read(node);
}

// What is drawn is a sum of products of rows.
void refuse_user_primitives(const Yaml& node, const space::Definitions& known) {
  if (!node.is_map() || !node.has("primitives")) return;
  const Yaml list = node.at("primitives");
  std::vector<std::string> names;
  if (list.is_map()) names = list.keys();
  if (list.is_list())
    for (const Yaml& item : list.items())
      if (item.is_scalar()) names.push_back(item.text());
  for (const space::UserPrimitive& p : known.primitives())
    if (std::ranges::count(names, p.name))
      list.fail(
          fmt::format("\"{}\" is a primitive of yours: gradients are drawn from the rows of "
                      "`antigrad zoo --primitives`; call it in an activation under `define` "
                      "and name that as a baseline",
                      p.name));
}

/// A mapping, or the path of a file that is one; a relative path is relative to the study.
space::Grammar read_space(const Yaml& node, const std::string& file,
                          const space::Definitions& known) {
  refuse_user_primitives(node, known);
  return node.is_scalar() ? space::load_grammar(path_of(node, file)) : space::read_grammar(node);
}

/// Names of properties and sets; what samples refute is not even drawn.
void read_constraints(const Yaml& node, StudyConfig& c) {
  for (const Yaml& item : node.items()) {
    c.constraints.push_back(item.text());
    try {
      space::demanded({c.constraints.back()});
    } catch (const space::Error& e) {
      item.fail(e.what());
    }
  }
  const auto wanted = space::demanded(c.constraints);
  c.grammar.refuted = [wanted](const space::SampledFacts& facts) {
    return space::refuted_by_samples(facts, wanted);
  };
}

Rung read_rung(const Yaml& node, const std::vector<Rung>& before) {
  node.allow({"fraction", "seeds"});
  const Rung rung{node.at("fraction").number(), integer(node, "seeds", 1, 1, 500)};
  if (!(rung.fraction > 0 && rung.fraction <= 1)) {
    node.at("fraction").fail(fmt::format("expected a fraction in (0, 1], got {}", rung.fraction));
  }
  if (!before.empty()) {
    const Rung& last = before.back();
    if (rung.fraction < last.fraction || rung.seeds < last.seeds ||
        (rung.fraction == last.fraction && rung.seeds == last.seeds)) {
      node.fail("a rung must ask for more than the one before: raise its fraction or its seeds");
    }
  }
  return rung;
}

Halving read_halving(const Yaml& node) {
  node.allow({"reduction", "rungs"});
  Halving h;
  h.reduction = integer(node, "reduction", h.reduction, 2, 100);
  for (const Yaml& item : node.at("rungs").items()) h.rungs.push_back(read_rung(item, h.rungs));
  if (h.rungs.empty()) node.at("rungs").fail("expected at least one rung, got none");
  return h;
}

std::vector<std::string> read_baselines(const Yaml& node, const space::Definitions& known) {
  std::vector<std::string> names;
  for (const Yaml& item : node.items()) {
    const std::string name = item.text();
    const space::ZooEntry* const entry = known.find(name);
    if (entry == nullptr) {
      item.fail(fmt::format("unknown activation \"{}\";{} `antigrad zoo` lists them", name,
                            space::did_you_mean(name, known.names())));
    }
    if (entry->kind == space::ZooEntry::Kind::gate) {
      item.fail(
          fmt::format("\"{}\" is a gate, f(u)*v of two inputs: the networks here take "
                      "functions of one input",
                      name));
    }
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      item.fail(fmt::format("baseline \"{}\" is named twice", name));
    }
    names.push_back(name);
  }
  if (names.size() < 2)
    node.fail("expected at least two baselines: their spread is the unit of the score");
  return names;
}

std::vector<Task> read_tasks(const Yaml& node) {
  std::vector<Task> tasks;
  std::set<std::string> names;
  for (const Yaml& item : node.items()) {
    const Task task{read_name(item.at("name")),
                    static_cast<int>(item.at("steps").integer(1, 100000000))};
    if (!names.insert(task.name).second) {
      item.at("name").fail(fmt::format("task \"{}\" is named twice", task.name));
    }
    tasks.push_back(task);
  }
  if (tasks.empty()) node.fail("expected at least one task, got none");
  return tasks;
}

Confirm read_confirm(const Yaml& node) {
  node.allow({"finalists", "seeds"});
  Confirm c;
  c.finalists = integer(node, "finalists", c.finalists, 1, 1000);
  c.seeds = integer(node, "seeds", c.seeds, 1, 500);
  return c;
}

Limits read_limits(const Yaml& node) {
  node.allow({"seconds", "mebibytes"});
  Limits l;
  l.seconds = number(node, "seconds", l.seconds, 0.01, kHuge);
  l.mebibytes = number(node, "mebibytes", l.mebibytes, 1, kHuge);
  return l;
}

// The paths that a study names: of its space, its definitions, its tasks' data.
std::vector<Yaml> named_paths(const Yaml& root) {
  std::vector<Yaml> paths;
  for (const char* const key : {"space", "define"})
    if (root.has(key) && root.at(key).is_scalar()) paths.push_back(root.at(key));
  if (root.has("sampler") && root.at("sampler").has("library"))
    paths.push_back(root.at("sampler").at("library"));
  if (root.has("warm_start") && is_library_path(root.at("warm_start")))
    paths.push_back(root.at("warm_start"));
  if (root.has("promote") && root.at("promote").has("tasks"))
    paths.push_back(root.at("promote").at("tasks"));
  for (const Yaml& task : root.at("tasks").items()) {
    if (!task.has("data") || !task.at("data").is_map()) continue;
    for (const char* const key : {"path", "test_path", "tokenizer", "shift_path"})
      if (task.at("data").has(key)) paths.push_back(task.at("data").at(key));
  }
  return paths;
}

// Those that are relative, and words of its command that are files beside it.
std::vector<Yaml> relative_paths(const Yaml& root, const std::string& file) {
  std::vector<Yaml> paths = named_paths(root);
  if (root.has("evaluator") && root.at("evaluator").has("command"))
    for (const Yaml& word : root.at("evaluator").at("command").items())
      if (std::filesystem::is_regular_file(path_of(word, file))) paths.push_back(word);
  std::erase_if(paths, [](const Yaml& path) {
    const std::string value = path.text();
    return value.empty() || value[0] == '/' || value[0] == '$';
  });
  return paths;
}

// Relative paths are relative to the study file; a copy of the text elsewhere must still find
// them. Plain and quoted scalars keep their place in the line, so the last one is replaced first.
std::string with_absolute_paths(std::string text, const Yaml& root, const std::string& file) {
  std::vector<std::pair<std::size_t, std::size_t>> places;
  for (const Yaml& path : relative_paths(root, file)) {
    const std::string value = path.text();
    const std::size_t at = text.find(value, space::offset_of(path.where(), text));
    if (at != std::string::npos) places.emplace_back(at, value.size());
  }
  std::ranges::sort(places);
  const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
  for (auto place = places.rbegin(); place != places.rend(); ++place) {
    const std::string value = text.substr(place->first, place->second);
    text.replace(place->first, place->second, (folder / value).lexically_normal().string());
  }
  return text;
}

// What matters of a study's text: comment lines, blank lines and the quota do not.
std::vector<std::string> meaning(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first != std::string::npos && line[first] != '#' && !line.starts_with("quota:"))
      lines.push_back(line);
    begin = end + 1;
  }
  return lines;
}

// The rest of the key is the trainer's.
int read_stacked(const Yaml& node, const StudyConfig& c) {
  const Yaml count = node.is_map() ? node.at("count") : node;
  const auto stacked = static_cast<int>(count.integer(1, 256));
  if (!c.command.command.empty())
    node.fail("a program of your own trains one candidate at a time; remove `stacked`");
  if (c.deterministic && c.trials > 0 && c.sampler.lag < stacked)
    count.fail(fmt::format(
        "{} candidates train together, so they are proposed together, and the sampler's lag is {}; "
        "expected at most {}: raise `lag` or lower `stacked`",
        stacked, c.sampler.lag, c.sampler.lag));
  for (const PrunerConfig& pruner : c.pruners)
    if (stacked > 1 && pruner.name == "synchronous")
      node.fail(
          "synchronous halving has cohorts of its own, whose candidates wait for one another; "
          "remove `stacked`, or choose another pruner");
  return stacked;
}

}  // namespace

StudyConfig parse_study(const std::string& text, const std::string& file) {
  const Yaml root = Yaml::parse(text, file);
  root.allow({"study",      "seed",      "deterministic", "isolation", "objective",   "objectives",
              "estimator",  "budget",    "define",        "space",     "constraints", "propagation",
              "sampler",    "halving",   "pruner",        "baselines", "confirm",     "promote",
              "limits",     "evaluator", "tasks",         "measure",   "checkpoints", "quota",
              "warm_start", "stacked",   "device",        "normalise"});
  StudyConfig c;
  c.file = file;
  c.name = read_name(root.at("study"));
  if (root.has("seed")) c.seed = static_cast<std::uint64_t>(root.at("seed").integer(0, 1000000000));
  c.deterministic = root.boolean_or("deterministic", true);
  if (root.has("isolation")) {
    c.isolation = choice<Isolation>(
        root.at("isolation"), {{"process", Isolation::process}, {"thread", Isolation::thread}});
  }
  if (root.has("objective")) choice<int>(root.at("objective"), {{"validation_loss", 0}});
  root.at("budget").allow({"trials"});
  c.trials = static_cast<int>(root.at("budget").at("trials").integer(0, 10000000));
  if (root.has("define")) c.definitions = read_definitions(root.at("define"), file);
  if (root.has("space")) c.grammar = read_space(root.at("space"), file, c.definitions);
  if (root.has("propagation")) c.propagation = read_propagation(root.at("propagation"));
  if (root.has("constraints")) read_constraints(root.at("constraints"), c);
  if (root.has("sampler") || c.trials > 0) c.sampler = read_sampler(root.at("sampler"), file);
  const bool warm =  // warm_start.hpp asks for it again
      root.has("warm_start") && read_warm_start(root.at("warm_start")).wanted;
  c.halving = read_halving(root.at("halving"));
  if (root.has("pruner")) c.pruners = read_pruners(root.at("pruner"));
  c.baselines = read_baselines(root.at("baselines"), c.definitions);
  if (root.has("confirm")) c.confirm = read_confirm(root.at("confirm"));
  if (root.has("evaluator")) c.command = read_command(root.at("evaluator"));
  if (root.has("objectives"))
    c.objectives = read_objectives(root.at("objectives"), c.deterministic);
  if (root.has("promote")) c.promote = read_promote(root.at("promote"), file);
  if (root.has("limits")) c.limits = read_limits(root.at("limits"));
  if (root.has("stacked")) c.stacked = read_stacked(root.at("stacked"), c);
  if (root.has("quota")) read_quota(root.at("quota"));  // the session asks for it again
  c.tasks = read_tasks(root.at("tasks"));
  (void)root.boolean_or("normalise", false);  // the trainer's, of all tasks
  if (root.has("estimator")) read_estimators(root.at("estimator"), warm, c.tasks);
  c.text = with_absolute_paths(text, root, file);
  for (std::string& word : c.command.command)  // as the copy has them
    if (const auto path = std::filesystem::absolute(file).parent_path() / word;
        word[0] != '/' && std::filesystem::is_regular_file(path))
      word = path.lexically_normal().string();
  return c;
}

StudyConfig load_study(const std::string& file, const std::string& define) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw space::Error({file, 0, 0}, "cannot read the study; is the path right?");
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!define.empty()) {
    const Yaml root = Yaml::parse(text, file);
    if (root.has("define"))
      root.at("define").fail("the study has definitions of its own; leave out --define");
    // Behind the last line, so that errors name the lines of the file.
    text += fmt::format("\ndefine: \"{}\"\n", std::filesystem::absolute(define).string());
  }
  return parse_study(text, file);
}

std::vector<std::string> paths_of_study(const std::string& text, const std::string& file) {
  std::vector<std::string> paths;
  for (const Yaml& path : named_paths(Yaml::parse(text, file))) paths.push_back(path.text());
  std::ranges::sort(paths);
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  std::erase(paths, "");
  return paths;
}

bool same_study(const std::string& a, const std::string& b) { return meaning(a) == meaning(b); }

}  // namespace antigrad::search
