#ifdef ANTIGRAD_LLVM
#include "kernels/jit/emit.hpp"

#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/raw_ostream.h>

#include <initializer_list>
#include <stdexcept>
#include <utility>
#include <vector>

#include "kernels/jit/elements.hpp"
#include "kernels/jit/program_code.hpp"
#include "kernels/jit/vector_ops.hpp"

namespace antigrad::kernels {
namespace {

using llvm::Align;
using llvm::BasicBlock;
using llvm::PHINode;
using llvm::Value;

/// Vectors an iteration works on: fewer for long programs, whose values would not fit the
/// registers.
int unroll_of(const space::Expr& e) {
  const std::size_t size = e.nodes.size();
  return size <= 60 ? 4 : size <= 120 ? 3 : size <= 300 ? 2 : 1;
}

/// What the unrolled loop computes.
const space::Expr& body_of(const Program& program) {
  return program.near.outputs.empty() ? program.expr : program.near;
}

/// One function under construction. Blocks: entry (parameters, constants), body (unrolled), rest
/// (one masked vector at a time), finish (lanes stored). With a near program: head (is there an
/// iteration?), check (are its inputs near?), body for these, tail (is there a rest?), rest for
/// what is left and for iterations with inputs that are not near, back to head.
class Emitter {
 public:
  Emitter(llvm::Module& module, const std::string& name, const Program& program, const Isa& isa,
          Type type)
      : program_(program),
        isa_(isa),
        unroll_(unroll_of(body_of(program))),
        ir_(module.getContext()),
        ops_(ir_, isa, program.wide, type == Type::f64),
        elements_(ir_, ops_, isa, type),
        function_(declare(module, name)),
        whole_(ir_, ops_, isa, module, program, program.expr, isa.fma && !program.wide),
        near_(ir_, ops_, isa, module, program, body_of(program), isa.fma && !program.wide) {}

  void emit() {
    if (program_.near.outputs.empty())
      emit_plain();
    else
      emit_guarded();
    ir_.CreateRetVoid();
    verify();
  }

 private:
  void emit_plain() {
    auto* const entry = block("entry");
    auto* const body = block("body");
    auto* const rest_check = block("rest_check");
    auto* const rest = block("rest");
    auto* const finish = block("finish");
    ir_.SetInsertPoint(entry);
    load_arguments();
    near_.emit_uniform_nodes(function_->getArg(3));
    Value* const step = ir_.getInt64(unroll_ * ops_.lanes());
    Value* const whole = ir_.CreateSub(n_, ir_.CreateSRem(n_, step));
    ir_.CreateCondBr(ir_.CreateICmpSGT(whole, ir_.getInt64(0)), body, rest_check);
    const Values after_body = emit_body(entry, body, rest_check, whole);
    ir_.SetInsertPoint(rest_check);
    const Values sums = merge(entry, body, after_body);
    ir_.CreateCondBr(ir_.CreateICmpSLT(whole, n_), rest, finish);
    const Values after_rest = emit_rest(rest_check, rest, finish, whole, sums);
    ir_.SetInsertPoint(finish);
    store_lanes(rest_check, rest, sums, after_rest);
  }

