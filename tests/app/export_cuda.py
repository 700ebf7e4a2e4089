"""Exported CUDA headers: run on the processor, by the stand-in for CUDA's words, against the kernels; compiled by nvcc."""
import ctypes
import os
import pathlib
import shutil
import subprocess

from exported import FULL, limits_seen_to_fail, seen_to_fail, some, write
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
    case.judge(*call(case, loaded, case.x, case.gy), limit=case.float32_limit())
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
    written = write("cuda", 20 if FULL else 4)
    cases = some(written, 9)
    loaded = library(cases, "all")
    for case in cases:
        check(case, loaded)
    gelu = next(c for c in cases if c.name == "gelu")
    seen_to_fail(gelu, ".cuh", "ys[i] = y[0]", "ys[i] = 1.001f * y[0]", check)
    limits_seen_to_fail(written, ".cuh", "less(x, -0x1p+40f, 0x0", check)
    print(len(cases), "headers on the processor")


def test_nvcc_compiles_headers_and_their_tests():
    if NVCC is None:
        print("skipped: no nvcc; the text was compiled by", CXX)
        return
    cases = [c for c in write("cuda", 2) if FULL or c.name in ("xielu", "gelu")]
    for case in cases:
        header, upper = case.file(".cuh"), prefix(case).upper()
        subprocess.run([NVCC, "-arch=sm_80", "-Werror", "all-warnings", f"-D{upper}_TEST", "-x", "cu", header, "-o", "self"], check=True)
        said = subprocess.run(["./self"], capture_output=True, text=True)
        assert (said.returncode, "pass" in said.stdout) in [(0, True), (77, False)], said
        print(said.stdout.strip())


if __name__ == "__main__":
    run_tests(globals())
