#ifdef ANTIGRAD_LLVM
#include "kernels/jit/table_lookup.hpp"

#include <llvm/IR/Constants.h>
#include <llvm/IR/IntrinsicsX86.h>
#include <llvm/IR/Module.h>

#include <limits>

namespace antigrad::kernels {
namespace {

using llvm::Value;

constexpr std::size_t kPermuted = 32;  // floats that one permutation looks up

}  // namespace

TableLookup::TableLookup(llvm::IRBuilder<>& ir, VectorOps& ops, const Isa& isa,
                         llvm::Module& module, const FloatTable& table)
    : ir_(ir), ops_(ops), permute_(isa.avx512 && table.origins.size() <= kPermuted) {
  while ((std::size_t{1} << steps_) < table.origins.size()) ++steps_;
  const std::size_t size = std::size_t{1} << steps_;
  auto breaks = table.breaks;
  breaks.resize(size, std::numeric_limits<float>::infinity());
  breaks_ = column(module, breaks, size);
  origins_ = column(module, table.origins, size);
  for (const auto& c : table.coefficients) coefficients_.push_back(column(module, c, size));
}

TableLookup::Column TableLookup::column(llvm::Module& module, std::vector<float> values,
                                        std::size_t size) {
  values.resize(permute_ ? kPermuted : size, values.back());
  if (permute_) {
    const auto half = [&](std::size_t at) {
      return llvm::ConstantDataVector::get(ir_.getContext(),
                                           llvm::ArrayRef<float>(values).slice(at, kPermuted / 2));
    };
    return {nullptr, half(0), half(kPermuted / 2)};
  }
  auto* const data = llvm::ConstantDataArray::get(ir_.getContext(), llvm::ArrayRef<float>(values));
  return {new llvm::GlobalVariable(module, data->getType(), true, llvm::GlobalValue::PrivateLinkage,
                                   data),
          nullptr, nullptr};
}

Value* TableLookup::look_up(const Column& column, Value* index) {
  if (permute_)
    return ir_.CreateIntrinsic(llvm::Intrinsic::x86_avx512_vpermi2var_ps_512, {},
                               {column.low, index, column.high});
  Value* const addresses = ir_.CreateGEP(ir_.getFloatTy(), column.memory, index);
  return ir_.CreateMaskedGather(ops_.type(), addresses, llvm::Align(4));
}

/// How many breaks are <= x; 0 for NaN.
Value* TableLookup::segment(Value* x) {
  auto* const integers = llvm::VectorType::getInteger(ops_.type());
  Value* found = llvm::Constant::getNullValue(integers);
  for (int step = steps_; step-- > 0;) {
    Value* const further = ir_.CreateAdd(found, llvm::ConstantInt::get(integers, 1U << step));
    Value* const last = ir_.CreateSub(further, llvm::ConstantInt::get(integers, 1));
    found = ir_.CreateSelect(ir_.CreateFCmpOLE(look_up(breaks_, last), x), further, found);
  }
  return found;
}

Value* TableLookup::value(Value* x) {
  Value* const at = segment(x);
  Value* const t = ir_.CreateFSub(x, look_up(origins_, at));
  Value* y = look_up(coefficients_.back(), at);
  for (std::size_t k = coefficients_.size() - 1; k-- > 0;)
    y = ops_.apply(space::Op::Fma, y, t, look_up(coefficients_[k], at), nullptr);
  return y;
}

}  // namespace antigrad::kernels
#endif
