"""Exported Triton kernels, interpreted on the CPU, against the kernels that trained; also through the PyTorch files."""
import math
import os

os.environ["TRITON_INTERPRET"] = "1"
import torch  # noqa: E402
import triton  # noqa: E402
import triton.language as tl  # noqa: E402

import export_torch  # noqa: E402
from export_torch import FULL, limits_seen_to_fail, load, seen_to_fail, self_test_seen_to_fail, some, write  # noqa: E402
from exported import holding  # noqa: E402

TABULATED = "TABLES = ("  # in files that read tables


def self_test(case):
    load(case.file("_triton.py")).self_test()


def check(case):
    loaded = load(case.file("_triton.py"))
    x, gy = torch.tensor(case.x), torch.tensor(case.gy)
    theta = [torch.tensor(v) for v in loaded.PLACES[0]]
    (y,) = loaded.triton_forward(x, theta)
    gx, *gtheta = loaded.triton_backward(x, gy, theta)
    case.judge(y.tolist(), gx.tolist(), [float(g) for g in gtheta])


def check_far(case):
    loaded = load(case.file("_triton.py"))
    x = torch.tensor(case.far_x)
    for place in case.places:
        theta = [torch.tensor(v) for v in loaded.PLACES[place]]
        (y,) = loaded.triton_forward(x, theta)
        gx, *_ = loaded.triton_backward(x, torch.ones_like(x), theta)
        case.judge_far(y.tolist(), gx.tolist(), place)
    case.judge_tail(lambda x: loaded.triton_forward(torch.tensor(x), theta)[0].tolist())


@triton.jit
def each(x, y, BLOCK: tl.constexpr):
    i = tl.arange(0, BLOCK)
    tl.store(y + i, function(tl.load(x + i)))


def check_wide_functions(case):
    """Of float64 files, against math.h: within 2e-11, relative, infinities and NaN where those are."""
    global function
    loaded = load(case.file("_triton.py"))
    small = [10.0**k for k in range(-300, -1, 13)]
    common = small + [k / 16 for k in range(160)] + [0.0, 20.0, 39.9, 40.1, math.inf]
    large = [1e3, 1e9, 1e17, 2e18, 1e300]
    for name, x in {
        "expm1": [s * v for s in (1, -1) for v in common + [300.0, 709.0]] + [-1e3, math.nan],
        "log1p": common + large + [-v for v in common if v < 1] + [-0.999999, math.nan],
        "tanh": [s * v for s in (1, -1) for v in common + large] + [math.nan],
        "atan": [s * v for s in (1, -1) for v in common + large] + [math.nan],
        "erfc": [s * v for s in (1, -1) for v in common if v < 26 or v == math.inf] + [math.nan],
    }.items():
        function = getattr(loaded, name)
        x = x + [1.0] * (1024 - len(x))
        y = torch.empty(1024, dtype=torch.float64)
        each[(1,)](torch.tensor(x, dtype=torch.float64), y, BLOCK=1024)
        for at, got in zip(x, y.tolist(), strict=True):
            want = getattr(math, name)(at)
            assert got == want or abs(got - want) <= 2e-11 * abs(want) or (math.isnan(got) and math.isnan(want)), (name, at, got, want)
            assert want != 0 or math.copysign(1, got) == math.copysign(1, want) or name == "erfc", (name, at, got, want)


def check_in_torch(case):
    """The PyTorch file takes the kernels, and gradcheck's second derivatives agree with plain torch."""
    loaded = load(case.file("_torch.py"))
    module = export_torch.module_class(loaded)()
    assert loaded.on_triton(torch.ones(1)) and not loaded.on_triton(torch.ones(1, dtype=torch.float64))
    case.judge(*export_torch.called(module, module, case))
    x = torch.linspace(-2.03, 2.02, 16, requires_grad=True)
    seconds = []
    for plain in (False, True):
        loaded.on_triton = (lambda x: False) if plain else loaded.on_triton
        (gx,) = torch.autograd.grad(module(x).sum(), x, create_graph=True)
        seconds.append(torch.autograd.grad(gx.sum(), [x, *module.parameters()]))
    for a, b in zip(*seconds, strict=True):
        assert torch.allclose(a, b, rtol=1e-4, atol=1e-5), (case.name, a, b)
    y = module(torch.linspace(-1, 1, 24).reshape(1, 4, 3, 2).to(memory_format=torch.channels_last).bfloat16())
    assert y.dtype == torch.bfloat16 and y.is_contiguous(memory_format=torch.channels_last)


def main():
    torch.set_num_threads(1)
    cases = write("triton", 40 if FULL else 12)
    wide = next(c for c in cases if c.name == "cancels")
    chosen = list({c.name: c for c in [*some(cases, 10), wide, holding(cases, "_triton.py", TABULATED)]}.values())
    for case in chosen:
        self_test(case)
        check(case)
        check_far(case)
    gelu = next(c for c in cases if c.name == "gelu")
    seen_to_fail(gelu, "_triton.py", "tl.store(out0_pointer + i, ", "tl.store(out0_pointer + i, 1.001 * ", check)
    check_wide_functions(wide)
    seen_to_fail(wide, "_triton.py", "= tanh(x)", "= tanh(x).to(tl.float32)", check, count=-1)
    for right, wrong in (("range(16)", "range(3)"), ("a > 40.0", 'a > float("inf")'), ("a < -40.0", "a < -4000.0"), ("range(12)", "range(5)")):
        seen_to_fail(wide, "_triton.py", right, wrong, check_wide_functions)
    limits_seen_to_fail(cases, "_triton.py", "x < (-1099511627776.0), (tl.zeros_like(x) + 0", check_far)
    self_test_seen_to_fail(cases, "_triton.py", self_test)
    cases = write("torch", 12)
    for case in some(cases, 4) + [next(c for c in cases if c.name == "cancels"), holding(cases, "_torch.py", TABULATED)]:
        check_in_torch(case)
    print(f"{len(chosen)} files of Triton kernels agree with the kernels")


if __name__ == "__main__":
    main()
