"""Optimisers, parameter groups, clipping, schedules and interpolation of the trainer, step by step, against torch.optim and its
schedulers in float64 under the same gradients; what torch has not, against a plain loop. optimiser_dump writes the weights of ours."""

import os
import subprocess
from typing import Callable, NamedTuple

import torch
from torch.optim import lr_scheduler as schedulers

STEPS = 24
TOLERANCE = 1e-11
SGD = "{name: sgd, rate: 0.1, momentum: 0.9, weight_decay: 0.01}"


def sgd(groups, **options):
    return torch.optim.SGD(groups, lr=0.1, momentum=0.9, **options)


def constant(optimiser):
    return schedulers.LambdaLR(optimiser, lambda step: 1.0)


class Row(NamedTuple):
    name: str
    optimiser: str  # as a study has it
    method: Callable = sgd
    decay: float = 0.01
    theta: dict = {"lr": 0.1, "weight_decay": 0}
    clip: float = 0
    keys: str = ""  # of the task
    schedule: Callable = constant
    interpolate: tuple = ()
    loop: Callable = None  # the reference, where torch has none
    first_step: float = 0
    air: tuple = ()  # clients, tail, whether it is Adam, beta1, beta2


def warmed(after, steps):
    """torch's way of joining: the second schedule begins at 0 when the first is over."""
    def both(optimiser):
        rise = schedulers.LinearLR(optimiser, start_factor=1 / steps, end_factor=1, total_iters=steps - 1)
        return schedulers.SequentialLR(optimiser, [rise, after(optimiser)], [steps])
    return both


def wsd(optimiser):
    """Haegele et al. 2024: 1 - sqrt over the last 10 steps, to a tenth, after a warm-up of 4."""
    def factor(step):
        if step < 4:
            return (step + 1) / 4
        return 1 if step < STEPS - 10 else 0.1 + 0.9 * (1 - ((step - (STEPS - 10)) / 10) ** 0.5)
    return schedulers.LambdaLR(optimiser, factor)


def one_cycle(optimiser):
    return schedulers.OneCycleLR(optimiser, [group["lr"] for group in optimiser.param_groups], total_steps=STEPS, pct_start=0.25,
                                 div_factor=20, final_div_factor=50, cycle_momentum=False)


