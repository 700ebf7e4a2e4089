"""Generated kernels against float64: every pass and type, odd sizes, misaligned views, channels, streams, graphs.

An output may differ from float64 by half a unit of its type and 1e-5 max(1, |want|) (f32) or 1e-4 max(1, |want|)
(bf16 and f16), and by 16 times what torch's own float32 arithmetic differs. A sum of n terms may differ by 1e-5 (1e-4) of
the sum of their sizes and of sqrt(n), and must be the same bits in every run.
"""

import math

import torch

from kernels import PASSES, TYPES, Kernel

SLACK = {"f32": 1e-5, "bf16": 1e-4, "f16": 1e-4}
DIGITS = {"f32": 23, "bf16": 7, "f16": 10}
LEAST = {"f32": -149, "bf16": -133, "f16": -24}  # log2 of the smallest positive number


class Failures(list):
    def check(self, fine, text):
        if not fine:
            self.append(text)


def inputs_for(pass_name, n, dtype, device, seed):
    random = torch.Generator().manual_seed(seed)
    columns = []
    for k in range(PASSES[pass_name][0]):
        x = torch.randn(n, generator=random, dtype=torch.float64) * (2.5 if k == 0 else 1)
        if k == 0:
            special = torch.tensor([0.0, -0.0, 1.0, -1.0, 1e-4, -1e-4, 20.0, -20.0], dtype=torch.float64)
            x[: min(n, 8)] = special[: min(n, 8)]
        columns.append(x.to(dtype).to(device))
    return columns


def units(type_name, want):
    exponent = torch.frexp(want.abs())[1] - 1
    return torch.ldexp(torch.ones_like(want), (exponent - DIGITS[type_name]).clamp(min=LEAST[type_name]))


def worst(type_name, got, want, rough):
    """The largest error in parts of what is allowed, and where."""
    got = got.double()
    slack = SLACK[type_name] * want.abs().clamp(min=1) + 16 * (rough.double() - want).abs().nan_to_num(0)
    if type_name != "f32":
        slack = slack + 0.502 * units(type_name, want)
    error = (got - want).abs() / slack
    same = (got == want) | (got.isnan() & want.isnan())
    same |= got.isinf() & (want.abs() > torch.finfo(TYPES[type_name]).max) & (got.sign() == want.sign())
    error = torch.where(same, torch.zeros_like(error), error.nan_to_num(math.inf))
    return float(error.max()) if error.numel() else 0.0


def parameters(reference, channels, device):
    """[parameter][channel], a little different from channel to channel, and cotangents."""
    if not reference.theta:
        return None, None
    factors = 1 + 0.05 * torch.arange(channels, dtype=torch.float64)
    theta = torch.tensor(reference.theta, dtype=torch.float64)[:, None] * factors
    random = torch.Generator().manual_seed(5)
    ggtheta = torch.randn(theta.shape, generator=random, dtype=torch.float64)
    return theta.float().to(device), ggtheta.float().to(device)


def shaped(values, channels, inner):
    return values.reshape(-1, channels, inner)


def check_pass(failures, reference, kernel, type_name, pass_name, n, device, channels=1, inner=1, shift=0):
    what = f"{reference.name} {type_name} {pass_name}, n = {n}, {channels} channels of {inner}, shift {shift}"
    columns = inputs_for(pass_name, n + shift, TYPES[type_name], device, seed=n)
    columns = [c[shift:] for c in columns]
    theta, ggtheta = parameters(reference, channels, device)
    call = kernel.call(pass_name, columns, theta, ggtheta if pass_name == "double_backward" else None, channels, inner).run()

    def expected(dtype):
        broadcast = [
            () if p is None else tuple(q.to(dtype).reshape(1, channels, 1) for q in p) for p in (theta, ggtheta)
        ]
        wide = [shaped(c.to(dtype), channels, inner) for c in columns]
        return reference.run(pass_name, wide, *broadcast)

    (want, terms), (rough, _) = expected(torch.float64), expected(torch.float32)
    for k, output in enumerate(call.outputs):
        error = worst(type_name, output, want[k].reshape(-1), rough[k].reshape(-1))
        failures.check(error <= 1, f"{what}: output {k} is off by {error:.3g} times what is allowed")
    if not terms:
        return
    first = call.sums.clone()
    for k, term in enumerate(terms):
        total, size = term.sum((0, 2)), term.abs().sum((0, 2))
        error = (first[k].double() - total).abs()
        allowed = SLACK[type_name] * (size + math.sqrt(n / channels))
        failures.check(
            bool((error <= allowed).all()), f"{what}: sum {k} is {first[k].tolist()}, expected {total.tolist()}"
        )
    for _ in range(3):
        call.run()
        failures.check(torch.equal(first, call.sums), f"{what}: sums differ from run to run")


