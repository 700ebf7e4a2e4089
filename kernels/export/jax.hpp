// An activation as one Python file for JAX.
#pragma once
#include <vector>

#include "kernels/export/subject.hpp"
#include "kernels/export/target.hpp"

namespace antigrad::kernels {

/// NAME_jax.py: a function of x and the parameters with custom_vjp, backward and double backward;
/// jit, vmap and grad work, twice. A self-test under __main__. A gate takes a second input v.
std::vector<ExportedFile> jax_files(const Subject& subject);

}  // namespace antigrad::kernels
