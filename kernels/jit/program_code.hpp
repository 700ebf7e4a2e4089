// The values of one program in a function under construction. Legend: kernels/jit/vector_ops.hpp.
#pragma once
#ifdef ANTIGRAD_LLVM
#include <functional>
#include <vector>

#include "kernels/jit/table_lookup.hpp"
#include "kernels/jit/vector_ops.hpp"
#include "kernels/program.hpp"

namespace antigrad::kernels {

using Values = std::vector<llvm::Value*>;

class ProgramCode {
 public:
  /// fuses: a product goes into the sum that reads it. `expr` is the program's own or the near one.
  ProgramCode(llvm::IRBuilder<>& ir, VectorOps& ops, const Isa& isa, llvm::Module& module,
              const Program& program, const space::Expr& expr, bool fuses);

  /// What does not depend on an input, once, in front of the loops.
  void emit_uniform_nodes(llvm::Value* parameters);

  /// Values of all nodes for `copies` vectors, operation by operation. load(copy, input) reads one.
  std::vector<Values> compute(int copies, const std::function<llvm::Value*(int, int)>& load);

  /// Elementwise output k.
  llvm::Value* output(const Values& v, int k) const {
    return v[expr_.outputs[static_cast<std::size_t>(k)]];
  }
  /// sum + reduction k of the values v without its uniform factor, in one rounding where that is a
  /// product. With a mask, where it is true.
  llvm::Value* add(llvm::Value* sum, const Values& v, int k, llvm::Value* mask = nullptr);
  /// What a sum of reduction k is multiplied by; nullptr for 1.
  llvm::Value* factor(int k) const;

 private:
  llvm::Value* operation(const space::Node& n, const Values& v);
  std::uint16_t summed(int k) const;

  llvm::IRBuilder<>& ir_;
  VectorOps& ops_;
  const Program& program_;
  const space::Expr& expr_;
  const bool fuses_;
  std::vector<TableLookup> lookups_;  // by table of the program
  Values uniform_;
};

}  // namespace antigrad::kernels
#endif
