// The conversions of kernels/half.hpp on vectors. Those of AVX512_BF16 are not taken: they flush
// denormals.
#ifdef ANTIGRAD_LLVM
#include "kernels/jit/elements.hpp"

#include <llvm/IR/Constants.h>

namespace antigrad::kernels {

using llvm::Align;
using llvm::Value;

Elements::Elements(llvm::IRBuilder<>& ir, const VectorOps& ops, const Isa& isa, Type type)
    : ir_(ir),
      isa_(isa),
      type_(type),
      vector_(ops.type()),
      bits_(ops.type()->getWithNewType(ir.getInt32Ty())),
      halves_(ops.type()->getWithNewType(ir.getInt16Ty())),
      stored_(type == Type::bf16 || type == Type::f16 ? halves_
              : type == Type::f32                     ? ops.type()->getWithNewType(ir.getFloatTy())
                                                      : vector_) {}

Value* Elements::constant(std::uint32_t value) const {
  return llvm::ConstantInt::get(bits_, value);
}
Value* Elements::as_float(Value* bits) { return ir_.CreateBitCast(bits, vector_); }
Value* Elements::as_bits(Value* v) { return ir_.CreateBitCast(v, bits_); }

Value* Elements::load(Value* buffer, Value* i, Value* mask) {
  Value* const at = ir_.CreateGEP(stored_->getScalarType(), buffer, i);
  if (!mask) return widen(ir_.CreateAlignedLoad(stored_, at, Align(1)));
  Value* const zero = llvm::Constant::getNullValue(stored_);
  return widen(ir_.CreateMaskedLoad(stored_, at, Align(1), mask, zero));
}

void Elements::store(Value* v, Value* buffer, Value* i, Value* mask) {
  Value* const at = ir_.CreateGEP(stored_->getScalarType(), buffer, i);
  if (mask)
    ir_.CreateMaskedStore(narrow(v), at, Align(1), mask);
  else
    ir_.CreateAlignedStore(narrow(v), at, Align(1));
}

Value* Elements::widen(Value* stored) {
  if (stored_ == vector_) return stored;
  if (type_ == Type::f32) return ir_.CreateFPExt(stored, vector_);
  if (type_ == Type::f16 && isa_.f16c) {
    auto* const half = llvm::cast<llvm::VectorType>(halves_);
    return ir_.CreateFPExt(ir_.CreateBitCast(stored, llvm::VectorType::get(ir_.getHalfTy(), half)),
                           vector_);
  }
  Value* const bits = ir_.CreateZExt(stored, bits_);
  if (type_ == Type::f16) return widen_float16(bits);
  return as_float(ir_.CreateShl(bits, constant(16)));
}

Value* Elements::narrow(Value* v) {
  if (stored_ == vector_) return v;
  if (type_ == Type::f32) return ir_.CreateFPTrunc(v, stored_);
  if (type_ == Type::f16 && isa_.f16c) {
    auto* const half = llvm::cast<llvm::VectorType>(halves_);
    return ir_.CreateBitCast(ir_.CreateFPTrunc(v, llvm::VectorType::get(ir_.getHalfTy(), half)),
                             halves_);
  }
  Value* const bits = as_bits(v);
  return ir_.CreateTrunc(type_ == Type::f16 ? narrow_float16(bits) : narrow_bfloat16(bits),
                         halves_);
}

Value* Elements::widen_float16(Value* bits) {
  Value* const sign = ir_.CreateShl(ir_.CreateAnd(bits, constant(0x8000)), constant(16));
  Value* const shifted = ir_.CreateShl(ir_.CreateAnd(bits, constant(0x7fff)), constant(13));
  Value* const normal = ir_.CreateAdd(shifted, constant(112U << 23));
  Value* const denormal =
      as_bits(ir_.CreateFSub(as_float(ir_.CreateAdd(normal, constant(1U << 23))),
                             llvm::ConstantFP::get(vector_, 0x1p-14)));
  Value* y = ir_.CreateSelect(ir_.CreateICmpULT(shifted, constant(0x00800000)), denormal, normal);
  y = ir_.CreateSelect(ir_.CreateICmpUGE(shifted, constant(0x0f800000)),
                       ir_.CreateOr(shifted, constant(0x7f800000)), y);
  return as_float(ir_.CreateOr(sign, y));
}

Value* Elements::narrow_bfloat16(Value* bits) {
  Value* const odd = ir_.CreateAnd(ir_.CreateLShr(bits, constant(16)), constant(1));
  Value* const rounded = ir_.CreateAdd(bits, ir_.CreateAdd(odd, constant(0x7fff)));
  Value* const v = as_float(bits);
  Value* const quiet = ir_.CreateOr(bits, constant(0x00400000));
  return ir_.CreateLShr(ir_.CreateSelect(ir_.CreateFCmpUNO(v, v), quiet, rounded), constant(16));
}

Value* Elements::narrow_float16(Value* bits) {
  Value* const magnitude = ir_.CreateAnd(bits, constant(0x7fffffff));
  Value* const denormal = ir_.CreateSub(
      as_bits(ir_.CreateFAdd(as_float(magnitude), llvm::ConstantFP::get(vector_, 0.5))),
      constant(0x3f000000));
  Value* const leading = ir_.CreateLShr(magnitude, constant(13));
  Value* const odd = ir_.CreateAnd(leading, constant(1));
  Value* const rebiased = ir_.CreateAdd(magnitude, constant(0xfffU - (112U << 23)));
  Value* y = ir_.CreateLShr(ir_.CreateAdd(rebiased, odd), constant(13));
  y = ir_.CreateSelect(ir_.CreateICmpULT(magnitude, constant(0x38800000)), denormal, y);
  y = ir_.CreateSelect(ir_.CreateICmpUGE(magnitude, constant(0x47800000)), constant(0x7c00), y);
  Value* const quiet = ir_.CreateOr(ir_.CreateAnd(leading, constant(0x1ff)), constant(0x7e00));
  y = ir_.CreateSelect(ir_.CreateICmpUGT(magnitude, constant(0x7f800000)), quiet, y);
  return ir_.CreateOr(ir_.CreateAnd(ir_.CreateLShr(bits, constant(16)), constant(0x8000)), y);
}

}  // namespace antigrad::kernels
#endif