def check_activation(failures, library, reference, type_name, device, sizes):
    with Kernel(library, reference.name, type_name) as kernel:
        for pass_name in PASSES:
            for n in sizes:
                check_pass(failures, reference, kernel, type_name, pass_name, n, device)
            check_pass(failures, reference, kernel, type_name, pass_name, sizes[-1], device, shift=1)
    if not reference.theta:
        return
    with Kernel(library, reference.name, type_name, by_channel=True) as kernel:
        for pass_name in PASSES:
            for inner in (1, 7, 16):
                check_pass(failures, reference, kernel, type_name, pass_name, 5 * inner * 29, device, 5, inner)


def check_graph(failures, library, reference, device):
    """A captured backward, replayed on new numbers, gives what a plain call gives."""
    with Kernel(library, reference.name, "bf16") as kernel:
        theta, _ = parameters(reference, 1, device)
        columns = inputs_for("backward", 100003, torch.bfloat16, device, seed=1)
        call = kernel.call("backward", columns, theta).run()
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            call.run()
        for column, fresh in zip(columns, inputs_for("backward", 100003, torch.bfloat16, device, seed=2)):
            column.copy_(fresh)
        graph.replay()
        torch.cuda.synchronize()
        replayed = call.outputs[0].clone(), None if theta is None else call.sums.clone()
        call.run()
        failures.check(torch.equal(replayed[0], call.outputs[0]), f"{reference.name}: a replayed graph gives other gradients")
        if theta is not None:
            failures.check(torch.equal(replayed[1], call.sums), f"{reference.name}: a replayed graph gives other sums")


class Update:
    """What the trainer captures behind the passes, by libtorch's fused operations: the update of weights, then of averages.

    The step's rate, the averages' share and whether the step is left out (skip) are numbers on the device.
    """

    DECAY, MOMENTUM, BETAS, EPSILON = 0.1, 0.9, (0.9, 0.95), 1e-8

    def __init__(self, name, device):
        random = torch.Generator().manual_seed(3)
        self.name = name
        self.weights = [torch.randn(sizes, generator=random).to(device) for sizes in ((64, 33), (7,), (70001,))]
        self.averages = [w.clone() for w in self.weights]
        self.gradients, self.first, self.second = ([torch.zeros_like(w) for w in self.weights] for _ in range(3))
        self.counts = [torch.zeros((), device=device) for _ in self.weights]
        self.rate, self.share, self.skip = (torch.zeros((), device=device) for _ in range(3))

    def run(self):
        plain = dict(dampening=0, nesterov=False, maximize=False, is_first_step=False, found_inf=self.skip)
        if self.name == "sgd":
            torch._fused_sgd_(
                self.weights, self.gradients, self.first, weight_decay=self.DECAY, momentum=self.MOMENTUM, lr=self.rate, **plain
            )
        else:
            torch._foreach_add_(self.counts, 1)
            torch._fused_adamw_(
                self.weights, self.gradients, self.first, self.second, [], self.counts, lr=self.rate, beta1=self.BETAS[0],
                beta2=self.BETAS[1], weight_decay=self.DECAY, eps=self.EPSILON, amsgrad=False, maximize=False, found_inf=self.skip
            )
            torch._foreach_add_(self.counts, self.skip, alpha=-1)
        away = torch._foreach_sub(self.averages, self.weights)
        torch._fused_sgd_(self.averages, away, [], weight_decay=0, momentum=0, lr=self.share, **plain)

    def captured(self):
        """What does it again: a graph on a GPU."""
        if not self.rate.is_cuda:
            return self.run
        side, graph = torch.cuda.Stream(), torch.cuda.CUDAGraph()
        self.skip.fill_(1)
        with torch.cuda.stream(side):
            self.run()  # so that nothing is loaded while capturing
        side.synchronize()
        with torch.cuda.graph(graph):
            self.run()
        return graph.replay

    def wanted(self, rate, share, gradients, state):
        """(weights, averages, first, second, count) in float64 after a step."""
        weights, averages, first, second, count = state
        if self.name == "sgd":
            first = [self.MOMENTUM * m + g + self.DECAY * w for m, g, w in zip(first, gradients, weights)]
            weights = [w - rate * m for w, m in zip(weights, first)]
        else:
            count += 1
            first = [self.BETAS[0] * m + (1 - self.BETAS[0]) * g for m, g in zip(first, gradients)]
            second = [self.BETAS[1] * v + (1 - self.BETAS[1]) * g * g for v, g in zip(second, gradients)]
            means = [m / (1 - self.BETAS[0] ** count) for m in first]
            squares = [v / (1 - self.BETAS[1] ** count) for v in second]
            weights = [(1 - rate * self.DECAY) * w - rate * m / (v.sqrt() + self.EPSILON) for w, m, v in zip(weights, means, squares)]
        averages = [a + share * (w - a) for a, w in zip(averages, weights)]
        return weights, averages, first, second, count

    def state(self):
        lists = [[t.double().cpu() for t in tensors] for tensors in (self.weights, self.averages, self.first, self.second)]
        return (*lists, float(self.counts[0]))


