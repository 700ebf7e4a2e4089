// A discovered activation as one Python file for PyTorch, which needs nothing of antigrad.
#pragma once
#include <string>
#include <vector>

#include "space/activation.hpp"

namespace antigrad::kernels {

/// The file: formula, an autograd.Function with backward and double backward (gradcheck and
/// gradgradcheck pass away from the knots), an nn.Module whose parameters start at `theta` (natural
/// units, in the activation's order), and a self-test under __main__. Throws space::Error when
/// theta has the wrong length or a value outside its domain.
std::string export_torch(const space::Activation& activation, const std::vector<double>& theta);

}  // namespace antigrad::kernels
