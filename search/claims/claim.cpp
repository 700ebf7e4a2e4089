// Reads claims; every key and every name is checked.
#include "search/claims/claim.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "space/properties.hpp"
#include "space/yaml.hpp"

namespace antigrad::search::claims {
namespace {

namespace fs = std::filesystem;
using space::Yaml;

const std::vector<std::string> kKinds{"proved", "better", "equal", "trend", "alike", "chosen"};

std::vector<std::string> texts(const Yaml& node) {
  if (node.is_scalar()) return {node.text()};
  std::vector<std::string> out;
  for (const Yaml& item : node.items()) out.push_back(item.text());
  return out;
}

std::vector<Side> read_sides(const Yaml& node) {
  std::vector<Side> sides;
  for (const std::string& text : texts(node)) {
    const std::size_t at = text.find('@');
    sides.push_back({text.substr(0, at), at == std::string::npos ? "" : text.substr(at + 1)});
  }
  if (sides.empty()) node.fail("expected at least one activation, got none");
  return sides;
}

std::vector<std::string> read_properties(const Yaml& map, const char* key) {
  if (!map.has(key)) return {};
  const std::vector<std::string> names = texts(map.at(key));
  for (const std::string& name : names) {
    try {
      space::demanded({name});
    } catch (const space::Error& e) {
      map.at(key).fail(e.what());
    }
  }
  return names;
}

Check read_proved(const Yaml& node) {
  node.allow({"name", "of", "holds", "fails"});
  Check check{.kind = Check::Kind::proved};
  check.of = read_sides(node.at("of"));
  check.holds = read_properties(node, "holds");
  check.fails = read_properties(node, "fails");
  if (check.holds.empty() && check.fails.empty())
    node.fail("expected `holds` or `fails`, names of properties, got neither");
  return check;
}

Check read_comparison(const Yaml& node, Check::Kind kind) {
  const bool better = kind == Check::Kind::better;
  node.allow({"name", "of", "than", "by", "more", "on", "counts", better ? "share" : "within"});
  Check check{.kind = kind};
  check.of = read_sides(node.at("of"));
  check.than = read_sides(node.at("than"));
  if (node.has("more")) check.more = node.at("more").boolean();
  if (better && node.has("share")) check.share = node.at("share").number(0.01, 1);
  if (!better) check.within = node.at("within").number(1e-9, 1e9);
  return check;
}

Check read_chosen(const Yaml& node) {
  node.allow({"name", "of", "than", "by", "more", "on", "counts"});
  Check check{.kind = Check::Kind::chosen};
  check.of = read_sides(node.at("of"));
  check.than = read_sides(node.at("than"));
  if (node.has("more")) check.more = node.at("more").boolean();
  if (check.of.size() != 1)
    node.at("of").fail(fmt::format("expected one to be chosen, got {}", check.of.size()));
  return check;
}

Check read_trend(const Yaml& node) {
  node.allow({"name", "of", "by", "on", "rising", "counts"});
  Check check{.kind = Check::Kind::trend};
  check.of = read_sides(node.at("of"));
  check.rising = node.at("rising").boolean();
  if (check.of.size() < 2) node.at("of").fail("expected at least two in an order, got one");
  return check;
}

Check read_alike(const Yaml& node) {
  node.allow({"name", "to", "at_least"});
  Check check{.kind = Check::Kind::alike};
  check.than = read_sides(node.at("to"));
  if (node.has("at_least")) check.at_least = node.at("at_least").number(0.5, 1);
  return check;
}

Check read_check(const Yaml& item) {
  const std::vector<std::string> keys = item.keys();
  if (keys.size() != 1)
    item.fail(fmt::format("expected one of {} with its keys, got {} keys", fmt::join(kKinds, ", "),
                          keys.size()));
  const Yaml node = item.at(keys[0]);
  Check check;
  if (keys[0] == "proved") {
    check = read_proved(node);
  } else if (keys[0] == "better" || keys[0] == "equal") {
    check = read_comparison(node, keys[0] == "better" ? Check::Kind::better : Check::Kind::equal);
  } else if (keys[0] == "trend") {
    check = read_trend(node);
  } else if (keys[0] == "alike") {
    check = read_alike(node);
  } else if (keys[0] == "chosen") {
    check = read_chosen(node);
  } else {
    item.fail(fmt::format("expected one of {}, got \"{}\";{}", fmt::join(kKinds, ", "), keys[0],
                          space::did_you_mean(keys[0], kKinds)));
  }
  check.name = node.text_or("name", "");
  if (check.kind != Check::Kind::proved && check.kind != Check::Kind::alike) {
    check.by = node.text_or("by", check.by);
    if (node.has("on")) check.tasks = texts(node.at("on"));
    if (node.has("counts")) check.counts = node.at("counts").boolean();
  }
  return check;
}

void need(const Claim& claim, const std::string& what, const std::string& name,
          const std::vector<std::string>& known, const StudyConfig& study) {
  if (std::ranges::count(known, name)) return;
  throw space::Error(
      {claim.folder + "/claim.yaml", 0, 0},
      fmt::format("names the {} \"{}\", which {} does not have;{} it has {}", what, name,
                  study.file, space::did_you_mean(name, known), fmt::join(known, ", ")));
}

}  // namespace

const std::vector<std::string>& sizes() {
  static const std::vector<std::string> all{"smoke", "short", "paper"};
  return all;
}

Claim load_claim(const std::string& folder) {
  const Yaml root = Yaml::load_file(folder + "/claim.yaml");
  root.allow({"title", "source", "says", "published", "scope", "only", "studies", "checks",
              "kernels", "skipping"});
  Claim claim;
  claim.folder = folder;
  claim.name = fs::path(folder).filename().string();
  claim.title = root.at("title").text();
  claim.source = root.at("source").text();
  claim.says = root.at("says").text();
  claim.published = root.text_or("published", "");
  if (root.has("scope")) {
    root.at("scope").allow(sizes());
    for (const std::string& size : root.at("scope").keys())
      claim.scope[size] = root.at("scope").at(size).text();
  }
  if (root.has("studies")) {
    root.at("studies").allow(sizes());
    for (const std::string& size : root.at("studies").keys())
      claim.studies[size] =
          (fs::path(folder) / root.at("studies").at(size).text()).lexically_normal().string();
  }
  if (root.has("only"))
    for (const std::string& task : root.at("only").keys())
      claim.only[task] = texts(root.at("only").at(task));
  for (const Yaml& item : root.at("checks").items()) claim.checks.push_back(read_check(item));
  if (root.has("kernels")) claim.kernels = texts(root.at("kernels"));
  if (root.has("skipping")) claim.skipping = root.at("skipping").boolean();
  if (claim.checks.empty()) root.at("checks").fail("expected at least one check, got none");
  return claim;
}

bool Claim::searches() const {
  return std::ranges::any_of(checks, [](const Check& c) { return c.kind == Check::Kind::alike; });
}

bool Claim::compares() const {
  return std::ranges::any_of(checks, [](const Check& c) {
    return c.kind != Check::Kind::alike && c.kind != Check::Kind::proved;
  });
}

std::vector<Claim> load_claims(const std::string& folder) {
  std::vector<Claim> claims;
  if (fs::is_directory(folder))
    for (const fs::directory_entry& entry : fs::directory_iterator(folder))
      if (fs::exists(entry.path() / "claim.yaml"))
        claims.push_back(load_claim(entry.path().string()));
  if (claims.empty())
    throw space::Error({folder, 0, 0}, "no claim here; a claim is a folder with a claim.yaml");
  std::ranges::sort(claims, {}, &Claim::name);
  return claims;
}

void check_against(const Claim& claim, const StudyConfig& study) {
  std::vector<std::string> tasks;
  for (const Task& task : study.tasks) tasks.push_back(task.name);
  for (const auto& [task, names] : claim.only) {
    need(claim, "task", task, tasks, study);
    for (const std::string& name : names)  // a smaller study may leave some out
      need(claim, "activation", name, study.definitions.names(), study);
  }
  for (const Check& check : claim.checks) {
    if (check.kind == Check::Kind::proved) continue;
    if (check.kind == Check::Kind::alike) {
      for (const Side& side : check.than)
        need(claim, "activation", side.activation, study.definitions.names(), study);
      if (study.trials == 0)
        throw space::Error({study.file, 0, 0},
                           fmt::format("the claim \"{}\" is about what a search finds: expected "
                                       "`budget: {{trials: N}}` above 0, got 0",
                                       claim.name));
      continue;
    }
    for (const std::string& task : check.tasks) need(claim, "task", task, tasks, study);
    for (const auto* sides : {&check.of, &check.than}) {
      for (const Side& side : *sides) {
        if (side.activation != "others")
          need(claim, "activation", side.activation, study.baselines, study);
        if (!side.task.empty()) need(claim, "task", side.task, tasks, study);
      }
    }
  }
}

std::vector<std::string> activations_on(const Claim& claim, const StudyConfig& study,
                                        const std::string& task) {
  const auto only = claim.only.find(task);
  if (only == claim.only.end()) return study.baselines;
  std::vector<std::string> names;
  for (const std::string& name : study.baselines)
    if (std::ranges::count(only->second, name)) names.push_back(name);
  return names;
}

}  // namespace antigrad::search::claims
