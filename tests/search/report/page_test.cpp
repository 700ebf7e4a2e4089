// The report: well-formed and offline in every phase of a study, nothing left out, nothing let
// through.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "../fake.hpp"
#include "../html_checker.hpp"
#include "paths.hpp"
#include "search/candidate.hpp"
#include "search/page/offline.hpp"
#include "search/report/report_page.hpp"
#include "search/report/svg.hpp"
#include "space/error.hpp"
#include "space/zoo.hpp"

namespace antigrad::search {
namespace {

/// The page's own files, as the program embeds them.
std::vector<page::Asset> assets() {
  static const std::map<std::string, std::string> kFiles = [] {
    std::map<std::string, std::string> files;
    for (const auto& entry :
         std::filesystem::directory_iterator(ANTIGRAD_SOURCE_DIR "/experiments/app/page")) {
      std::ifstream in(entry.path());
      files[entry.path().filename().string()] = {std::istreambuf_iterator<char>(in), {}};
    }
    return files;
  }();
  std::vector<page::Asset> out;
  for (const auto& [name, text] : kFiles) out.push_back({name, text});
  return out;
}

std::string report_html(const Summary& s, const Costs& costs) {
  return page::report_html(s, costs, assets());
}

void expect_sound(const std::string& page) {
  EXPECT_EQ(page.find("://"), std::string::npos);
  EXPECT_FALSE(std::regex_search(page, std::regex(R"re(\beval\(|new Function|document\.write)re")));
  const std::string html = without_scripts(page);
  EXPECT_EQ(malformed(html), "");
  EXPECT_EQ(unsound(html), "");
  EXPECT_FALSE(
      std::regex_search(html, std::regex(R"re(\s(src|srcset|xlink:href)=|@import|url\([^#])re")));
}

/// Learning curves of several points, theta for two places, activations that space can draw.
class Evaluator : public trainer::Evaluator {
 public:
  trainer::Measurement evaluate(const trainer::Evaluation& e) override {
    trainer::Measurement m;
    m.steps = e.steps;
    const std::uint64_t key = fake::hash(e.activation + "@" + e.task);
    if (fake::hash(e.activation) % 7 == 2) {
      m.outcome = trainer::Outcome::diverged;
      m.reason = "loss > 1e4 & <rising>";
      m.curve = {{e.steps / 2, NAN, INFINITY, 0, -INFINITY}};
      return m;
    }
    const double noise = 0.02 * fake::unit(space::child_seed(key, e.seed));
    for (int step = 5; step <= e.steps; step += 5) {
      const double loss = 1 + fake::unit(key) + noise + 1.0 / step;
      m.curve.push_back({step, loss, loss, 1 / loss, loss});
    }
    const auto parameters = space::parse_activation(e.activation).parameters.size();
    for (std::size_t k = 0; k < 2 * parameters; ++k)
      m.theta.push_back(0.6 + 0.1 * static_cast<double>(k));
    return m;
  }
  void forget() override {}
};

/// A whole study over real activations, once for all tests.
class Report : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<fake::Folder>();
    config_ = fake::study(16);
    config_.baselines = {"relu", "gelu", "xielu"};
    SearchOptions options;
    options.config = config_;
    options.journal = *folder_ / "j.log";
    Pool pool(2, [](int) { return std::make_unique<Evaluator>(); });
    run_search(options, pool);
  }
  static void TearDownTestSuite() { folder_.reset(); }

  static Summary whole() { return summarise(config_, *folder_ / "j.log"); }
  /// The study as it stood after so many records.
  static Summary part(int records) {
    std::ifstream in(*folder_ / "j.log");
    std::ofstream out(*folder_ / "part.log");
    std::string line;
    for (int n = 0; n < records && std::getline(in, line); ++n) out << line << '\n';
    out.close();
    return summarise(config_, *folder_ / "part.log");
  }

  static inline std::unique_ptr<fake::Folder> folder_;
  static inline StudyConfig config_;
};

TEST_F(Report, WholeStudyIsWellFormedAndAsksForNothingOutside) {
  const Summary s = whole();
  ASSERT_EQ(s.phase, Phase::done);
  expect_sound(report_html(s, {}));
}

