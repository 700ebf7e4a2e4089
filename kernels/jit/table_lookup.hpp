// A tabulated antiderivative on vectors, as LLVM IR: the segment by bisection, then Horner's rule
// with coefficients looked up by segment. With AVX-512 and at most 32 segments a lookup is one
// permutation of registers, else a gather from constants of the module.
#pragma once
#ifdef ANTIGRAD_LLVM
#include <vector>

#include "kernels/float_table.hpp"
#include "kernels/jit/vector_ops.hpp"

namespace antigrad::kernels {

class TableLookup {
 public:
  TableLookup(llvm::IRBuilder<>& ir, VectorOps& ops, const Isa& isa, llvm::Module& module,
              const FloatTable& table);

  /// P(x) for x between the table's ends; NaN for NaN.
  llvm::Value* value(llvm::Value* x);

 private:
  /// A column of the table, made ready for lookups.
  struct Column {
    llvm::Value* memory = nullptr;                // gathered from, or
    llvm::Value *low = nullptr, *high = nullptr;  // permuted
  };
  Column column(llvm::Module& module, std::vector<float> values, std::size_t size);
  llvm::Value* look_up(const Column& column, llvm::Value* index);
  llvm::Value* segment(llvm::Value* x);

  llvm::IRBuilder<>& ir_;
  VectorOps& ops_;
  const bool permute_;
  int steps_ = 0;  // of the bisection
  Column breaks_, origins_;
  std::vector<Column> coefficients_;
};

}  // namespace antigrad::kernels
#endif
