// Every error text of a wrong `model:` is the one in tests/golden/model_errors.yaml; it changes
// only on purpose (ANTIGRAD_WRITE_GOLDEN=1 writes the file anew).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "paths.hpp"
#include "space/error.hpp"
#include "space/yaml.hpp"
#include "trainer/models/families.hpp"

namespace antigrad::trainer {
namespace {

const std::string kFile = std::string(ANTIGRAD_TEST_DIR) + "/golden/model_errors.yaml";

std::string error_of(const std::string& model) {
  try {
    (void)read_model(space::Yaml::parse(model, "study.yaml"));
    return "no error";
  } catch (const space::Error& error) {
    return error.what();
  }
}

struct Case {
  std::string model, error;
};

std::vector<Case> golden() {
  std::vector<Case> cases;
  for (const space::Yaml& item : space::Yaml::load_file(kFile).items()) {
    item.allow({"model", "error"});
    cases.push_back({item.at("model").text(), item.at("error").text()});
  }
  return cases;
}

/// Texts here have no single quotes.
void write(const std::vector<Case>& cases) {
  std::ifstream old(kFile);
  std::string head, line;
  while (std::getline(old, line) && line.starts_with('#')) head += line + "\n";
  std::ofstream file(kFile);
  file << head;
  for (const Case& c : cases)
    file << fmt::format("- {{model: '{}',\n   error: '{}'}}\n", c.model, error_of(c.model));
}

TEST(ModelErrors, EveryWrongModelHasItsGoldenText) {
  const std::vector<Case> cases = golden();
  EXPECT_GE(cases.size(), 20U);
  const char* const anew = std::getenv("ANTIGRAD_WRITE_GOLDEN");
  if (anew != nullptr && std::string(anew) == "1") write(cases);
  std::set<std::string> seen;
  for (const Case& c : golden()) {
    EXPECT_EQ(error_of(c.model), c.error) << c.model;
    EXPECT_NE(c.error, "no error") << c.model;
    EXPECT_TRUE(seen.insert(c.model).second) << "twice: " << c.model;
  }
}

TEST(ModelErrors, EveryFamilyIsRefusedAnUnknownKeyAndAnUnknownPlace) {
  for (const Family& family : families()) {
    const std::string type = std::string("{type: ") + family.name;
    EXPECT_NE(error_of(type + ", colour: 1}").find("unknown key \"colour\""), std::string::npos);
    for (const std::string& key : family.keys)
      EXPECT_EQ(error_of(type + ", " + key + ": []}").find("unknown key"), std::string::npos);
  }
}

}  // namespace
}  // namespace antigrad::trainer
