// `antigrad bench kernels`: forward and backward of every activation of the zoo against a loop that
// moves the same bytes, which tier serves it with what error, and how much of the zoo and of random
// candidates the table tier verifies.
#include "experiments/app/bench_kernels.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>

#include "experiments/app/commands.hpp"
#include "experiments/app/trainer_library.hpp"
#include "kernels/table_kernel.hpp"
#include "search/statistics.hpp"
#include "space/error.hpp"
#include "space/generate.hpp"
#include "space/zoo.hpp"

namespace antigrad::app {

using Clock = std::chrono::steady_clock;

void Timing::round(double elements) {
  const auto time = [&](const std::function<void()>& f, std::vector<double>& out) {
    const auto start = Clock::now();
    f();
    out.push_back(std::chrono::duration<double, std::nano>(Clock::now() - start).count() /
                  elements);
  };
  time(move, moved);
  time(work, ns);
}

double Timing::least() const { return *std::ranges::min_element(ns); }
double Timing::least_moved() const { return *std::ranges::min_element(moved); }

namespace {

using kernels::Element;
using kernels::Kernel;
using kernels::Machine;
using search::Json;

constexpr std::int64_t kElements = 1000000;
constexpr int kRoundsOfOne = 20;  // timings of one round of the command line
constexpr int kRandom = 200;
constexpr double kMovingGoal = 1.15, kFitGoal = 100, kCompileGoal = 10;

/// The engines with LLVM, opened beside the program.
class Engines {
 public:
  Engines() {
    const auto path =
        std::filesystem::path(program_path()).parent_path() / "libantigrad_engines.so";
    void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    void* const found = library == nullptr ? nullptr : ::dlsym(library, "antigrad_compile");
    if (found == nullptr)
      throw space::Error(
          fmt::format("cannot open the engines ({}); build antigrad again", ::dlerror()));
    compile_ = reinterpret_cast<decltype(compile_)>(found);
  }
  std::unique_ptr<Kernel> compile(const std::string& text) const {
    return std::unique_ptr<Kernel>(compile_(text.c_str(), kernels::Tier::automatic));
  }

 private:
  Kernel* (*compile_)(const char*, kernels::Tier);
};

struct Buffers {
  std::vector<float> x, gy, out;
  Buffers() : out(kElements) {
    space::Random random(1);
    for (std::int64_t i = 0; i < kElements; ++i) {
      x.push_back(static_cast<float>(2 * random.normal()));
      gy.push_back(static_cast<float>(random.normal()));
    }
  }
};

/// One activation on its way through the benchmark.
struct Served {
  std::string name;
  std::unique_ptr<Kernel> kernel;
  std::vector<double> theta, gtheta;
  double compile_ms = 0;
  kernels::TablePair tables;
  Timing forward, backward;
};

/// What moves the bytes of forward or backward.
std::function<void()> mover(Buffers& b, bool backward) {
  const kernels::TableLoop loop = kernels::move_loop(kernels::machine(), backward);
  if (loop == nullptr)
    return [&b, backward] {
      for (std::size_t i = 0; i < b.x.size(); ++i) b.out[i] = backward ? b.x[i] + b.gy[i] : b.x[i];
    };
  return [&b, loop, backward] {
    const kernels::Segments none{};
    loop(none, b.x.data(), backward ? b.gy.data() : nullptr, b.out.data(), kElements);
  };
}

std::unique_ptr<Served> serve(const Engines& engines, const std::string& name, Buffers& b) {
  auto s = std::make_unique<Served>();
  const auto activation = space::parse_activation(name);
  s->name = name;
  const auto start = Clock::now();
  s->kernel = engines.compile(name);
  s->compile_ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  for (const auto& p : activation.parameters) s->theta.push_back(p.start);
  s->gtheta.resize(s->theta.size());
  s->tables = kernels::make_tables(activation, Element::f32, kernels::machine());
  Served* const p = s.get();
  s->forward.work = [p, &b] { p->kernel->forward(b.x.data(), b.out.data(), kElements, p->theta); };
  s->backward.work = [p, &b] {
    p->kernel->backward(b.x.data(), b.gy.data(), b.out.data(), kElements, p->theta, p->gtheta);
  };
  s->forward.move = mover(b, false);
  s->backward.move = mover(b, true);
  s->forward.work(), s->backward.work();  // compiled and warm
  return s;
}

class Report {
 public:
  Report()
      : listing_(
            {"name", "value", "unit", "median", "baseline", "ratio", "goal", "met", "tier", "c"}) {}