def check_update(failures, name, device):
    """A captured update, replayed at other rates, on other gradients, and told to do nothing."""
    update = Update(name, device)
    replay = update.captured()
    random = torch.Generator().manual_seed(4)
    for step, (rate, share, skip) in enumerate([(0.1, 0.9, 0), (0.02, 0.5, 0), (0.3, 0.2, 1), (0.05, 0.1, 0), (0.0, 0.02, 0)]):
        gradients = [torch.randn(w.shape, generator=random) for w in update.weights]
        want = update.state() if skip else update.wanted(rate, share, [g.double() for g in gradients], update.state())
        for held, fresh in zip(update.gradients, gradients):
            held.copy_(fresh * math.nan if skip else fresh)
        update.rate.fill_(rate), update.share.fill_(share), update.skip.fill_(skip)
        replay()
        got = update.state()
        pairs = [pair for a, b in zip(got[:4], want[:4]) for pair in zip(a, b)]
        off = max(float(((g - w).abs() / w.abs().clamp(min=1)).nan_to_num(math.inf).max()) for g, w in pairs)
        failures.check(
            off <= (0 if skip else 1e-6) and got[4] == want[4],
            f"an update by {name}, step {step}, rate {rate}, skip {skip}: off by {off:.3g} after {got[4]:g} updates",
        )


def check_streams(failures, library, reference, device):
    """A launch waits for what its stream did before, and the host does not wait for it."""
    with Kernel(library, reference.name, "f32") as kernel:
        theta, _ = parameters(reference, 1, device)
        columns = inputs_for("backward", 1 << 20, torch.float32, device, seed=1)
        fresh = inputs_for("backward", 1 << 20, torch.float32, device, seed=2)
        call = kernel.call("backward", columns, theta).run()
        torch.cuda.synchronize()
        side = torch.cuda.Stream()
        with torch.cuda.stream(side):
            torch.cuda._sleep(200_000_000)
            for column, new in zip(columns, fresh):
                column.copy_(new, non_blocking=True)
            call.run()
        failures.check(not side.query(), f"{reference.name}: a launch waits for the GPU")
        side.synchronize()
        got = call.outputs[0].clone()
        want = kernel.call("backward", fresh, theta).run().outputs[0]
        torch.cuda.synchronize()
        failures.check(torch.equal(got, want), f"{reference.name}: a launch does not wait for its stream")
