"""./scripts/gpu-check without a GPU: what it refuses, the bundle that it makes, and all of its checks on a stand-in."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import torch

ROOT, BIN = pathlib.Path(os.environ["ANTIGRAD_SOURCE"]), pathlib.Path(os.environ["ANTIGRAD_BIN"])
SCRIPT, BUNDLE = ROOT / "scripts/gpu-check", ROOT / "build/gpu-check"
STAND_IN = ["--stand-in", str(BIN / "libantigrad_stand_in_cuda.so")]


def run(command, expected, *texts, python=sys.executable):
    environment = dict(os.environ, ANTIGRAD_BUILT="1", ANTIGRAD_PYTHON=python)
    done = subprocess.run([str(c) for c in command], env=environment, capture_output=True, text=True)
    output = done.stdout + done.stderr
    assert done.returncode == expected, f"{command}: exit code {done.returncode}, expected {expected}\n{output}"
    for text in texts:
        assert text in output, f"{command}: no \"{text}\" in\n{output}"
    return output


def check_bundle():
    run([SCRIPT, "--bundle"], 0, "59 activations")
    size = sum(f.stat().st_size for f in BUNDLE.rglob("*") if f.is_file())
    assert size < 60e6, size
    loaded = subprocess.run(["ldd", BUNDLE / "libantigrad_gpu.so"], capture_output=True, text=True, check=True).stdout
    system = ("linux-vdso", "ld-linux", "libc.so", "libm.so", "libpthread.so", "libgcc_s.so", "libstdc++.so")
    for line in loaded.splitlines():
        assert str(BUNDLE) in line or any(name in line for name in system), f"not in the bundle: {line}"
    return size


def check_refusals(folder):
    if not torch.cuda.is_available():
        run([SCRIPT], 2, "no NVIDIA GPU here", "Nothing was checked")
    run([SCRIPT, "--only", "silly"], 2, 'no activation "silly"', "silu")
    run([SCRIPT, "--types", "f64"], 2, "expected some of f32,bf16,f16")
    run([SCRIPT, "--nonsense"], 2, "--nonsense")
    run([sys.executable, ROOT / "tests/gpu/check.py", "--folder", folder], 2, "holds no bundle")


def check_a_wrong_reference(folder):
    """A kernel and a reference that differ by a thousandth do not pass."""
    (folder / "activations").mkdir()
    for library in BUNDLE.glob("*.so*"):
        shutil.copy(library, folder)
    text = (BUNDLE / "activations/silu_torch.py").read_text()
    wrong = re.sub(r"(def forward_program\w*\(x\):\n)", r"\1    x = x * 1.001\n", text)
    assert wrong != text
    (folder / "activations/silu_torch.py").write_text(wrong)
    command = [sys.executable, ROOT / "tests/gpu/check.py", "--folder", folder, *STAND_IN, "--types", "f32", "--bench", ""]
    run(command, 1, "FAILED silu f32 forward, n = 31")


def check_on_stand_in(folder):
    result = folder / "result.json"
    bench = ["--bench", "xielu", "--exponents", "12", "--rounds", "2"]
    run([SCRIPT, *STAND_IN, "--only", "xielu", "--types", "bf16", *bench, "--json", result], 0, "0 failures")
    read = json.loads(result.read_text())
    assert read["failures"] == [] and read["checked"] == 1
    assert len(read["bench"]) == 9  # a launch; two types, two passes, a copy and eager
    for row in read["bench"]:
        assert row["value"] > 0 and row["ratio"] > 0 and row["met"] == (row["ratio"] >= row["goal"]), row


def check_training():
    """The training part on the processor: losses are compared, and nothing is said to be checked without a GPU."""
    program = BIN / "antigrad"
    if not torch.cuda.is_available():
        run([program, "bench", "gpu"], 2, "no GPU to train on", "Nothing was checked")
        run([SCRIPT], 2, "no GPU to train on", python="/bin/true")  # kernels that pass are followed by training
    run([program, "bench", "gpu", "tpu"], 2, "expected gpu or cpu")
    rows = json.loads(run([program, "bench", "gpu", "cpu", "-o", "json"], 0))
    compared = [row for row in rows if "losses over 20 steps" in row["name"]]
    assert len(compared) == 9 and all(row["met"] for row in compared), rows
    assert any(row["value"] > 1e-6 for row in compared if "bfloat16" in row["name"]), "it was float32"
    assert any("candidates stacked" in row["name"] and row["ratio"] > 0 for row in rows), rows


def main():
    folder = pathlib.Path.cwd() / "work"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    size = check_bundle()
    check_refusals(folder)
    check_a_wrong_reference(folder)
    check_on_stand_in(folder)
    check_training()
    print(f"a bundle of {size / 1e6:.0f} MB; its checks pass on a stand-in, and see a wrong kernel. Not run: a GPU")


if __name__ == "__main__":
    main()
