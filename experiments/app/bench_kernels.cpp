// `antigrad bench kernels`: contests of the zoo, and as rows what came of them, how long kernels
// take to make, and how much of the zoo and of random candidates the table tier verifies.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "experiments/app/bench_contest.hpp"
#include "experiments/app/bench_training.hpp"
#include "experiments/app/commands.hpp"
#include "search/statistics.hpp"
#include "space/error.hpp"
#include "space/generate.hpp"
#include "space/zoo.hpp"

namespace antigrad::app {
namespace {

using kernels::Element;
using kernels::Kernel;
using kernels::Machine;
using kernels::Tier;
using kernels::Type;
using search::Json;
using Contests = std::vector<std::unique_ptr<Contest>>;

constexpr int kRoundsOfOne = 20;  // timings of one round of the command line
constexpr int kRandom = 200;
constexpr double kMoving = 1.15, kMovingHalves = 1.2, kMovingXielu = 1.25;  // of moving the bytes
constexpr double kFaster = 1.5, kMeanFaster = 3, kXieluFaster = 5;  // times as fast as another
constexpr double kFitGoal = 100, kCompileGoal = 10;                 // us, ms

double geometric_mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += std::log(v);
  return std::exp(sum / static_cast<double>(std::max<std::size_t>(values.size(), 1)));
}

class Report {
 public:
  Report()
      : listing_(
            {"name", "value", "unit", "median", "baseline", "ratio", "goal", "met", "tier", "c"}) {}

  /// Our time against another one; a goal of null is none.
  void ratio(const std::string& name, double ours, Json median, double other, const Json& goal,
             bool met, Json tier = {}, Json c = {}) {
    listing_.add({name, ours, "ns/element", std::move(median), other, ours / other, goal,
                  goal.is_null() ? Json() : Json(met), std::move(tier), std::move(c)});
  }
  void value(const std::string& name, double value, const std::string& unit, Json goal = {},
             bool at_least = false) {
    Json met;
    if (!goal.is_null()) met = at_least ? value >= goal.get<double>() : value <= goal.get<double>();
    listing_.add({name, value, unit, Json(), Json(), Json(), std::move(goal), met, Json(), Json()});
  }
  void note(const std::string& name, const std::string& text) {
    listing_.add({name, Json(), text, Json(), Json(), Json(), Json(), Json(), Json(), Json()});
  }
  std::string text(Format format) const { return listing_.text(format); }

