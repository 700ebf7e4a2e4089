// `antigrad reproduce`: claims of the literature, each re-run by one command.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "experiments/app/claim_tables.hpp"
#include "experiments/app/commands.hpp"
#include "experiments/app/event_series.hpp"
#include "experiments/app/forecast.hpp"
#include "experiments/app/interrupt.hpp"
#include "experiments/app/narrator.hpp"
#include "experiments/app/page_assets.hpp"
#include "experiments/app/slots.hpp"
#include "paths.hpp"
#include "search/claims/reproduction.hpp"
#include "search/run_directory.hpp"
#include "search/summary.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

namespace claims = search::claims;
using claims::Claim;

constexpr const char* kFolder = ANTIGRAD_SOURCE_DIR "/experiments/literature";

Claim find_claim(const std::string& name) {
  if (std::filesystem::exists(name + "/claim.yaml")) return claims::load_claim(name);
  const std::vector<Claim> all = claims::load_claims(kFolder);
  std::vector<std::string> known;
  for (const Claim& claim : all) {
    if (claim.name == name) return claim;
    known.push_back(claim.name);
  }
  throw space::Error(fmt::format("unknown claim \"{}\";{} `antigrad reproduce` lists them", name,
                                 space::did_you_mean(name, known)));
}

std::string sizes_of(const Claim& claim) {
  std::vector<std::string> there;
  for (const std::string& size : claims::sizes())
    if (std::filesystem::exists(claim.study_file(size))) there.push_back(size);
  return fmt::format("{}", fmt::join(there, ", "));
}

int list(Format format) {
  Listing listing({"claim", "title", "source", "sizes", "says"});
  for (const Claim& claim : claims::load_claims(kFolder))
    listing.add({claim.name, claim.title, claim.source, sizes_of(claim), claim.says});
  print(listing.text(format));
  return 0;
}

// Of the page, whose looks the report has.
std::string style() {
  std::string css;
  for (const search::page::Asset& asset : page_assets())
    if (asset.name.ends_with(".css")) css += asset.text;
  return css;
}

/// "theta/PLACE/NAME" of the first seed of every trial, where the study measures theta.
std::vector<claims::ThetaCurve> theta_curves(const search::StudyConfig& study,
                                             const claims::Results& results,
                                             const search::RunDirectory& folder) {
  constexpr std::string_view kTheta = "theta/";
  std::vector<claims::ThetaCurve> curves;
  for (const auto& [task, trials] : results.by_task) {
    for (const search::Trial& trial : trials) {
      const std::string run =
          fmt::format("{}/{}/{}-{}", folder.events(), trial.folder(), task, study.training_seed(0));
      if (trial.candidate.parameters == 0 || !std::filesystem::is_directory(run)) continue;
      for (const auto& [name, points] : read_series(run)) {
        if (!name.starts_with(kTheta)) continue;
        const std::size_t slash = name.rfind('/');
        claims::ThetaCurve curve{task,
                                 trial.candidate.name,
                                 name.substr(kTheta.size(), slash - kTheta.size()),
                                 name.substr(slash + 1),
                                 {}};
        for (const MeasuredPoint& p : points)
          curve.points.push_back({static_cast<double>(p.step), p.value});
        curves.push_back(std::move(curve));
      }
    }
  }
  return curves;
}

claims::Beside beside(const Claim& claim, const search::StudyConfig& study,
                      const claims::Results& results, const search::RunDirectory& folder,
                      bool complete) {
  claims::Beside all{theta_curves(study, results, folder), {networks_table(study)}};
  if (!complete) return all;
  if (!claim.kernels.empty()) all.tables.push_back(kernels_table(claim.kernels));
  if (claim.skipping) all.tables.push_back(skipping_table(folder));
  return all;
}

// What a run of one claim came to.
struct Outcome {
  bool complete = false;
  claims::Judgement judgement;
  std::string report;
};

Outcome run(const Claim& claim, const Arguments& arguments, const Interrupt& interrupt) {
  search::StudyConfig study = search::load_study(claim.study_file(arguments.size));
  claims::check_against(claim, study);
  checked_tasks(study);
  const auto how = arguments.fresh ? search::Start::fresh : search::Start::start;
  const search::RunDirectory folder = search::prepare_run(arguments.root, study, how);
  search::Pool pool(arguments.workers.value_or(usable_cores()),
                    evaluators(study, folder.study_yaml()));
  Outcome outcome;
  {
    Narrator narrator(stderr);
    claims::Reproduction what{.claim = claim, .study = study, .journal = folder.journal()};
    what.listener = &narrator;
    what.stop = &interrupt.stop();
    outcome.complete = claims::reproduce(what, pool);
  }
  const claims::Results results = claims::results_of(study, folder.journal());
  outcome.judgement = claims::judge(claim, study, results);
  outcome.report = folder.report();
  search::page::write_report(
      claims::report_html(claim, study, arguments.size, results, outcome.judgement,
                          beside(claim, study, results, folder, outcome.complete), style()),
      outcome.report);
  return outcome;
}

