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


ACTIVATIONS = {"prelu": Prelu, "gelu": nn.GELU, "silu": nn.SiLU, "tanh": nn.Tanh, "elu": nn.ELU, "relu": nn.ReLU, "xielu": Xielu}


class Pointwise(nn.Conv2d):
    """A 1x1 convolution with a stride, of every stride-th place: oneDNN's own writes past its buffer where channels are few and come last (oneDNN issue 6035)."""

    def forward(self, x):
        return F.conv2d(x[:, :, :: self.stride[0], :: self.stride[1]], self.weight)


def conv(inputs, outputs, size, stride=1, padding=None, groups=1):
    kind = Pointwise if size == 1 and stride > 1 else nn.Conv2d
    return kind(inputs, outputs, size, stride, size // 2 if padding is None else padding, groups=groups, bias=False)


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
    def __init__(self, act, channels, classes, width, widen, each, stem=(3, 1), pool=False):
        super().__init__()
        self.stem, self.pool = conv(channels, width, *stem), pool
        inputs, self.count = width, 3 * each
        for number in range(self.count):
            stage, k = divmod(number, each)
            outputs = width * widen * 2**stage
            self.add_module(f"block{number}", WideBlock(inputs, outputs, 2 if stage and not k else 1, act))
            inputs = outputs
        self.norm, self.activation, self.head = nn.BatchNorm2d(inputs), act(), nn.Linear(inputs, classes)

    def forward(self, x):
        h = self.stem(x)
        if self.pool:
            h = F.max_pool2d(h, 3, 2, 1)
        for k in range(self.count):
            h = getattr(self, f"block{k}")(h)
        return self.head(self.activation(self.norm(h)).mean((2, 3)))


class Maxout(nn.Module):
    def __init__(self, pieces):
        super().__init__()
        self.pieces = pieces

    def forward(self, x):
        return torch.stack([x[:, k :: self.pieces] for k in range(self.pieces)]).max(0).values


class Radial(nn.Module):
    """exp(-s^2 |x - c|^2) or sqrt(1 + s^2 |x - c|^2)."""

    def __init__(self, inputs, outputs, gaussian):
        super().__init__()
        self.centres, self.scale, self.gaussian = nn.Parameter(torch.zeros(outputs, inputs)), nn.Parameter(torch.zeros(outputs)), gaussian

    def forward(self, x):
        x @ self.centres.T  # what a forward pass costs at least; the distances below are the plain ones
        r = self.scale**2 * (x[:, None] - self.centres).pow(2).sum(-1)
        return torch.exp(-r) if self.gaussian else torch.sqrt(1 + r)


class Mlp(nn.Module):
    """stem, blocks: modules in place of activations; radial ones in place of linear layers too."""

    def __init__(self, act, inputs, classes, width, layers, norm=False, skip=False, stem=None, blocks=None):
        super().__init__()
        self.layers, self.skip = layers, skip
        for k in range(layers):
            module = (blocks or act)() if k else stem or act()
            if not isinstance(module, Radial):
                pieces = module.pieces if isinstance(module, Maxout) else 1
                self.add_module(f"linear{k}", nn.Linear(width if k else inputs, width * pieces, bias=not norm))
                if norm:
                    self.add_module(f"norm{k}", nn.BatchNorm1d(width * pieces))
            self.add_module(f"activation{k}", module)
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        h = x.flatten(1)
        for k in range(self.layers):
            inner = getattr(self, f"linear{k}")(h) if hasattr(self, f"linear{k}") else h
            if hasattr(self, f"norm{k}"):
                inner = getattr(self, f"norm{k}")(inner)
            inner = getattr(self, f"activation{k}")(inner)
            h = h + inner if self.skip and k else inner
        return self.head(h)


class Vgg(nn.Module):
    def __init__(self, act, channels, classes, width, groups):
        super().__init__()
        self.groups, inputs, number = groups, channels, 0
        for times, count in zip((1, 2, 4, 8, 8), groups, strict=True):
            for _ in range(count):
                self.add_module(f"convolution{number}", conv(inputs, width * times, 3))
                self.add_module(f"norm{number}", nn.BatchNorm2d(width * times))
                self.add_module(f"activation{number}", act())
                inputs, number = width * times, number + 1
        self.head = nn.Linear(inputs, classes)

    def forward(self, x):
        number = 0
        for count in self.groups:
            for _ in range(count):
                x = getattr(self, f"activation{number}")(getattr(self, f"norm{number}")(getattr(self, f"convolution{number}")(x)))
                number += 1
            if x.shape[-1] > 1:
                x = F.max_pool2d(x, 2)
        return self.head(x.mean((2, 3)))


class InvertedResidual(nn.Module):
    def __init__(self, inputs, times, outputs, stride, act):
        super().__init__()
        inner, self.expands, self.adds = inputs * times, times > 1, stride == 1 and inputs == outputs
        if self.expands:
            self.convolution1, self.norm1, self.activation1 = conv(inputs, inner, 1), nn.BatchNorm2d(inner), act()
        self.convolution2, self.norm2, self.activation2 = conv(inner, inner, 3, stride, groups=inner), nn.BatchNorm2d(inner), act()
        self.convolution3, self.norm3 = conv(inner, outputs, 1), nn.BatchNorm2d(outputs)

    def forward(self, x):
        h = self.activation1(self.norm1(self.convolution1(x))) if self.expands else x
        h = self.norm3(self.convolution3(self.activation2(self.norm2(self.convolution2(h)))))
        return x + h if self.adds else h


class Mobilenet(nn.Module):
    """MobileNetV2's table 2 with all channels times width / 32."""

    TABLE = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]

    def __init__(self, act, channels, classes, width, small):
        super().__init__()
        self.stem, self.norm, self.activation = conv(channels, width, 3, 1 if small else 2), nn.BatchNorm2d(width), act()
        inputs, self.count = width, 0
        for times, outputs, blocks, stride in self.TABLE:
            for k in range(blocks):
                step = stride if k == 0 and not (small and outputs == 24) else 1
                self.add_module(f"block{self.count}", InvertedResidual(inputs, times, outputs * width // 32, step, act))
                inputs, self.count = outputs * width // 32, self.count + 1
        last = 1280 * width // 32
        self.last, self.last_norm, self.last_activation, self.head = conv(inputs, last, 1), nn.BatchNorm2d(last), act(), nn.Linear(last, classes)

    def forward(self, x):
        h = self.activation(self.norm(self.stem(x)))
        for k in range(self.count):
            h = getattr(self, f"block{k}")(h)
        return self.head(self.last_activation(self.last_norm(self.last(h))).mean((2, 3)))


class Alexnet(nn.Module):
    def __init__(self, act, channels, classes, width, flat, large=False):
        super().__init__()
        self.large, inputs = large, channels
        for k, (times, size) in enumerate([(1, 5), (3, 5), (6, 3), (4, 3), (4, 3)]):
            first = conv(inputs, width, 11, 4, 2) if large and k == 0 else conv(inputs, times * width, size)
            self.add_module(f"convolution{k}", first)
            self.add_module(f"norm{k}", nn.BatchNorm2d(times * width))
            self.add_module(f"activation{k}", act())
            inputs = times * width
        for k in range(2):
            self.add_module(f"hidden{k}", nn.Linear(64 * width if k else flat, 64 * width, bias=False))
            self.add_module(f"hidden_norm{k}", nn.BatchNorm1d(64 * width))
            self.add_module(f"hidden_activation{k}", act())
        self.head = nn.Linear(64 * width, classes)

    def forward(self, x):
        for k in range(5):
            x = getattr(self, f"activation{k}")(getattr(self, f"norm{k}")(getattr(self, f"convolution{k}")(x)))
            if k in (0, 1, 4):
                x = F.max_pool2d(x, 3 if self.large else 2, 2)
        x = x.flatten(1)
        for k in range(2):
            x = getattr(self, f"hidden_activation{k}")(getattr(self, f"hidden_norm{k}")(getattr(self, f"hidden{k}")(x)))
        return self.head(x)


class Affine(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        return (x.movedim(1, -1) * self.weight + self.bias).movedim(-1, 1)


class Series(nn.Module):
    """LSLU's form: z <- a f(z) + b, n times, f, a depthwise convolution, batch norm."""

    def __init__(self, act, channels, n):
        super().__init__()
        self.n = n
        for k in range(n + 1):
            self.add_module(f"activation{k}", act())
        for k in range(n):
            self.add_module(f"affine{k}", Affine(channels))
        if n:
            self.convolution, self.norm = conv(channels, channels, 2 * n + 1, groups=channels), nn.BatchNorm2d(channels)

    def forward(self, z):
        for k in range(self.n):
            z = getattr(self, f"affine{k}")(getattr(self, f"activation{k}")(z))
        z = getattr(self, f"activation{self.n}")(z)
        return self.norm(self.convolution(z)) if self.n else z


class Vanilla(nn.Module):
    def __init__(self, act, channels, classes, width, layers, n, stem=(3, 1, 1)):
        super().__init__()
        self.stem, self.norm, self.stem_series, self.layers = conv(channels, width, *stem), nn.BatchNorm2d(width), Series(act, width, n), layers
        inputs = width
        for k in range(layers):
            outputs = width * 2 ** min(k + 1, 3)
            self.add_module(f"layer{k}_convolution", conv(inputs, outputs, 1))
            self.add_module(f"layer{k}_norm", nn.BatchNorm2d(outputs))
            self.add_module(f"layer{k}_series", Series(act, outputs, n))
            inputs = outputs
        self.head = nn.Linear(inputs, classes)

    def forward(self, x):
        h = self.stem_series(self.norm(self.stem(x)))
        for k in range(self.layers):
            h = getattr(self, f"layer{k}_norm")(getattr(self, f"layer{k}_convolution")(h))
            h = getattr(self, f"layer{k}_series")(F.max_pool2d(h, 2) if h.shape[-1] > 1 else h)
        return self.head(h.mean((2, 3)))
