// The page's view of a journal: what it tells after any number of records is what it would tell
// from the beginning.
#include "search/page/view.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "../fake.hpp"
#include "search/page/drawing.hpp"
#include "search/page/rows.hpp"

namespace antigrad::search::page {
namespace {

/// A whole study of the stand-ins, once for all tests.
class PageView : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<fake::Folder>();
    fake::run(fake::study(16), *folder_ / "j.log", 2);
    std::ifstream in(*folder_ / "j.log");
    for (std::string line; std::getline(in, line);) lines_.push_back(line + "\n");
  }
  static void TearDownTestSuite() { folder_.reset(); }

  /// A journal of the first so many records; more can be appended.
  static std::string part(std::size_t records) {
    const std::string path = *folder_ / "part.log";
    std::ofstream out(path, std::ios::binary);
    for (std::size_t i = 0; i < records; ++i) out << lines_[i];
    return path;
  }
  static void append(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary | std::ios::app) << text;
  }

  static inline std::unique_ptr<fake::Folder> folder_;
  static inline std::vector<std::string> lines_;
};

Json asked(const View& view, const Known& known = {}) {
  return parse_json(view.study("toy", known));
}

TEST_F(PageView, TellsWhatTheSummaryOfTheRunSays) {
  View view(*folder_ / "j.log");
  view.refresh();
  const Summary s = summarise(fake::study(16), *folder_ / "j.log");
  const Json answer = asked(view);
  EXPECT_EQ(answer["study"]["phase"], "done");
  EXPECT_EQ(answer["study"]["counts"], Json(s.counts));
  EXPECT_EQ(answer["record"], lines_.size());
  ASSERT_EQ(answer["trials"].size(), s.trials.size());
  for (const Trial& trial : s.trials) {
    Json row = answer["trials"][static_cast<std::size_t>(trial.number)];
    row.erase("started");
    row.erase("completed");
    EXPECT_EQ(row, page::row(trial));
  }
  EXPECT_NE(answer["evidence"].get<std::string>().find("id=\"confirmation\""), std::string::npos);
  EXPECT_EQ(view.studies().size(), 1u) << "a confirmation is shown with its study";
}

TEST_F(PageView, FollowsRecordByRecordToWhatItTellsFromTheBeginning) {
  const std::string path = part(1);
  View view(path);
  view.refresh();
  std::map<int, Json> rows, curves;
  Json head, evidence;
  Known known;
  for (std::size_t n = 1; n <= lines_.size(); ++n) {
    if (n > 1) append(path, lines_[n - 1]);
    view.refresh();
    const Json news = asked(view, known);
    for (const Json& row : news["trials"]) rows[row["number"]] = row;
    const Json more = parse_json(view.curves("toy", known));
    for (const Json& line : more["curves"]) curves[line["number"]] = line;
    EXPECT_LE(news["trials"].size(), 1u) << "record " << n << " changes one trial at most";
    if (news.contains("evidence")) evidence = news["evidence"];
    head = news["study"];
    known = {news["epoch"], news["record"]};
    if (n % 9 == 0 || n == lines_.size()) {
      View anew(path);
      anew.refresh();
      const Json whole = asked(anew);
      EXPECT_EQ(whole["study"], head) << "record " << n;
      EXPECT_EQ(whole["evidence"], evidence) << "record " << n;
      for (const Json& row : whole["trials"]) EXPECT_EQ(row, rows[row["number"]]);
      EXPECT_EQ(whole["trials"].size(), rows.size());
    }
  }
  EXPECT_FALSE(curves.empty());
  EXPECT_TRUE(asked(view, known)["trials"].empty());
  EXPECT_FALSE(asked(view, known).contains("evidence"));
}

TEST_F(PageView, WaitsForTheRestOfATornLine) {
  const std::string path = part(5);
  append(path, lines_[5].substr(0, 20));
  View view(path);
  view.refresh();
  EXPECT_EQ(view.known().record, 5);
  append(path, lines_[5].substr(20));
  view.refresh();
  EXPECT_EQ(view.known().record, 6);
}

TEST_F(PageView, ToldAnewWhenTheJournalIsAnotherOne) {
  const std::string path = part(lines_.size());
  View view(path);
  view.refresh();
  const Json before = asked(view);
  std::filesystem::rename(path, path + ".old");
  part(8);
  view.refresh();
  const Json after = asked(view, {before["epoch"], before["record"]});
  EXPECT_NE(after["epoch"], before["epoch"]);
  EXPECT_EQ(after["record"], 8);
  EXPECT_TRUE(after.contains("evidence"));
}

TEST_F(PageView, SaysWhereAJournalIsBrokenAndRecovers) {
  const std::string path = part(3);
  append(path, "not json\n");
  View view(path);
  try {
    view.refresh();
    FAIL() << "a line that is no record was taken";
  } catch (const space::Error& e) {
    EXPECT_NE(std::string(e.what()).find("part.log:4:"), std::string::npos) << e.what();
  }
  std::filesystem::remove(path);
  part(4);
  view.refresh();
  EXPECT_EQ(view.known().record, 4);
}

