"""The Python text that `antigrad derive` prints runs in numpy and gives the values that antigrad gives."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.environ["ANTIGRAD_SOURCE"], "tests/app"))
from derive_c import MORE, POINTS  # noqa: E402
from program import asked  # noqa: E402


def check(text):
    facts = asked("derive", text, "--at=" + ",".join(map(str, POINTS)))
    module = {}
    exec(compile(facts["Python"], text, "exec"), module)
    got = module["f"](np.array(POINTS))
    assert got.shape == (len(POINTS),), got
    for x, y in zip(POINTS, got):
        want = float(next(v for k, v in facts.items() if k.startswith("f(") and k != "f(x)" and float(k[2:-1]) == x))
        # numpy's functions are not libm's.
        assert y == want or abs(y - want) <= 1e-13 * max(1, abs(want)) or (np.isnan(y) and np.isnan(want)), (text, x, y, want)
        assert float(module["f"](x)) == y or np.isnan(y) or abs(module["f"](x) - y) <= 1e-13 * max(1, abs(y)), (text, x)
    h, x = 1e-5, np.array([-2.3, -0.71, 0.33, 1.9])
    for f, slope, tolerance in (("f", "df", 1e-7), ("df", "d2f", 1e-6)):
        want = (module[f](x + h) - module[f](x - h)) / (2 * h)
        assert (np.abs(module[slope](x) - want) <= tolerance * (1 + np.abs(want))).all(), (text, slope, want)


def main():
    texts = [entry["name"] for entry in asked("zoo") if entry["kind"] != "gate"] + MORE
    for text in texts:
        check(text)
    print(len(texts), "activations in numpy")


if __name__ == "__main__":
    main()
