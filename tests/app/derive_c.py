"""The C text that `antigrad derive` prints compiles without warnings and gives the values that antigrad gives."""
import ctypes
import math
import os
import pathlib
import shutil
import subprocess

from program import asked, run_tests

POINTS = [-700, -30.5, -6.25, -2, -1, -0.3, -1e-9, 0, 1e-9, 0.125, 0.7, 1, 2.5, 6, 31.25, 650]
MORE = ["x*softplus(x)", "tanh(x)*sigmoid(x)", "sin(2*x)*tanh(x)", "sinc(x) | 0.5 | softsign(x)*gaussian(x)",
        "[k = 0.3 in (-1, 1), exp = 0.5, t1 = 2] exp*tanh(k*x + 1) + t1*softplus(x)", "x*mish_gate(x) + x^2*logcosh(x)"]


def compiled(source, name):
    path = pathlib.Path(f"{name}.c")
    path.write_text(source)
    library = path.resolve().with_suffix(".so")
    # No contraction: a*b+c rounds twice, as in antigrad.
    subprocess.run([os.environ.get("CC", "cc"), "-std=c99", "-O1", "-ffp-contract=off", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", "-shared", "-fPIC",
                    path, "-o", library, "-lm"], check=True)
    return ctypes.CDLL(str(library))


def function(library, name, count):
    f = getattr(library, name)
    f.restype, f.argtypes = ctypes.c_double, [ctypes.c_double] * (1 + count)
    return f


def starts(facts):
    return [float(v.split()[2].rstrip(",")) for k, v in facts.items() if k.startswith("parameter ")]


def close(got, want):
    if isinstance(want, str):  # JSON has no infinities
        want = float(want)
    return got == want or (math.isnan(got) and math.isnan(want)) or abs(got - want) <= 4 * math.ulp(want)


def check(text, name):
    facts = asked("derive", text, "--at=" + ",".join(map(str, POINTS)))
    theta = starts(facts)
    library = compiled(facts["C"], name)
    f = function(library, "f", len(theta))
    for x in POINTS:
        want = next(v for k, v in facts.items() if k.startswith("f(") and k != "f(x)" and float(k[2:-1]) == x)
        assert close(f(x, *theta), want), (text, x, f(x, *theta), want)
    h = 1e-5
    df, d2f = function(library, "df", len(theta)), function(library, "d2f", len(theta))
    for x in [-2.3, -0.71, 0.33, 1.9]:
        slope, second = (f(x + h, *theta) - f(x - h, *theta)) / (2 * h), (df(x + h, *theta) - df(x - h, *theta)) / (2 * h)
        assert abs(df(x, *theta) - slope) <= 1e-7 * (1 + abs(slope)), (text, x, slope)
        assert abs(d2f(x, *theta) - second) <= 1e-6 * (1 + abs(second)), (text, x, second)


def test_c_of_the_zoo_and_of_tables_gives_the_same_values():
    if not shutil.which(os.environ.get("CC", "cc")):
        print("skipped: no C compiler")
        return
    texts = [entry["name"] for entry in asked("zoo") if entry["kind"] != "gate"] + MORE
    for i, text in enumerate(texts):
        check(text, f"case{i}")
    print(len(texts), "activations compiled")


if __name__ == "__main__":
    run_tests(globals())
