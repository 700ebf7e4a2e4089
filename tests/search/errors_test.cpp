// Every error text that a bad input gives is the one in tests/golden/errors.yaml: they are read by
// people, and change only on purpose (ANTIGRAD_WRITE_GOLDEN=1 writes the file anew).
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "fake.hpp"
#include "paths.hpp"
#include "search/storage/json.hpp"
#include "space/definitions.hpp"
#include "space/error.hpp"
#include "space/yaml.hpp"

namespace antigrad::search {
namespace {

const std::string kFile = std::string(ANTIGRAD_TEST_DIR) + "/golden/errors.yaml";

/// The fixed study with "old ==> new" done to it.
std::string changed_study(const std::string& change) {
  const std::size_t arrow = change.find(" ==> ");
  std::string text = fake::study_text();
  const std::string old = change.substr(0, arrow);
  const std::size_t at = text.find(old);
  if (arrow == std::string::npos || at == std::string::npos)
    throw std::logic_error("not a change of the study: " + change);
  return text.replace(at, old.size(), change.substr(arrow + 5));
}

void read(const std::string& kind, const std::string& text) {
  if (kind == "activation") (void)space::parse_activation(text);
  if (kind == "grammar") (void)space::read_grammar(space::Yaml::parse(text, "grammar.yaml"));
  if (kind == "definitions") (void)space::Definitions::read(space::Yaml::parse(text, "mine.yaml"));
  if (kind == "study") (void)parse_study(changed_study(text), "/studies/toy.yaml");
}

std::string error_of(const std::string& kind, const std::string& text) {
  try {
    read(kind, text);
    return "no error";
  } catch (const space::Error& e) {
    return e.what();
  }
}

struct Case {
  std::string kind, text, error;
};

std::vector<Case> golden() {
  std::vector<Case> cases;
  for (const space::Yaml& item : space::Yaml::load_file(kFile).items()) {
    item.allow({"kind", "text", "error"});
    cases.push_back({item.at("kind").text(), item.at("text").text(), item.at("error").text()});
  }
  return cases;
}

void write(const std::vector<Case>& cases) {
  std::ifstream old(kFile);
  std::string head, line;
  while (std::getline(old, line) && line.starts_with('#')) head += line + "\n";
  std::ofstream file(kFile);
  file << head;
  for (const Case& c : cases)
    file << fmt::format("- {{kind: {}, text: {},\n   error: {}}}\n", c.kind, Json(c.text).dump(),
                        Json(error_of(c.kind, c.text)).dump());
}

TEST(Errors, EveryBadInputHasItsGoldenText) {
  const std::vector<Case> cases = golden();
  EXPECT_GE(cases.size(), 60U);
  const char* const anew = std::getenv("ANTIGRAD_WRITE_GOLDEN");
  if (anew != nullptr && std::string(anew) == "1") write(cases);
  std::set<std::string> seen;
  for (const Case& c : golden()) {
    EXPECT_EQ(error_of(c.kind, c.text), c.error) << c.kind << ": " << c.text;
    EXPECT_NE(c.error, "no error") << c.kind << ": " << c.text;
    EXPECT_TRUE(seen.insert(c.kind + c.text).second) << "twice: " << c.text;
  }
}

}  // namespace
}  // namespace antigrad::search
