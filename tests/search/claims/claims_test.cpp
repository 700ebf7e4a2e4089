// Claims: what their files may say, and verdicts that follow from the figures alone.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "../fake.hpp"
#include "paths.hpp"
#include "search/claims/alike.hpp"
#include "search/claims/reproduction.hpp"
#include "space/activation.hpp"

namespace antigrad::search::claims {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Trial trial_of(const std::string& name, const std::string& task,
               const std::vector<double>& losses) {
  Trial trial;
  trial.candidate.name = trial.candidate.title = name;
  for (std::size_t i = 0; i < losses.size(); ++i) {
    Run run;
    run.task = task;
    run.index = static_cast<int>(i);
    run.measurement.curve = {{10, losses[i], losses[i], 1 - losses[i], losses[i]}};
    if (std::isnan(losses[i])) run.measurement.outcome = trainer::Outcome::diverged;
    trial.runs.push_back(std::move(run));
  }
  return trial;
}

StudyConfig study_of(const std::string& tasks) {
  return parse_study(
      "study: toy\nbudget: {trials: 0}\nhalving: {rungs: [{fraction: 1, seeds: 4}]}\n"
      "baselines: [relu, gelu, silu]\ntasks: [" +
          tasks + "]\n",
      "toy.yaml");
}

Results results_of(const std::vector<Trial>& trials) {
  Results results{{0, 1, 2, 3}, {}};
  for (const Trial& trial : trials) results.by_task[trial.runs[0].task].push_back(trial);
  return results;
}

Judged judge_one(const Check& check, const std::vector<Trial>& trials,
                 const std::string& tasks = "{name: a, steps: 10}") {
  Claim claim;
  claim.checks = {check};
  static Claim kept;  // findings point to the check
  kept = claim;
  return judge(kept, study_of(tasks), results_of(trials)).checks[0];
}

const Check kGeluOverRelu{.of = {{"gelu", ""}}, .than = {{"relu", ""}}};

TEST(Claims, APairThatDiffersOnEverySeedIsDecidedByItsSign) {
  const Trial relu = trial_of("relu", "a", {0.50, 0.52, 0.54, 0.51});
  EXPECT_EQ(
      judge_one(kGeluOverRelu, {relu, trial_of("gelu", "a", {0.40, 0.42, 0.45, 0.41})}).verdict,
      Verdict::supported);
  EXPECT_EQ(
      judge_one(kGeluOverRelu, {relu, trial_of("gelu", "a", {0.60, 0.61, 0.64, 0.61})}).verdict,
      Verdict::not_supported);
  EXPECT_EQ(
      judge_one(kGeluOverRelu, {relu, trial_of("gelu", "a", {0.49, 0.53, 0.53, 0.52})}).verdict,
      Verdict::undecided);
}

TEST(Claims, MoreAccuracyIsBetterAndLessLossIs) {
  Check check = kGeluOverRelu;
  check.by = "accuracy";
  const Judged judged = judge_one(check, {trial_of("relu", "a", {0.50, 0.52, 0.54, 0.51}),
                                          trial_of("gelu", "a", {0.40, 0.42, 0.45, 0.41})});
  EXPECT_EQ(judged.verdict, Verdict::supported);
  EXPECT_NEAR(judged.findings[0].gain, 0.0975, 1e-12);
  EXPECT_EQ(judged.findings[0].seeds, 4);
}

TEST(Alike, IsTheSameUpToWhatANetworkAbsorbs) {
  const auto likeness = [](const std::string& g, const char* other) {
    return likeness_of_gradients(space::parse_activation(g), space::parse_activation(other));
  };
  EXPECT_NEAR(likeness("relu2", "relu2"), 1, 1e-12);
  EXPECT_NEAR(likeness("0.3 | 0 | 0.3 - 5*x", "relu2"), 1, 1e-12);
  EXPECT_NEAR(likeness("-3*x | 0 | 0", "relu2"), 1, 1e-12);
  EXPECT_NEAR(likeness("xielu", "xielu"), 1, 1e-12);
  EXPECT_NEAR(likeness("tanh(2*x)", "1 - 3*tanh(x)"), 1, 1e-9);
  EXPECT_EQ(likeness("1 + 0*x", "relu2"), 0);
  // Of a step and of max(x, 0): cov = phi(0) / 2, variances 1/4 and 1/2 - phi(0)^2; a factor of the
  // input changes neither.
  const double phi = 1 / std::sqrt(2 * M_PI);
  EXPECT_NEAR(likeness("relu", "relu2"), 0.5 * phi / std::sqrt(0.25 * (0.5 - phi * phi)), 2e-3);
}

TEST(Alike, IsDecidedBesideRandomGradients) {
  const Check check{.kind = Check::Kind::alike, .than = {{"xielu", ""}, {"relu2", ""}}};
  const StudyConfig study = parse_study(
      "study: toy\nbudget: {trials: 5}\nsampler: {name: random}\nhalving: {rungs: [{fraction: 1, "
      "seeds: 1}]}\nbaselines: [relu, gelu]\ntasks: [{name: a, steps: 4}]\n",
      "toy.yaml");
  Results results;
  EXPECT_EQ(judge_alike(check, study, results).verdict, Verdict::undecided);
  results.discovery = "sin(3*x)";
  EXPECT_EQ(judge_alike(check, study, results).verdict, Verdict::not_supported);
  results.discovery = "0 | 0 | 2.5*x";
  const Judged judged = judge_alike(check, study, results);
  ASSERT_EQ(judged.findings.size(), 2u);
  EXPECT_NEAR(judged.findings[1].mean, 1, 1e-9);
  EXPECT_EQ(judged.findings[1].of, "0 | 0 | 2.5*x");
  EXPECT_EQ(judged.verdict, judged.findings[1].p <= 0.05 ? Verdict::supported : Verdict::undecided);
  // Where every draw is as like, nothing follows.
  StudyConfig waves = study;
  waves.grammar.primitives = {"sin"};
  waves.grammar.max_pieces = waves.grammar.max_terms = 1;
  waves.grammar.max_parameters = 0;
  waves.grammar.product_chance = waves.grammar.composition_chance = 0;
  Check easy = check;
  easy.at_least = 0.5;
  results.discovery = "sin(x)";
  const Judged common = judge_alike(easy, waves, results);
  EXPECT_GT(common.findings[1].p, 0.05);
  EXPECT_EQ(common.findings[1].verdict, Verdict::undecided) << common.findings[1].mean;
}

TEST(Claims, AMeasuredFigureMayBeCompared) {
  Trial relu = trial_of("relu", "a", {0.5, 0.5, 0.5, 0.5});
  Trial gelu = trial_of("gelu", "a", {0.5, 0.5, 0.5, 0.5});
  for (int seed = 0; seed < 4; ++seed) {
    relu.runs[std::size_t(seed)].measurement.figures = {{"sparsity", 0.9 + 0.01 * seed}};
    gelu.runs[std::size_t(seed)].measurement.figures = {{"sparsity", 0.2 - 0.01 * seed}};
  }
  Check check = kGeluOverRelu;
  check.by = "sparsity";
  EXPECT_EQ(judge_one(check, {relu, gelu}).verdict, Verdict::supported) << "less is better";
  check.more = true;
  EXPECT_EQ(judge_one(check, {relu, gelu}).verdict, Verdict::not_supported);
  check.by = "sparsty";
  EXPECT_THROW(judge_one(check, {relu, gelu}), space::Error);
}

TEST(Claims, ManyPairsAreCorrectedTogether) {
  // p is 0.031 alone: enough for one pair, not for two.
  const std::vector<double> relu{0.50, 0.50, 0.50, 0.50}, gelu{0.44, 0.42, 0.46, 0.48};
  Check check = kGeluOverRelu;
  EXPECT_EQ(judge_one(check, {trial_of("relu", "a", relu), trial_of("gelu", "a", gelu)}).verdict,
            Verdict::supported);
  check.than = {{"others", ""}};
  const Judged two = judge_one(check, {trial_of("relu", "a", relu), trial_of("gelu", "a", gelu),
                                       trial_of("silu", "a", relu)});
  EXPECT_EQ(two.findings.size(), 2u);
  EXPECT_EQ(two.verdict, Verdict::undecided);
}

TEST(Claims, AShareOfThePairsMayBeEnough) {
  const Trial relu = trial_of("relu", "a", {0.50, 0.52, 0.54, 0.51});
  const Trial gelu = trial_of("gelu", "a", {0.40, 0.42, 0.45, 0.41});
  const Trial silu = trial_of("silu", "a", {0.30, 0.32, 0.35, 0.31});
  Check check = kGeluOverRelu;
  check.than = {{"others", ""}};
  EXPECT_EQ(judge_one(check, {relu, gelu, silu}).verdict, Verdict::not_supported);
  check.share = 0.5;
  EXPECT_EQ(judge_one(check, {relu, gelu, silu}).verdict, Verdict::supported);
}

TEST(Claims, ASideThatFailsOnEverySeedLosesAndOneThatFailsOnceDecidesNothing) {
  const Trial relu = trial_of("relu", "a", {kNan, kNan, kNan, kNan});
  const Trial gelu = trial_of("gelu", "a", {0.40, 0.42, 0.45, 0.41});
  const Judged judged = judge_one(kGeluOverRelu, {relu, gelu});
  EXPECT_EQ(judged.verdict, Verdict::supported);
  EXPECT_NE(judged.findings[0].note.find("relu@a failed on 4 of 4 seeds"), std::string::npos);
  const Trial once = trial_of("relu", "a", {0.9, 0.9, 0.9, kNan});
  EXPECT_EQ(judge_one(kGeluOverRelu, {once, gelu}).verdict, Verdict::undecided);
  EXPECT_EQ(judge_one(kGeluOverRelu, {gelu}).verdict, Verdict::undecided) << "not trained";
}

TEST(Claims, SidesMayStandOnTasksOfTheirOwn) {
  const Check check{.of = {{"gelu", "a"}}, .than = {{"silu", "b"}}};
  const Judged judged = judge_one(check,
                                  {trial_of("gelu", "a", {0.40, 0.42, 0.45, 0.41}),
                                   trial_of("silu", "b", {0.50, 0.52, 0.54, 0.51})},
                                  "{name: a, steps: 10}, {name: b, steps: 10}");
  ASSERT_EQ(judged.findings.size(), 1u);
  EXPECT_EQ(judged.findings[0].than, "silu@b");
  EXPECT_EQ(judged.verdict, Verdict::supported);
}

TEST(Claims, EqualNeedsAnIntervalInsideTheMargin) {
  Check check = kGeluOverRelu;
  check.kind = Check::Kind::equal;
  check.within = 0.05;
  const Trial relu = trial_of("relu", "a", {0.50, 0.52, 0.54, 0.51});
  EXPECT_EQ(judge_one(check, {relu, trial_of("gelu", "a", {0.51, 0.51, 0.55, 0.50})}).verdict,
            Verdict::supported);
  EXPECT_EQ(judge_one(check, {relu, trial_of("gelu", "a", {0.40, 0.61, 0.50, 0.55})}).verdict,
            Verdict::undecided);
  EXPECT_EQ(judge_one(check, {relu, trial_of("gelu", "a", {0.30, 0.32, 0.34, 0.31})}).verdict,
            Verdict::not_supported);
}

TEST(Claims, ATrendIsASlopeOverPlacesSeedBySeed) {
  Check check{.kind = Check::Kind::trend, .of = {{"relu", ""}, {"gelu", ""}, {"silu", ""}}};
  const std::vector<Trial> rising{trial_of("relu", "a", {0.1, 0.2, 0.1, 0.2}),
                                  trial_of("gelu", "a", {0.2, 0.4, 0.2, 0.3}),
                                  trial_of("silu", "a", {0.3, 0.5, 0.4, 0.4})};
  const Judged judged = judge_one(check, rising);
  EXPECT_EQ(judged.verdict, Verdict::supported);
  EXPECT_NEAR(judged.findings[0].gain, 0.125, 1e-12);
  check.rising = false;
  EXPECT_EQ(judge_one(check, rising).verdict, Verdict::not_supported);
}

TEST(Claims, PropertiesAreDecidedByProof) {
  const auto verdict = [](const std::string& name, std::vector<std::string> holds,
                          std::vector<std::string> fails) {
    return judge_one({.kind = Check::Kind::proved,
                      .of = {{name, ""}},
                      .holds = std::move(holds),
                      .fails = std::move(fails)},
                     {})
        .verdict;
  };
  EXPECT_EQ(verdict("gelu", {"smooth", "lower-bounded"}, {"monotone"}), Verdict::supported);
  EXPECT_EQ(verdict("pltanh", {"differentiable"}, {}), Verdict::not_supported);
  EXPECT_EQ(verdict("relu", {}, {"monotone"}), Verdict::not_supported);
  EXPECT_EQ(verdict("gelu", {}, {"gate"}), Verdict::not_supported) << "a set";
}

// A folder with one claim and its study.
Claim written(const fake::Folder& folder, const std::string& checks) {
  const std::string place = folder / "toy";
  std::filesystem::create_directories(place);
  std::ofstream(place + "/claim.yaml") << "title: Toy\nsource: nobody\nsays: it is so.\n"
                                       << "only: {words: [relu, gelu]}\nchecks:\n"
                                       << checks;
  return load_claim(place);
}

TEST(Claims, AReproductionRunsToItsVerdictAndGoesOnWhereItStopped) {
  const fake::Folder folder;
  const StudyConfig study = study_of("{name: images, steps: 40}, {name: words, steps: 60}");
  const Claim claim = written(folder, "  - better: {of: gelu, than: relu, by: loss}\n");
  Reproduction what{.claim = claim, .study = study, .journal = folder / "journal.log"};
  what.describe = fake::describe;
  std::atomic<bool> stop = true;
  what.stop = &stop;
  Pool pool(2, fake::factory());
  EXPECT_FALSE(reproduce(what, pool));
  stop = false;
  EXPECT_TRUE(reproduce(what, pool));
  const std::string once = fake::canonical(what.journal);
  EXPECT_TRUE(reproduce(what, pool));
  EXPECT_EQ(fake::canonical(what.journal), once) << "nothing is trained twice";
  Results results = claims::results_of(study, what.journal);
  EXPECT_EQ(results.by_task.at("images").size(), 3u);
  EXPECT_EQ(results.by_task.at("words").size(), 2u) << "only";
  const Judgement judgement = judge(claim, study, results);
  ASSERT_EQ(judgement.checks[0].findings.size(), 2u);
  const std::string html = report_html(claim, study, "smoke", results, judgement, {}, "");
  EXPECT_NE(html.find(to_string(judgement.verdict)), std::string::npos);
  EXPECT_EQ(html.find("id=\"figures\""), std::string::npos) << "nothing was measured";
  for (Trial& trial : results.by_task.at("words"))
    for (search::Run& run : trial.runs)
      run.measurement.figures = {{"sparsity at 0.1", 0.25},
                                 {"loss at 0.1", 2.5},
                                 {"sparsity at 0.2", 0.75},
                                 {"loss at 0.2", 3.5}};
  const std::string measured =
      report_html(claim, study, "smoke", results, judgement,
                  {.theta = {{"words", "gelu", "ffn0", "alpha", {{10, 1}, {20, 1.5}}}}}, "");
  for (const char* part : {"words: share of weak neurons", "words: validation loss without them",
                           "<td>sparsity at 0.2</td>", "alpha of gelu on words", ">ffn0<"})
    EXPECT_NE(measured.find(part), std::string::npos) << part;
}

TEST(Claims, CrossValidationChoosesWhatIsBestWithoutEachSeedInTurn) {
  const Check check{
      .kind = Check::Kind::chosen, .of = {{"gelu", ""}}, .than = {{"relu", ""}, {"silu", ""}}};
  const Trial relu = trial_of("relu", "a", {0.50, 0.52, 0.54, 0.51});
  const Trial silu = trial_of("silu", "a", {0.60, 0.62, 0.64, 0.61});
  const Judged best =
      judge_one(check, {relu, silu, trial_of("gelu", "a", {0.40, 0.42, 0.45, 0.41})});
  EXPECT_EQ(best.verdict, Verdict::supported);
  ASSERT_EQ(best.findings.size(), 1u);
  EXPECT_EQ(best.findings[0].than, "relu@a") << "the best of the others";
  EXPECT_NE(best.findings[0].note.find("gelu@a chosen in 4 of 4 folds"), std::string::npos);
  // One lucky seed carries it: without that it is not chosen.
  EXPECT_EQ(judge_one(check, {relu, silu, trial_of("gelu", "a", {0.1, 0.55, 0.56, 0.57})}).verdict,
            Verdict::undecided);
  EXPECT_EQ(judge_one(check, {relu, silu, trial_of("gelu", "a", {0.55, 0.56, 0.57, 0.58})}).verdict,
            Verdict::not_supported);
  EXPECT_EQ(judge_one(check, {relu, silu, trial_of("gelu", "a", {0.1, kNan, 0.1, 0.1})}).verdict,
            Verdict::undecided);
}

TEST(Claims, ACheckThatDoesNotCountIsShownAndDecidesNothing) {
  Claim claim;
  claim.title = "toy";
  claim.checks = {kGeluOverRelu, kGeluOverRelu};
  claim.checks[1].by = "accuracy";
  claim.checks[1].counts = false;
  const StudyConfig study = study_of("{name: a, steps: 10}");
  Trial relu = trial_of("relu", "a", {0.50, 0.52, 0.54, 0.51}),
        gelu = trial_of("gelu", "a", {0.40, 0.42, 0.45, 0.41});
  for (search::Run& run : gelu.runs) run.measurement.curve[0].validation_accuracy = 0;
  const Results results = results_of({relu, gelu});
  const Judgement judgement = judge(claim, study, results);
  EXPECT_EQ(judgement.checks[1].verdict, Verdict::not_supported);
  EXPECT_EQ(judgement.verdict, Verdict::supported);
  EXPECT_NE(sentence(claim, judgement, "smoke").find("Of 1 check, 1 supported"), std::string::npos);
  const std::string html = report_html(
      claim, study, "smoke", results, judgement,
      {.tables = {{"kernels", "Cost <of kernels>", "ns", {"type"}, {{"f32 & f64"}}}}}, "");
  EXPECT_NE(html.find("it does not count"), std::string::npos);
  EXPECT_NE(html.find("<h2>Cost &lt;of kernels&gt;</h2>"), std::string::npos);
  EXPECT_NE(html.find("<td>f32 &amp; f64</td>"), std::string::npos);
}

TEST(Claims, MistakesAreToldWithTheirPlace) {
  const fake::Folder folder;
  const StudyConfig study = study_of("{name: images, steps: 40}, {name: words, steps: 60}");
  const auto message = [&](const std::string& checks) -> std::string {
    try {
      check_against(written(folder, checks), study);
    } catch (const space::Error& e) {
      return e.what();
    }
    return "";
  };
  const std::pair<const char*, const char*> cases[] = {
      {"  - beter: {of: gelu, than: relu}\n",
       ":6:5: expected one of proved, better, equal, trend, alike, chosen, got "
       "\"beter\"; did you mean \"better\"?"},
      {"  - chosen: {of: [gelu, silu], than: relu}\n", "expected one to be chosen, got 2"},
      {"  - better: {of: gelu, than: relu, counts: 3}\n", "3"},
      {"  - better: {of: gelu}\n", "than"},
      {"  - better: {of: gellu, than: relu}\n", "the activation \"gellu\""},
      {"  - better: {of: gelu, than: relu@imges}\n", "the task \"imges\""},
      {"  - proved: {of: gelu, holds: [smoth]}\n", "did you mean \"smooth\"?"},
      {"  - proved: {of: gelu}\n", "expected `holds` or `fails`"},
      {"  - equal: {of: gelu, than: relu}\n", "within"},
      {"  - trend: {of: gelu, rising: true}\n", "at least two"},
  };
  for (const auto& [text, part] : cases)
    EXPECT_NE(message(text).find(part), std::string::npos) << text << message(text);
}

TEST(Claims, EveryClaimOfTheProjectFitsItsStudies) {
  ::setenv("ANTIGRAD_DATA", "/data", 0);
  int studies = 0;
  for (const Claim& claim : load_claims(ANTIGRAD_SOURCE_DIR "/experiments/literature"))
    for (const std::string& size : sizes()) {
      ASSERT_TRUE(std::filesystem::exists(claim.study_file(size))) << claim.study_file(size);
      const StudyConfig study = load_study(claim.study_file(size));
      EXPECT_TRUE(claim.studies.contains(size) || study.name == claim.name + "_" + size);
      EXPECT_NO_THROW(check_against(claim, study)) << claim.study_file(size);
      ++studies;
    }
  EXPECT_GE(studies, 15);
}

TEST(Claims, AnUnknownFigureIsRefused) {
  trainer::Measurement m;
  m.curve = {{10, 0.1, 0.2, 0.3, 0.4}};
  m.shifts = {{"noise 3", 1.5, 0.25}};
  m.figures = {{"probes", 12}};
  EXPECT_EQ(figure_of(m, "probes"), 12);
  EXPECT_EQ(figure_of(m, "current_loss"), 0.4);
  EXPECT_EQ(figure_of(m, "noise 3 loss"), 1.5);
  EXPECT_EQ(figure_of(m, "noise 3 accuracy"), 0.25);
  EXPECT_THROW(figure_of(m, "luck"), space::Error);
}

}  // namespace
}  // namespace antigrad::search::claims
