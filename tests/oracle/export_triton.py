"""Exported Triton kernels, interpreted on the CPU, against the kernels that trained; also through the PyTorch files."""
import os

os.environ["TRITON_INTERPRET"] = "1"
import torch  # noqa: E402

import export_torch  # noqa: E402
from export_torch import FULL, limits_seen_to_fail, load, seen_to_fail, self_test_seen_to_fail, some, write  # noqa: E402


def self_test(case):
    load(case.file("_triton.py")).self_test()


def check(case):
    loaded = load(case.file("_triton.py"))
    x, gy = torch.tensor(case.x), torch.tensor(case.gy)
    theta = [torch.tensor(v) for v in loaded.PLACES[0]]
    (y,) = loaded.triton_forward(x, theta)
    gx, *gtheta = loaded.triton_backward(x, gy, theta)
    case.judge(y.tolist(), gx.tolist(), [float(g) for g in gtheta], limit=case.float32_limit())


def check_far(case):
    loaded = load(case.file("_triton.py"))
    x = torch.tensor(case.far_x)
    for place in case.places:
        theta = [torch.tensor(v) for v in loaded.PLACES[place]]
        (y,) = loaded.triton_forward(x, theta)
        gx, *_ = loaded.triton_backward(x, torch.ones_like(x), theta)
        case.judge_far(y.tolist(), gx.tolist(), place)
    case.judge_tail(lambda x: loaded.triton_forward(torch.tensor(x), theta)[0].tolist())


def check_in_torch(case):
    """The PyTorch file takes the kernels, and gradcheck's second derivatives agree with plain torch."""
    loaded = load(case.file("_torch.py"))
    module = export_torch.module_class(loaded)()
    assert loaded.on_triton(torch.ones(1)) and not loaded.on_triton(torch.ones(1, dtype=torch.float64))
    case.judge(*export_torch.called(module, module, case), limit=case.float32_limit())
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
    chosen = some(cases, 10)
    for case in chosen:
        self_test(case)
        check(case)
        check_far(case)
    gelu = next(c for c in cases if c.name == "gelu")
    seen_to_fail(gelu, "_triton.py", "tl.store(out0_pointer + i, ", "tl.store(out0_pointer + i, 1.001 * ", check)
    limits_seen_to_fail(cases, "_triton.py", "x < (-1099511627776.0), (tl.zeros_like(x) + 0", check_far)
    self_test_seen_to_fail(cases, "_triton.py", self_test)
    for case in some(write("torch", 0), 4):
        check_in_torch(case)
    print(f"{len(chosen)} files of Triton kernels agree with the kernels")


if __name__ == "__main__":
    main()