  void emit_guarded() {
    auto* const entry = block("entry");
    auto* const head = block("head");
    auto* const check = block("check");
    auto* const body = block("body");
    auto* const tail = block("tail");
    auto* const rest = block("rest");
    auto* const finish = block("finish");
    ir_.SetInsertPoint(entry);
    load_arguments();
    whole_.emit_uniform_nodes(function_->getArg(3));
    near_.emit_uniform_nodes(function_->getArg(3));
    ir_.CreateBr(head);

    const auto reductions = static_cast<std::size_t>(program_.reductions);
    ir_.SetInsertPoint(head);
    PHINode* const i = ir_.CreatePHI(ir_.getInt64Ty(), 3);
    const auto near_sums = sum_phis(reductions), far_sums = sum_phis(reductions);
    Value* const to = ir_.CreateAdd(i, ir_.getInt64(unroll_ * ops_.lanes()));
    ir_.CreateCondBr(ir_.CreateICmpSLE(to, n_), check, tail);

    ir_.SetInsertPoint(check);
    Values x;
    for (int u = 0; u < unroll_; ++u) x.push_back(elements_.load(in_[0], index(i, u)));
    ir_.CreateCondBr(any_far(x), rest, body);

    ir_.SetInsertPoint(body);
    const Values near_next = body_values(i, Values(near_sums.begin(), near_sums.end()), x);
    ir_.CreateBr(head);

    ir_.SetInsertPoint(tail);
    ir_.CreateCondBr(ir_.CreateICmpSLT(i, n_), rest, finish);

    ir_.SetInsertPoint(rest);
    PHINode* const j = ir_.CreatePHI(ir_.getInt64Ty(), 3);
    PHINode* const end = ir_.CreatePHI(ir_.getInt64Ty(), 3);
    const auto rest_sums = sum_phis(reductions);
    const Values far_next = rest_values(whole_, j, end, Values(rest_sums.begin(), rest_sums.end()));
    Value* const next = ir_.CreateAdd(j, ir_.getInt64(ops_.lanes()));
    ir_.CreateCondBr(ir_.CreateICmpSLT(next, end), rest, head);

    incoming(i, {{ir_.getInt64(0), entry}, {to, body}, {end, rest}});
    incoming(j, {{i, check}, {i, tail}, {next, rest}});
    incoming(end, {{to, check}, {n_, tail}, {end, rest}});
    for (std::size_t k = 0; k < reductions; ++k) {
      incoming(near_sums[k], {{zero(), entry}, {near_next[k], body}, {near_sums[k], rest}});
      incoming(far_sums[k], {{zero(), entry}, {far_sums[k], body}, {far_next[k], rest}});
      incoming(rest_sums[k], {{far_sums[k], check}, {far_sums[k], tail}, {far_next[k], rest}});
    }
    ir_.SetInsertPoint(finish);
    for (std::size_t k = 0; k < reductions; ++k)
      store_lane(k, ir_.CreateFAdd(scaled(near_, k, near_sums[k]), scaled(whole_, k, far_sums[k])));
  }

  /// Whether a number is beyond the reach of the near program, or NaN.
  Value* any_far(const Values& x) {
    Value* far = nullptr;
    for (Value* const v : x) {
      Value* const size = ops_.apply(space::Op::Abs, v, nullptr, nullptr, nullptr);
      Value* const beyond = ir_.CreateFCmpUGT(size, ops_.literal(program_.reach));
      far = far ? ir_.CreateOr(far, beyond) : beyond;
    }
    auto* const bits = ir_.getIntNTy(static_cast<unsigned>(ops_.lanes()));
    return ir_.CreateICmpNE(ir_.CreateBitCast(far, bits), llvm::ConstantInt::get(bits, 0));
  }

  static void incoming(PHINode* phi, std::initializer_list<std::pair<Value*, BasicBlock*>> all) {
    for (const auto& [value, from] : all) phi->addIncoming(value, from);
  }

  llvm::Function* declare(llvm::Module& module, const std::string& name) {
    llvm::Type* const pointer = ir_.getPtrTy();
    auto* const type = llvm::FunctionType::get(
        ir_.getVoidTy(), {pointer, pointer, ir_.getInt64Ty(), pointer, pointer}, false);
    auto* const f = llvm::Function::Create(type, llvm::Function::ExternalLinkage, name, module);
    const std::string width = std::to_string(isa_.lanes * 32);
    f->addFnAttr("prefer-vector-width", width);
    f->addFnAttr("min-legal-vector-width", width);
    f->addFnAttr("target-cpu", isa_.cpu);
    f->addFnAttr("target-features", isa_.features);
    f->addFnAttr(llvm::Attribute::NoUnwind);
    return f;
  }

