// The one door: which engine serves an activation, and the kernels that were made last, so that a
// candidate's next task or seed does not compile again.
#include <algorithm>
#include <list>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "kernels/interpreter.hpp"
#include "kernels/jit/llvm_jit.hpp"
#include "kernels/kernel.hpp"
#include "kernels/table_kernel.hpp"
#include "space/error.hpp"

namespace antigrad::kernels {
namespace {

/// The engine for what is no table.
MakeRoutine routine(Type type) {
  return [type](const Program& program) {
    return has_llvm() ? llvm_routine(program, type) : interpret(program, type);
  };
}

/// What the table tier makes of the type; nothing for f64.
std::optional<Element> element_of(Type type) {
  if (type == Type::f32) return Element::f32;
  if (type == Type::bf16) return Element::bf16;
  if (type == Type::f16) return Element::f16;
  return std::nullopt;
}

/// nullptr where the tables do not verify, or machine code is faster.
std::unique_ptr<Kernel> verified_kernel(const space::Activation& activation, Type type) {
  const auto element = element_of(type);
  if (!element) return nullptr;
  TablePair tables = make_tables(activation, *element, machine());
  if (!tables.verified() || !tables.near_enough()) return nullptr;
  if (has_llvm() && beaten_by_formula(activation, tables)) return nullptr;
  return table_kernel(activation, std::move(tables), routine(type));
}

std::unique_ptr<Kernel> table_kernel_or_error(const space::Activation& activation, Type type) {
  const auto element = element_of(type);
  if (!element)
    throw space::Error("tier table has elements of f32, bf16 and f16; take tier automatic");
  return table_kernel(activation, make_tables(activation, *element, machine()), routine(type));
}

std::unique_ptr<Kernel> make(const space::Activation& activation, const Target& target) {
  switch (target.tier) {
    case Tier::table: return table_kernel_or_error(activation, target.type);
    case Tier::interpreter: return interpreter_kernel(activation, target.type);
    case Tier::llvm: return llvm_kernel(activation, target.type);
    case Tier::automatic: break;
  }
  if (auto kernel = verified_kernel(activation, target.type)) return kernel;
  return has_llvm() ? llvm_kernel(activation, target.type)
                    : interpreter_kernel(activation, target.type);
}

/// A kernel that several owners share.
class SharedKernel final : public Kernel {
 public:
  explicit SharedKernel(std::shared_ptr<const Kernel> kernel) : kernel_(std::move(kernel)) {}
  Tier tier() const override { return kernel_->tier(); }
  Type type() const override { return kernel_->type(); }
  void forward(const void* x, void* y, std::int64_t n,
               std::span<const double> theta) const override {
    kernel_->forward(x, y, n, theta);
  }
  void backward(const void* x, const void* gy, void* gx, std::int64_t n,
                std::span<const double> theta, std::span<double> gtheta) const override {
    kernel_->backward(x, gy, gx, n, theta, gtheta);
  }
  void double_backward(const void* x, const void* gy, const void* ggx, void* dgy, void* dx,
                       std::int64_t n, std::span<const double> theta,
                       std::span<const double> ggtheta, std::span<double> dtheta) const override {
    kernel_->double_backward(x, gy, ggx, dgy, dx, n, theta, ggtheta, dtheta);
  }

 private:
  std::shared_ptr<const Kernel> kernel_;
};

/// The kernels used last, compared by the whole functions and by the starts of their parameters,
/// for which a kernel's limits are proved.
class Cache {
 public:
  std::shared_ptr<const Kernel> get(const space::Activation& activation, const Target& target) {
    const Machine machine = kernels::machine();
    const std::vector<double> starts = space::starts_of(activation.parameters);
    const auto same = [&](const Entry& e) {
      return e.target.tier == target.tier && e.target.type == target.type && e.machine == machine &&
             e.f == activation.f && e.g == activation.g && e.starts == starts;
    };
    {
      const std::scoped_lock lock(mutex_);
      const auto at = std::ranges::find_if(entries_, same);
      if (at != entries_.end()) {
        entries_.splice(entries_.begin(), entries_, at);
        return at->kernel;
      }
    }
    std::shared_ptr<const Kernel> kernel = make(activation, target);
    const std::scoped_lock lock(mutex_);
    entries_.push_front({target, machine, activation.f, activation.g, starts, kernel});
    if (entries_.size() > kEntries) entries_.pop_back();
    return kernel;
  }

 private:
  static constexpr std::size_t kEntries = 16;
  struct Entry {
    Target target;
    Machine machine;
    space::Expr f, g;
    std::vector<double> starts;
    std::shared_ptr<const Kernel> kernel;
  };
  std::mutex mutex_;
  std::list<Entry> entries_;  // used last first
};

/// Never destroyed: its kernels are machine code of a compiler that is not, either.
Cache& process_cache() {
  static Cache& cache = *new Cache;
  return cache;
}

}  // namespace

std::unique_ptr<Kernel> compile(const space::Activation& activation, const Target& target) {
  return std::make_unique<SharedKernel>(process_cache().get(activation, target));
}

}  // namespace antigrad::kernels
