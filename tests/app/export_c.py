"""Exported C headers: all in one program, without a warning, against the kernels; their own tests; vectorised by gcc."""
import ctypes
import os
import pathlib
import shutil
import subprocess

from exported import FULL, self_test_seen_to_fail, write
from program import run_tests

CC = os.environ.get("CC", "cc")
STRICT = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wno-sign-conversion", "-Wno-unused-function", "-Werror"]


def wrapper(case):
    """The header's functions under names that a library shows."""
    name = prefix(case)
    theta = ", theta" if case.gtheta else ""
    out = f'#include "{case.file(".h")}"\n'
    for suffix, kind in (("f32", "float"), ("f64", "double")):
        out += f"void call_{name}_{suffix}(const {kind}* x, const {kind}* gy, {kind}* y, {kind}* gx, size_t n, const double* theta, double* gtheta) {{\n"
        out += f"  (void)theta; (void)gtheta;\n  {name}_forward_{suffix}(x, y, n{theta});\n"
        out += f"  {name}_backward_{suffix}(x, gy, gx, n{theta}{', gtheta' if theta else ''});\n}}\n"
    return out


def prefix(case):
    line = next(line for line in case.file(".h").read_text().split("\n") if "_forward_f32(x" in line)
    return line.split("_forward_f32")[0]


def library(cases, name, flags=("-O1",)):
    source = pathlib.Path(name + ".c")
    source.write_text("".join(map(wrapper, cases)))
    target = source.resolve().with_suffix(".so")
    subprocess.run([CC, *STRICT, *flags, "-shared", "-fPIC", source, "-o", target, "-lm"], check=True)
    return ctypes.CDLL(str(target))


def call(loaded, case, suffix, x=None, gy=None, place=0):
    x, gy = x or case.x, gy or case.gy
    kind = ctypes.c_float if suffix == "f32" else ctypes.c_double
    n = len(x)
    y, gx, gtheta = (kind * n)(), (kind * n)(), (ctypes.c_double * max(1, len(case.gtheta)))()
    getattr(loaded, f"call_{prefix(case)}_{suffix}")((kind * n)(*x), (kind * n)(*gy), y, gx, ctypes.c_size_t(n), trained(case, place), gtheta)
    return list(y), list(gx), list(gtheta)[: len(case.gtheta)]


def trained(case, place):
    """A row of the file's own table of trained values."""
    if not case.gtheta:
        return None
    text = case.file(".h").read_text()
    row = text.split("_theta[")[1].split("{")[2 + place].split("}")[0]
    return (ctypes.c_double * len(case.gtheta))(*map(float, row.split(",")))


def check(case, loaded=None):
    loaded = loaded or library([case], "only_" + case.name)
    case.judge(*call(loaded, case, "f32"))
    case.judge_exactly(*call(loaded, case, "f64"))
    for suffix in ("f32", "f64"):
        for place in case.places:
            y, gx, _ = call(loaded, case, suffix, case.far_x, [1.0] * len(case.far_x), place)
            case.judge_far(y, gx, place)
        case.judge_tail(lambda x: call(loaded, case, suffix, x, x)[0])


def test_headers_agree_with_the_kernels():
    if not shutil.which(CC):
        print("skipped: no C compiler")
        return
    cases = write("c", 40 if FULL else 8)
    loaded = library(cases, "all")
    for case in cases:
        check(case, loaded)
    print(len(cases), "headers in one program")


def test_a_header_is_a_program_that_tests_itself():
    cases = write("c", 2)
    for case in [c for c in cases if c.name in ("xielu", "gelu", "srs") or not c.named]:
        for flags in (["-O0"], ["-O3", "-march=native"]):
            self_test(case, flags)
    self_test_seen_to_fail(cases, ".h", self_test)


def self_test(case, flags=("-O0",)):
    name = prefix(case).upper()
    subprocess.run([CC, *STRICT, *flags, f"-D{name}_TEST", "-x", "c", case.file(".h"), "-lm", "-o", "self"], check=True)
    said = subprocess.run(["./self"], capture_output=True, text=True)
    assert (said.returncode, "pass" in said.stdout) == (0, True), said


# At these trained values f or f' loses more than 4e-7 in float32, so that the loop of f32 computes in float64.
NOT_VECTORISED = {"acon_c", "cancels", "gelu_sinc", "pau", "sinlu", "snake", "softplus_beta", "srs"}


def forward_loop(case):
    """Where the loop of the forward in float32 is: file name and line."""
    lines = case.file(".h").read_text().split("\n")
    start = next(k for k, line in enumerate(lines) if "_forward_f32(const" in line)
    return case.file(".h").name, next(k for k in range(start, len(lines)) if "size_t i" in lines[k]) + 1


def test_forward_loops_are_vectorised():
    """By gcc, for every activation of the zoo without a table."""
    cases = [c for c in write("c", 0) if "_integral_0_f32(float" not in c.file(".h").read_text()]
    if "Free Software Foundation" not in subprocess.run([CC, "--version"], capture_output=True, text=True, check=True).stdout:
        print("skipped:", CC, "is not gcc, which says what it vectorised")
        return
    source = pathlib.Path("vector.c")
    source.write_text("".join(map(wrapper, cases)))
    flags = ["-std=c11", "-O3", "-march=x86-64-v3", "-fno-math-errno", "-fopt-info-vec-optimized"]
    said = subprocess.run([CC, *flags, "-c", source], capture_output=True, text=True, check=True).stderr
    vectors = {(pathlib.Path(line.split(":")[0]).name, int(line.split(":")[1])) for line in said.split("\n") if ".h:" in line}
    missed = {case.name for case in cases if forward_loop(case) not in vectors}
    assert missed == NOT_VECTORISED, missed
    print(len(cases) - len(missed), "of", len(cases), "forwards are vectorised")


def test_a_wrong_header_is_seen():
    from exported import limits_seen_to_fail, seen_to_fail

    cases = write("c", 0)
    gelu = next(c for c in cases if c.name == "gelu")
    seen_to_fail(gelu, ".h", "y[i] = (float)", "y[i] = 1.001f * (float)", check)
    limits_seen_to_fail(cases, ".h", "x_i < (-0x1p+40f), 0x0", check)


if __name__ == "__main__":
    run_tests(globals())
