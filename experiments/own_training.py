"""A training script that antigrad searches with: one process trains one candidate with one seed.

stdin, a JSON line: {"activation": text, "pytorch": a file, "class": the torch.nn.Module in it, "task": name, "seed": n, "steps": of a
whole run, "until": train up to here}. stdout, a line an evaluation: {"step": n, "loss": x}. At `until` it waits for the next line:
{"until": n}, go on to there, or {"prune": true}, end."""
import importlib.util
import json
import sys

import torch


def spirals(count, generator):
    turn = 3 * torch.rand(count, generator=generator) ** 0.5
    label = torch.randint(0, 2, (count,), generator=generator)
    angle = 2.5 * turn + torch.pi * label
    noise = 0.1 * torch.randn(count, 2, generator=generator)
    return torch.stack([turn * angle.cos(), turn * angle.sin()], 1) + noise, label


def activation_of(task):
    spec = importlib.util.spec_from_file_location("candidate", task["pytorch"])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, task["class"])


def say(step, loss, accuracy, training_loss):
    print(json.dumps({"step": step, "loss": loss, "accuracy": accuracy, "training_loss": training_loss}), flush=True)


def main():
    torch.set_num_threads(1)
    task = json.loads(sys.stdin.readline())
    torch.manual_seed(task["seed"])  # the same initial weights for every candidate
    generator = torch.Generator().manual_seed(task["seed"])
    Activation = activation_of(task)
    network = torch.nn.Sequential(torch.nn.Linear(2, 24), Activation(), torch.nn.Linear(24, 24), Activation(), torch.nn.Linear(24, 2))
    optimiser = torch.optim.AdamW(network.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, task["steps"])
    held_out, answers = spirals(1000, torch.Generator().manual_seed(0))
    until, losses = task["until"], []
    for step in range(1, task["steps"] + 1):
        x, label = spirals(64, generator)
        loss = torch.nn.functional.cross_entropy(network(x), label)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        losses.append(loss.item())
        if step % 20 and step != until:
            continue
        with torch.no_grad():
            logits = network(held_out)
            quality = torch.nn.functional.cross_entropy(logits, answers).item()
            right = (logits.argmax(1) == answers).float().mean().item()
        say(step, quality, right, sum(losses) / len(losses))
        losses = []
        if step == until and step < task["steps"]:
            order = json.loads(sys.stdin.readline() or '{"prune": true}')
            if "until" not in order:
                return
            until = order["until"]


main()