  BasicBlock* block(const char* name) {
    return BasicBlock::Create(ir_.getContext(), name, function_);
  }

  void load_arguments() {
    n_ = function_->getArg(2);
    const auto pointer = [&](unsigned list, int k) {
      return ir_.CreateLoad(ir_.getPtrTy(),
                            ir_.CreateConstGEP1_32(ir_.getPtrTy(), function_->getArg(list), k));
    };
    for (int k = 0; k < program_.inputs; ++k) in_.push_back(pointer(0, k));
    for (int k = 0; k < program_.elementwise; ++k) out_.push_back(pointer(1, k));
  }

  Value* index(Value* i, int copy) {
    return copy == 0 ? i : ir_.CreateAdd(i, ir_.getInt64(copy * ops_.lanes()));
  }

  std::vector<PHINode*> sum_phis(std::size_t count) {
    std::vector<PHINode*> phis;
    for (std::size_t k = 0; k < count; ++k) phis.push_back(ir_.CreatePHI(ops_.type(), 2));
    return phis;
  }

  /// An unrolled iteration at i, with x where that is read already; returns the sums.
  Values body_values(Value* i, Values sums, const Values& x = {}) {
    const auto v = near_.compute(unroll_, [&](int u, int input) -> Value* {
      if (input == 0 && !x.empty()) return x[static_cast<std::size_t>(u)];
      return elements_.load(in_[static_cast<std::size_t>(input)], index(i, u));
    });
    for (int u = 0; u < unroll_; ++u)
      for (int k = 0; k < program_.elementwise; ++k)
        elements_.store(near_.output(v[static_cast<std::size_t>(u)], k),
                        out_[static_cast<std::size_t>(k)], index(i, u));
    for (const Values& copy : v)
      for (std::size_t k = 0; k < sums.size(); ++k)
        sums[k] = near_.add(sums[k], copy, static_cast<int>(k));
    return sums;
  }

  /// The elements from i on of one vector, below `end`; returns the sums.
  Values rest_values(ProgramCode& code, Value* i, Value* end, Values sums) {
    Value* const mask = rest_mask(i, end);
    const Values v =
        code.compute(1,
                     [&](int, int input) -> Value* {
                       return elements_.load(in_[static_cast<std::size_t>(input)], i, mask);
                     })
            .front();
    for (int k = 0; k < program_.elementwise; ++k)
      elements_.store(code.output(v, k), out_[static_cast<std::size_t>(k)], i, mask);
    for (std::size_t k = 0; k < sums.size(); ++k)
      sums[k] = code.add(sums[k], v, static_cast<int>(k), mask);
    return sums;
  }

  /// Elements 0 .. whole; returns the sums.
  Values emit_body(BasicBlock* before, BasicBlock* body, BasicBlock* after, Value* whole) {
    ir_.SetInsertPoint(body);
    PHINode* const i = ir_.CreatePHI(ir_.getInt64Ty(), 2);
    const auto reductions = static_cast<std::size_t>(program_.reductions);
    const auto sums = sum_phis(reductions);
    const Values next = body_values(i, Values(sums.begin(), sums.end()));
    Value* const end = ir_.CreateAdd(i, ir_.getInt64(unroll_ * ops_.lanes()));
    close_loop(before, i, ir_.getInt64(0), end, sums, Values(sums.size(), zero()), next);
    ir_.CreateCondBr(ir_.CreateICmpSLT(end, whole), body, after);
    return next;
  }

