"""The language models of the trainer, written plainly in PyTorch from their papers, named as nets.py names its own."""

import math

import torch
from torch import nn


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


class Positions(nn.Module):
    def __init__(self, count, width):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(count, width))

    def forward(self, x):
        return x + self.weight


class BertLayer(nn.Module):
    def __init__(self, act, width, heads, ffn):
        super().__init__()
        self.heads = heads
        self.attention_in, self.attention_out, self.norm1 = nn.Linear(width, 3 * width), nn.Linear(width, width), nn.LayerNorm(width)
        self.up, self.activation, self.down, self.norm2 = nn.Linear(width, ffn), act(), nn.Linear(ffn, width), nn.LayerNorm(width)

    def forward(self, x):
        n, t, d = x.shape
        q, k, v = (y.view(n, t, self.heads, -1).transpose(1, 2) for y in self.attention_in(x).split(d, -1))
        mixed = (q @ k.transpose(-1, -2) / math.sqrt(d // self.heads)).softmax(-1) @ v
        x = self.norm1(x + self.attention_out(mixed.transpose(1, 2).reshape(n, t, d)))
        return self.norm2(x + self.down(self.activation(self.up(x))))


class Bert(nn.Module):
    def __init__(self, act, vocabulary, context, width, layers, heads, ffn):
        super().__init__()
        self.embedding, self.positions, self.norm, self.layers = nn.Embedding(vocabulary + 1, width), Positions(context, width), nn.LayerNorm(width), layers
        for k in range(layers):
            self.add_module(f"layer{k}", BertLayer(act, width, heads, ffn))
        self.head, self.head_activation, self.head_norm = nn.Linear(width, width), act(), nn.LayerNorm(width)

    def forward(self, tokens):
        h = self.norm(self.positions(self.embedding(tokens)))
        for k in range(self.layers):
            h = getattr(self, f"layer{k}")(h)
        return self.head_norm(self.head_activation(self.head(h))) @ self.embedding.weight.T


class Nplm(nn.Module):
    """Each token with those before it, one by one, for there are few."""

    def __init__(self, act, vocabulary, width, layers, units, context):
        super().__init__()
        self.embedding, self.layers, self.context = nn.Embedding(vocabulary, width), layers, context
        for k in range(layers):
            self.add_module(f"linear{k}", nn.Linear(context * width if k == 0 else units, units))
            self.add_module(f"activation{k}", act())
        self.head = nn.Linear(units, vocabulary)

    def forward(self, tokens):
        rows = self.embedding(tokens)
        n, t, width = rows.shape
        h = rows.new_zeros(n, t, self.context * width)
        for i in range(t):
            for j in range(i + 1):
                slot = self.context - 1 - (i - j)
                h[:, i, slot * width : (slot + 1) * width] = rows[:, j]
        for k in range(self.layers):
            h = getattr(self, f"activation{k}")(getattr(self, f"linear{k}")(h))
        return self.head(h)
