"""Exported PyTorch files in real PyTorch: their own gradcheck, and agreement with the kernels that trained.

Values and gradients in float32 agree within 1e-6 * max(1, |y|) for what has a name, 3e-6 for random gradients, whose
terms may cancel; parameter gradients (sums of 488 elements) within ten times that.
"""

import importlib.util
import os
import pathlib
import subprocess

import torch


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def module_class(loaded):
    classes = [c for c in vars(loaded).values() if isinstance(c, type) and issubclass(c, torch.nn.Module)]
    assert len(classes) == 1, classes
    return classes[0]


def read(path):
    *rows, last = [[float.fromhex(word) for word in line.split()] for line in path.read_text().splitlines()]
    return torch.tensor(rows, dtype=torch.float32).unbind(1), last


def worst(got, want):
    return float(((got - want).abs() / want.abs().clamp(min=1)).max())


def check(path):
    loaded = load(path)
    loaded.self_test()
    module = module_class(loaded)()
    (x, gy, y, gx), gtheta = read(path.with_suffix(".txt"))
    x.requires_grad_()
    out = module(x)
    out.backward(gy)
    title = loaded.__doc__.splitlines()[2]
    limit = 3e-6 if title.startswith("Gradient:") else 1e-6
    assert worst(out.detach(), y) <= limit, f"{path}: {title}: values differ by {worst(out.detach(), y)}"
    assert worst(x.grad, gx) <= limit, f"{path}: {title}: gradients differ by {worst(x.grad, gx)}"
    for p, want in zip(module.parameters(), gtheta, strict=True):
        assert abs(float(p.grad) - want) <= 10 * limit * max(1, abs(want)), f"{path}: {title}: {p.grad} for {want}"
    half = module.bfloat16()(x.detach().bfloat16())
    assert half.dtype == torch.bfloat16 and half.isfinite().all()
    return module


def check_that_a_wrong_file_is_seen(path):
    wrong = path.with_name("wrong.py")
    wrong.write_text(path.read_text().replace("def forward_program(x):\n", "def forward_program(x):\n    x = x * 1.001\n"))
    wrong.with_suffix(".txt").write_text(path.with_suffix(".txt").read_text())
    try:
        check(wrong)
    except (AssertionError, RuntimeError):
        return
    raise SystemExit("a wrong forward passed")


def main():
    torch.set_num_threads(1)
    folder = pathlib.Path.cwd() / "cases"
    subprocess.run(
        [os.environ["ANTIGRAD_BIN"] + "/kernels_test", "--gtest_filter=ExportTorch.WritesFilesAndTheKernelsValuesForTheOracle"],
        env=dict(os.environ, ANTIGRAD_ORACLE_FOLDER=str(folder)),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    paths = sorted(folder.glob("case*.py"))
    assert len(paths) >= 70, paths
    for path in paths:
        check(path)
    check_that_a_wrong_file_is_seen(folder / "case0.py")
    print(f"{len(paths)} exported files agree with the kernels")


if __name__ == "__main__":
    main()
