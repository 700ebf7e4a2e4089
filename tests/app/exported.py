"""Exported files and what they must give: kernels_test writes them, zoo first, then one whose terms cancel, then random gradients.

A case is judged against the exact function (float64 at the float32 inputs): within 1e-6 max(1, |y|), parameter gradients
(sums of 488 elements) within ten times that; and it is as near to the kernel that trained it.
"""
import math
import os
import pathlib
import random
import re
import subprocess

FULL = os.environ.get("ANTIGRAD_FULL") == "1"
LIMIT = 1e-6


def far_rows(path):
    """x, f and f' as lists."""
    return [list(column) for column in zip(*([float.fromhex(word) for word in line.split()] for line in path.read_text().split("\n")[:-1]))]


class Case:
    def __init__(self, folder):
        self.folder = folder
        self.name = folder.name.split("_", 1)[1]
        self.text = (folder / "text.txt").read_text().strip()
        *rows, kernel, exact = [[float.fromhex(word) for word in line.split()] for line in (folder / "values.txt").read_text().split("\n")[:-1]]
        self.x, self.gy, self.kernel_y, self.kernel_gx, self.y, self.gx = map(list, zip(*rows))
        self.kernel_gtheta, self.gtheta = kernel, exact
        self.far = [far_rows(path) for path in sorted(folder.glob("far*.txt"))]
        self.far_x = self.far[0][0]
        self.named = not self.name.startswith(("random", "cancels"))

    def file(self, suffix):
        """The exported file whose name ends so."""
        (path,) = self.folder.glob("*" + suffix)
        return path

    def judge(self, y, gx, gtheta):
        """Fails, naming the activation and an x, where values differ."""
        for what, got, want, kernel in (("f", y, self.y, self.kernel_y), ("df/dx", gx, self.gx, self.kernel_gx)):
            self.near(what, got, want, LIMIT)
            self.near(what + " of the kernel", got, kernel, LIMIT)
        for k, (got, want) in enumerate(zip(gtheta, self.gtheta, strict=True)):
            assert abs(got - want) <= 10 * LIMIT * max(1, abs(want)), f"{self.name}: {self.text}: df/dtheta {k}: {got}, expected {want}"

    def judge_exactly(self, y, gx, gtheta):
        """Of float64."""
        self.near("f in float64", y, self.y, 1e-12)
        self.near("df/dx in float64", gx, self.gx, 1e-12)
        assert all(abs(got - want) <= 1e-11 * max(1, abs(want)) for got, want in zip(gtheta, self.gtheta, strict=True)), self.text

    @property
    def places(self):
        """Rows of trained values that the file holds."""
        return range(len(self.far))

    def judge_far(self, y, gx, place=0):
        """At infinities, NaN, zeros, denormals and huge numbers: what the kernel says with a place's values, f and f', as `judge` has it. Next to the largest number either may overflow; at denormals a slope
        may be between those of x and -x, which stand side by side behind the NaN: a product has vanished."""
        _, far_y, far_gx = self.far[place]
        for what, got, want in (("f", y, far_y), ("df/dx", gx, far_gx)):
            for i, (x, a, b) in enumerate(zip(self.far_x, got, want, strict=True)):
                same = a == b or abs(a - b) <= LIMIT * max(1, abs(b)) < math.inf
                if 0 < abs(x) < 1.2e-38:
                    j = i + 1 if i % 2 else i - 1
                    same = same or any(min(pair) - LIMIT <= v <= max(pair) + LIMIT for v, pair in ((b, (a, got[j])), (a, (b, want[j]))))
                same = same or not (self.named or abs(x) < 1 or math.isinf(x))  # far out the kernel's own digits cancel
                same = same or (math.isnan(a) and math.isnan(b)) or (min(abs(a), abs(b)) > 1.7e38 and (a > 0) == (b > 0))
                assert same, f"{self.name}: {self.text}: {what} at {x}, place {place}: {a}, expected {b}"

    def judge_tail(self, f, limit=1e-5):
        """Of GELU: the left tail keeps its digits, as 1 + erf would not. f: from a list of x to a list of y."""
        if self.name != "gelu":
            return
        x = [-1 - k / 8 for k in range(96)]
        for at, got in zip(x, f(x), strict=True):
            want = 0.5 * at * math.erfc(-at / math.sqrt(2))
            assert abs(got - want) <= limit * abs(want), f"gelu at {at}: {got}, expected {want}"

    def near(self, what, got, want, limit):
        assert len(got) == len(want) == len(self.x)
        for x, g, w in zip(self.x, got, want):
            assert abs(g - w) <= limit * max(1, abs(w)), f"{self.name}: {self.text}: {what} at {x!r}: {g}, expected {w}"


