#include "kernels/export/triton.hpp"

#include <fmt/format.h>

#include "kernels/export/dialect.hpp"
#include "kernels/export/python_text.hpp"
#include "kernels/export/triton_text.hpp"

namespace antigrad::kernels {
namespace {

constexpr const char* kTritonImports = R"py(
import functools
import os

import torch
import triton
import triton.language as tl

)py";

/// {0}: the name, {1}: what is tested at every place.
constexpr const char* kTritonTest = R"py(def self_test():
    """The values in SAMPLES. TRITON_INTERPRET=1 runs without a GPU."""
    device = "cpu" if INTERPRETED.value else "cuda"
{1}    print("{0}: values pass")


if __name__ == "__main__":
    self_test()
)py";

/// {0}: a place, {1}: its samples.
constexpr const char* kTritonTestAtPlace =
    R"py(    theta = tuple(torch.tensor(v, device=device) for v in PLACES[{0}])
    x, gy = (torch.tensor({1}[k], device=device) for k in ("x", "gy"))
    (y,) = triton_forward(x, theta)
    gx, *gtheta = triton_backward(x, gy, theta)
    assert worst(y, {1}["y"]) <= 1e-6, worst(y, {1}["y"])
    assert worst(gx, {1}["gx"]) <= 1e-6, worst(gx, {1}["gx"])
    for got, want in zip(gtheta, {1}["gtheta"]):
        assert abs(float(got) - want) <= 1e-5 * max(1, abs(want)), (float(got), want)
    dgy, _, *_ = triton_double_backward(x, gy, torch.ones_like(x), theta, [torch.zeros_like(p) for p in theta])
    slope = torch.where(gy == 0, 0, dgy * gy)
    assert worst(slope, {1}["gx"]) <= 4e-6, worst(slope, {1}["gx"])
)py";

}  // namespace

std::vector<ExportedFile> triton_files(const Subject& subject) {
  const PythonTest test = python_test(subject);
  return {{subject.name + "_triton.py",
           python_docstring("Triton kernels of an activation function.", headlines(subject),
                            "Run this file to check it, on a GPU or with TRITON_INTERPRET=1.") +
               kTritonImports + triton_text(subject, "") + "\n" + python_places(subject) + "\n" +
               python_samples(subject) + "\n" + kTorchWorst +
               fmt::format(fmt::runtime(kTritonTest), class_name(subject),
                           test.at_every_place(fmt::format(fmt::runtime(kTritonTestAtPlace),
                                                           test.place, test.samples)))}};
}

}  // namespace antigrad::kernels
