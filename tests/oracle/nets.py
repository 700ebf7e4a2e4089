"""The networks of the trainer, written plainly in PyTorch from their papers; modules carry the names of the plan's layers."""

import math

import torch
from torch import nn
from torch.nn import functional as F


class Xielu(nn.Module):
    def __init__(self):
        super().__init__()
        self.raw_a_p = nn.Parameter(torch.zeros(()))
        self.raw_a_n = nn.Parameter(torch.zeros(()))

    def forward(self, x):
        a_p, a_n = F.softplus(self.raw_a_p), 0.5 + F.softplus(self.raw_a_n)
        return torch.where(x > 0, a_p * x * x, a_n * (torch.expm1(x.clamp(max=0)) - x)) + 0.5 * x


class Prelu(nn.Module):
    def __init__(self):
        super().__init__()
        self.raw_a = nn.Parameter(torch.zeros(()))

    def forward(self, x):
        return torch.where(x > 0, x, self.raw_a * x)


ACTIVATIONS = {"prelu": Prelu, "gelu": nn.GELU, "silu": nn.SiLU, "tanh": nn.Tanh, "relu": nn.ReLU, "xielu": Xielu}


def conv(inputs, outputs, size, stride=1, padding=None, groups=1):
    return nn.Conv2d(inputs, outputs, size, stride, size // 2 if padding is None else padding, groups=groups, bias=False)


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, inputs, width, stride, act):
        super().__init__()
        self.convolution1, self.norm1, self.activation1 = conv(inputs, width, 3, stride), nn.BatchNorm2d(width), act()
        self.convolution2, self.norm2, self.activation2 = conv(width, width, 3), nn.BatchNorm2d(width), act()
        self.changes = inputs != width or stride != 1
        if self.changes:
            self.shortcut, self.shortcut_norm = conv(inputs, width, 1, stride), nn.BatchNorm2d(width)

    def forward(self, x):
        h = self.norm2(self.convolution2(self.activation1(self.norm1(self.convolution1(x)))))
        return self.activation2(h + (self.shortcut_norm(self.shortcut(x)) if self.changes else x))


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, inputs, width, stride, act):
        super().__init__()
        self.convolution1, self.norm1, self.activation1 = conv(inputs, width, 1), nn.BatchNorm2d(width), act()
        self.convolution2, self.norm2, self.activation2 = conv(width, width, 3, stride), nn.BatchNorm2d(width), act()
        self.convolution3, self.norm3, self.activation3 = conv(width, 4 * width, 1), nn.BatchNorm2d(4 * width), act()
        self.changes = inputs != 4 * width or stride != 1
        if self.changes:
            self.shortcut, self.shortcut_norm = conv(inputs, 4 * width, 1, stride), nn.BatchNorm2d(4 * width)

    def forward(self, x):
        h = self.activation1(self.norm1(self.convolution1(x)))
        h = self.activation2(self.norm2(self.convolution2(h)))
        return self.activation3(self.norm3(self.convolution3(h)) + (self.shortcut_norm(self.shortcut(x)) if self.changes else x))


class Resnet(nn.Module):
    def __init__(self, act, channels, classes, width, blocks, block=BasicBlock, stem=(3, 1), pool=False, stem_act=None):
        super().__init__()
        self.stem, self.norm, self.activation = conv(channels, width, *stem), nn.BatchNorm2d(width), (stem_act or act)()
        self.pool = pool
        inputs, number = width, 0
        for stage, count in enumerate(blocks):
            for k in range(count):
                self.add_module(f"block{number}", block(inputs, width << stage, 2 if stage and not k else 1, act))
                inputs, number = (width << stage) * block.expansion, number + 1
        self.count = number
        self.head = nn.Linear(inputs, classes)

    def forward(self, x):
        h = self.activation(self.norm(self.stem(x)))
        if self.pool:
            h = F.max_pool2d(h, 3, 2, 1)
        for k in range(self.count):
            h = getattr(self, f"block{k}")(h)
        return self.head(h.mean((2, 3)))


class WideBlock(nn.Module):
    def __init__(self, inputs, width, stride, act):
        super().__init__()
        self.norm1, self.activation1, self.convolution1 = nn.BatchNorm2d(inputs), act(), conv(inputs, width, 3, stride)
        self.norm2, self.activation2, self.convolution2 = nn.BatchNorm2d(width), act(), conv(width, width, 3)
        self.changes = inputs != width or stride != 1
        if self.changes:
            self.shortcut = conv(inputs, width, 1, stride)

    def forward(self, x):
        h = self.activation1(self.norm1(x))
        inner = self.convolution2(self.activation2(self.norm2(self.convolution1(h))))
        return inner + (self.shortcut(h) if self.changes else x)


