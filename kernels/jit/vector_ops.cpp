#ifdef ANTIGRAD_LLVM
#include "kernels/jit/vector_ops.hpp"

#include <llvm/IR/Constants.h>
#include <llvm/IR/IntrinsicsX86.h>
#include <llvm/IR/Module.h>

#include <stdexcept>

#include "kernels/jit/row_calls.hpp"
#include "kernels/jit/vector_math.hpp"

namespace antigrad::kernels {

using llvm::CmpInst;
using llvm::Value;
using space::Op;

VectorOps::VectorOps(llvm::IRBuilder<>& ir, const Isa& isa, bool wide, bool exact)
    : ir_(ir),
      isa_(isa),
      wide_(wide),
      exact_(exact),
      vector_(wide ? llvm::FixedVectorType::get(ir.getDoubleTy(), isa.lanes / 2)
                   : llvm::FixedVectorType::get(ir.getFloatTy(), isa.lanes)) {}

Value* VectorOps::literal(double value) const {
  return llvm::ConstantFP::get(vector_,
                               wide_ ? value : static_cast<double>(static_cast<float>(value)));
}

/// function(leading..., operands...) for each lane.
Value* VectorOps::call(const void* function, llvm::ArrayRef<Value*> leading,
                       std::initializer_list<Value*> operands) {
  llvm::SmallVector<llvm::Type*, 5> types;
  for (Value* const v : leading) types.push_back(v->getType());
  types.append(operands.size(), ir_.getDoubleTy());
  auto* const type = llvm::FunctionType::get(ir_.getDoubleTy(), types, false);
  Value* const callee =
      ir_.CreateIntToPtr(ir_.getInt64(reinterpret_cast<std::uintptr_t>(function)), ir_.getPtrTy());
  Value* y = llvm::PoisonValue::get(vector_);
  for (int lane = 0; lane < lanes(); ++lane) {
    const auto at = static_cast<std::uint64_t>(lane);
    llvm::SmallVector<Value*, 5> arguments(leading);
    for (Value* const v : operands) arguments.push_back(ir_.CreateExtractElement(v, at));
    llvm::CallInst* const called = ir_.CreateCall(type, callee, arguments);
    called->setDoesNotThrow();
    y = ir_.CreateInsertElement(y, called, at);
  }
  return y;
}

Value* VectorOps::call_vector(Op op, Value* a) {
  const std::string name = vector_function(op, lanes());
  if (name.empty()) return nullptr;
  auto* const type = llvm::FunctionType::get(vector_, {vector_}, false);
  llvm::CallInst* const called =
      ir_.CreateCall(ir_.GetInsertBlock()->getModule()->getOrInsertFunction(name, type), {a});
  called->setDoesNotThrow();
  return called;
}

Value* VectorOps::call_row(Op op, Value* a, Value* b, Value* c, Value* d) {
  const int arity = space::primitive(op).arity;
  return call(reinterpret_cast<const void*>(row_function(op)), {},
              {a, arity > 1 ? b : a, arity > 2 ? c : a, arity > 3 ? d : a});
}

Value* VectorOps::integral(const space::Table* table, Value* x) {
  Value* const address =
      ir_.CreateIntToPtr(ir_.getInt64(reinterpret_cast<std::uintptr_t>(table)), ir_.getPtrTy());
  return call(reinterpret_cast<const void*>(table_value), {address}, {x});
}

Value* VectorOps::bits(std::uint32_t value) const {
  return llvm::ConstantInt::get(llvm::VectorType::getInteger(vector_), value);
}

Value* VectorOps::intrinsic(unsigned id, std::initializer_list<Value*> operands) {
  return ir_.CreateIntrinsic(id, {vector_}, llvm::ArrayRef<Value*>(operands));
}

/// min or max with NaN passing from either side, the second operand at a tie. With a nonzero
/// constant on one side one compare does it: the other side is taken when they do not compare.
Value* VectorOps::extremum(CmpInst::Predicate better, Value* a, Value* b) {
  const auto nonzero_constant = [](Value* v) {
    const auto* c = llvm::dyn_cast<llvm::ConstantDataVector>(v);
    return c && c->isSplat() && !c->getElementAsAPFloat(0).isZero() &&
           !c->getElementAsAPFloat(0).isNaN();
  };
  if (nonzero_constant(b)) return ir_.CreateSelect(ir_.CreateFCmp(better, b, a), b, a);
  if (nonzero_constant(a)) return ir_.CreateSelect(ir_.CreateFCmp(better, a, b), a, b);
  Value* const first = ir_.CreateOr(ir_.CreateFCmp(better, a, b), ir_.CreateFCmpUNO(a, a));
  return ir_.CreateSelect(first, a, b);
}

/// Without the instruction: the product is exact in float64, so that only the sum rounds (twice).
Value* VectorOps::fma(Value* a, Value* b, Value* c) {
  if (isa_.fma) return intrinsic(llvm::Intrinsic::fma, {a, b, c});
  if (wide_) return call_row(Op::Fma, a, b, c, nullptr);
  auto* const wide = llvm::FixedVectorType::get(ir_.getDoubleTy(), isa_.lanes);
  Value* const product = ir_.CreateFMul(ir_.CreateFPExt(a, wide), ir_.CreateFPExt(b, wide));
  return ir_.CreateFPTrunc(ir_.CreateFAdd(product, ir_.CreateFPExt(c, wide)), vector_);
}

/// 2^n for an integer vector n in -126 .. 127.
Value* VectorOps::power_of_two(Value* n) {
  return ir_.CreateBitCast(ir_.CreateShl(ir_.CreateAdd(n, bits(127)), bits(23)), vector_);
}

/// a 2^n for |n| <= 252, in two steps so that only the last one rounds. n becomes an integer by
/// adding 1.5 2^23, which is defined for NaN too (a is NaN then).
Value* VectorOps::scale2(Value* a, Value* n) {
  if (wide_) return call_row(Op::Scale2, a, n, nullptr, nullptr);
  if (isa_.avx512)
    return ir_.CreateIntrinsic(
        llvm::Intrinsic::x86_avx512_mask_scalef_ps_512, {},
        {a, n, llvm::Constant::getNullValue(vector_), ir_.getInt16(-1), ir_.getInt32(4)});
  Value* const shifted = ir_.CreateFAdd(n, literal(12582912.0));
  auto* const integers = llvm::VectorType::getInteger(vector_);
  Value* const i = ir_.CreateSub(ir_.CreateBitCast(shifted, integers), bits(0x4b400000));
  Value* const half = ir_.CreateAShr(i, bits(1));
  Value* const first = ir_.CreateFMul(a, power_of_two(half));
  return ir_.CreateFMul(first, power_of_two(ir_.CreateSub(i, half)));
}

/// floor(log2 |a|) of a normal number, from its bits.
Value* VectorOps::exponent(Value* a) {
  if (wide_) return call_row(Op::Exponent, a, nullptr, nullptr, nullptr);
  Value* const word = ir_.CreateBitCast(a, llvm::VectorType::getInteger(vector_));
  Value* const biased = ir_.CreateAnd(ir_.CreateLShr(word, bits(23)), bits(255));
  return ir_.CreateSIToFP(ir_.CreateSub(biased, bits(127)), vector_);
}

Value* VectorOps::apply(Op op, Value* a, Value* b, Value* c, Value* d) {
  namespace intrinsics = llvm::Intrinsic;
  switch (op) {
    case Op::Add: return ir_.CreateFAdd(a, b);
    case Op::Sub: return ir_.CreateFSub(a, b);
    case Op::Mul: return ir_.CreateFMul(a, b);
    case Op::Div: return ir_.CreateFDiv(a, b);
    case Op::Neg: return ir_.CreateFNeg(a);
    case Op::Abs: return intrinsic(intrinsics::fabs, {a});
    case Op::Sqrt: return intrinsic(intrinsics::sqrt, {a});
    case Op::Min: return extremum(CmpInst::FCMP_OLT, a, b);
    case Op::Max: return extremum(CmpInst::FCMP_OGT, a, b);
    case Op::Less: return ir_.CreateSelect(ir_.CreateFCmpOLT(a, b), c, d);
    case Op::LessEqual: return ir_.CreateSelect(ir_.CreateFCmpOLE(a, b), c, d);
    case Op::Fma: return fma(a, b, c);
    case Op::CopySign: return intrinsic(intrinsics::copysign, {a, b});
    case Op::Round: return intrinsic(intrinsics::nearbyint, {a});
    case Op::Scale2: return scale2(a, b);
    case Op::Exponent: return exponent(a);
    default:
      if (wide_ && !exact_)
        if (Value* const y = call_vector(op, a)) return y;
      if (wide_) return call_row(op, a, b, c, d);
      throw std::logic_error("operation " + std::string(space::primitive(op).name) +
                             " was not lowered");
  }
}

}  // namespace antigrad::kernels
#endif
