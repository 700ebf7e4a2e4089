// One core operation on vectors of floats, as LLVM IR. Legend: every Value is <lanes x float>.
#pragma once
#ifdef ANTIGRAD_LLVM
#include <llvm/IR/IRBuilder.h>

#include "kernels/jit/isa.hpp"
#include "space/expr.hpp"

namespace antigrad::kernels {

class VectorOps {
 public:
  VectorOps(llvm::IRBuilder<>& ir, const Isa& isa)
      : ir_(ir), isa_(isa), vector_(llvm::FixedVectorType::get(ir.getFloatTy(), isa.lanes)) {}

  llvm::FixedVectorType* type() const { return vector_; }
  llvm::Value* literal(double value) const;
  llvm::Value* apply(space::Op op, llvm::Value* a, llvm::Value* b, llvm::Value* c, llvm::Value* d);

 private:
  llvm::Value* intrinsic(unsigned id, std::initializer_list<llvm::Value*> operands);
  llvm::Value* extremum(llvm::CmpInst::Predicate better, llvm::Value* a, llvm::Value* b);
  llvm::Value* fma(llvm::Value* a, llvm::Value* b, llvm::Value* c);
  llvm::Value* scale2(llvm::Value* a, llvm::Value* n);
  llvm::Value* power_of_two(llvm::Value* n);
  llvm::Value* exponent(llvm::Value* a);
  llvm::Value* bits(std::uint32_t value) const;

  llvm::IRBuilder<>& ir_;
  const Isa& isa_;
  llvm::FixedVectorType* vector_;
};

}  // namespace antigrad::kernels
#endif
