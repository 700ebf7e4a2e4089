#include "space/grammar.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace antigrad::space {
namespace {

constexpr double kMostWeight = 1e6;

int integer(const Yaml& map, const char* key, int fallback, int lo, int hi) {
  return map.has(key) ? static_cast<int>(map.at(key).integer(lo, hi)) : fallback;
}

double number(const Yaml& map, const char* key, double fallback, double lo, double hi) {
  return map.has(key) ? map.at(key).number(lo, hi) : fallback;
}

std::vector<std::string> searchable() {
  std::vector<std::string> names;
  for (const Primitive& p : primitives())
    if (p.search) names.emplace_back(p.name);
  return names;
}

void check_primitive(const Yaml& node, const std::string& name) {
  static const std::vector<std::string> known = searchable();
  if (std::ranges::count(known, name)) return;
  node.fail(fmt::format("unknown primitive \"{}\";{} `antigrad zoo --primitives` lists them", name,
                        did_you_mean(name, known)));
}

/// "primitives: [tanh, exp]", or with weights: "{tanh: 2, exp: 1}"; "others" is the weight of what
/// is not named.
void read_primitives(const Yaml& node, Grammar& g) {
  if (node.is_list()) {
    for (const Yaml& item : node.items()) {
      check_primitive(item, item.text());
      if (std::ranges::count(g.primitives, item.text()))
        item.fail(fmt::format("primitive \"{}\" stands twice in the list", item.text()));
      g.primitives.push_back(item.text());
    }
    return;
  }
  if (!node.is_map())
    node.fail("expected a list of primitives, or a map from primitives to weights");
  double sum = 0;
  for (const std::string& name : node.keys()) {
    if (name != "others") check_primitive(node, name);
    const double weight = node.at(name).number(0, kMostWeight);
    sum += weight;
    if (name == "others") continue;
    g.primitive_weights[name] = weight;
    g.primitives.push_back(name);
  }
  if (!(sum > 0)) node.fail("every primitive has weight 0; give one of them a positive weight");
  const double others = number(node, "others", 0, 0, kMostWeight);
  if (others == 0) return;
  for (const std::string& name : searchable())
    if (!g.primitive_weights.contains(name)) g.primitive_weights[name] = others;
  g.primitives.clear();
}

Knots read_knots(const Yaml& node, double range) {
  node.allow({"range", "preferred", "chance", "grid"});
  Knots k;
  k.range = number(node, "range", range, 0, 100);
  if (node.has("preferred")) {
    k.preferred.clear();
    for (const Yaml& item : node.at("preferred").items())
      k.preferred.push_back(item.number(-100, 100));
    if (k.preferred.empty()) k.preferred_chance = 0;
  }
  k.preferred_chance = number(node, "chance", k.preferred_chance, 0, 1);
  if (k.preferred.empty() && k.preferred_chance > 0)
    node.at("chance").fail("a chance of preferred knots, but none is preferred");
  k.grid = number(node, "grid", k.grid, 0, 100);
  return k;
}

Trained read_trained(const Yaml& node) {
  node.allow({"weights", "scales", "shifts", "positive"});
  Trained t;
  t.weights = number(node, "weights", t.weights, 0, kMostWeight);
  t.scales = number(node, "scales", t.scales, 0, kMostWeight);
  t.shifts = number(node, "shifts", t.shifts, 0, kMostWeight);
  t.positive = number(node, "positive", t.positive, 0, 1);
  if (t.weights + t.scales + t.shifts == 0)
    node.fail("nothing may train; to train nothing set max_parameters: 0");
  return t;
}

/// "sampling: uniform", "sampling: boltzmann", or "sampling: {name: boltzmann, ratio: 0.8,
/// max_size: 6}".
void read_sampling(const Yaml& node, Grammar& g) {
  if (node.is_map()) node.allow({"name", "ratio", "max_size"});
  const Yaml name = node.is_map() ? node.at("name") : node;
  const std::string got = name.text();
  if (got != "uniform" && got != "boltzmann")
    name.fail(fmt::format("expected uniform or boltzmann, got \"{}\";{}", got,
                          did_you_mean(got, {"uniform", "boltzmann"})));
  g.sampling = got == "uniform" ? Sampling::uniform : Sampling::boltzmann;
  if (!node.is_map()) return;
  for (const char* key : {"ratio", "max_size"})
    if (got == "uniform" && node.has(key))
      node.at(key).fail(fmt::format("{} belongs to sampling: {{name: boltzmann}}", key));
  g.size_ratio = number(node, "ratio", g.size_ratio, 1e-3, 1e3);
  const int room = g.max_pieces * g.max_terms;
  if (node.has("max_size")) {
    g.max_size = static_cast<int>(node.at("max_size").integer());
    if (g.max_size < 1 || g.max_size > room)
      node.at("max_size")
          .fail(fmt::format("got {}, expected a whole number from 1 to {} (max_pieces x max_terms)",
                            g.max_size, room));
  }
}

std::map<std::string, double> read_operators(const Yaml& node) {
  std::vector<std::string> known;
  double sum[2] = {0, 0};
  for (const OperatorInfo& o : variation_operators()) known.emplace_back(o.name);
  node.allow(known);
  std::map<std::string, double> weights;
  for (const OperatorInfo& o : variation_operators()) {
    const std::string name(o.name);
    if (node.has(name)) weights[name] = node.at(name).number(0, kMostWeight);
    sum[o.crosses] += node.has(name) ? weights[name] : o.weight;
  }
  if (sum[0] == 0) node.fail("every mutation has weight 0; leave one of them on");
  if (sum[1] == 0) node.fail("every crossover has weight 0; leave one of them on");
  return weights;
}

}  // namespace

Grammar read_grammar(const Yaml& node) {
  node.allow({"primitives", "max_pieces", "max_terms", "max_power", "max_factors", "max_parameters",
              "max_cost", "max_depth", "product_chance", "composition_chance", "knot_range",
              "knots", "train", "sampling", "operators"});
  Grammar g;
  if (node.has("primitives")) read_primitives(node.at("primitives"), g);
  g.max_pieces = integer(node, "max_pieces", g.max_pieces, 1, 8);
  g.max_terms = integer(node, "max_terms", g.max_terms, 1, 8);
  g.max_power = integer(node, "max_power", g.max_power, 0, 3);
  g.max_factors = integer(node, "max_factors", g.max_factors, 1, 4);
  g.max_depth = integer(node, "max_depth", g.max_depth, 1, 4);
  g.max_parameters = integer(node, "max_parameters", g.max_parameters, 0, 8);
  g.max_cost = number(node, "max_cost", g.max_cost, 0, 1e6);
  g.product_chance = number(node, "product_chance", g.product_chance, 0, 1);
  g.composition_chance = number(node, "composition_chance", g.composition_chance, 0, 1);
  g.knots.range = number(node, "knot_range", g.knots.range, 0, 100);
  if (node.has("knots")) {
    if (node.has("knot_range"))
      node.at("knot_range").fail("knot_range beside knots; write knots: {range: ...} alone");
    g.knots = read_knots(node.at("knots"), g.knots.range);
  }
  if (node.has("train")) g.trained = read_trained(node.at("train"));
  if (node.has("sampling")) read_sampling(node.at("sampling"), g);
  if (node.has("operators")) g.operators = read_operators(node.at("operators"));
  return g;
}

Grammar load_grammar(const std::string& file) { return read_grammar(Yaml::load_file(file)); }

}  // namespace antigrad::space
