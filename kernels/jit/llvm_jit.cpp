#include "kernels/jit/llvm_jit.hpp"

#include "space/error.hpp"

#ifndef ANTIGRAD_LLVM
namespace antigrad::kernels {

bool has_llvm() { return false; }
Isa host_isa() { return {}; }
std::unique_ptr<Routine> llvm_routine(const Program& program) { return llvm_routine(program, {}); }
std::unique_ptr<Routine> llvm_routine(const Program&, const Isa&) {
  throw space::Error(
      "tier llvm: this build has no LLVM; take tier interpreter, or install llvm-19-dev and build "
      "again");
}
std::unique_ptr<Kernel> llvm_kernel(const space::Activation& activation) {
  return make_kernel(activation, {Tier::llvm, Type::f32},
                     [](const Program& program) { return llvm_routine(program); });
}

}  // namespace antigrad::kernels
#else
#include <llvm/ADT/StringMap.h>
#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/TargetParser/Host.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "kernels/jit/emit.hpp"
#include "kernels/lower.hpp"
#include "kernels/table_loops.hpp"

namespace antigrad::kernels {
namespace {

namespace orc = llvm::orc;
using Code = void (*)(const void* const* in, void* const* out, std::int64_t n,
                      const float* parameters, float* lanes);

template <class T>
T expect(llvm::Expected<T> value, const char* what) {
  if (value) return std::move(*value);
  throw std::runtime_error(std::string("LLVM: ") + what + ": " + llvm::toString(value.takeError()));
}

std::string feature_string(const llvm::StringMap<bool>& features) {
  std::vector<std::string> names;
  for (const auto& entry : features)
    names.push_back((entry.getValue() ? "+" : "-") + entry.getKey().str());
  std::ranges::sort(names);
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

/// Whether ANTIGRAD_ISA asks for a narrower x86-64 than this one.
bool forced() {
  const char* const asked = std::getenv("ANTIGRAD_ISA");
  return asked != nullptr && *asked != 0 && machine() != Machine::avx512;
}

Isa detect_isa() {
  const auto features = llvm::sys::getHostCPUFeatures();
  Isa isa{4, false, false, llvm::sys::getHostCPUName().str(), feature_string(features)};
  const auto has = [&](const char* name) { return features.lookup(name); };
  if (forced() && machine() == Machine::avx2) return {8, true, false, "x86-64-v3", ""};
  if (forced()) return {4, false, false, "x86-64", ""};
  isa.lanes = has("avx512f") ? 16 : has("avx2") ? 8 : 4;
  isa.avx512 = has("avx512f");
  isa.fma = has("fma") || has("neon");
  return isa;
}

/// One LLJIT. ORC's compiler serves one thread at a time, so a mutex stands in front.
class Jit {
 public:
  Jit() {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    auto machine = expect(orc::JITTargetMachineBuilder::detectHost(), "no host target");
    machine.setCodeGenOptLevel(llvm::CodeGenOptLevel::Default);
    triple_ = machine.getTargetTriple().str();
    jit_ = expect(orc::LLJITBuilder().setJITTargetMachineBuilder(std::move(machine)).create(),
                  "no JIT");
    // Operations without an instruction on an old machine are calls into the C library.
    jit_->getMainJITDylib().addGenerator(
        expect(orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
                   jit_->getDataLayout().getGlobalPrefix()),
               "no symbols of the process"));
  }

  const Isa& isa() const { return isa_; }

  struct Compiled {
    Code code;
    orc::ResourceTrackerSP tracker;
  };

  Compiled compile(const Program& lowered, const Isa& isa) {
    const std::scoped_lock lock(mutex_);
    const std::string name = "kernel" + std::to_string(made_++);
    auto context = std::make_unique<llvm::LLVMContext>();
    auto module = std::make_unique<llvm::Module>(name, *context);
    module->setDataLayout(jit_->getDataLayout());
    module->setTargetTriple(triple_);
    emit(*module, name, lowered, isa);
    auto tracker = jit_->getMainJITDylib().createResourceTracker();
    if (auto error = jit_->addIRModule(
            tracker, orc::ThreadSafeModule(std::move(module), std::move(context))))
      throw std::runtime_error("LLVM: " + llvm::toString(std::move(error)));
    const auto address = expect(jit_->lookup(name), "no code");
    return {address.toPtr<Code>(), std::move(tracker)};
  }

  void remove(orc::ResourceTrackerSP tracker) {
    const std::scoped_lock lock(mutex_);
    llvm::consumeError(tracker->remove());
    tracker.reset();
    jit_->getExecutionSession().getSymbolStringPool()->clearDeadEntries();
  }

 private:
  const Isa isa_ = detect_isa();  // asking the processor is slow on virtual machines
  std::mutex mutex_;
  std::string triple_;
  std::unique_ptr<orc::LLJIT> jit_;
  std::uint64_t made_ = 0;
};

/// The process's compiler, made on first use; routines keep it alive.
std::shared_ptr<Jit> process_jit() {
  static const auto jit = std::make_shared<Jit>();
  return jit;
}

class LlvmRoutine final : public Routine {
 public:
  LlvmRoutine(const Program& lowered, const Isa& isa)
      : elementwise_(static_cast<std::size_t>(lowered.elementwise)),
        reductions_(static_cast<std::size_t>(lowered.reductions)),
        lanes_(static_cast<std::size_t>(lane_count(lowered, isa))),
        jit_(process_jit()),
        compiled_(jit_->compile(lowered, isa)) {}
  ~LlvmRoutine() override { jit_->remove(std::move(compiled_.tracker)); }
  LlvmRoutine(const LlvmRoutine&) = delete;
  LlvmRoutine& operator=(const LlvmRoutine&) = delete;

