// Reads the `tasks:` of a study file. Every key is known, typed and in range, or the error says
// where.
#include "trainer/task.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "space/yaml.hpp"
#include "trainer/keys.hpp"
#include "trainer/models/families.hpp"
#include "trainer/normalised.hpp"

namespace antigrad::trainer {
namespace {

using space::Yaml;

/// ${NAME} replaced by the environment.
std::string expand(const Yaml& node) {
  std::string text = node.text();
  for (auto at = text.find("${"); at != std::string::npos; at = text.find("${", at)) {
    const auto end = text.find('}', at);
    if (end == std::string::npos)
      node.fail(fmt::format("\"{}\" opens ${{ and does not close it with }}", text));
    const std::string name = text.substr(at + 2, end - at - 2);
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0')
      node.fail(
          fmt::format("the environment variable {0} is not set; set it, as in {0}=FOLDER "
                      "antigrad ..., or write the path out",
                      name));
    text.replace(at, end + 1 - at, value);
    at += std::string_view(value).size();
  }
  return text;
}

std::string path(const Yaml& node, const std::filesystem::path& folder) {
  const std::string text = expand(node);
  if (text.empty()) node.fail("expected the path of a file, got an empty text");
  return (folder / text).lexically_normal().string();
}

const Names<DataSpec::Format> kFormats = {{"digits", DataSpec::Format::digits},
                                          {"cifar10", DataSpec::Format::cifar10},
                                          {"cifar100", DataSpec::Format::cifar100},
                                          {"stl10", DataSpec::Format::stl10},
                                          {"idx", DataSpec::Format::idx},
                                          {"bytes", DataSpec::Format::bytes},
                                          {"tokens_u16", DataSpec::Format::tokens_u16},
                                          {"bpe", DataSpec::Format::bpe},
                                          {"planetoid", DataSpec::Format::planetoid}};

/// The keys of `data:` besides format, path, validation and test.
std::vector<std::string> more_keys(const DataSpec& data) {
  if (data.images()) return {"augment", "normalise", "shifts"};
  std::vector<std::string> keys = {"test_path", "validation_tokens", "shift_path"};
  if (data.format == DataSpec::Format::tokens_u16) keys.emplace_back("vocabulary");
  if (data.format == DataSpec::Format::bpe) keys.emplace_back("tokenizer");
  return keys;
}

Augmentation read_augmentation(const Yaml& node) {
  node.allow({"crop", "flip", "cutout"});
  return {.crop = count_or(node, "crop", 0, 0),
          .flip = node.boolean_or("flip", false),
          .cutout = count_or(node, "cutout", 0, 0)};
}

/// One number a channel.
std::vector<double> channels(const Yaml& node, DataSpec::Format format, double lo) {
  std::vector<double> numbers;
  for (const Yaml& item : node.items()) numbers.push_back(item.number(lo, 1));
  const bool grey = format == DataSpec::Format::digits || format == DataSpec::Format::idx;
  const std::size_t want = grey ? 1 : 3;
  if (numbers.size() != want)
    node.fail(fmt::format("{} numbers, expected {}: {} images have {} channel{}", numbers.size(),
                          want, to_string(format), want, want == 1 ? "" : "s"));
  return numbers;
}

/// A map of corruptions to lists of severities.
std::vector<std::pair<Corruption, int>> read_shifts(const Yaml& node) {
  Names<Corruption> names;
  std::vector<std::string> known;
  for (const CorruptionRow& row : corruptions()) {
    names.emplace_back(row.name, row.kind);
    known.emplace_back(row.name);
  }
  node.allow(known);
  std::vector<std::pair<Corruption, int>> shifts;
  for (const auto& [name, kind] : names) {
    if (!node.has(name)) continue;
    for (const Yaml& severity : node.at(name).items())
      shifts.emplace_back(kind, static_cast<int>(severity.integer(1, 5)));
  }
  return shifts;
}

void read_normalisation(const Yaml& node, DataSpec& data) {
  node.allow({"mean", "deviation"});
  data.mean = channels(node.at("mean"), data.format, 0);
  data.deviation = channels(node.at("deviation"), data.format, 1e-3);
}

DataSpec read_data(const Yaml& node, const std::filesystem::path& folder) {
  DataSpec data;
  data.format = choose(node.at("format"), "data format", kFormats);
  if (data.format == DataSpec::Format::planetoid) {  // brings its own parts
    node.allow({"format", "path"});
    data.path = path(node.at("path"), folder);
    return data;
  }
  std::vector<std::string> keys = more_keys(data);
  keys.insert(keys.begin(), {"format", "path", "validation", "test"});
  node.allow(keys);
  data.path = path(node.at("path"), folder);
  if (node.has("test_path")) data.test_path = path(node.at("test_path"), folder);
  if (!data.test_path.empty() && node.has("test"))
    node.at("test").fail("test_path already names the test part; remove one of the two");
  data.validation = node.at("validation").number(1e-6, 0.9);
  data.test = real_or(node, "test", 0, 0.9, 0);
  if (data.validation + data.test > 0.95)
    node.at("validation")
        .fail(fmt::format("validation {} and test {} leave less than 0.05 for training",
                          data.validation, data.test));
  if (data.format == DataSpec::Format::tokens_u16)
    data.vocabulary = count(node, "vocabulary", 2, 65536);
  if (data.format == DataSpec::Format::bpe) data.tokenizer = path(node.at("tokenizer"), folder);
  data.validation_tokens = count_or(node, "validation_tokens", 1, data.validation_tokens);
  if (node.has("shift_path")) data.shift_path = path(node.at("shift_path"), folder);
  if (node.has("shifts")) data.shifts = read_shifts(node.at("shifts"));
  if (node.has("augment")) data.augment = read_augmentation(node.at("augment"));
  if (node.has("normalise")) read_normalisation(node.at("normalise"), data);
  return data;
}

void read_problem(const Yaml& node, Task& task) {
  task.problem = trainer::read_problem(node.at("problem"));
  const std::string name = node.at("problem").at("name").text();
  for (const std::string& key : foreign_keys(task.problem))
    if (node.has(key))
      node.at(key).fail(fmt::format("{} means nothing to {}; remove the key", key, name));
  if (!task.problem.uses_model()) return;
  const Yaml type = node.at("model").at("type");
  if (type.text() != "mlp")
    type.fail(fmt::format("both players of a {} are an mlp, got \"{}\"", name, type.text()));
}

/// Of whom each has images.
void read_clients(const Yaml& node, Task& task) {
  if (!task.data.images())
    node.fail("clients share images; choose digits, cifar10, cifar100, stl10 or idx, or remove it");
  task.clients = trainer::read_clients(node);
  if (task.data.augment != Augmentation{})
    node.fail("the images of clients are not augmented; remove augment");
  if (task.optimiser.tail == 0) task.optimiser.tail = task.clients.tail;
}

/// A line search chooses every step.
void refuse_schedule(const Yaml& node, const OptimiserSpec& optimiser) {
  for (const char* const key : {"warm_up", "schedule"})
    if (optimiser.searches() && node.has(key))
      node.at(key).fail("gols chooses every step by itself; remove the key");
}

/// Networks on images want images, those on text a text, those on graphs a graph.
void check_fit(const Yaml& data, const Task& task) {
  const Family& family = family_of(task.model.type);
  const bool images = family.input == Family::Input::images,
             graph = family.input == Family::Input::graph;
  if (images != task.data.images() || graph != (task.data.format == DataSpec::Format::planetoid))
    data.fail(images ? fmt::format("a {} reads images; choose digits, cifar10, cifar100, stl10 "
                                   "or idx",
                                   family.name)
              : graph
                  ? fmt::format("a {} reads a graph; choose planetoid", family.name)
                  : fmt::format("a {} reads text; choose bytes, tokens_u16 or bpe", family.name));
}

OwnRateSpec read_own_rate(const Yaml& node, int most) {
  node.allow({"factors", "steps"});
  OwnRateSpec spec;
  for (const Yaml& factor : node.at("factors").items())
    spec.factors.push_back(factor.number(1e-6, 1e6));
  if (spec.factors.size() < 2)
    node.at("factors").fail(
        fmt::format("expected at least two factors to choose from, got {}", spec.factors.size()));
  spec.steps = count(node, "steps", 1, most);
  return spec;
}

Task read_task(const Yaml& node, const Yaml& study, const std::filesystem::path& folder) {
  node.allow({"name", "model", "data", "optimiser", "label_smoothing", "batch", "steps", "warm_up",
              "schedule", "average", "evaluate_every", "normalise", "diverged", "clients",
              "problem", "own_rate"});
  Task task;
  task.text = node.flow();
  task.name = node.at("name").text();
  if (task.name.empty()) node.at("name").fail("expected a name, got an empty text");
  if (node.has("problem")) read_problem(node, task);
  if (task.problem.uses_model()) task.model = read_model(node.at("model"));
  if (task.problem.uses_data()) task.data = read_data(node.at("data"), folder);
  task.optimiser = read_optimiser(node.at("optimiser"));
  refuse_schedule(node, task.optimiser);
  if (node.has("clients")) read_clients(node.at("clients"), task);
  if (task.problem.uses_data()) check_fit(node.at("data"), task);
  if (task.optimiser.tail == 0) task.optimiser.tail = 2;
  task.label_smoothing = real_or(node, "label_smoothing", 0, 0.99, 0);
  if (task.data.format == DataSpec::Format::planetoid && node.has("batch"))
    node.at("batch").fail("a graph has no batches, every step sees all nodes; remove the key");
  if (task.data.format != DataSpec::Format::planetoid && task.problem.uses_batch())
    task.batch = count(node, "batch", 1, 1 << 20);
  task.steps = count(node, "steps", 1);
  task.warm_up = count_or(node, "warm_up", 0, 0);
  if (node.has("schedule"))
    task.schedule = read_schedule(node.at("schedule"), task.steps, task.warm_up);
  task.average = real_or(node, "average", 0, 0.999999, task.average);
  task.evaluate_every = count_or(node, "evaluate_every", 1, task.evaluate_every);
  task.normalise = normalised(study, node);
  task.diverged = real_or(node, "diverged", 1, 1e30, task.diverged);
  if (node.has("own_rate")) task.own_rate = read_own_rate(node.at("own_rate"), task.steps);
  return task;
}

}  // namespace

std::vector<std::string> DataSpec::files() const {
  std::vector<std::string> all;
  for (const std::string& one : {path, test_path, tokenizer, shift_path})
    if (!one.empty()) all.push_back(one);
  if (format == Format::planetoid) all = {path + ".meta.txt"};
  return all;
}

const char* to_string(DataSpec::Format format) {
  for (const auto& [name, value] : kFormats)
    if (value == format) return name.c_str();
  return "";
}

std::vector<Task> read_tasks(const std::string& study_yaml) {
  const Yaml study = Yaml::load_file(study_yaml), tasks = study.at("tasks");
  const auto folder = std::filesystem::path(study_yaml).parent_path();
  std::vector<Task> read;
  for (const Yaml& node : tasks.items()) {
    read.push_back(read_task(node, study, folder));
    const auto same = [&](const Task& other) { return other.name == read.back().name; };
    if (std::count_if(read.begin(), read.end(), same) > 1)
      node.at("name").fail(
          fmt::format("a task named \"{}\" is already there; names are unique", read.back().name));
  }
  if (read.empty()) tasks.fail("expected at least one task, got an empty list");
  return read;
}

}  // namespace antigrad::trainer
