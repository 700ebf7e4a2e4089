"""Exported C headers: all in one program, without a warning, against the kernels; their own tests; vectorised by gcc."""
import ctypes
import os
import pathlib
import shutil
import subprocess

from exported import FULL, write
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


def call(loaded, case, suffix):
    kind = ctypes.c_float if suffix == "f32" else ctypes.c_double
    n = len(case.x)
    y, gx, gtheta = (kind * n)(), (kind * n)(), (ctypes.c_double * max(1, len(case.gtheta)))()
    getattr(loaded, f"call_{prefix(case)}_{suffix}")((kind * n)(*case.x), (kind * n)(*case.gy), y, gx, ctypes.c_size_t(n), starts(case), gtheta)
    return list(y), list(gx), list(gtheta)[: len(case.gtheta)]


def starts(case):
    """The first row of the file's own table of trained values."""
    if not case.gtheta:
        return None
    text = case.file(".h").read_text()
    row = text.split("_theta[")[1].split("{", 2)[2].split("}")[0]
    return (ctypes.c_double * len(case.gtheta))(*map(float, row.split(",")))


def check(case, loaded=None):
    loaded = loaded or library([case], "one")
    case.judge(*call(loaded, case, "f32"))
    case.judge_exactly(*call(loaded, case, "f64"))


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
    for case in [c for c in write("c", 2) if c.name in ("xielu", "gelu", "srs") or not c.named]:
        name = prefix(case).upper()
        for flags in (["-O0"], ["-O3", "-march=native"]):
            subprocess.run([CC, *STRICT, *flags, f"-D{name}_TEST", "-x", "c", case.file(".h"), "-lm", "-o", "self"], check=True)
            assert "pass" in subprocess.run(["./self"], capture_output=True, text=True, check=True).stdout


def test_loops_are_vectorised():
    (case,) = [c for c in write("c", 0) if c.name == "gelu"]
    if "Free Software Foundation" not in subprocess.run([CC, "--version"], capture_output=True, text=True, check=True).stdout:
        print("skipped:", CC, "is not gcc, which says what it vectorised")
        return
    source = pathlib.Path("vector.c")
    source.write_text(wrapper(case))
    said = subprocess.run([CC, "-std=c11", "-O3", "-march=x86-64-v3", "-fopt-info-vec-optimized", "-c", source], capture_output=True, text=True, check=True).stderr
    lines = case.file(".h").read_text().split("\n")
    loops = {lines[int(line.split(":")[1]) - 1].strip() for line in said.split("\n") if case.file(".h").name in line}
    assert any("size_t i" in loop for loop in loops), said


def test_a_wrong_header_is_seen():
    from exported import seen_to_fail

    (case,) = [c for c in write("c", 0) if c.name == "gelu"]
    seen_to_fail(case, ".h", "y[i] = (float)", "y[i] = 1.001f * (float)", check)


if __name__ == "__main__":
    run_tests(globals())