  /// Elements whole .. n, a masked vector at a time.
  Values emit_rest(BasicBlock* before, BasicBlock* rest, BasicBlock* after, Value* whole,
                   const Values& initial) {
    ir_.SetInsertPoint(rest);
    PHINode* const i = ir_.CreatePHI(ir_.getInt64Ty(), 2);
    const auto sums = sum_phis(static_cast<std::size_t>(program_.reductions));
    const Values next = rest_values(near_, i, n_, Values(sums.begin(), sums.end()));
    Value* const end = ir_.CreateAdd(i, ir_.getInt64(ops_.lanes()));
    close_loop(before, i, whole, end, sums, initial, next);
    ir_.CreateCondBr(ir_.CreateICmpSLT(end, n_), rest, after);
    return next;
  }

  Value* rest_mask(Value* i, Value* end) {
    llvm::SmallVector<llvm::Constant*, 16> lanes;
    for (int k = 0; k < ops_.lanes(); ++k) lanes.push_back(ir_.getInt32(static_cast<unsigned>(k)));
    Value* const left = ir_.CreateTrunc(ir_.CreateSub(end, i), ir_.getInt32Ty());
    return ir_.CreateICmpSLT(llvm::ConstantVector::get(lanes),
                             ir_.CreateVectorSplat(ops_.lanes(), left));
  }

  llvm::Type* scalar() const { return ops_.type()->getElementType(); }
  Value* zero() const { return llvm::Constant::getNullValue(ops_.type()); }

  void close_loop(BasicBlock* before, PHINode* i, Value* start, Value* end,
                  const std::vector<PHINode*>& sums, const Values& initial, const Values& next) {
    BasicBlock* const here = ir_.GetInsertBlock();
    i->addIncoming(start, before);
    i->addIncoming(end, here);
    for (std::size_t s = 0; s < sums.size(); ++s) {
      sums[s]->addIncoming(initial[s], before);
      sums[s]->addIncoming(next[s], here);
    }
  }

  /// The sums after the body, or zeros where it did not run.
  Values merge(BasicBlock* entry, BasicBlock* body, const Values& after_body) {
    Values merged;
    for (Value* const v : after_body) {
      PHINode* const phi = ir_.CreatePHI(ops_.type(), 2);
      phi->addIncoming(zero(), entry);
      phi->addIncoming(v, body);
      merged.push_back(phi);
    }
    return merged;
  }

  void store_lanes(BasicBlock* rest_check, BasicBlock* rest, const Values& sums,
                   const Values& after_rest) {
    Values last;
    for (std::size_t k = 0; k < sums.size(); ++k) {
      PHINode* const phi = ir_.CreatePHI(ops_.type(), 2);
      phi->addIncoming(sums[k], rest_check);
      phi->addIncoming(after_rest[k], rest);
      last.push_back(phi);
    }
    for (std::size_t k = 0; k < last.size(); ++k) store_lane(k, scaled(near_, k, last[k]));
  }

  /// The sum of reduction k with its factor.
  Value* scaled(const ProgramCode& code, std::size_t k, Value* sum) {
    Value* const f = code.factor(static_cast<int>(k));
    return f ? ir_.CreateFMul(sum, f) : sum;
  }

  void store_lane(std::size_t k, Value* sum) {
    const auto at = k * static_cast<std::size_t>(ops_.lanes());
    ir_.CreateAlignedStore(sum, ir_.CreateConstGEP1_64(scalar(), function_->getArg(4), at),
                           Align(4));
  }

  void verify() const {
    std::string text;
    llvm::raw_string_ostream stream(text);
    if (llvm::verifyFunction(*function_, &stream))
      throw std::logic_error("generated code is not sound: " + text);
  }

  const Program& program_;
  const Isa& isa_;
  const int unroll_;
  llvm::IRBuilder<> ir_;
  VectorOps ops_;
  Elements elements_;
  llvm::Function* function_;
  ProgramCode whole_, near_;  // near_: what the unrolled loop computes
  Value* n_ = nullptr;
  Values in_, out_;
};

}  // namespace

void emit(llvm::Module& module, const std::string& name, const Program& program, const Isa& isa,
          Type type) {
  Emitter(module, name, program, isa, type).emit();
}

}  // namespace antigrad::kernels
#endif
