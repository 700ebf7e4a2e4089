"""The other side of `antigrad bench trainer`: the same steps in PyTorch, eager or compiled, in a process of its own.

argv: NET/ACTIVATION eager|compiled THREADS. Says "ready" after a few steps, then answers lines on stdin: "run N": the nanoseconds of
N steps; "memory": the peak resident MiB. Images are channels_last, which is the faster layout here; matrices and attention are
torch's own functions.
"""
import os
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

ACTIVATIONS = {"relu": nn.ReLU, "mish": nn.Mish, "silu": nn.SiLU, "gelu": nn.GELU}


def conv(inputs, outputs, size, stride=1):
    return nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)


class Block(nn.Module):
    def __init__(self, inputs, width, stride, act):
        super().__init__()
        self.inner = nn.Sequential(conv(inputs, width, 3, stride), nn.BatchNorm2d(width), act(), conv(width, width, 3), nn.BatchNorm2d(width))
        self.shortcut = nn.Sequential(conv(inputs, width, 1, stride), nn.BatchNorm2d(width)) if inputs != width else nn.Identity()
        self.act = act()

    def forward(self, x):
        return self.act(self.inner(x) + self.shortcut(x))


class Resnet(nn.Module):
    def __init__(self, act, depth, width=16, classes=10):
        super().__init__()
        blocks, inputs = [], width
        for stage in range(3):
            for k in range((depth - 2) // 6):
                blocks.append(Block(inputs, width << stage, 2 if stage and not k else 1, act))
                inputs = width << stage
        self.stem, self.blocks = nn.Sequential(conv(3, width, 3), nn.BatchNorm2d(width), act()), nn.Sequential(*blocks)
        self.head = nn.Linear(inputs, classes)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)).mean((2, 3)))


class LlamaLayer(nn.Module):
    def __init__(self, act, width, heads, ffn, context):
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.norm1, self.norm2 = nn.RMSNorm(width, 1e-6), nn.RMSNorm(width, 1e-6)
        self.qkv, self.out = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)
        self.up, self.act, self.down = nn.Linear(width, ffn, bias=False), act(), nn.Linear(ffn, width, bias=False)
        angle = torch.outer(torch.arange(context), 10000.0 ** (-2 * torch.arange(self.size // 2) / self.size))
        self.register_buffer("cos", angle.cos()), self.register_buffer("sin", angle.sin())

    def turned(self, x):
        a, b = x.chunk(2, -1)
        return torch.cat([a * self.cos - b * self.sin, b * self.cos + a * self.sin], -1)

    def forward(self, x):
        n, t, d = x.shape
        q, k, v = (y.view(n, t, self.heads, self.size).transpose(1, 2) for y in self.qkv(self.norm1(x)).split(d, -1))
        mixed = F.scaled_dot_product_attention(self.turned(q), self.turned(k), v, is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).reshape(n, t, d))
        return x + self.down(self.act(self.up(self.norm2(x))))


class Llama(nn.Module):
    def __init__(self, act, vocabulary=256, width=128, layers=4, heads=4, ffn=512, context=128):
        super().__init__()
        self.embedding, self.norm = nn.Embedding(vocabulary, width), nn.RMSNorm(width, 1e-6)
        self.layers = nn.Sequential(*[LlamaLayer(act, width, heads, ffn, context) for _ in range(layers)])

    def forward(self, tokens):
        return F.linear(self.norm(self.layers(self.embedding(tokens))), self.embedding.weight)


def make(net, act):
    """Model, input, target, optimiser."""
    if net == "llama":
        model = Llama(act)
        groups = [{"params": [p for p in model.parameters() if p.dim() > 1]}, {"params": [p for p in model.parameters() if p.dim() == 1], "weight_decay": 0}]
        optimiser = torch.optim.AdamW(groups, 1e-5, (0.9, 0.95), weight_decay=0.1)
        return model, torch.randint(256, (8, 128)), torch.randint(256, (8 * 128,)), optimiser
    side, depth = {"resnet20": (32, 20), "resnet8": (16, 8)}[net]
    model = Resnet(act, depth).to(memory_format=torch.channels_last)
    x = torch.randn(128, 3, side, side).contiguous(memory_format=torch.channels_last)
    groups = [{"params": [p for p in model.parameters() if p.dim() > 1]}, {"params": [p for p in model.parameters() if p.dim() == 1], "weight_decay": 0}]
    return model, x, torch.arange(128) % 10, torch.optim.SGD(groups, 1e-5, 0.9, weight_decay=5e-4)


def main(what, kind, threads):
    torch.set_num_threads(int(threads))
    torch.manual_seed(1)
    torch.set_flush_denormal(True)
    net, activation = what.split("/")
    model, x, target, optimiser = make(net, ACTIVATIONS[activation])
    function = torch.compile(model, dynamic=False) if kind == "compiled" else model

    def step():
        loss = F.cross_entropy(function(x).flatten(0, -2), target)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what compilers print is no answer
    for _ in range(3):
        step()
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        verb, *count = line.split()
        if verb == "memory":
            answer = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        else:
            begin = time.perf_counter_ns()
            for _ in range(int(count[0])):
                step()
            answer = time.perf_counter_ns() - begin
        print(answer, file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
