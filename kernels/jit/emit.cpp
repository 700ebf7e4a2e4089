#ifdef ANTIGRAD_LLVM
#include "kernels/jit/emit.hpp"

#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/raw_ostream.h>

#include <stdexcept>
#include <vector>

#include "kernels/float_table.hpp"
#include "kernels/jit/elements.hpp"
#include "kernels/jit/table_lookup.hpp"
#include "kernels/jit/vector_ops.hpp"

namespace antigrad::kernels {
namespace {

using llvm::Align;
using llvm::BasicBlock;
using llvm::PHINode;
using llvm::Value;
using space::Node;
using space::Op;

using Values = std::vector<Value*>;

/// Vectors an iteration works on: fewer for long programs, whose values would not fit the
/// registers.
int unroll_of(const Program& program) {
  const std::size_t size = program.expr.nodes.size();
  return size <= 60 ? 4 : size <= 120 ? 3 : size <= 300 ? 2 : 1;
}

/// One function under construction. Blocks: entry (parameters, constants), body (unrolled), rest
/// (one masked vector at a time), finish (lanes stored).
class Emitter {
 public:
  Emitter(llvm::Module& module, const std::string& name, const Program& program, const Isa& isa,
          Type type)
      : program_(program),
        isa_(isa),
        unroll_(unroll_of(program)),
        fuses_(isa.fma && type != Type::f64),
        ir_(module.getContext()),
        ops_(ir_, isa, type == Type::f64),
        elements_(ir_, ops_, isa, type),
        function_(declare(module, name)) {
    if (type != Type::f64) make_lookups(module);
  }

  void emit() {
    auto* const entry = block("entry");
    auto* const body = block("body");
    auto* const rest_check = block("rest_check");
    auto* const rest = block("rest");
    auto* const finish = block("finish");
    ir_.SetInsertPoint(entry);
    load_arguments();
    emit_uniform_nodes();
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
    ir_.CreateRetVoid();
    verify();
  }

 private:
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

  void make_lookups(llvm::Module& module) {
    for (const auto& table : program_.expr.tables)
      lookups_.emplace_back(ir_, ops_, isa_, module, make_float_table(*table));
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

  /// What does not depend on an input, once, in front of the loops.
  void emit_uniform_nodes() {
    const auto& e = program_.expr;
    uniform_.resize(e.nodes.size());
    for (std::size_t i = 0; i < e.nodes.size(); ++i) {
      const Node& n = e.nodes[i];
      if (n.op == Op::Var) continue;
      if (n.op == Op::Lit) {
        uniform_[i] = ops_.literal(e.literals[n.a]);
      } else if (n.op == Op::Param) {
        Value* const at = ir_.CreateConstGEP1_32(scalar(), function_->getArg(3), n.a);
        uniform_[i] = ir_.CreateVectorSplat(ops_.lanes(), ir_.CreateLoad(scalar(), at));
      } else if (operands_in(uniform_, n)) {
        uniform_[i] = operation(n, uniform_);
      }
    }
  }

  static bool operands_in(const Values& values, const Node& n) {
    const std::uint16_t operands[] = {n.a, n.b, n.c, n.d};
    for (int k = 0; k < space::primitive(n.op).arity; ++k)
      if (!values[operands[k]]) return false;
    return true;
  }

  Value* operation(const Node& n, const Values& v) {
    if (n.op == Op::Integral)
      return lookups_.empty() ? ops_.integral(program_.expr.tables[n.b].get(), v[n.a])
                              : lookups_[n.b].value(v[n.a]);
    return ops_.apply(n.op, v[n.a], v[n.b], v[n.c], v[n.d]);
  }

  /// Values of all nodes for `copies` vectors, operation by operation. load(copy, input) reads one.
  template <class Load>
  std::vector<Values> compute(int copies, const Load& load) {
    std::vector<Values> v(static_cast<std::size_t>(copies), uniform_);
    const auto& nodes = program_.expr.nodes;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (uniform_[i]) continue;
      for (int u = 0; u < copies; ++u) {
        Values& at = v[static_cast<std::size_t>(u)];
        at[i] = nodes[i].op == Op::Var ? load(u, nodes[i].a) : operation(nodes[i], at);
      }
    }
    return v;
  }

  Value* index(Value* i, int copy) {
    return copy == 0 ? i : ir_.CreateAdd(i, ir_.getInt64(copy * ops_.lanes()));
  }

  Value* output(const Values& v, int k) const {
    return v[program_.expr.outputs[static_cast<std::size_t>(k)]];
  }

