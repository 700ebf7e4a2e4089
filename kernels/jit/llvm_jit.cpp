#include "kernels/jit/llvm_jit.hpp"

#include "space/error.hpp"

#ifndef ANTIGRAD_LLVM
namespace antigrad::kernels {

bool has_llvm() { return false; }
Isa host_isa() { return {}; }
std::unique_ptr<Routine> llvm_routine(const Program& program, Type type) {
  return llvm_routine(program, type, {});
}
std::unique_ptr<Routine> llvm_routine(const Program&, Type, const Isa&) {
  throw space::Error(
      "tier llvm: this build has no LLVM; take tier interpreter, or install llvm-19-dev and build "
      "again");
}
std::unique_ptr<Kernel> llvm_kernel(const space::Activation& activation, Type type) {
  return make_kernel(activation, {Tier::llvm, type},
                     [type](const Program& program) { return llvm_routine(program, type); });
}

}  // namespace antigrad::kernels
#else
#include <llvm/ADT/StringMap.h>
#include <llvm/Bitcode/BitcodeWriter.h>
#include <llvm/Config/llvm-config.h>
#include <llvm/ExecutionEngine/Orc/CompileUtils.h>
#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/TargetParser/Host.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "kernels/cache.hpp"
#include "kernels/flatten.hpp"
#include "kernels/jit/emit.hpp"
#include "kernels/jit/vector_math.hpp"
#include "kernels/near.hpp"
#include "kernels/regroup.hpp"
#include "kernels/table_loops.hpp"

namespace antigrad::kernels {
namespace {

namespace orc = llvm::orc;
using space::Expr;
using Code = void (*)(const void* const* in, void* const* out, std::int64_t n,
                      const void* parameters, void* lanes);

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

Isa detect_isa() {
  const auto features = llvm::sys::getHostCPUFeatures();
  const auto has = [&](const char* name) { return features.lookup(name); };
  return {.lanes = has("avx512f") ? 16
                   : has("avx2")  ? 8
                                  : 4,
          .fma = has("fma") || has("neon"),
          .avx512 = has("avx512f"),
          .f16c = has("f16c") || has("neon"),
          .cpu = llvm::sys::getHostCPUName().str(),
          .features = feature_string(features)};
}

/// The host, or what ANTIGRAD_ISA makes of it.
Isa lowered_by_environment(const Isa& host) {
  const char* const asked = std::getenv("ANTIGRAD_ISA");
  if (asked == nullptr || *asked == 0) return host;
  switch (machine()) {
    case Machine::avx512: return host;
    case Machine::avx2: return {8, true, false, true, "x86-64-v3", ""};
    case Machine::baseline: return {4, false, false, false, "x86-64", ""};
  }
  return host;
}

/// One LLJIT. ORC's compiler serves one thread at a time, so a mutex stands in front.
class Jit {
 public:
  Jit() {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    auto machine = expect(orc::JITTargetMachineBuilder::detectHost(), "no host target");
    machine.setCodeGenOptLevel(llvm::CodeGenOptLevel::Default);
    machine.setRelocationModel(llvm::Reloc::PIC_);  // as the linker expects objects
    machine.setCodeModel(llvm::CodeModel::Small);
    triple_ = machine.getTargetTriple().str();
    machine_ = expect(machine.createTargetMachine(), "no target machine");
    jit_ = expect(orc::LLJITBuilder().setJITTargetMachineBuilder(std::move(machine)).create(),
                  "no JIT");
    // Operations without an instruction on an old machine are calls into the C library.
    jit_->getMainJITDylib().addGenerator(
        expect(orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
                   jit_->getDataLayout().getGlobalPrefix()),
               "no symbols of the process"));
    if (auto functions = orc::DynamicLibrarySearchGenerator::Load(
            kVectorMath, jit_->getDataLayout().getGlobalPrefix()))
      jit_->getMainJITDylib().addGenerator(std::move(*functions));
    else
      llvm::consumeError(functions.takeError());  // then no code calls any (vector_math.hpp)
  }

  Isa isa() const { return lowered_by_environment(host_); }

  struct Compiled {
    Code code;
    orc::JITDylib* library;
  };

  Compiled compile(const Program& program, const Isa& isa, Type type) {
    const std::scoped_lock lock(mutex_);
    llvm::LLVMContext context;
    llvm::Module module(kName, context);
    module.setDataLayout(jit_->getDataLayout());
    module.setTargetTriple(triple_);
    emit(module, kName, program, isa, type);
    const auto make = [&] { return object_of(module); };
    return link(portable(module) ? code_cache().get({bitcode(module), triple_, kCompiler}, make)
                                 : make());
  }

  void remove(orc::JITDylib* library) {
    const std::scoped_lock lock(mutex_);
    llvm::consumeError(jit_->getExecutionSession().removeJITDylib(*library));
    jit_->getExecutionSession().getSymbolStringPool()->clearDeadEntries();
  }

 private:
  static constexpr const char* kName = "kernel";  // of every routine, each in a library of its own
  static constexpr const char* kCompiler = "LLVM " LLVM_VERSION_STRING;

  /// The module as bytes: all that its code depends on.
  static std::string bitcode(const llvm::Module& module) {
    std::string bytes;
    llvm::raw_string_ostream out(bytes);
    llvm::WriteBitcodeToFile(module, out);
    return bytes;
  }

