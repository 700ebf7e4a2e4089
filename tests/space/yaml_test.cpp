// Strict YAML: what yaml-cpp lets pass is an error with its place, and says the way out.
#include "space/yaml.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace antigrad::space {
namespace {

using Use = std::function<void(const Yaml&)>;

std::string error_of(
    const std::string& text, const Use& use = [](const Yaml&) {}) {
  try {
    use(Yaml::parse(text, "a.yaml"));
  } catch (const Error& error) {
    return error.what();
  }
  return "(no error)";
}

bool begins_with(const std::string& text, const std::string& head) {
  return text.compare(0, head.size(), head) == 0;
}

TEST(YamlTest, ReadsScalarsListsAndMapsInOrder) {
  const Yaml yaml = Yaml::parse("b: {x: 1.5, n: -3}\na: [one, 'no', \"010\"]\nt: true\n");
  EXPECT_EQ(yaml.keys(), (std::vector<std::string>{"b", "a", "t"}));
  EXPECT_EQ(yaml.at("b").at("x").number(), 1.5);
  EXPECT_EQ(yaml.at("b").at("n").integer(), -3);
  EXPECT_TRUE(yaml.at("t").boolean());
  ASSERT_EQ(yaml.at("a").items().size(), 3u);
  EXPECT_EQ(yaml.at("a").items()[1].text(), "no");
  EXPECT_EQ(yaml.at("a").items()[2].text(), "010");
  EXPECT_EQ(yaml.number_or("absent", 7), 7);
  EXPECT_EQ(yaml.at("b").integer_or("n", 7), -3);
}

TEST(YamlTest, AViewOutlivesTheDocumentItCameFrom) {
  const Yaml inner = Yaml::parse("a: {b: {c: 5}}").at("a").at("b");
  EXPECT_EQ(inner.at("c").integer(), 5);
  EXPECT_EQ(inner.at("c").where().column, 12);
}

TEST(YamlTest, ANodeIsFoundInItsText) {
  const std::string text = "# \u00e9\n\na: 1\nb: {c: [first, second]}\n";
  const Yaml yaml = Yaml::parse(text);
  EXPECT_EQ(offset_of(yaml.where(), text), text.find("a:"));
  EXPECT_EQ(offset_of(yaml.at("b").at("c").items()[1].where(), text), text.find("second"));
}

TEST(YamlTest, ErrorsCarryFileLineAndColumn) {
  struct Row {
    std::string text, head;
    Use use;
  };
  const Use nothing = [](const Yaml&) {};
  const std::vector<Row> rows = {
      {"a: 1\nb: 2\na: 3\n", "a.yaml:3:1: key \"a\" stands twice", nothing},
      {"x: [{k: 1, k: 2}]", "a.yaml:1:12: key \"k\" stands twice", nothing},
      {"a: 1\n  b: [\n", "a.yaml:2:4: not YAML", nothing},
      {"", "a.yaml: the document is empty", nothing},
      {"a: 1\n---\nb: 2\n", "a.yaml:2:1: several documents", nothing},
      {",", "a.yaml:1:1: several documents", nothing},
      {"{a: 1} }", "a.yaml:1:8: not YAML", nothing},
      {"[1]: 2", "a.yaml:1:1: key is a list", nothing},
      {"a: !!int 3", "a.yaml:1:4: tag", nothing},
      {"a: &x [*x]", "a.yaml", nothing},
      {"n: 010", "a.yaml:1:4: got 010", [](const Yaml& y) { (void)y.at("n").integer(); }},
      {"n: -010.5", "a.yaml:1:4: got -010.5", [](const Yaml& y) { (void)y.at("n").number(); }},
      {"n: 0x10", "a.yaml:1:4: got \"0x10\"", [](const Yaml& y) { (void)y.at("n").number(); }},
      {"n: .inf", "a.yaml:1:4: got \".inf\"", [](const Yaml& y) { (void)y.at("n").number(); }},
      {"n: inf", "a.yaml:1:4: got \"inf\"", [](const Yaml& y) { (void)y.at("n").number(); }},
      {"n: 1.5", "a.yaml:1:4: got \"1.5\"", [](const Yaml& y) { (void)y.at("n").integer(); }},
      {"n: '3'", "a.yaml:1:4: got \"3\"", [](const Yaml& y) { (void)y.at("n").integer(); }},
      {"n: 99999999999999999999", "a.yaml:1:4: got",
       [](const Yaml& y) { (void)y.at("n").integer(); }},
      {"n: 11", "a.yaml:1:4: got 11, expected a whole number from 1 to 10",
       [](const Yaml& y) { (void)y.at("n").integer(1, 10); }},
      {"n: 1.5", "a.yaml:1:4: got 1.5, expected a number from 0 to 1",
       [](const Yaml& y) { (void)y.at("n").number(0, 1); }},
      {"b: yes", "a.yaml:1:4: got \"yes\", expected true or false",
       [](const Yaml& y) { (void)y.at("b").boolean(); }},
      {"s: No", "a.yaml:1:4: got No without quotes", [](const Yaml& y) { (void)y.at("s").text(); }},
      {"s: [1]", "a.yaml:1:4: got a list, expected text",
       [](const Yaml& y) { (void)y.at("s").text(); }},
      {"s:", "a.yaml", [](const Yaml& y) { (void)y.at("s").text(); }},
      {"a:\n  b: 1", "a.yaml:2:3: key \"c\" is missing; this map has: b",
       [](const Yaml& y) { (void)y.at("a").at("c"); }},
      {"a: 3", "a.yaml:1:4: got \"3\", expected a map",
       [](const Yaml& y) { (void)y.at("a").at("c"); }},
      {"trails: 3", "a.yaml:1:1: unknown key \"trails\"; did you mean \"trials\"?",
       [](const Yaml& y) {
         y.allow({"seed", "trials"});
       }},
      {"frobnicate: 3", "a.yaml:1:1: unknown key \"frobnicate\"; expected one of: seed, trials",
       [](const Yaml& y) {
         y.allow({"seed", "trials"});
       }},
  };
  for (const Row& row : rows) {
    const std::string got = error_of(row.text, row.use);
    EXPECT_TRUE(begins_with(got, row.head))
        << row.text << "\ngot:  " << got << "\nwant: " << row.head;
  }
}

TEST(YamlTest, AliasesThatMultiplyAreRefused) {
  std::string text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
  for (int i = 1; i < 9; ++i) {
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) text += (j == 0 ? "*a" : ", *a") + std::to_string(i - 1);
    text += "]\n";
  }
  EXPECT_NE(error_of(text).find("too large"), std::string::npos);
}

TEST(YamlTest, AFileThatCannotBeReadIsNamed) {
  try {
    (void)Yaml::load_file("/nowhere/study.yaml");
    FAIL() << "read a file that does not exist";
  } catch (const Error& error) {
    EXPECT_TRUE(begins_with(error.what(), "/nowhere/study.yaml: cannot read")) << error.what();
  }
}

TEST(ErrorTest, SuggestsTheNearestNameWithinTwoEdits) {
  const std::vector<std::string> known = {"tanh", "sigmoid", "erf"};
  EXPECT_EQ(did_you_mean("tanhh", known), " did you mean \"tanh\"?");
  EXPECT_EQ(did_you_mean("sgmid", known), " did you mean \"sigmoid\"?");
  EXPECT_EQ(did_you_mean("xyz", known), "");
  EXPECT_EQ(did_you_mean("zz", {"ab"}), "");
}

}  // namespace
}  // namespace antigrad::space