  std::vector<PHINode*> sum_phis(std::size_t count) {
    std::vector<PHINode*> phis;
    for (std::size_t k = 0; k < count; ++k) phis.push_back(ir_.CreatePHI(ops_.type(), 2));
    return phis;
  }

  /// The node that is added up for reduction k: without its uniform factor, which the sum gets.
  std::uint16_t summed(int k) const {
    const auto i = program_.expr.outputs[static_cast<std::size_t>(program_.elementwise + k)];
    const Node& n = program_.expr.nodes[i];
    return n.op == Op::Mul && uniform_[n.a] && !uniform_[n.b] && fuses_ ? n.b : i;
  }
  Value* factor(int k) const {
    const auto i = program_.expr.outputs[static_cast<std::size_t>(program_.elementwise + k)];
    return summed(k) == i ? nullptr : uniform_[program_.expr.nodes[i].a];
  }

  /// sum + reduction k of the values v, in one rounding where that is a product. With a mask, where
  /// it is true.
  Value* add(Value* sum, const Values& v, int k, Value* mask = nullptr) {
    const auto output_node = summed(k);
    const Node& n = program_.expr.nodes[output_node];
    Value* const grown = n.op == Op::Mul && fuses_
                             ? ops_.apply(Op::Fma, v[n.a], v[n.b], sum, nullptr)
                             : ir_.CreateFAdd(sum, v[output_node]);
    return mask ? ir_.CreateSelect(mask, grown, sum) : grown;
  }

  /// Elements 0 .. whole; returns the sums.
  Values emit_body(BasicBlock* before, BasicBlock* body, BasicBlock* after, Value* whole) {
    ir_.SetInsertPoint(body);
    PHINode* const i = ir_.CreatePHI(ir_.getInt64Ty(), 2);
    const auto reductions = static_cast<std::size_t>(program_.reductions);
    const auto sums = sum_phis(reductions);
    const auto v = compute(unroll_, [&](int u, int input) -> Value* {
      return elements_.load(in_[static_cast<std::size_t>(input)], index(i, u));
    });
    for (int u = 0; u < unroll_; ++u)
      for (int k = 0; k < program_.elementwise; ++k)
        elements_.store(output(v[static_cast<std::size_t>(u)], k),
                        out_[static_cast<std::size_t>(k)], index(i, u));
    Values next(sums.begin(), sums.end());
    for (const Values& copy : v)
      for (std::size_t k = 0; k < reductions; ++k)
        next[k] = add(next[k], copy, static_cast<int>(k));
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
    Value* const mask = rest_mask(i);
    const Values v = compute(1, [&](int, int input) -> Value* {
                       return elements_.load(in_[static_cast<std::size_t>(input)], i, mask);
                     }).front();
    for (int k = 0; k < program_.elementwise; ++k)
      elements_.store(output(v, k), out_[static_cast<std::size_t>(k)], i, mask);
    Values next;
    for (int k = 0; k < program_.reductions; ++k)
      next.push_back(add(sums[static_cast<std::size_t>(k)], v, k, mask));
    Value* const end = ir_.CreateAdd(i, ir_.getInt64(ops_.lanes()));
    close_loop(before, i, whole, end, sums, initial, next);
    ir_.CreateCondBr(ir_.CreateICmpSLT(end, n_), rest, after);
    return next;
  }

  Value* rest_mask(Value* i) {
    llvm::SmallVector<llvm::Constant*, 16> lanes;
    for (int k = 0; k < ops_.lanes(); ++k) lanes.push_back(ir_.getInt32(static_cast<unsigned>(k)));
    Value* const left = ir_.CreateTrunc(ir_.CreateSub(n_, i), ir_.getInt32Ty());
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
    for (std::size_t k = 0; k < last.size(); ++k) {
      const auto at = k * static_cast<std::size_t>(ops_.lanes());
      if (Value* const f = factor(static_cast<int>(k))) last[k] = ir_.CreateFMul(last[k], f);
      ir_.CreateAlignedStore(last[k], ir_.CreateConstGEP1_64(scalar(), function_->getArg(4), at),
                             Align(4));
    }
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
  const bool fuses_;  // a product into the sum that reads it
  llvm::IRBuilder<> ir_;
  VectorOps ops_;
  Elements elements_;
  llvm::Function* function_;
  std::vector<TableLookup> lookups_;  // by table of the program
  Value* n_ = nullptr;
  Values in_, out_, uniform_;
};

}  // namespace

void emit(llvm::Module& module, const std::string& name, const Program& program, const Isa& isa,
          Type type) {
  Emitter(module, name, program, isa, type).emit();
}

}  // namespace antigrad::kernels
#endif