class WideResnet(nn.Module):
    def __init__(self, act, channels, classes, width, widen, each):
        super().__init__()
        self.stem = conv(channels, width, 3)
        inputs, self.count = width, 3 * each
        for number in range(self.count):
            stage, k = divmod(number, each)
            outputs = width * widen * 2**stage
            self.add_module(f"block{number}", WideBlock(inputs, outputs, 2 if stage and not k else 1, act))
            inputs = outputs
        self.norm, self.activation, self.head = nn.BatchNorm2d(inputs), act(), nn.Linear(inputs, classes)

    def forward(self, x):
        h = self.stem(x)
        for k in range(self.count):
            h = getattr(self, f"block{k}")(h)
        return self.head(self.activation(self.norm(h)).mean((2, 3)))


class Mlp(nn.Module):
    def __init__(self, act, inputs, classes, width, layers, norm=False, skip=False):
        super().__init__()
        self.layers, self.skip, self.normed = layers, skip, norm
        for k in range(layers):
            self.add_module(f"linear{k}", nn.Linear(width if k else inputs, width, bias=not norm))
            if norm:
                self.add_module(f"norm{k}", nn.BatchNorm1d(width))
            self.add_module(f"activation{k}", act())
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        h = x.flatten(1)
        for k in range(self.layers):
            inner = getattr(self, f"linear{k}")(h)
            if self.normed:
                inner = getattr(self, f"norm{k}")(inner)
            inner = getattr(self, f"activation{k}")(inner)
            h = h + inner if self.skip and k else inner
        return self.head(h)


class RmsNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.weight


class LlamaLayer(nn.Module):
    """norm(x) -> attention, norm(x) -> W2 f(W1 x) or W2 (f(W1 x) * (W3 x)), each added to x."""

    def __init__(self, act, width, heads, kv_heads, ffn, gated, base):
        super().__init__()
        self.heads, self.kv_heads, self.size, self.base, self.gated = heads, kv_heads, width // heads, base, gated
        self.norm1, self.norm2 = RmsNorm(width), RmsNorm(width)
        self.attention_in = nn.Linear(width, (heads + 2 * kv_heads) * self.size, bias=False)
        self.attention_out = nn.Linear(width, width, bias=False)
        units = ffn * 2 // 3 if gated else ffn
        self.up, self.activation, self.down = nn.Linear(width, units, bias=False), act(), nn.Linear(units, width, bias=False)
        if gated:
            self.gate = nn.Linear(width, units, bias=False)

    def rotated(self, x):
        """Each pair (i, i + e/2) of a head as a complex number, times exp(i position base^(-2i/e))."""
        half = self.size // 2
        speed = self.base ** (-2 * torch.arange(half, dtype=torch.float64) / self.size)
        angle = torch.arange(x.shape[2], dtype=torch.float64)[:, None] * speed
        turned = torch.complex(x[..., :half], x[..., half:]) * torch.polar(torch.ones_like(angle), angle).to(torch.complex128 if x.dtype == torch.float64 else torch.complex64)
        return torch.cat([turned.real, turned.imag], -1)

    def attention(self, x):
        n, t, _ = x.shape
        qkv = self.attention_in(x).view(n, t, self.heads + 2 * self.kv_heads, self.size).transpose(1, 2)
        q, k, v = qkv.split([self.heads, self.kv_heads, self.kv_heads], 1)
        group = self.heads // self.kv_heads
        q, k = self.rotated(q), self.rotated(k)
        k, v = (torch.stack([y[:, h // group] for h in range(self.heads)], 1) for y in (k, v))
        scores = (q @ k.transpose(-1, -2) / math.sqrt(self.size)).masked_fill(torch.ones(t, t).tril() == 0, -math.inf)
        return self.attention_out((scores.softmax(-1) @ v).transpose(1, 2).reshape(n, t, -1))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        h = self.norm2(x)
        inner = self.activation(self.up(h))
        return x + self.down(inner * self.gate(h) if self.gated else inner)


class Llama(nn.Module):
    def __init__(self, act, vocabulary, width, layers, heads, kv_heads, ffn, gated=False, base=1e4):
        super().__init__()
        self.embedding, self.norm, self.layers = nn.Embedding(vocabulary, width), RmsNorm(width), layers
        for k in range(layers):
            self.add_module(f"layer{k}", LlamaLayer(act, width, heads, kv_heads, ffn, gated, base))

    def forward(self, tokens):
        h = self.embedding(tokens)
        for k in range(self.layers):
            h = getattr(self, f"layer{k}")(h)
        return self.norm(h) @ self.embedding.weight.T