TEST_F(Report, EveryPhaseOfAStudyIsWellFormed) {
  std::set<Phase> phases;
  const int records = times(
      std::string{std::istreambuf_iterator<char>(std::ifstream(*folder_ / "j.log").rdbuf()), {}},
      "\n");
  for (int n = 1; n <= records; n += std::getenv("ANTIGRAD_FULL") ? 1 : 6) {
    const Summary s = part(n);
    phases.insert(s.phase);
    expect_sound(report_html(s, {}));
  }
  EXPECT_GE(phases.size(), 3U);  // the last record alone makes it done
}

TEST_F(Report, StudyWithoutTrialsSaysSo) {
  Summary nothing;
  nothing.config = config_;
  const std::string page = report_html(nothing, {});
  const std::string html = without_scripts(page);
  expect_sound(page);
  EXPECT_NE(html.find("Nothing has been trained yet."), std::string::npos);
  EXPECT_EQ(times(html, "<section"), 0);
}

TEST_F(Report, SearchWithoutConfirmationShowsItsBestButNoVerdict) {
  Summary s = whole();
  s.confirmation.clear();
  s.table = {};
  s.phase = Phase::candidates;
  const std::string page = report_html(s, {});
  const std::string html = without_scripts(page);
  expect_sound(page);
  EXPECT_NE(html.find("nothing is confirmed"), std::string::npos);
  EXPECT_EQ(html.find("id=\"confirmation\""), std::string::npos);
  EXPECT_EQ(times(html, "<article"), 3 + 3);
}

TEST_F(Report, EveryFinalistAndBaselineIsDrawnAndListed) {
  const Summary s = whole();
  const std::string page = report_html(s, {});
  const std::string html = without_scripts(page);
  ASSERT_EQ(s.table.rows.size(), 6u);
  for (const ConfirmRow& row : s.table.rows) {
    const std::string name =
        row.candidate.baseline ? row.candidate.title : fmt::format("#{}", row.search_trial);
    EXPECT_EQ(times(html, fmt::format("aria-label=\"function f of {} over -5 to 5\"", name)), 1)
        << name;
    EXPECT_EQ(times(html, fmt::format("aria-label=\"gradient g of {} over -5 to 5\"", name)), 1)
        << name;
    EXPECT_EQ(times(html, fmt::format("<span class=\"who\">{}</span>", name)), 1) << name;
  }
  EXPECT_EQ(html.find("Not drawn"), std::string::npos);
  EXPECT_NE(html.find("a_p starts at 0.8000, trained 0.6000 to 0.8000"), std::string::npos);
  for (const char* task : {"images", "words"}) {
    EXPECT_EQ(times(html, fmt::format("aria-label=\"{}: validation loss\"", task)), 2)
        << task;  // intervals, curves
  }
}

TEST_F(Report, FailedTrialsAreListedWithTheirReason) {
  const Summary s = whole();
  ASSERT_GT(s.counts.count("fail"), 0u);
  const std::string page = report_html(s, {});
  const std::string html = without_scripts(page);
  EXPECT_EQ(times(html, "<tr class=\"fail\">"), s.counts.at("fail"));
  EXPECT_EQ(
      times(
          html,
          "<strong>diverged</strong>: task images, seed 7000: loss &gt; 1e4 &amp; &lt;rising&gt;"),
      s.counts.at("fail"));
  EXPECT_EQ(times(html, "class=\"ring failed\""),
            1 + 2 * s.counts.at("fail"));  // legend, two widths
}

TEST_F(Report, TextOfTheStudyIsEscaped) {
  Summary s = whole();
  const std::string evil = "<script>alert(\"1\")</script>&'\x01";
  s.config.name = evil;
  for (std::vector<Trial>* trials : {&s.trials, &s.confirmation}) {
    for (Trial& trial : *trials) {
      trial.candidate.activation = trial.candidate.f = trial.reason = evil;
      if (trial.candidate.baseline) trial.candidate.title = evil;
    }
  }
  s.table = confirm_table(s.config, s.confirmation);
  const std::string html = report_html(s, {{{evil, {0.1, 0.2, evil}}}});
  expect_sound(html);
  EXPECT_EQ(times(html, "<script"), times(report_html(whole(), {}), "<script"));
  EXPECT_EQ(html.find("alert(\"1\")"), std::string::npos);
  EXPECT_NE(html.find("Not drawn"), std::string::npos);
}