ROWS = [
    Row("momentum", SGD),
    Row("plain", "{name: sgd, rate: 0.1, momentum: 0}", lambda groups: torch.optim.SGD(groups, lr=0.1), 0),
    Row("nesterov", SGD[:-1] + ", nesterov: true}", lambda groups: sgd(groups, nesterov=True)),
    Row("adamw", "{name: adamw, rate: 0.05, beta1: 0.8, beta2: 0.95, weight_decay: 0.2}",
        lambda groups: torch.optim.AdamW(groups, lr=0.05, betas=(0.8, 0.95)), 0.2, {"lr": 0.05, "weight_decay": 0}),
    Row("clip", SGD[:-1] + ", clip: 0.5}", clip=0.5),
    Row("theta", SGD[:-1] + ", theta: {rate: 0.003, weight_decay: 0.3}}", theta={"lr": 0.003, "weight_decay": 0.3}),
    Row("still_theta", SGD[:-1] + ", theta: {rate: 0}}", theta={"lr": 0, "weight_decay": 0}),
    Row("warm_up", SGD, keys="warm_up: 4", schedule=warmed(constant, 4)),
    Row("cosine", SGD, keys="schedule: {name: cosine, final: 0}", schedule=lambda o: schedulers.CosineAnnealingLR(o, STEPS)),
    Row("warm_cosine", SGD, keys="warm_up: 6\n    schedule: {name: cosine}", schedule=warmed(lambda o: schedulers.CosineAnnealingLR(o, STEPS - 6), 6)),
    Row("step", SGD, keys="schedule: {name: step, at: [5, 6, 20], factor: 0.3}", schedule=lambda o: schedulers.MultiStepLR(o, [5, 6, 20], 0.3)),
    Row("wsd", SGD, keys="warm_up: 4\n    schedule: {name: wsd, decay: 10, final: 0.1}", schedule=wsd),
    Row("one_cycle", SGD[:-1] + ", theta: {rate: 0.02}}", theta={"lr": 0.02, "weight_decay": 0},
        keys="schedule: {name: one_cycle, rise: 0.25, start: 0.05, final: 0.001}", schedule=one_cycle),
    Row("lookahead", SGD[:-1] + ", interpolation: {name: lookahead, updates: 5, share: 0.5}}", interpolate=("lookahead", 5, 0.5)),
    *[Row(f"gols_{i}", f"{{name: gols, rate: {rate}}}", loop=lambda row, trace: gols(row, trace), first_step=rate)
      for i, rate in enumerate([1e-8, 1e-3, 0.5, 100])],
    Row("gols_lookahead", "{name: gols, rate: 0.02, interpolation: {name: lookahead, updates: 3, share: 0.4}}",
        loop=lambda row, trace: gols(row, trace), first_step=0.02, interpolate=("lookahead", 3, 0.4)),
    *[Row(name, f"{{name: {method}, rate: 0.1{keys}}}", keys=f"clients: {{{channel}}}" if channel else "clients: {count: 1}",
          loop=lambda row, trace: over_the_air(row, trace), air=air)
      for name, method, keys, channel, air in [
          ("adagrad_alone", "adagrad_ota", ", tail: 1.5", "", (1, 1.5, False, 0.9, 0)),
          ("adam_alone", "adam_ota", "", "", (1, 2, True, 0.9, 0.3)),
          ("adagrad_noise", "adagrad_ota", ", beta1: 0.5", "count: 3, fading: rayleigh, noise: {tail: 1.3, scale: 0.2}", (3, 1.3, False, 0.5, 0)),
          ("adam_noise", "adam_ota", ", beta1: 0.8, beta2: 0.6", "count: 2, fading: rayleigh, noise: {tail: 1.7, scale: 0.05}", (2, 1.7, True, 0.8, 0.6))]],
    Row("rapp", SGD[:-1] + ", interpolation: {name: rapp, updates: 3, share: 0.9}}", interpolate=("rapp", 3, 0.9)),
]


def over_the_air(row, trace):
    """What arrives of the clients' gradients, and AdaGrad-OTA or Adam-OTA on it."""
    clients, tail, adam, beta1, beta2 = row.air
    weights = {name: value.clone() for name, value in trace[-1].items()}
    mean = {name: torch.zeros_like(value) for name, value in weights.items()}
    power = {name: torch.zeros_like(value) for name, value in weights.items()}
    for step in range(STEPS):
        for name, w in weights.items():
            g = trace[step]["noise:" + name].clone()
            for n in range(clients):
                g += trace[step][f"gain:{n}"] * 3 * (w + torch.cos(torch.arange(w.numel(), dtype=torch.float64) + step + n)) / clients
            mean[name] = beta1 * mean[name] + (1 - beta1) * g
            p = mean[name].abs() ** tail
            power[name] = beta2 * power[name] + (1 - beta2) * p if adam else power[name] + p
            weights[name] = w - 0.1 * mean[name] / (power[name] ** (1 / tail) + 1e-8)
        yield {name: w.clone() for name, w in weights.items()}


def gols(row, trace):
    """GOLS-I as the paper's pseudocode has it, over one flat vector."""
    start = trace[-1]
    names = list(start)
    sizes = [start[name].numel() for name in names]
    batches, probes, a = 0, 0, row.first_step

    def gradient(w):
        nonlocal batches
        parts = [3 * (part + torch.cos(torch.arange(part.numel(), dtype=torch.float64) + batches)) for part in w.split(sizes)]
        batches += 1
        return torch.cat(parts)

    w = torch.cat([start[name].flatten() for name in names])
    anchor, g = w.clone(), None
    for step in range(STEPS):
        if g is None or row.interpolate:
            g = gradient(w)
        d, first = -g, (g * -g).sum().item()
        largest = min(1 / d.norm().item(), 1e7)
        a = min(max(a, 1e-8), largest)

        def probe():
            nonlocal g, probes
            g = gradient(w + a * d)
            probes += 1
            return (g * d).sum().item()

        now = probe()
        state = "accepted" if 0 < now < 0.9 * abs(first) else "growing" if now < 0 else "shrinking"
        while state == "growing" and now < 0 and 2 * a <= largest:
            a = 2 * a
            now = probe()
        while state == "shrinking" and now >= 0 and a / 2 >= 1e-8:
            a = a / 2
            now = probe()
        w = w + a * d
        if row.interpolate and (step + 1) % row.interpolate[1] == 0:  # lookahead
            anchor = anchor + row.interpolate[2] * (w - anchor)
            w = anchor.clone()
        yield dict(zip(names, [p.view(start[n].shape) for n, p in zip(names, w.split(sizes))])) | {
            "figure:probes": torch.tensor(float(probes)), "figure:step_size": torch.tensor(a, dtype=torch.float64)}