  void timing(const std::string& name, const Timing& t, const std::string& tier, Json c) {
    const double ratio = t.least() / t.least_moved();
    const bool goal = tier == "table";
    listing_.add({name, t.least(), "ns/element", search::median(t.ns), t.least_moved(), ratio,
                  goal ? Json(kMovingGoal) : Json(), goal ? Json(ratio <= kMovingGoal) : Json(),
                  tier, std::move(c)});
  }
  void value(const std::string& name, double value, const std::string& unit, Json goal = {}) {
    const Json met = goal.is_null() ? Json() : Json(value <= goal.get<double>());
    listing_.add({name, value, unit, Json(), Json(), Json(), std::move(goal), met, Json(), Json()});
  }
  void share(const std::string& name, int part, int all) {
    listing_.add({name, static_cast<double>(part) / std::max(all, 1), fmt::format("of {}", all),
                  Json(), Json(), Json(), Json(), Json(), Json(), Json()});
  }
  std::string text(Format format) const { return listing_.text(format); }

 private:
  Listing listing_;
};

void add_timings(Report& report, const std::vector<std::unique_ptr<Served>>& subjects) {
  std::vector<double> ratios[2];
  for (const auto& s : subjects) {
    const std::string tier = kernels::to_string(s->kernel->tier());
    const bool table = s->kernel->tier() == kernels::Tier::table;
    report.timing(s->name + " forward", s->forward, tier,
                  table ? Json(s->tables.forward.table->error) : Json());
    report.timing(s->name + " backward", s->backward, tier,
                  table ? Json(s->tables.backward.table->error) : Json());
    if (!table) continue;
    ratios[0].push_back(std::log(s->forward.least() / s->forward.least_moved()));
    ratios[1].push_back(std::log(s->backward.least() / s->backward.least_moved()));
  }
  for (const int k : {0, 1}) {
    double sum = 0;
    for (const double r : ratios[k]) sum += r;
    const auto n = static_cast<double>(std::max<std::size_t>(ratios[k].size(), 1));
    report.value(
        k == 0 ? "table tier forward, geometric mean" : "table tier backward, geometric mean",
        std::exp(sum / n), "of moving the bytes", kMovingGoal);
  }
}

/// Medians of what it takes to make a kernel.
void add_making(Report& report, const std::vector<std::unique_ptr<Served>>& subjects) {
  std::vector<double> fits, compilations;
  for (const auto& s : subjects) {
    if (s->kernel->tier() == kernels::Tier::llvm) compilations.push_back(s->compile_ms);
    if (s->kernel->tier() != kernels::Tier::table) continue;
    const auto activation = space::parse_activation(s->name);
    const auto start = Clock::now();
    kernels::make_table(activation.f, false, Element::f32, kernels::machine());
    fits.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
  if (!fits.empty())
    report.value("fitting and verifying a table", search::median(fits), "us", kFitGoal);
  if (!compilations.empty())
    report.value("compiling forward by LLVM", search::median(compilations), "ms", kCompileGoal);
}

void add_share(Report& report, const std::string& what,
               const std::vector<space::Activation>& activations, Machine machine,
               Element element) {
  int verified = 0, plain = 0;
  for (const auto& a : activations) {
    if (!a.parameters.empty()) continue;
    ++plain;
    verified += kernels::make_tables(a, element, machine).verified() ? 1 : 0;
  }
  const std::string name = fmt::format("{} that verify, {}, {}", what, to_string(machine),
                                       element == Element::f32 ? "f32" : "bf16");
  report.share(name + ", without parameters", verified, plain);
  report.share(name + ", all", verified, static_cast<int>(activations.size()));
}

void add_shares(Report& report) {
  std::vector<space::Activation> zoo, random;
  for (const auto& e : space::zoo())
    if (e.kind != space::ZooEntry::Kind::gate) zoo.push_back(space::parse_activation(e.name));
  for (int seed = 0; seed < kRandom; ++seed) {
    space::Random stream(static_cast<std::uint64_t>(seed));
    random.push_back(space::integrate(space::random_gradient({}, stream)));
  }
  for (const Machine m : {Machine::avx2, Machine::avx512}) {
    if (m > kernels::machine()) continue;
    for (const Element e : {Element::f32, Element::bf16}) {
      add_share(report, "share of the zoo", zoo, m, e);
      add_share(report, "share of random candidates", random, m, e);
    }
  }
}

}  // namespace

int bench_kernels_command(const Arguments& arguments) {
  const Engines engines;
  Buffers buffers;
  std::vector<std::unique_ptr<Served>> subjects;
  for (const auto& e : space::zoo())
    if (e.kind != space::ZooEntry::Kind::gate) subjects.push_back(serve(engines, e.name, buffers));
  fmt::print(stderr, "bench kernels: {} activations, {} float32 elements, one thread, {}\n",
             subjects.size(), kElements, to_string(kernels::machine()));
  for (int i = 0; i < arguments.rounds * kRoundsOfOne; ++i)
    for (const auto& s : subjects) {
      s->forward.round(kElements);
      s->backward.round(kElements);
    }
  Report report;
  add_timings(report, subjects);
  add_making(report, subjects);
  add_shares(report);
  print(report.text(arguments.format));
  return 0;
}

}  // namespace antigrad::app
