"""Exported PyTorch files in real PyTorch: their own tests, agreement with the kernels that trained, and what modules of
PyTorch must bear: torch.compile without graph breaks, autocast, copies, pickles, other memory formats.
"""
import copy
import importlib.util
import io
import os
import pickle
import sys

import torch

sys.path.insert(0, os.path.join(os.environ["ANTIGRAD_SOURCE"], "tests/app"))
from exported import FULL, seen_to_fail, some, write  # noqa: E402


def load(path, name=None):
    name = name or path.stem
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def module_class(loaded):
    classes = [c for c in vars(loaded).values() if isinstance(c, type) and issubclass(c, torch.nn.Module)]
    assert len(classes) == 1, classes
    return classes[0]


def called(function, module, case):
    x, gy = torch.tensor(case.x), torch.tensor(case.gy)
    x.requires_grad_()
    module.zero_grad()
    y = function(x)
    y.backward(gy)
    return y.detach().tolist(), x.grad.tolist(), [float(p.grad) for p in module.parameters()]


def check(case):
    loaded = load(case.file("_torch.py"))
    loaded.self_test()
    module = module_class(loaded)()
    case.judge(*called(module, module, case))
    return module


def check_compiled(case, backend):
    """Forward and backward in one graph each; another size compiles again and is right too."""
    module = module_class(load(case.file("_torch.py")))()
    torch._dynamo.reset()
    compiled = torch.compile(module, fullgraph=True, backend=backend)
    case.judge(*called(compiled, module, case))
    x = torch.linspace(-3, 3, 35).reshape(5, 7)
    assert torch.allclose(compiled(x), module(x), atol=1e-6)


def check_half(case):
    """bfloat16 and float16, under autocast and by themselves: the type stays, values are those of float32 rounded."""
    module = module_class(load(case.file("_torch.py")))()
    x = torch.linspace(-4, 4, 64)
    for dtype in (torch.bfloat16, torch.float16):
        u = x.to(dtype)
        want = module(u.float())
        with torch.autocast("cpu", dtype=dtype):
            linear = torch.nn.Linear(64, 64)
            through = module(linear(x))
            through.sum().backward()
            assert through.dtype == dtype and linear.weight.grad.isfinite().all()
            got = module(u)
        assert got.dtype == dtype and torch.equal(got, want.to(dtype)), case.name
        half = copy.deepcopy(module).to(dtype)
        assert half(u).dtype == dtype and half(u).isfinite().all()
        module.zero_grad()


def check_as_a_module(case):
    cls = module_class(load(case.file("_torch.py")))
    module = cls()
    x = torch.linspace(-3, 3, 24).reshape(1, 4, 3, 2)
    with torch.no_grad():
        for p in module.parameters():
            p.mul_(1.01)
    want = module(x)
    copies = [copy.deepcopy(module), pickle.loads(pickle.dumps(module)), cls()]
    copies[2].load_state_dict(module.state_dict())
    file = io.BytesIO()
    torch.save(module, file)
    file.seek(0)
    copies.append(torch.load(file, weights_only=False))
    for other in copies:
        assert torch.equal(other(x), want)
    swapped = x.to(memory_format=torch.channels_last)
    assert torch.equal(module(swapped), want)
    strided = torch.empty(2, 48)[:, ::2].copy_(x.reshape(1, 24).expand(2, 24))
    assert torch.equal(module(strided)[0], want.reshape(24))
    assert module(torch.empty(0, 3)).shape == (0, 3) and module(torch.tensor(float("nan"))).isnan()
    places = load(case.file("_torch.py")).PLACES
    assert [float(p) for p in cls(place=1).parameters()] == [float(torch.tensor(v)) for v in places[1]]


def main():
    torch.set_num_threads(1)
    cases = write("torch", 200 if FULL else 10)
    for case in cases:
        check(case)
    by_name = {c.name: c for c in cases}
    tabulated = next(c for c in cases if "integral(" in c.file("_torch.py").read_text().split("def ")[0])
    for name in ("xielu", "gelu", "srs"):
        check_as_a_module(by_name[name]) if name != "gelu" else None
        check_half(by_name[name])
    for case in [by_name["xielu"], by_name["gelu"], tabulated] if not FULL else cases:
        check_compiled(case, "inductor" if FULL else "aot_eager")
    seen_to_fail(by_name["gelu"], "_torch.py", "    return (t", "    return (1.001 * t", check)
    print(f"{len(cases)} exported files agree with the kernels")


if __name__ == "__main__":
    main()
