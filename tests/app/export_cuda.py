"""Exported CUDA headers: run on the processor, by the stand-in for CUDA's words, against the kernels; compiled by nvcc."""
import ctypes
import os
import pathlib
import re
import shutil
import subprocess

from exported import FULL, holding, limits_seen_to_fail, seen_to_fail, self_test_seen_to_fail, some, write
from program import SOURCE, run_tests

CXX = os.environ.get("CXX", "c++")
NVCC = shutil.which("nvcc") or shutil.which("/usr/local/cuda/bin/nvcc")


class Extent(ctypes.Structure):
    _fields_ = [(name, ctypes.c_longlong) for name in ("n", "rows", "plane", "inner", "channels", "lanes")]


def prefix(case):
    return next(line for line in case.file(".cuh").read_text().split("\n") if "_f32::forward" in line).split()[1].split("_f32::")[0]


def kernels(case):
    """Their names, and whether the threads of a block wait for each other."""
    sums = int(bool(case.gtheta))
    return [("f32", "forward", 0), ("f32", "backward", sums), ("bf16", "forward", 0)] + [("f32", "reduce", 1)] * sums


def library(cases, name):
    source = pathlib.Path(name + ".cpp")
    text = f'#include "{SOURCE}/tests/kernels/cuda_shim.hpp"\n'
    for case in cases:
        text += f'#include "{case.file(".cuh")}"\n'
        for kind, what, waits in kernels(case):
            space = f"{prefix(case)}_{kind}"
            text += f"using {space}::{space}_{what};\nSHIM_KERNEL({space}_{what}, {waits})\n"
    source.write_text(text)
    target = source.resolve().with_suffix(".so")
    subprocess.run([CXX, "-std=c++20", "-O1", "-ffp-contract=off", "-w", "-shared", "-fPIC", source, "-o", target], check=True)
    return ctypes.CDLL(str(target))


def launch(loaded, name, blocks, *arguments):
    pointers = (ctypes.c_void_p * len(arguments))(*(ctypes.cast(ctypes.byref(a), ctypes.c_void_p) for a in arguments))
    getattr(loaded, name + "_call")(ctypes.c_uint(blocks), ctypes.c_uint(256), pointers)


def call(case, loaded, xs, gys, place=0):
    """y, gx, gtheta by the kernels in float32."""
    n, name, count = len(xs), prefix(case), len(case.gtheta)
    floats = ctypes.c_float * n
    x, gy, y, gx = floats(*xs), floats(*gys), floats(), floats()
    theta = (ctypes.c_float * max(1, count))(*trained(case, place))
    partial, sums = (ctypes.c_float * max(1, count))(), (ctypes.c_float * max(1, count))()
    at = lambda buffer: ctypes.c_void_p(ctypes.addressof(buffer))
    extent, parameters = Extent(n, n, 1, 1, 1, 1), [at(theta)] if count else []
    launch(loaded, f"{name}_f32_forward", 1, at(x), at(y), extent, *parameters)
    launch(loaded, f"{name}_f32_backward", 1, at(x), at(gy), at(gx), extent, *parameters, *([at(partial)] if count else []))
    if count:
        numbers = [ctypes.c_longlong(v) for v in (1, 1, 1, 1, 1)]
        launch(loaded, f"{name}_f32_reduce", count, at(partial), at(sums), *numbers)
    return list(y), list(gx), list(sums)[:count]


def check(case, loaded=None):
    loaded = loaded or library([case], "only_" + case.name)
    case.judge(*call(case, loaded, case.x, case.gy))
    for place in case.places:
        y, gx, _ = call(case, loaded, case.far_x, [1.0] * len(case.far_x), place)
        case.judge_far(y, gx, place)
    case.judge_tail(lambda x: call(case, loaded, x, x)[0])


def trained(case, place):
    if not case.gtheta:
        return []
    return map(float, case.file(".cuh").read_text().split("_theta[")[1].split("{")[2 + place].split("}")[0].split(","))


