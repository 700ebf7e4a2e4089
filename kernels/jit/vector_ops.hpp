// One operation on vectors, as LLVM IR. Legend: every Value is <lanes x float>, or for wide
// arithmetic <lanes/2 x double>. In float32 operations are core operations (kernels/lower.hpp); in
// float64 the others are calls of the rows' own formulas, an element at a time, or where the last
// place does not count of the C library's functions on vectors.
#pragma once
#ifdef ANTIGRAD_LLVM
#include <llvm/IR/IRBuilder.h>

#include "kernels/jit/isa.hpp"
#include "space/expr.hpp"

namespace antigrad::kernels {

class VectorOps {
 public:
  /// exact: in float64 every value is the interpreter's, bit for bit.
  VectorOps(llvm::IRBuilder<>& ir, const Isa& isa, bool wide, bool exact);

  llvm::FixedVectorType* type() const { return vector_; }
  int lanes() const { return static_cast<int>(vector_->getNumElements()); }
  llvm::Value* literal(double value) const;
  llvm::Value* apply(space::Op op, llvm::Value* a, llvm::Value* b, llvm::Value* c, llvm::Value* d);
  /// The table at x, by a call. Wide only.
  llvm::Value* integral(const space::Table* table, llvm::Value* x);

 private:
  llvm::Value* call(const void* function, llvm::ArrayRef<llvm::Value*> leading,
                    std::initializer_list<llvm::Value*> operands);
  llvm::Value* call_row(space::Op op, llvm::Value* a, llvm::Value* b, llvm::Value* c,
                        llvm::Value* d);
  /// A function of the C library on vectors; nullptr where there is none.
  llvm::Value* call_vector(space::Op op, llvm::Value* a);
  llvm::Value* intrinsic(unsigned id, std::initializer_list<llvm::Value*> operands);
  llvm::Value* extremum(llvm::CmpInst::Predicate better, llvm::Value* a, llvm::Value* b);
  llvm::Value* fma(llvm::Value* a, llvm::Value* b, llvm::Value* c);
  llvm::Value* scale2(llvm::Value* a, llvm::Value* n);
  llvm::Value* power_of_two(llvm::Value* n);
  llvm::Value* exponent(llvm::Value* a);
  llvm::Value* bits(std::uint32_t value) const;

  llvm::IRBuilder<>& ir_;
  const Isa& isa_;
  const bool wide_, exact_;
  llvm::FixedVectorType* vector_;
};

}  // namespace antigrad::kernels
#endif