 private:
  Listing listing_;
};

const char* const kSides[] = {"forward", "backward"};

std::string suffix(Type type) {
  return type == Type::f32 ? "" : type == Type::bf16 ? " bf16" : " f16";
}

void add_side(Report& report, const Contest& c, int side) {
  const Contest::Side& s = c.sides[side];
  const std::string name = fmt::format("{} {}{}", c.name, kSides[side], suffix(c.type));
  const bool table = c.kernel->tier() == Tier::table;
  const double goal = c.type == Type::f32 ? kMoving : kMovingHalves;
  const double ours = s.ours.least(), of_moving = ours / s.moved.least();
  const auto& made = side == 0 ? c.tables.forward : c.tables.backward;
  report.ratio(name, ours, s.ours.median(), s.moved.least(), table ? Json(goal) : Json(),
               of_moving <= goal, to_string(c.kernel->tier()),
               table ? Json(made.table->error) : Json());
  const auto rival = [&](const char* who, const Timed& other, bool judged) {
    if (!other) return;
    const double limit = c.transcendental ? 1 / kFaster : 1;
    const bool met = ours / other.least() <= limit ||
                     (c.transcendental && ours <= other.least() && of_moving <= kMoving);
    report.ratio(fmt::format("{} against {}", name, who), ours, Json(), other.least(),
                 judged ? Json(limit) : Json(), met);
  };
  rival("ATen", s.aten, true);
  rival("torch.compile", s.compiled, true);
  rival("torch eager", s.eager, false);
}

void add_mean(Report& report, const std::string& name, const std::vector<double>& ratios,
              double goal) {
  if (!ratios.empty())
    report.value(name + ", geometric mean", geometric_mean(ratios), "of moving the bytes", goal);
}

void add_table_means(Report& report, const Contests& all) {
  for (const Type type : {Type::f32, Type::bf16, Type::f16})
    for (const int side : {0, 1}) {
      std::vector<double> ratios;
      for (const auto& c : all)
        if (c->type == type && c->kernel->tier() == Tier::table)
          ratios.push_back(c->sides[side].ours.least() / c->sides[side].moved.least());
      add_mean(report, fmt::format("table tier {}{}", kSides[side], suffix(type)), ratios,
               type == Type::f32 ? kMoving : kMovingHalves);
    }
}

/// Over all functions with a transcendental, forward and backward; and how many lose.
void add_rival_means(Report& report, const Contests& all) {
  const std::pair<const char*, Timed Contest::Side::*> rivals[] = {
      {"ATen", &Contest::Side::aten}, {"torch.compile", &Contest::Side::compiled}};
  for (const auto& [who, other] : rivals) {
    std::vector<double> speeds;
    int slower = 0, count = 0;
    for (const auto& c : all)
      for (const Contest::Side& s : c->sides) {
        if (!(s.*other)) continue;
        const double speed = (s.*other).least() / s.ours.least();
        ++count, slower += speed < 1 ? 1 : 0;
        if (c->transcendental) speeds.push_back(speed);
      }
    if (count == 0) continue;
    report.value(fmt::format("slower than {}", who), slower, fmt::format("of {}", count), 0.0);
    if (!speeds.empty())
      report.value(fmt::format("as fast as {}, with a transcendental, geometric mean", who),
                   geometric_mean(speeds), "times", kMeanFaster, true);
  }
}

/// xIELU with the gradients of both parameters.
void add_xielu(Report& report, const Contests& all) {
  for (const auto& c : all) {
    if (c->name != "xielu") continue;
    const auto sum = [&](Timed Contest::Side::*t) {
      return (c->sides[0].*t).least() + (c->sides[1].*t).least();
    };
    const double ours = sum(&Contest::Side::ours), moved = sum(&Contest::Side::moved);
    report.ratio("xielu forward + backward", ours, Json(), moved, kMovingXielu,
                 ours <= kMovingXielu * moved, to_string(c->kernel->tier()));
    if (!c->sides[0].compiled || !c->sides[1].compiled) continue;
    report.ratio("xielu forward + backward against torch.compile", ours, Json(),
                 sum(&Contest::Side::compiled), 1 / kXieluFaster,
                 ours * kXieluFaster <= sum(&Contest::Side::compiled));
  }
}

/// Medians of what it takes to make a kernel.
void add_making(Report& report, const Contests& all) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> fits, compilations;
  for (const auto& c : all) {
    if (c->type != Type::f32) continue;
    if (c->kernel->tier() == Tier::llvm) compilations.push_back(c->compile_ms);
    if (c->kernel->tier() != Tier::table) continue;
    const auto activation = space::parse_activation(c->name);
    for (const bool gradient : {false, true}) {
      const auto start = Clock::now();
      kernels::make_table(gradient ? activation.g : activation.f, gradient, Element::f32,
                          kernels::machine());
      fits.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
    }
  }
  if (!fits.empty())
    report.value("fitting and verifying a table", search::median(fits), "us", kFitGoal);
  if (!compilations.empty())
    report.value("compiling forward by LLVM", search::median(compilations), "ms", kCompileGoal);
}

struct Named {
  std::string name;
  space::Activation activation;
};

const char* to_string(Element element) {
  return element == Element::f32 ? "f32" : element == Element::bf16 ? "bf16" : "f16";
}

void add_share(Report& report, const std::string& what, const std::vector<Named>& all,
               Machine machine, Element element, bool reasons) {
  int verified = 0, plain = 0;
  const std::string where = fmt::format("{}, {}", kernels::to_string(machine), to_string(element));
  for (const auto& [name, a] : all) {
    if (!a.parameters.empty()) continue;
    ++plain;
    const auto tables = kernels::make_tables(a, element, machine);
    verified += tables.verified() ? 1 : 0;
    if (reasons && !tables.verified())
      report.note(fmt::format("not verified: {}, {}", name, where), tables.reason());
  }
  const auto share = [&](const char* of, std::size_t count) {
    report.value(
        fmt::format("{} that verify, {}, {}", what, where, of),
        static_cast<double>(verified) / static_cast<double>(std::max<std::size_t>(count, 1)),
        fmt::format("of {}", count));
  };
  share("without parameters", static_cast<std::size_t>(plain));
  share("all", all.size());
}