  /// Whether the code means the same in another process: it calls no address of this one.
  static bool portable(const llvm::Module& module) {
    for (const llvm::Function& function : module)
      for (const llvm::Instruction& i : llvm::instructions(function))
        if (const auto* call = llvm::dyn_cast<llvm::CallBase>(&i);
            call != nullptr && call->getCalledFunction() == nullptr)
          return false;
    return true;
  }

  std::string object_of(llvm::Module& module) const {
    const auto object = expect(orc::SimpleCompiler(*machine_)(module), "no object");
    return object->getBuffer().str();
  }

  Compiled link(const std::string& object) {
    auto& session = jit_->getExecutionSession();
    orc::JITDylib& library = session.createBareJITDylib("kernel" + std::to_string(made_++));
    library.addToLinkOrder(jit_->getMainJITDylib());
    if (auto error = jit_->getObjLinkingLayer().add(
            library, llvm::MemoryBuffer::getMemBufferCopy(object, kName)))
      throw std::runtime_error("LLVM: " + llvm::toString(std::move(error)));
    const auto symbol = expect(session.lookup({&library}, jit_->mangleAndIntern(kName)), "no code");
    return {symbol.getAddress().toPtr<Code>(), &library};
  }

  const Isa host_ = detect_isa();  // asking the processor is slow on virtual machines
  std::mutex mutex_;
  std::string triple_;
  std::unique_ptr<llvm::TargetMachine> machine_;
  std::unique_ptr<orc::LLJIT> jit_;
  std::uint64_t made_ = 0;
};

/// The process's compiler, made on first use. It is never destroyed: at exit what LLVM keeps in
/// statics of functions may be gone before it, and before routines that live as long.
const std::shared_ptr<Jit>& process_jit() {
  static const auto& jit = *new std::shared_ptr<Jit>(std::make_shared<Jit>());
  return jit;
}

/// T: the type of the arithmetic.
template <class T>
class LlvmRoutine final : public Routine {
 public:
  LlvmRoutine(Program program, Type type, const Isa& isa)
      : program_(std::move(program)),
        element_(size_of(type)),
        reductions_(static_cast<std::size_t>(program_.reductions)),
        lanes_(static_cast<std::size_t>(lane_count(isa, program_.wide))),
        jit_(process_jit()),
        compiled_(jit_->compile(program_, isa, type)) {}
  ~LlvmRoutine() override { jit_->remove(compiled_.library); }
  LlvmRoutine(const LlvmRoutine&) = delete;
  LlvmRoutine& operator=(const LlvmRoutine&) = delete;

  void run(std::span<const void* const> in, std::span<void* const> out, std::int64_t n,
           std::span<const double> parameters, std::span<double> sums) const override {
    const std::vector<T> rounded(parameters.begin(), parameters.end());
    if (reductions_ == 0) {
      compiled_.code(in.data(), out.data(), n, rounded.data(), nullptr);
      return;
    }
    std::fill(sums.begin(), sums.end(), 0.0);
    std::vector<const void*> from(in.begin(), in.end());
    std::vector<void*> to(out.begin(), out.end());
    std::vector<T> lanes(reductions_ * lanes_);
    for (std::int64_t i = 0; i < n; i += kReductionBlock) {
      const std::int64_t size = std::min(n - i, kReductionBlock);
      compiled_.code(from.data(), to.data(), size, rounded.data(), lanes.data());
      add(lanes, sums);
      for (auto& p : from) p = static_cast<const char*>(p) + size * element_;
      for (auto& p : to) p = static_cast<char*>(p) + size * element_;
    }
  }

 private:
  /// The lanes of a block in their order, then the block to the sums.
  void add(const std::vector<T>& lanes, std::span<double> sums) const {
    for (std::size_t k = 0; k < reductions_; ++k) {
      double block = 0;
      for (std::size_t j = 0; j < lanes_; ++j) block += static_cast<double>(lanes[k * lanes_ + j]);
      sums[k] += block;
    }
  }

  const Program program_;  // its tables are called by a wide one
  const std::int64_t element_;
  const std::size_t reductions_, lanes_;
  const std::shared_ptr<Jit> jit_;
  Jit::Compiled compiled_;
};

}  // namespace

bool has_llvm() { return true; }

Isa host_isa() { return process_jit()->isa(); }

std::unique_ptr<Routine> llvm_routine(const Program& program, Type type, const Isa& isa) {
  Program machine = program;
  machine.near = {};
  machine.wide = program.wide || type == Type::f64;
  if (machine.wide) {
    if (type != Type::f64) machine.expr = flatten(machine.expr);
    return std::make_unique<LlvmRoutine<double>>(std::move(machine), type, isa);
  }
  machine.expr = float32_form(program, program.expr);
  if (!program.near.outputs.empty()) {
    machine.near = float32_form(program, program.near);
    machine.expr = near_where_it_serves(machine);
  }
  return std::make_unique<LlvmRoutine<float>>(std::move(machine), type, isa);
}

std::unique_ptr<Routine> llvm_routine(const Program& program, Type type) {
  return llvm_routine(program, type, host_isa());
}

std::unique_ptr<Kernel> llvm_kernel(const space::Activation& activation, Type type) {
  return make_kernel(activation, {Tier::llvm, type},
                     [type](const Program& program) { return llvm_routine(program, type); });
}

}  // namespace antigrad::kernels
#endif
