"""Bandwidth against a device copy of as many bytes, and time against torch eager, torch.compile and Triton.

All variants take turns in every round, on sets of buffers that together are larger than any L2 cache; the figure is the
least time of all rounds. A record has the keys of `antigrad bench`: name, value, unit, baseline, ratio, goal, met.
"""

import statistics
import time

import torch

from kernels import PASSES, TYPES, Kernel
from reference import load

CACHE = 300_000_000  # bytes that the sets of buffers exceed
EAGER = {
    "silu": (torch.nn.functional.silu, torch.ops.aten.silu_backward),
    "gelu": (torch.nn.functional.gelu, torch.ops.aten.gelu_backward),
    "mish": (torch.nn.functional.mish, torch.ops.aten.mish_backward),
}
COPY_GOAL = 0.9  # of a device copy's bandwidth


class Clock:
    """Seconds of a call, by the GPU's clock where there is one."""

    def __init__(self, device):
        self.cuda = torch.device(device).type == "cuda"

    def seconds(self, call):
        if not self.cuda:
            start = time.perf_counter()
            call()
            return time.perf_counter() - start
        before, after = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        before.record()
        call()
        after.record()
        after.synchronize()
        return before.elapsed_time(after) / 1e3

    def least(self, variants, rounds):
        """{name: (least, median)} of variants {name: call}, interleaved."""
        for call in variants.values():
            call()
        times = {name: [] for name in variants}
        for _ in range(rounds):
            for name, call in variants.items():
                times[name].append(self.seconds(call))
        return {name: (min(t), statistics.median(t)) for name, t in times.items()}


def record(name, value, unit, baseline, higher_is_better, goal):
    ratio = value / baseline if higher_is_better else baseline / value
    return dict(name=name, value=value, unit=unit, baseline=baseline, ratio=ratio, goal=goal, met=ratio >= goal)


def each(calls):
    def run():
        for call in calls:
            call()

    return run


def eager_calls(reference, pass_name, sets, theta):
    if reference.name in EAGER:
        forward, backward = EAGER[reference.name]
        if pass_name == "forward":
            return [lambda s=s: forward(*s) for s in sets]
        return [lambda s=s: backward(s[1], s[0]) for s in sets]  # aten takes gy first
    program = getattr(reference.module, pass_name + "_program")

    def summed(*arguments):
        output, *terms = program(*arguments)
        return output, *(t.sum() for t in terms)

    return [lambda s=s: summed(*s, *theta) for s in sets]


def compiled_calls(reference, pass_name, sets, theta):
    """Sums included: the exported programs themselves, in float32 arithmetic, fused."""
    program = getattr(reference.module, pass_name + "_program")

    def narrow(*arguments):
        dtype = arguments[0].dtype
        outputs = program(*(a.float() for a in arguments))
        return [outputs[0].to(dtype), *(t.sum() for t in outputs[1:])]

    torch.compiler.reset()  # else the 9th shape or type of one function runs unfused
    fused = torch.compile(narrow)
    return [lambda s=s: fused(*s, *theta) for s in sets]


def triton_calls(reference, pass_name, sets, theta):
    module = load(reference.path)
    if getattr(module, "triton", None) is None:
        return None
    function = getattr(module, "triton_" + pass_name)
    return [lambda s=s: function(*s, theta) for s in sets]


def bandwidth(library, reference, type_name, pass_name, n, device, rounds, fusers):
    dtype = TYPES[type_name]
    count_in, count_out = PASSES[pass_name]
    moved = (count_in + count_out) * n * torch.empty(0, dtype=dtype).element_size()
    copies = max(1, -(-CACHE // moved)) if torch.device(device).type == "cuda" else 1
    random = torch.Generator(device=device).manual_seed(3)
    sets = [[torch.randn(n, generator=random, device=device).to(dtype) for _ in range(count_in)] for _ in range(copies)]
    theta = None
    if reference.theta:
        theta = torch.tensor(reference.theta, dtype=torch.float32, device=device)[:, None]
    scalars = () if theta is None else tuple(theta[:, 0])
    from_, to = (torch.empty(moved // 2, dtype=torch.uint8, device=device) for _ in range(2))
    with Kernel(library, reference.name, type_name) as kernel:
        variants = {
            "copy": each([lambda: to.copy_(from_)] * copies),
            "antigrad": each([kernel.call(pass_name, s, theta).run for s in sets]),
            "torch eager": each(eager_calls(reference, pass_name, sets, scalars)),
        }
        if fusers:
            variants["torch.compile"] = each(compiled_calls(reference, pass_name, sets, scalars))
            triton = triton_calls(reference, pass_name, sets, scalars)
            if triton:
                variants["Triton"] = each(triton)
        times = Clock(device).least(variants, rounds)
    what = f"{reference.name} {pass_name} {type_name} 2^{n.bit_length() - 1}"
    speed = {name: moved * copies / least / 1e9 for name, (least, _) in times.items()}
    ours, spread = times["antigrad"][0] / copies * 1e6, times["antigrad"][1] / times["antigrad"][0]
    records = [record(f"{what}, bandwidth against a copy", speed["antigrad"], "GB/s", speed["copy"], True, COPY_GOAL)]
    records[0]["median_over_least"] = spread
    for name in variants.keys() - {"copy", "antigrad"}:
        records.append(record(f"{what}, time against {name}", ours, "us", times[name][0] / copies * 1e6, False, 1.0))
    return records


def launch(library, reference, device, rounds, times=200):
    """A forward of 2^10 elements, a call among many."""
    x = torch.randn(1 << 10, device=device)
    theta = torch.tensor(reference.theta, device=device)[:, None] if reference.theta else None
    scalars = () if theta is None else tuple(theta[:, 0])
    eager = eager_calls(reference, "forward", [[x]], scalars)[0]
    with Kernel(library, reference.name, "f32") as kernel:
        call = kernel.call("forward", [x], theta)
        found = Clock(device).least({"antigrad": lambda: call.run(times), "eager": each([eager] * times)}, rounds)
    ours, eager_time = (found[name][0] / times * 1e6 for name in ("antigrad", "eager"))
    return [record(f"{reference.name} forward f32 2^10, launch against torch eager", ours, "us", eager_time, False, 1.0)]


def run(library, references, device, exponents, rounds, fusers):
    records = []
    for reference in references:
        records += launch(library, reference, device, rounds)
        for exponent in exponents:
            for type_name in ("bf16", "f32"):
                for pass_name in ("forward", "backward"):
                    records += bandwidth(library, reference, type_name, pass_name, 1 << exponent, device, rounds, fusers)
    return records
