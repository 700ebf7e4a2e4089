#include "kernels/interpreter.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "kernels/half.hpp"
#include "kernels/rewrite.hpp"
#include "space/rows-inl.hpp"
#include "space/table.hpp"

namespace antigrad::kernels {
namespace {

using space::Expr;
using space::Node;
using space::Op;

constexpr int kBlock = 512;  // elements an operation works on; divides kReductionBlock
constexpr int kLanes = 8;    // partial sums of a reduction
static_assert(kReductionBlock % kBlock == 0);

/// Which block-sized slot holds each node; slots of varying nodes are used again after the last
/// reader.
struct Slots {
  std::vector<int> of;
  int count = 0;
};

Slots assign_slots(const Expr& e, const std::vector<bool>& uniform) {
  std::vector<std::size_t> last(e.nodes.size(), 0);
  for (std::size_t i = 0; i < e.nodes.size(); ++i) {
    const std::uint16_t operands[] = {e.nodes[i].a, e.nodes[i].b, e.nodes[i].c, e.nodes[i].d};
    for (int k = 0; k < space::primitive(e.nodes[i].op).arity; ++k) last[operands[k]] = i;
  }
  for (const auto o : e.outputs) last[o] = e.nodes.size();
  Slots slots{std::vector<int>(e.nodes.size()), 0};
  std::vector<int> free;
  std::vector<std::vector<int>> released(e.nodes.size() + 1);
  for (std::size_t i = 0; i < e.nodes.size(); ++i) {
    if (uniform[i] || free.empty()) {
      slots.of[i] = slots.count++;
    } else {
      slots.of[i] = free.back();
      free.pop_back();
    }
    if (!uniform[i]) released[std::max(last[i], i)].push_back(slots.of[i]);
    free.insert(free.end(), released[i].begin(), released[i].end());
  }
  return slots;
}

/// y[i] = row(a[i], b[i], c[i], d[i]), from the table of primitives. y is no operand.
template <class T>
void apply(Op op, const T* __restrict pa, const T* __restrict pb, const T* __restrict pc,
           const T* __restrict pd, T* __restrict y, int n) {
  using namespace space::rows;
  switch (op) {
#define CORE(ID, NAME, ARITY, Y, ...)                                      \
  case Op::ID:                                                             \
    for (int i = 0; i < n; ++i) {                                          \
      [[maybe_unused]] const T a = pa[i], b = pb[i], c = pc[i], d = pd[i]; \
      y[i] = Y;                                                            \
    }                                                                      \
    return;
#define PRIMITIVE(ID, NAME, ...)                                 \
  case Op::ID:                                                   \
    for (int i = 0; i < n; ++i) y[i] = space::rows::NAME(pa[i]); \
    return;
#include "space/primitives.def"
  }
}

/// Sum of n elements in double, in a fixed order.
template <class T>
double sum(const T* v, int n) {
  double lanes[kLanes] = {};
  int i = 0;
  for (; i + kLanes <= n; i += kLanes)
    for (int k = 0; k < kLanes; ++k) lanes[k] += static_cast<double>(v[i + k]);
  for (int k = 0; i < n; ++i, ++k) lanes[k] += static_cast<double>(v[i]);
  double total = 0;
  for (const double lane : lanes) total += lane;
  return total;
}

/// Arithmetic in T on elements that are stored as S.
template <class T, class S = T>
class Interpreter final : public Routine {
 public:
  explicit Interpreter(const Program& program)
      : program_(program),
        uniform_(uniform_nodes(program.expr)),
        slots_(assign_slots(program.expr, uniform_)) {}

  void run(std::span<const void* const> in, std::span<void* const> out, std::int64_t n,
           std::span<const double> parameters, std::span<double> sums) const override {
    const int longest = static_cast<int>(std::min<std::int64_t>(n, kBlock));
    const auto memory =
        std::make_unique_for_overwrite<T[]>(static_cast<std::size_t>(slots_.count) * kBlock);
    execute(true, in, 0, longest, parameters, memory.get());
    std::fill(sums.begin(), sums.end(), 0.0);
    std::vector<double> block_sums(sums.size());
    for (std::int64_t i = 0; i < n; i += kBlock) {
      const int size = static_cast<int>(std::min<std::int64_t>(n - i, kBlock));
      execute(false, in, i, size, parameters, memory.get());
      write(out, i, size, memory.get());
      for (std::size_t k = 0; k < sums.size(); ++k)
        block_sums[k] += sum(slot(program_.expr.outputs[out.size() + k], memory.get()), size);
      if ((i + kBlock) % kReductionBlock != 0 && i + kBlock < n) continue;
      for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += std::exchange(block_sums[k], 0.0);
    }
  }