def study():
    tasks = "".join(f"""  - name: {row.name}
    model: {{type: mlp, layers: 1, width: 3}}
    data: {{format: digits, path: none.csv, validation: 0.2}}
    optimiser: {row.optimiser}
    batch: 1
    steps: {STEPS}
    {row.keys}
""" for row in ROWS)
    return "tasks:\n" + tasks


def ours():
    with open("study.yaml", "w", encoding="utf-8") as file:
        file.write(study())
    text = subprocess.run([os.path.join(os.environ["ANTIGRAD_BIN"], "optimiser_dump"), "study.yaml"], check=True, capture_output=True, text=True).stdout
    traces = {}
    for line in text.splitlines():
        task, step, name, *values = line.split()
        traces.setdefault(task, {}).setdefault(int(step), {})[name] = torch.tensor([float(v) for v in values], dtype=torch.float64)
    return traces


def is_theta(name):
    return name.split(".")[-1].startswith("raw_")


def is_matrix(name):
    return not is_theta(name) and name.endswith("weight")


def reference(row, start):
    """Weights after each step, by name."""
    weights = {name: torch.nn.Parameter(value.clone()) for name, value in start.items()}
    kinds = {True: [w for n, w in weights.items() if is_matrix(n)], False: [w for n, w in weights.items() if not is_matrix(n) and not is_theta(n)]}
    groups = [{"params": kinds[True], "weight_decay": row.decay}, {"params": kinds[False], "weight_decay": 0},
              {"params": [w for n, w in weights.items() if is_theta(n)], **row.theta}]
    assert all(group["params"] for group in groups), list(weights)
    optimiser = row.method(groups)
    schedule = row.schedule(optimiser)
    anchor = {name: value.clone() for name, value in start.items()}
    for step in range(STEPS):
        for weight in weights.values():
            weight.grad = 3 * (weight.detach() + torch.cos(torch.arange(weight.numel(), dtype=torch.float64) + step))
        if row.clip:
            torch.nn.utils.clip_grad_norm_(weights.values(), row.clip)
        old = {name: weight.detach().clone() for name, weight in weights.items()}
        optimiser.step()
        schedule.step()
        if row.interpolate:
            interpolate(row.interpolate, step, weights, old, anchor)
        yield {name: weight.detach().clone() for name, weight in weights.items()}


@torch.no_grad()
def interpolate(rule, step, weights, old, anchor):
    kind, k, share = rule
    for name, weight in weights.items():
        if kind == "rapp":
            weight.copy_(anchor[name] + (weight - old[name]))
        if (step + 1) % k == 0:
            anchor[name] = (1 - share) * anchor[name] + share * weight
            weight.copy_(anchor[name])


def main():
    traces = ours()
    for row in ROWS:
        trace, worst = traces[row.name], 0.0
        for step, want in enumerate(row.loop(row, trace) if row.loop else reference(row, trace[-1])):
            for name, value in want.items():
                error = ((trace[step][name] - value).abs() / (1 + value.abs())).max().item()
                assert error <= TOLERANCE, f"{row.name}: step {step}, {name}: got {trace[step][name].tolist()}, want {value.tolist()}"
                worst = max(worst, error)
        print(f"  {row.name}: {STEPS} steps within {worst:.1e}")


if __name__ == "__main__":
    main()