TEST_F(Report, ExtremeNumbersDrawNothingThatIsNotFinite) {
  Summary s = whole();
  const double values[] = {1e300, -1e300, NAN, INFINITY, -INFINITY, 1e-300, 0};
  std::size_t n = 0;
  for (Trial& trial : s.trials) {
    for (double& score : trial.scores) score = values[n++ % 7];
  }
  for (Trial& trial : s.confirmation) {
    for (auto& run : trial.runs) {
      for (trainer::CurvePoint& point : run.measurement.curve)
        point.validation_loss = values[n++ % 7];
      for (double& theta : run.measurement.theta) theta = values[n++ % 7];
    }
  }
  for (ConfirmRow& row : s.table.rows) {
    row.overall.mean = values[n++ % 7];
    row.overall.half_width = row.tasks[0].half_width = INFINITY;
  }
  expect_sound(report_html(s, {}));
}

TEST_F(Report, IsEqualForEqualStudiesButForResources) {
  Summary s = whole();
  const std::string once = report_html(s, {});
  EXPECT_EQ(report_html(whole(), {}), once);
  for (Trial& trial : s.trials) trial.started = trial.completed = "2020-01-01T00:00:00";
  EXPECT_EQ(report_html(s, {}), once);
}

TEST_F(Report, KernelCostsAreShownWhereTheyWereMeasured) {
  const Summary s = whole();
  const std::string page = report_html(s, {{{"0 | 0 | 1", {0.125, 0.25, "llvm"}}}});
  const std::string html = without_scripts(page);
  EXPECT_EQ(times(html, "0.12 + 0.25<br/><small>llvm</small>"), 1);
}

TEST_F(Report, VerdictCallsATieATie) {
  struct Case {
    Verdict verdict;
    const char* says;
  };
  for (const auto& [verdict, says] :
       {Case{Verdict::tie, "A tie: #"}, Case{Verdict::better, "is better than"},
        Case{Verdict::mixed, "by the score, and worse on a task"},
        Case{Verdict::worse, "No discovered activation beats the baselines"}}) {
    Summary s = whole();
    for (ConfirmRow& row : s.table.rows) {
      if (!row.candidate.baseline) row.overall.verdict = verdict;
    }
    EXPECT_NE(report_html(s, {}).find(says), std::string::npos) << says;
  }
}

TEST_F(Report, WritingReplacesTheFileOrSaysWhyNot) {
  const std::string path = *folder_ / "report.html";
  std::ofstream(path) << "old";
  const std::string html = report_html(whole(), {});
  page::write_report(html, path);
  std::ifstream in(path);
  const std::string written{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(written, html);
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
  EXPECT_THROW(page::write_report(html, "/no/such/folder/report.html"), space::Error);
}

TEST_F(Report, HoldsTheDataOfItsViews) {
  const Summary s = whole();
  const std::string html = report_html(s, {});
  const std::string open = "<script type=\"application/json\" id=\"data\">";
  const std::size_t at = html.find(open) + open.size();
  const Json data = parse_json(html.substr(at, html.find("</script>", at) - at));
  EXPECT_EQ(data["study"]["verdict"], report::verdict_sentence(s));
  ASSERT_EQ(data["trials"].size(), s.trials.size());
  EXPECT_EQ(data["details"].size(), s.trials.size());
  for (const Trial& trial : s.trials) {
    const Json& row = data["trials"][static_cast<std::size_t>(trial.number)];
    EXPECT_EQ(row["state"], to_string(trial.state));
    EXPECT_EQ(row["activation"], trial.candidate.activation);
    const Json& drawing = data["drawings"][std::to_string(trial.number)];
    EXPECT_EQ(drawing["x"].size(), drawing["h"].size());
  }
  EXPECT_EQ(html.find("datetime"), std::string::npos);
}

TEST(ReportFormula, IsSetForEveryActivationOfTheZoo) {
  for (const space::ZooEntry& entry : space::zoo()) {
    const Candidate c = describe_activation(entry.name);
    for (const std::string& html : {report::formula_g(c), report::formula_f(c)}) {
      EXPECT_NE(html.find("<math"), std::string::npos) << entry.name << ": " << html;
      EXPECT_EQ(malformed("<html>" + html + "</html>"), "") << entry.name;
    }
  }
}

}  // namespace
}  // namespace antigrad::search