void add_findings(Listing& listing, const Claim& claim, const Outcome& outcome) {
  const auto number = [](double v) { return std::isnan(v) ? search::Json() : search::Json(v); };
  for (const claims::Judged& judged : outcome.judgement.checks)
    for (const claims::Finding& f : judged.findings)
      listing.add({claim.name, f.of, f.than,
                   judged.check->kind == claims::Check::Kind::proved ? "proof" : judged.check->by,
                   number(f.mean), number(f.other), number(f.gain), number(f.half_width),
                   number(f.p), f.seeds, claims::to_string(f.verdict), f.note});
}

void say(const Claim& claim, const Outcome& outcome, const std::string& size) {
  fmt::print(stderr, "{}\n", claims::sentence(claim, outcome.judgement, size));
  if (const auto scope = claim.scope.find(size); scope != claim.scope.end())
    fmt::print(stderr, "  {}\n", scope->second);
  fmt::print(stderr, "  report: {}\n", outcome.report);
  if (!outcome.complete) fmt::print(stderr, "  stopped before the end; the same command goes on\n");
}

// "4 of 15 better, 1 worse", or of a single finding its figures, or likenesses.
std::string in_short(const claims::Judged& judged) {
  using claims::Verdict;
  const bool proof = judged.check->kind == claims::Check::Kind::proved;
  if (judged.check->kind == claims::Check::Kind::alike) {
    std::vector<std::string> all;
    for (const claims::Finding& f : judged.findings)
      all.push_back(fmt::format("{:.2f} with {} (p = {:.2g})", f.mean, f.than, f.p));
    return fmt::format("likeness {}", fmt::join(all, ", "));
  }
  if (judged.findings.size() == 1 && !proof) {
    const claims::Finding& f = judged.findings[0];
    return fmt::format("{}: {:.4g} against {:.4g}, gain {:.2g} ± {:.2g}", judged.check->by, f.mean,
                       f.other, f.gain, f.half_width);
  }
  const auto count = [&](Verdict verdict) {
    return std::ranges::count(judged.findings, verdict, &claims::Finding::verdict);
  };
  return fmt::format("{}: {} of {} {}, {} {}", proof ? "proofs" : judged.check->by,
                     count(Verdict::supported), judged.findings.size(), proof ? "hold" : "so",
                     count(Verdict::not_supported), proof ? "refuted" : "the other way");
}

// Whether every run is there; a run that failed is.
bool is_whole(const Claim& claim, const search::StudyConfig& study, const std::string& journal,
              const claims::Results& results) {
  if (claim.searches() && search::summarise(study, journal).phase != search::Phase::done)
    return false;
  if (!claim.compares()) return true;
  for (const search::Task& task : study.tasks)
    for (const std::string& name : claims::activations_on(claim, study, task.name)) {
      const search::Trial* trial = results.find(task.name, name);
      if (trial == nullptr || trial->state == search::TrialState::running) return false;
    }
  return true;
}

// A row a check of the claims that were run at this size; one row for a claim that was not.
int verdicts(const Arguments& arguments) {
  Listing listing({"claim", "title", "source", "published", "check", "ours", "verdict"});
  for (const Claim& claim : claims::load_claims(kFolder)) {
    const search::StudyConfig study = search::load_study(claim.study_file(arguments.size));
    const search::RunDirectory folder{arguments.root + "/" + study.name};
    const auto add = [&](const std::string& check, const std::string& ours,
                         const std::string& verdict) {
      listing.add({claim.name, claim.title, claim.source, claim.published, check, ours, verdict});
    };
    const bool begun = std::filesystem::exists(folder.journal());
    const claims::Results results =
        begun ? claims::results_of(study, folder.journal()) : claims::Results{};
    if (!begun || !is_whole(claim, study, folder.journal(), results)) {
      add("", "", begun ? "not finished" : "not run");
      continue;
    }
    const claims::Judgement judgement = claims::judge(claim, study, results);
    add("", "", claims::to_string(judgement.verdict));
    for (const claims::Judged& judged : judgement.checks)
      add(judged.check->name, in_short(judged), claims::to_string(judged.verdict));
  }
  print(listing.text(arguments.format));
  return 0;
}

}  // namespace

int reproduce_command(const Arguments& arguments) {
  if (arguments.verdicts) return verdicts(arguments);
  if (arguments.list || (arguments.subject.empty() && !arguments.all))
    return list(arguments.format);
  if (!arguments.subject.empty() && arguments.all)
    throw space::Error("reproduce: a claim or --all, not both");
  const std::vector<Claim> wanted = arguments.all
                                        ? claims::load_claims(kFolder)
                                        : std::vector<Claim>{find_claim(arguments.subject)};
  const Interrupt interrupt;
  Listing listing({"claim", "of", "than", "by", "mean", "other", "gain", "half_width", "p", "seeds",
                   "verdict", "note"});
  bool complete = true;
  for (const Claim& claim : wanted) {
    const Outcome outcome = run(claim, arguments, interrupt);
    add_findings(listing, claim, outcome);
    say(claim, outcome, arguments.size);
    complete = complete && outcome.complete;
    if (!outcome.complete) break;
  }
  print(listing.text(arguments.format));
  return complete ? 0 : 1;
}

}  // namespace antigrad::app