void add_shares(Report& report) {
  std::vector<Named> zoo, random;
  for (const auto& e : space::zoo())
    if (e.kind != space::ZooEntry::Kind::gate)
      zoo.push_back({e.name, space::parse_activation(e.name)});
  for (int seed = 0; seed < kRandom; ++seed) {
    space::Random stream(static_cast<std::uint64_t>(seed));
    random.push_back({"", space::integrate(space::random_gradient({}, stream))});
  }
  report.note("shares that verify, baseline", "no tables: machine code and the interpreter serve");
  for (const Machine m : {Machine::avx2, Machine::avx512}) {
    if (m > kernels::machine()) {
      report.note(fmt::format("shares that verify, {}", kernels::to_string(m)),
                  "not measured: this machine does not have it");
      continue;
    }
    for (const Element e : {Element::f32, Element::bf16, Element::f16}) {
      add_share(report, "share of the zoo", zoo, m, e, true);
      add_share(report, "share of random candidates", random, m, e, false);
    }
  }
}

/// Names between commas; none: the zoo without gates.
std::vector<std::string> names_of(const std::string& asked) {
  std::vector<std::string> names;
  for (const auto& e : space::zoo())
    if (asked.empty() && e.kind != space::ZooEntry::Kind::gate) names.push_back(e.name);
  for (std::size_t begin = 0; begin < asked.size();) {
    const std::size_t end = std::min(asked.find(',', begin), asked.size());
    names.push_back(asked.substr(begin, end - begin));
    if (space::find_in_zoo(names.back()) == nullptr) space::parse_activation(names.back());
    begin = end + 1;
  }
  return names;
}

/// float32 of all, 16 bits where a table serves.
Contests make_contests(const std::vector<std::string>& names, BenchBuffers& buffers,
                       const TrainerLibrary* trainer, TorchProcess& torch) {
  const Engines engines;
  Contests all;
  for (const std::string& name : names)
    for (const Type type : {Type::f32, Type::bf16, Type::f16}) {
      auto c = make_contest(name, type, engines, buffers, trainer, &torch);
      if (type == Type::f32 || c->kernel->tier() == Tier::table) all.push_back(std::move(c));
    }
  return all;
}

/// The C library's way to move the bytes of a forward in float32: where it has instructions that do
/// not read what they overwrite, no loop that computes can be as fast.
Timed copy_of(BenchBuffers& b) {
  return {warm([&b] { std::memcpy(b.out.data(), b.x.data(), b.x.size() * sizeof(float)); }),
          static_cast<double>(kBenchElements)};
}

/// nullptr, and why, where this build has none.
std::unique_ptr<const TrainerLibrary> open_trainer(std::string& reason) {
  try {
    return std::make_unique<const TrainerLibrary>();
  } catch (const space::Error& error) {
    reason = error.what();
    return nullptr;
  }
}

}  // namespace

int bench_kernels_command(const Arguments& arguments) {
  const auto names = names_of(arguments.subject);
  if (arguments.train) return bench_training(names, arguments.rounds, arguments.format);
  ::setenv("ANTIGRAD_CACHE", "off", 1);  // what compiling takes is measured, not loading
  BenchBuffers buffers;
  std::string no_aten;
  const auto trainer = open_trainer(no_aten);
  TorchProcess torch(arguments.python, kBenchElements);
  fmt::print(stderr, "bench kernels: {} activations, {} elements, one thread, {}{}\n", names.size(),
             kBenchElements, kernels::to_string(kernels::machine()),
             torch.missing().empty() ? "; torch.compile takes about two minutes first" : "");
  const Contests all = make_contests(names, buffers, trainer.get(), torch);
  Timed copied = copy_of(buffers);
  for (int i = 0; i < arguments.rounds * kRoundsOfOne; ++i) {
    copied.round();
    for (const auto& c : all) c->round();
  }
  Report report;
  if (!all.empty())
    report.ratio("memcpy against the loop that moves the bytes of a forward", copied.least(),
                 copied.median(), all.front()->sides[0].moved.least(), Json(), false);
  for (const auto& c : all)
    for (const int side : {0, 1}) add_side(report, *c, side);
  if (!trainer) report.note("against ATen", no_aten);
  if (!torch.missing().empty())
    report.note("against torch.compile and torch eager", torch.missing());
  add_table_means(report, all);
  add_rival_means(report, all);
  add_xielu(report, all);
  add_making(report, all);
  if (arguments.subject.empty()) add_shares(report);
  print(report.text(arguments.format));
  return 0;
}

}  // namespace antigrad::app