  void run(std::span<const void* const> in, std::span<void* const> out, std::int64_t n,
           std::span<const double> parameters, std::span<double> sums) const override {
    const std::vector<float> narrow(parameters.begin(), parameters.end());
    if (reductions_ == 0) {
      compiled_.code(in.data(), out.data(), n, narrow.data(), nullptr);
      return;
    }
    std::fill(sums.begin(), sums.end(), 0.0);
    std::vector<const void*> from(in.begin(), in.end());
    std::vector<void*> to(out.begin(), out.end());
    std::vector<float> lanes(reductions_ * lanes_);
    for (std::int64_t i = 0; i < n; i += kReductionBlock) {
      const std::int64_t size = std::min(n - i, kReductionBlock);
      compiled_.code(from.data(), to.data(), size, narrow.data(), lanes.data());
      add(lanes, sums);
      for (auto& p : from) p = static_cast<const float*>(p) + size;
      for (auto& p : to) p = static_cast<float*>(p) + size;
    }
  }

 private:
  /// The lanes of a block in their order, then the block to the sums.
  void add(const std::vector<float>& lanes, std::span<double> sums) const {
    for (std::size_t k = 0; k < reductions_; ++k) {
      double block = 0;
      for (std::size_t j = 0; j < lanes_; ++j) block += static_cast<double>(lanes[k * lanes_ + j]);
      sums[k] += block;
    }
  }

  const std::size_t elementwise_, reductions_, lanes_;
  const std::shared_ptr<Jit> jit_;
  Jit::Compiled compiled_;
};

}  // namespace

bool has_llvm() { return true; }

Isa host_isa() { return process_jit()->isa(); }

std::unique_ptr<Routine> llvm_routine(const Program& program, const Isa& isa) {
  Program lowered = program;
  lowered.expr = lower(program.expr);
  return std::make_unique<LlvmRoutine>(lowered, isa);
}

std::unique_ptr<Routine> llvm_routine(const Program& program) {
  return llvm_routine(program, host_isa());
}

std::unique_ptr<Kernel> llvm_kernel(const space::Activation& activation) {
  return make_kernel(activation, {Tier::llvm, Type::f32},
                     [](const Program& program) { return llvm_routine(program); });
}

}  // namespace antigrad::kernels
#endif
