#include "experiments/app/bench_contest.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <chrono>
#include <filesystem>

#include "kernels/half.hpp"
#include "kernels/lower.hpp"
#include "space/error.hpp"
#include "space/random.hpp"

namespace antigrad::app {
namespace {

using kernels::Type;

/// Moves the bytes of forward or backward, `units` of 4 bytes an array.
void move(BenchBuffers& b, Type type, bool backward, std::int64_t units) {
  const kernels::TableLoop loop = kernels::move_loop(kernels::machine(), backward);
  const auto* x = static_cast<const float*>(b.in(type, 0));
  const auto* gy = static_cast<const float*>(b.in(type, 1));
  if (loop != nullptr) {
    const kernels::Segments none{};
    return loop(none, x, backward ? gy : nullptr, b.out.data(), units);
  }
  for (std::int64_t i = 0; i < units; ++i)
    b.out[static_cast<std::size_t>(i)] = backward ? x[i] + gy[i] : x[i];
}

Timed aten(const TrainerLibrary* trainer, const std::string& name, bool backward, BenchBuffers& b) {
  if (trainer == nullptr) return {};
  std::shared_ptr<trainer::Work> work(
      trainer->aten_work(name, backward, {b.x.data(), b.gy.data(), b.out.data(), kBenchElements}));
  if (!work) return {};
  return {warm([work] { work->run(); }), static_cast<double>(kBenchElements)};
}

Contest::Side make_side(Contest* c, bool backward, BenchBuffers& b) {
  constexpr auto kCount = static_cast<double>(kBenchElements);
  const std::int64_t units = kBenchElements * kernels::size_of(c->type) / 4;
  Contest::Side side;
  side.moved = {warm([&b, backward, units, type = c->type] { move(b, type, backward, units); }),
                kCount};
  side.ours = {warm([c, backward, &b] {
                 const void* const x = b.in(c->type, 0);
                 void* const out = b.out.data();
                 if (!backward) return c->kernel->forward(x, out, kBenchElements, c->theta);
                 c->kernel->backward(x, b.in(c->type, 1), out, kBenchElements, c->theta, c->gtheta);
               }),
               kCount};
  return side;
}

}  // namespace

Engines::Engines() {
  const auto path = std::filesystem::path(program_path()).parent_path() / "libantigrad_engines.so";
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* const found = library == nullptr ? nullptr : ::dlsym(library, "antigrad_compile");
  if (found == nullptr)
    throw space::Error(
        fmt::format("cannot open the engines ({}); build antigrad again", ::dlerror()));
  compile_ = reinterpret_cast<decltype(compile_)>(found);
}

std::unique_ptr<kernels::Kernel> Engines::compile(const std::string& text, Type type,
                                                  kernels::Tier tier) const {
  return std::unique_ptr<kernels::Kernel>(compile_(text.c_str(), tier, type));
}

BenchBuffers::BenchBuffers() : out(kBenchElements) {
  space::Random random(1);
  const auto add = [this](float v, std::size_t which) {
    kernels::Bf16 b;
    kernels::F16 h;
    kernels::narrow(v, b), kernels::narrow(v, h);
    bf16[which].push_back(b.bits), f16[which].push_back(h.bits);
  };
  for (std::int64_t i = 0; i < kBenchElements; ++i) {
    x.push_back(static_cast<float>(2 * random.normal()));
    gy.push_back(static_cast<float>(random.normal()));
    add(x.back(), 0);
    add(gy.back(), 1);
  }
}

const void* BenchBuffers::in(Type type, int which) const {
  if (type == Type::bf16) return bf16[which].data();
  if (type == Type::f16) return f16[which].data();
  return which == 0 ? x.data() : gy.data();
}

void Contest::round() {
  for (Side& side : sides)
    for (Timed* t : {&side.moved, &side.ours, &side.aten, &side.eager, &side.compiled}) t->round();
}

std::unique_ptr<Contest> make_contest(const std::string& name, Type type, const Engines& engines,
                                      BenchBuffers& buffers, const TrainerLibrary* trainer,
                                      TorchProcess* torch, kernels::Tier tier) {
  using Kind = TorchProcess::Kind;
  const auto activation = space::parse_activation(name);
  auto c = std::make_unique<Contest>();
  c->name = name, c->type = type;
  c->transcendental = !kernels::is_algebraic(activation.f);
  c->theta = space::starts_of(activation.parameters);
  c->gtheta.resize(c->theta.size());
  const auto start = std::chrono::steady_clock::now();
  c->kernel = engines.compile(name, type, tier);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  c->compile_ms = took.count();
  const auto element = type == Type::f32    ? kernels::Element::f32
                       : type == Type::bf16 ? kernels::Element::bf16
                                            : kernels::Element::f16;
  c->tables = kernels::make_tables(activation, element, kernels::machine());
  for (const bool backward : {false, true}) {
    Contest::Side& side = c->sides[backward];
    side = make_side(c.get(), backward, buffers);
    if (type != Type::f32) continue;
    side.aten = aten(trainer, name, backward, buffers);
    if (torch == nullptr) continue;
    side.eager = torch->timed(name, activation, backward, Kind::eager);
    side.compiled = torch->timed(name, activation, backward, Kind::compiled);
  }
  return c;
}

}  // namespace antigrad::app