def test_headers_run_on_the_processor_and_agree_with_the_kernels():
    if not shutil.which(CXX):
        print("skipped: no C++ compiler")
        return
    written = write("cuda", 20 if FULL else 12)
    wide = next(c for c in written if c.name == "cancels")
    tables = [holding(written, ".cuh", "float integral0(float", times=3), holding(written, ".cuh", "double integral0(double")]
    cases = list({c.name: c for c in [*some(written, 9), wide, *tables]}.values())
    loaded = library(cases, "all")
    for case in cases:
        check(case, loaded)
    gelu = next(c for c in cases if c.name == "gelu")
    seen_to_fail(gelu, ".cuh", "ys[i] = y[0]", "ys[i] = 1.001f * y[0]", check)
    seen_to_fail(wide, ".cuh", "const double t", "const float t", check, count=-1)
    limits_seen_to_fail(written, ".cuh", "less(x, -0x1p+40f, 0x0", check)
    print(len(cases), "headers on the processor")


# The host's side of CUDA on the processor: what a file's own test calls, and launches.
HOST = """
#include <stdlib.h>
#include <tuple>
using cudaError_t = int;
using cudaStream_t = int;
constexpr cudaError_t cudaSuccess = 0;
static cudaError_t cudaGetDeviceCount(int* count) { return *count = 1, cudaSuccess; }
static cudaError_t cudaMallocManaged(float** memory, size_t size) { return *memory = (float*)calloc(size, 1), cudaSuccess; }
static cudaError_t cudaFree(float* memory) { return free(memory), cudaSuccess; }
static cudaError_t cudaDeviceSynchronize() { return cudaSuccess; }
static cudaError_t cudaGetLastError() { return cudaSuccess; }
static const char* cudaGetErrorString(cudaError_t) { return ""; }
template <class... A, class... B>
static void on_the_processor(void (*kernel)(A...), unsigned blocks, B... given) {
  std::tuple<std::remove_cv_t<A>...> held{(std::remove_cv_t<A>)given...};
  std::apply([&](auto&... each) {
    void* pointers[] = {&each...};
    shim::launch(kernel, blocks, 256, true, pointers);
  }, held);
}
"""


def self_test(case):
    """The file's own test, main and launches as they stand there, on the processor."""
    text = case.file(".cuh").read_text()
    text, launches = re.subn(r"(\w+)<<<(.*?), kThreads, 0, stream>>>\(", r"on_the_processor(\1, \2, ", text)
    text, parts = re.subn(r"#ifdef __CUDACC__\nconstexpr|#if defined\(__CUDACC__\) && ", lambda part: "#if 1\nconstexpr" if "constexpr" in part[0] else "#if ", text)
    assert (launches, parts) == (15 if case.gtheta else 9, 4), (launches, parts)
    pathlib.Path("self.cpp").write_text(f'#include "{SOURCE}/tests/kernels/cuda_shim.hpp"\n' + HOST + text)
    subprocess.run([CXX, "-std=c++20", "-O1", "-ffp-contract=off", "-w", f"-D{prefix(case).upper()}_TEST", "self.cpp", "-o", "self"], check=True)
    said = subprocess.run(["./self"], capture_output=True, text=True)
    assert (said.returncode, "pass" in said.stdout) == (0, True), said


def test_headers_test_themselves_on_the_processor():
    if not shutil.which(CXX):
        print("skipped: no C++ compiler")
        return
    cases = write("cuda", 0)
    self_test(next(c for c in cases if c.name == "gelu"))
    self_test_seen_to_fail(cases, ".cuh", self_test)


def test_nvcc_compiles_headers_and_their_tests():
    if NVCC is None:
        print("skipped: no nvcc; the text was compiled by", CXX)
        return
    cases = [c for c in write("cuda", 2) if FULL or c.name in ("xielu", "gelu", "cancels")]
    for case in cases:
        header, upper = case.file(".cuh"), prefix(case).upper()
        subprocess.run([NVCC, "-arch=sm_80", "-Werror", "all-warnings", f"-D{upper}_TEST", "-x", "cu", header, "-o", "self"], check=True)
        said = subprocess.run(["./self"], capture_output=True, text=True)
        assert (said.returncode, "pass" in said.stdout) in [(0, True), (77, False)], said
        print(said.stdout.strip())


if __name__ == "__main__":
    run_tests(globals())