def write(target, randoms):
    """The cases of a target, with this many random gradients, in ./cases."""
    folder = pathlib.Path.cwd() / "cases"
    subprocess.run(["rm", "-rf", str(folder)], check=True)
    subprocess.run(
        [os.environ["ANTIGRAD_BIN"] + "/kernels_test", "--gtest_filter=Export.WritesFilesAndTheKernelsValuesForTheOracles"],
        env=dict(os.environ, ANTIGRAD_ORACLE_FOLDER=str(folder), ANTIGRAD_ORACLE_TARGET=target, ANTIGRAD_ORACLE_RANDOM=str(randoms)),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    cases = [Case(path) for path in sorted(folder.iterdir(), key=lambda p: int(p.name.split("_")[0]))]
    assert len(cases) >= 58 + randoms, len(cases)
    return cases


def some(cases, count):
    """A seeded subset, the first three parametric ones of the zoo in it; all with ANTIGRAD_FULL=1."""
    if FULL:
        return cases
    first = [c for c in cases if c.name in ("xielu", "gelu", "srs")]
    return first + random.Random(7).sample([c for c in cases if c not in first], count - len(first))


def holding(cases, suffix, text, times=1):
    """The first case whose file holds this text so often."""
    return next(c for c in cases if c.file(suffix).read_text().count(text) == times)


def limits_seen_to_fail(cases, suffix, at_minus_infinity, check):
    """Breaks, and demands that `check` notices: silu's limit at -inf, whose text ends in a 0 that becomes 1, and a value of xielu's second place."""
    by_name = {c.name: c for c in cases}
    seen_to_fail(by_name["silu"], suffix, at_minus_infinity, "1".join(at_minus_infinity.rsplit("0", 1)), check)
    xielu = by_name["xielu"]
    row = second_rows(xielu.file(suffix).read_text())[-1]
    seen_to_fail(xielu, suffix, row, nudged(row), check)


def second_rows(text):
    """What a file holds of the parameters at its second place: a row of PLACES, in PyTorch one of RAW."""
    lines = text.split("\n")
    rows = [next(line for line in lines if "place 1" in line)]
    return rows + ([lines[lines.index("RAW = (") + 2]] if "RAW = (" in lines else [])


def nudged(text):
    """With another first number."""
    first = re.search(r"\d+\.\d+", text)[0]
    return text.replace(first, str(1.01 * float(first)), 1)


def self_test_seen_to_fail(cases, suffix, self_test):
    """The file's own test, which passes, notices a wrong parameter of xielu's second place, and every wrong list of what f and its
    derivatives are there."""
    (xielu,) = (c for c in cases if c.name == "xielu")
    self_test(xielu)
    text = xielu.file(suffix).read_text()
    for row in second_rows(text):
        seen_to_fail(xielu, suffix, row, nudged(row), self_test)
    for name in ("y", "gx", "gtheta"):
        if suffix.endswith(".py"):
            (list_,) = re.findall(rf'"{name}": \[.*\],\n', text.split("SAMPLES = (")[1].split("}, {")[1])
        else:
            list_ = re.search(rf"_{name}\[2\]\[\d+\] = {{\n.*\n(.*\n)", text)[1]
        seen_to_fail(xielu, suffix, list_, nudged(list_), self_test)


def seen_to_fail(case, suffix, old, new, check, count=1):
    """Breaks the exported file, in so many places (-1: all), and demands that `check` notices."""
    path = case.file(suffix)
    text = path.read_text()
    assert old in text, f"{path} does not hold {old!r}"
    path.write_text(text.replace(old, new, count))
    try:
        check(case)
    except AssertionError:
        path.write_text(text)
        return
    raise SystemExit(f"a wrong {path.name} passed")