TEST_F(PageView, AStudyOfAnotherProgramIsListedByItsAttributes) {
  const std::string path = *folder_ / "foreign.log";
  std::ofstream(path) << R"({"op_code":0,"worker_id":"p","study_name":"<b>","directions":[1,2]}
{"op_code":4,"worker_id":"p","study_id":0,"datetime_start":"2026-01-01T00:00:00+00:00"}
{"op_code":5,"worker_id":"p","trial_id":0,"param_name":"lr","param_value_internal":0.5,"distribution":"{}"}
{"op_code":8,"worker_id":"p","trial_id":0,"user_attr":{"host":"here","big":[1,2]}}
{"op_code":6,"worker_id":"p","trial_id":0,"state":1,"values":[0.25,NaN],"datetime_complete":"2026-01-01T00:01:00+00:00"}
)";
  View view(path);
  view.refresh();
  const Json answer = parse_json(view.study("<b>", {}));
  const Json& row = answer["trials"][0];
  EXPECT_EQ(answer["study"]["ours"], false);
  EXPECT_EQ(row["params"]["lr"], 0.5);
  EXPECT_EQ(row["attributes"], (Json{{"host", "here"}}));
  EXPECT_EQ(row["values"], (Json{0.25, nullptr}));
  EXPECT_EQ(row["score"], 0.25);
  EXPECT_FALSE(answer.contains("evidence"));
  EXPECT_THROW(view.trial("<b>", 0), space::Error);
  EXPECT_THROW(view.study("other", {}), space::Error);
}

TEST_F(PageView, TrialsThatAreOlderThanTheTextOfTheirStudyAreTakenInWithIt) {
  std::vector<std::string> late = lines_;  // the attributes of a new study come right behind it
  const auto is_text = [](const std::string& line) {
    return line.find("antigrad:study") != line.npos && line.find("\"study_id\":0") != line.npos;
  };
  const auto text = std::find_if(late.begin(), late.end(), is_text);
  ASSERT_NE(text, late.end());
  for (const bool at_once : {true, false}) {
    const std::string path = part(0);
    View view(path);
    for (auto line = late.begin(); line != text + 12; ++line) {
      if (line == text) continue;
      append(path, *line);
      if (!at_once) view.refresh();
    }
    view.refresh();
    EXPECT_THROW(view.trial("toy", 0), space::Error);
    append(path, *text);
    view.refresh();
    EXPECT_EQ(asked(view)["study"]["ours"], true);
    EXPECT_EQ(view.trial("toy", 0)["row"]["number"], 0) << "at once " << at_once;
    const Json told = asked(view);
    for (const Json& row : told["trials"]) EXPECT_NE(row["kind"], "foreign");
  }
}

TEST_F(PageView, AStudyWhoseTextIsNoTextIsAnotherPrograms) {
  const std::string path = part(0);
  append(path, R"({"op_code":0,"worker_id":"p","study_name":"toy","directions":[1]}
{"op_code":2,"worker_id":"p","study_id":0,"user_attr":{"antigrad:study":[1]}}
{"op_code":4,"worker_id":"p","study_id":0,"datetime_start":null}
)");
  View view(path);
  view.refresh();
  EXPECT_EQ(asked(view)["study"]["ours"], false);
  EXPECT_EQ(asked(view)["trials"].size(), 1u);
  EXPECT_THROW(view.trial("toy", 0), space::Error);
}

TEST_F(PageView, ARecordThatCannotBeAppliedLosesNothingOfTheOthers) {
  const std::string path = part(8);
  View view(path);
  view.refresh();
  append(path, R"({"op_code":99,"worker_id":"p"})"
               "\n");
  append(path, lines_[8]);
  EXPECT_THROW(view.refresh(), space::Error);
  EXPECT_THROW(view.refresh(), space::Error) << "it is still there";
  std::filesystem::remove(path);
  part(9);
  view.refresh();
  EXPECT_EQ(view.known().record, 9);
}

TEST_F(PageView, ATrialHasItsLogAndItsConfirmation) {
  View view(*folder_ / "j.log");
  view.refresh();
  const Summary s = view.summary("toy");
  ASSERT_FALSE(s.confirmation.empty());
  const int number = s.confirmation[0].search_trial;
  const Json trial = view.trial("toy", number);
  EXPECT_EQ(trial["row"]["number"], number);
  EXPECT_EQ(trial["confirmation"].size(), s.confirmation[0].runs.size());
  EXPECT_EQ(trial["runs"].size(), s.trials[static_cast<std::size_t>(number)].runs.size());
  EXPECT_NE(to_text(trial["log"]).find("created, running"), std::string::npos);
  EXPECT_EQ(trial["log"].back(), "complete");
  EXPECT_THROW(view.trial("toy", 999), space::Error);
  EXPECT_THROW(view.trial("toy", -1), space::Error);
}

TEST(PageDrawing, JumpsAreGapsAndTextsThatAreNoneAreReasons) {
  const Json relu = to_json(draw("0 | 0 | 1"));
  ASSERT_TRUE(relu.contains("x"));
  int gaps = 0;
  for (std::size_t i = 0; i < relu["x"].size(); ++i) {
    if (relu["g"][i].is_null()) {
      ++gaps;
      continue;
    }
    const double x = relu["x"][i];
    EXPECT_NEAR(relu["f"][i].get<double>(), std::max(0.0, x), 1e-4);
    EXPECT_EQ(relu["h"][i], 0);
  }
  EXPECT_EQ(gaps, 1);
  EXPECT_EQ(relu["knots"], Json{0.0});
  const Json trained = to_json(draw("[a = 1 in (0, inf)] a", {3}));
  EXPECT_EQ(trained["g"][0], 3);
  EXPECT_TRUE(to_json(draw("no such thing(")).contains("reason"));
  EXPECT_TRUE(properties("no such thing(").contains("reason"));
  const Json proved = properties("0 | 0 | 1");
  EXPECT_EQ(proved[0]["property"], "finite");
  EXPECT_EQ(proved[0]["verdict"], "proved");
}

}  // namespace
}  // namespace antigrad::search::page
