"""The other side of `antigrad bench kernels`: torch eager and torch.compile on one thread, in a process of its own.

Answers lines on stdin. "make NAME forward|backward eager|compiled THETA...": "ok", or "none REASON"; "run NAME ...": the
nanoseconds of the faster of two runs right behind a first one. argv: folder of the exported NAME_torch.py, number of elements.
A function that torch has is taken from torch.nn.functional, backward by autograd; any other one is the exported formula.
"""
import importlib.util
import os
import sys
import time

import torch
from torch.nn import functional as F

OWN = {"relu": F.relu, "leaky_relu": F.leaky_relu, "relu6": F.relu6, "hardshrink": F.hardshrink, "softshrink": F.softshrink,
       "elu": F.elu, "selu": F.selu, "softplus": F.softplus, "log_sigmoid": F.logsigmoid, "sigmoid": torch.sigmoid,
       "tanh": torch.tanh, "softsign": F.softsign, "tanhshrink": F.tanhshrink, "hardtanh": F.hardtanh,
       "hardsigmoid": F.hardsigmoid, "hardswish": F.hardswish, "silu": F.silu, "gelu": F.gelu,
       "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"), "mish": F.mish, "sine": torch.sin}


def exported(folder, name):
    path = os.path.join(folder, name + "_torch.py")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make(folder, x, gy, name, direction, kind, theta):
    """The work, once done: what is compiled is compiled here."""
    theta = [torch.tensor(float(t)) for t in theta]
    wrap = (lambda f: torch.compile(f, dynamic=False)) if kind == "compiled" else lambda f: f
    if name in OWN:
        function = wrap(OWN[name])
        if direction == "forward":
            work = lambda: function(x)
        else:
            leaf = x.clone().requires_grad_()
            y = function(leaf)
            work = lambda: torch.autograd.grad(y, leaf, gy, retain_graph=True)
    else:
        module = exported(folder, name)
        function = wrap(module.forward_program if direction == "forward" else module.backward_program)
        work = (lambda: function(x, *theta)) if direction == "forward" else lambda: function(x, gy, *theta)
    with torch.set_grad_enabled(direction == "backward" and name in OWN):
        work()
    return work


def nanoseconds(work):
    work()
    times = []
    for _ in range(2):
        begin = time.perf_counter_ns()
        work()
        times.append(time.perf_counter_ns() - begin)
    return min(times)


def main(folder, size):
    torch.set_num_threads(1)
    torch._dynamo.config.cache_size_limit = 1000
    generator = torch.Generator().manual_seed(1)
    x, gy = 2 * torch.randn(size, generator=generator), torch.randn(size, generator=generator)
    works = {}
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what compilers print is no answer
    print("ready", torch.__version__, file=answers, flush=True)
    for line in sys.stdin:
        verb, *key = line.split()
        key, theta = tuple(key[:3]), key[3:]
        if verb == "make":
            try:
                works[key] = make(folder, x, gy, *key, theta)
                answer = "ok"
            except Exception as error:  # whatever a compiler says is the reason
                answer = "none " + " ".join(str(error).split())[:200]
        else:
            with torch.set_grad_enabled(False):
                answer = nanoseconds(works[key])
        print(answer, file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
