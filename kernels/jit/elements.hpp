// The elements of a buffer as vectors of the arithmetic's type, as LLVM IR: bfloat16 and float16
// become float32 exactly, and float32 float64 where the arithmetic is wide; they are rounded to
// nearest, ties to even, once when they are stored.
#pragma once
#ifdef ANTIGRAD_LLVM
#include "kernels/jit/vector_ops.hpp"
#include "kernels/kernel.hpp"

namespace antigrad::kernels {

class Elements {
 public:
  Elements(llvm::IRBuilder<>& ir, const VectorOps& ops, const Isa& isa, Type type);

  /// A vector at element i of a buffer, any alignment; with a mask 0 where it is false.
  llvm::Value* load(llvm::Value* buffer, llvm::Value* i, llvm::Value* mask = nullptr);
  void store(llvm::Value* v, llvm::Value* buffer, llvm::Value* i, llvm::Value* mask = nullptr);

 private:
  llvm::Value* widen(llvm::Value* stored);
  llvm::Value* narrow(llvm::Value* v);
  llvm::Value* widen_float16(llvm::Value* bits);
  llvm::Value* narrow_bfloat16(llvm::Value* bits);
  llvm::Value* narrow_float16(llvm::Value* bits);
  llvm::Value* as_float(llvm::Value* bits);
  llvm::Value* as_bits(llvm::Value* v);
  llvm::Value* constant(std::uint32_t value) const;

  llvm::IRBuilder<>& ir_;
  const Isa& isa_;
  const Type type_;
  llvm::Type *vector_, *bits_, *halves_;  // of floats or doubles, of 32 bits, of 16 bits
  llvm::Type* stored_;                    // vector of elements
};

}  // namespace antigrad::kernels
#endif
