// Reads `promote:`.
#include "search/evidence/promote_config.hpp"

#include <filesystem>

namespace antigrad::search {

PromoteConfig read_promote(const space::Yaml& node, const std::string& file) {
  node.allow({"candidates", "seeds", "margin", "level", "tasks"});
  PromoteConfig c;
  if (node.has("candidates"))
    c.candidates = static_cast<int>(node.at("candidates").integer(1, 100));
  if (node.has("seeds")) c.seeds = static_cast<int>(node.at("seeds").integer(2, 10000));
  if (node.has("margin")) c.margin = node.at("margin").number(1e-6, 1e6);
  if (node.has("level")) c.level = node.at("level").number(0.5, 0.9999);
  if (node.has("tasks")) {
    const auto folder = std::filesystem::absolute(file).parent_path();
    c.tasks = (folder / node.at("tasks").text()).lexically_normal().string();
  }
  return c;
}

}  // namespace antigrad::search