 private:
  T* slot(std::size_t node, T* memory) const { return memory + slots_.of[node] * kBlock; }

  /// The uniform or the varying nodes over elements offset .. offset + n.
  void execute(bool uniform, std::span<const void* const> in, std::int64_t offset, int n,
               std::span<const double> parameters, T* memory) const {
    const Expr& e = program_.expr;
    for (std::size_t i = 0; i < e.nodes.size(); ++i) {
      if (uniform_[i] != uniform) continue;
      const Node& node = e.nodes[i];
      T* const y = slot(i, memory);
      switch (node.op) {
        case Op::Var: load(in[node.a], offset, n, y); break;
        case Op::Param: std::fill_n(y, n, static_cast<T>(parameters[node.a])); break;
        case Op::Lit: std::fill_n(y, n, static_cast<T>(e.literals[node.a])); break;
        case Op::Integral: integral(*e.tables[node.b], slot(node.a, memory), y, n); break;
        default: operation(node, memory, y, n);
      }
    }
  }

  void operation(const Node& node, T* memory, T* y, int n) const {
    const int arity = space::primitive(node.op).arity;
    const T* const a = slot(node.a, memory);
    apply<T>(node.op, a, arity > 1 ? slot(node.b, memory) : a, arity > 2 ? slot(node.c, memory) : a,
             arity > 3 ? slot(node.d, memory) : a, y, n);
  }

  static void integral(const space::Table& table, const T* a, T* y, int n) {
    for (int i = 0; i < n; ++i) y[i] = static_cast<T>(table.value(static_cast<double>(a[i])));
  }

  static void load(const void* from, std::int64_t offset, int n, T* y) {
    S stored[kBlock];
    std::memcpy(stored,
                static_cast<const char*>(from) + offset * static_cast<std::int64_t>(sizeof(S)),
                static_cast<std::size_t>(n) * sizeof(S));
    for (int i = 0; i < n; ++i) y[i] = widen(stored[i]);
  }

  void write(std::span<void* const> out, std::int64_t offset, int n, T* memory) const {
    for (std::size_t k = 0; k < out.size(); ++k) {
      const T* const y = slot(program_.expr.outputs[k], memory);
      S stored[kBlock];
      for (int i = 0; i < n; ++i) narrow(y[i], stored[i]);
      std::memcpy(static_cast<char*>(out[k]) + offset * static_cast<std::int64_t>(sizeof(S)),
                  stored, static_cast<std::size_t>(n) * sizeof(S));
    }
  }

  const Program program_;
  const std::vector<bool> uniform_;
  const Slots slots_;
};

}  // namespace

template <class T>
std::unique_ptr<Routine> interpret(const Program& program) {
  return std::make_unique<Interpreter<T>>(program);
}
template std::unique_ptr<Routine> interpret<float>(const Program&);
template std::unique_ptr<Routine> interpret<double>(const Program&);

std::unique_ptr<Routine> interpret(const Program& program, Type type) {
  switch (type) {
    case Type::f32:
      if (program.wide) return std::make_unique<Interpreter<double, float>>(program);
      return interpret<float>(program);
    case Type::f64: return interpret<double>(program);
    case Type::bf16: return std::make_unique<Interpreter<float, Bf16>>(program);
    case Type::f16: return std::make_unique<Interpreter<float, F16>>(program);
  }
  return nullptr;
}

std::unique_ptr<Kernel> interpreter_kernel(const space::Activation& activation, Type type) {
  return make_kernel(activation, {Tier::interpreter, type},
                     [type](const Program& program) { return interpret(program, type); });
}

}  // namespace antigrad::kernels
