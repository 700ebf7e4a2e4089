"""Every network of the trainer, layer by layer, against a plain PyTorch one with the same weights: one row a model.

model_dump writes weights, input, values and gradients of ours; the reference reads the weights. In float64 values and gradients
agree within 1e-9 of their norm; in float32 ours is no farther from the float64 reference than the reference's own float32, up to a factor.
Parameters and floating-point operations are counted on both sides.
"""

import json
import math
import os
import pathlib
import subprocess
from typing import Callable, NamedTuple

import graph_nets
import language_nets
import nets
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

PROGRAM = os.path.join(os.environ["ANTIGRAD_BIN"], "model_dump")
F64_TOLERANCE = 1e-9
EXAMPLES = 4  # of the spectrum
F32_FACTOR, F32_FLOOR = 8, 1e-6  # times what the reference loses to float32 at worst; of a norm


class Row(NamedTuple):
    name: str
    model: str  # as a study has it
    reference: Callable  # of the activation
    activation: str = "gelu"
    channels: int = 3
    side: int = 8
    classes: int = 10
    batch: int = 6  # of a graph: nodes


STEMS = {8: {}, 16: {}, 28: {}, 32: {}, 96: {"stem": (7, 2)}, 224: {"stem": (7, 2), "pool": True}}  # by the side of an image
FORMS = [
    ("resnet8", "{type: resnet, depth: 8, width: 2}", lambda act, stem: nets.Resnet(act, 3, 10, 2, [1, 1, 1], **stem)),
    ("resnet18", "{type: resnet, form: imagenet, depth: 18, width: 1}", lambda act, stem: nets.Resnet(act, 3, 10, 1, [2] * 4, **stem)),
    ("resnet34", "{type: resnet, form: imagenet, depth: 34, width: 1}", lambda act, stem: nets.Resnet(act, 3, 10, 1, [3, 4, 6, 3], **stem)),
    ("resnet50", "{type: resnet, form: imagenet, depth: 50, width: 1}", lambda act, stem: nets.Resnet(act, 3, 10, 1, [3, 4, 6, 3], nets.Bottleneck, **stem)),
    ("wide_resnet10", "{type: wide_resnet, depth: 10, width: 2, widen: 2}", lambda act, stem: nets.WideResnet(act, 3, 10, 2, 2, 1, **stem)),
]

ROWS = [
    *[Row(f"{name}_at_{side}", model, lambda act, reference=reference, stem=stem: reference(act, stem), side=side) for side, stem in STEMS.items() for name, model, reference in FORMS],
    Row("resnet8", "{type: resnet, depth: 8, width: 4}", lambda act: nets.Resnet(act, 3, 10, 4, [1, 1, 1])),
    Row("resnet20", "{type: resnet, depth: 20, width: 4}", lambda act: nets.Resnet(act, 1, 10, 4, [3, 3, 3]), "prelu", channels=1, side=16),
    Row("resnet_stem", "{type: resnet, depth: 8, width: 4, activations: {stem: tanh}}", lambda act: nets.Resnet(act, 1, 10, 4, [1, 1, 1], stem_act=torch.nn.Tanh), "silu", 1, 28),
    Row("resnet32", "{type: resnet, depth: 32, width: 2}", lambda act: nets.Resnet(act, 3, 10, 2, [5, 5, 5]), "silu", side=32),
    *[Row(f"resnet{6 * n + 2}", f"{{type: resnet, depth: {6 * n + 2}, width: 2}}", lambda act, n=n: nets.Resnet(act, 3, 10, 2, [n, n, n])) for n in (7, 9, 18)],
    Row("resnet18_96", "{type: resnet, form: imagenet, depth: 18, width: 2}", lambda act: nets.Resnet(act, 3, 10, 2, [2] * 4, stem=(7, 2)), side=96),
    Row("resnet34_224", "{type: resnet, form: imagenet, depth: 34, width: 2}", lambda act: nets.Resnet(act, 3, 7, 2, [3, 4, 6, 3], stem=(7, 2), pool=True), side=224, classes=7),
    Row("resnet50", "{type: resnet, form: imagenet, depth: 50, width: 2, stem: large}", lambda act: nets.Resnet(act, 3, 10, 2, [3, 4, 6, 3], nets.Bottleneck, (7, 2), True), side=64),
    Row("wide_resnet16", "{type: wide_resnet, depth: 16, width: 2, widen: 3}", lambda act: nets.WideResnet(act, 3, 10, 2, 3, 2), "silu", side=16),
    Row("mlp", "{type: mlp, layers: 3, width: 20}", lambda act: nets.Mlp(act, 192, 10, 20, 3), "xielu"),
    Row("mlp_norm", "{type: mlp, layers: 2, width: 20, norm: true}", lambda act: nets.Mlp(act, 64, 10, 20, 2, norm=True), channels=1),
    Row("mlp_skip", "{type: mlp, layers: 4, width: 20, norm: true, skip: true}", lambda act: nets.Mlp(act, 64, 10, 20, 4, norm=True, skip=True), channels=1),
    Row("mlp_maxout", "{type: mlp, layers: 2, width: 9, pieces: 3, activations: {stem: maxout}}", lambda act: nets.Mlp(act, 64, 10, 9, 2, stem=nets.Maxout(3)), channels=1),
    Row("mlp_softmax", "{type: mlp, layers: 3, width: 9, norm: true, activations: {blocks: softmax}}", lambda act: nets.Mlp(act, 64, 10, 9, 3, norm=True, blocks=lambda: nn.Softmax(-1)), channels=1),
    Row("mlp_gaussian", "{type: mlp, layers: 2, width: 9, activations: {stem: gaussian_radial}}", lambda act: nets.Mlp(act, 64, 10, 9, 2, stem=nets.Radial(64, 9, True)), channels=1),
    Row(
        "mlp_multiquadric",
        "{type: mlp, layers: 3, width: 9, skip: true, activations: {blocks: multiquadric_radial}}",
        lambda act: nets.Mlp(act, 64, 10, 9, 3, skip=True, blocks=lambda: nets.Radial(9, 9, False)),
        channels=1,
    ),
    Row("gcn", "{type: gcn, layers: 3, width: 12}", lambda act: graph_nets.Gcn(act, 7, 4, 12, 3), "xielu", 7, 1, 4, 30),
    Row("gat", "{type: gat, layers: 2, width: 5, heads: 3}", lambda act: graph_nets.Gat(act, 7, 4, 5, 2, 3, 1), "elu", 7, 1, 4, 30),
    Row("gat_average", "{type: gat, layers: 3, width: 4, heads: 2, out_heads: 3}", lambda act: graph_nets.Gat(act, 7, 4, 4, 3, 2, 3), "silu", 7, 1, 4, 30),
    Row("gcn_grelu", "{type: gcn, layers: 3, width: 12, activations: {blocks: grelu}}", lambda act: graph_nets.Gcn(act, 7, 4, 12, 3, lambda: graph_nets.Grelu(12, 2)), "gelu", 7, 1, 4, 30),
    Row("gcn_grelu_scaled", "{type: gcn, layers: 3, width: 12, activations: {blocks: grelu_scaled}}", lambda act: graph_nets.Gcn(act, 7, 4, 12, 3, lambda: graph_nets.Grelu(12, 2, scaled=True)), "gelu", 7, 1, 4, 30),
    Row("gat_grelu", "{type: gat, layers: 2, width: 6, heads: 2, pieces: 3, activations: {stem: grelu}}", lambda act: graph_nets.Gat(act, 7, 4, 6, 2, 2, 1, graph_nets.Grelu(12, 3)), "gelu", 7, 1, 4, 30),
    Row("llama", "{type: llama, layers: 2, width: 24, heads: 3, ffn: 36, context: 10}", lambda act: language_nets.Llama(act, 29, 24, 2, 3, 3, 36), "xielu", classes=29),
    Row(
        "llama_gated",
        "{type: llama, layers: 2, width: 24, heads: 6, kv_heads: 2, ffn: 36, gated: true, context: 10, rope_base: 500000}",
        lambda act: language_nets.Llama(act, 29, 24, 2, 6, 2, 36, True, 5e5),
        "silu",
        classes=29,
    ),
    Row("vgg11", "{type: vgg, depth: 11, width: 2}", lambda act: nets.Vgg(act, 3, 10, 2, (1, 1, 2, 2, 2)), side=16),
    Row("vgg13", "{type: vgg, depth: 13, width: 2}", lambda act: nets.Vgg(act, 1, 10, 2, (2, 2, 2, 2, 2)), "silu", 1, 32),
    Row("vgg16", "{type: vgg, depth: 16, width: 2}", lambda act: nets.Vgg(act, 3, 10, 2, (2, 2, 3, 3, 3)), side=32),
    Row("mobilenet", "{type: mobilenet, width: 4}", lambda act: nets.Mobilenet(act, 3, 10, 4, True), side=32),
    Row("mobilenet_96", "{type: mobilenet, width: 4}", lambda act: nets.Mobilenet(act, 3, 10, 4, False), "silu", side=96),
    Row("alexnet", "{type: alexnet, width: 1}", lambda act: nets.Alexnet(act, 3, 10, 1, 4 * 16), side=32),
    Row("alexnet_224", "{type: alexnet, width: 1}", lambda act: nets.Alexnet(act, 3, 10, 1, 4 * 36, True), side=224),
    Row("vanilla", "{type: vanilla, layers: 4, width: 3}", lambda act: nets.Vanilla(act, 3, 10, 3, 4, 0), side=16),
    Row("vanilla_series", "{type: vanilla, layers: 3, width: 3, series: 2}", lambda act: nets.Vanilla(act, 1, 10, 3, 3, 2), "relu", 1, 28),
    Row("vanilla_96", "{type: vanilla, layers: 3, width: 2, series: 1}", lambda act: nets.Vanilla(act, 3, 10, 2, 3, 1, (4, 4, 0)), "gelu", side=96),
    Row("bert", "{type: bert, layers: 2, width: 24, heads: 3, ffn: 40, context: 10}", lambda act: language_nets.Bert(act, 29, 10, 24, 2, 3, 40), classes=29),
    Row("nplm", "{type: nplm, layers: 3, width: 7, ffn: 20, context: 5}", lambda act: language_nets.Nplm(act, 29, 7, 3, 20, 5), "xielu", classes=29),
]


def flat(name):
    """layer0.norm1.weight -> layer0_norm1.weight."""
    module, _, weight = name.rpartition(".")
    return f"{module.replace('.', '_')}.{weight}" if module else weight


class Ours:
    """The numbers of one row."""

    def __init__(self, row, type_name):
        data = pathlib.Path(f"{row.name}.{type_name}.numbers").read_bytes()
        head, _, body = data.partition(b"\n\n")
        values, at = torch.frombuffer(bytearray(body), dtype=torch.float64), 0
        self.numbers = {}
        for line in head.decode().split("\n"):
            words = line.split(" ")
            shape = [int(w) for w in words if w.isdigit()]
            name = " ".join(w for w in words if not w.isdigit())
            name = flat(name)
            assert name not in self.numbers, name
            self.numbers[name] = values[at : at + math.prod(shape)].view(shape)
            at += math.prod(shape)
        assert at == values.numel(), (row.name, at, values.numel())

    def __getitem__(self, name):
        return self.numbers[name]

    def group(self, kind):
        return {name.split(" ")[1]: value for name, value in self.numbers.items() if name.startswith(kind + " ")}


BUFFERS = {"running_mean": "mean", "running_var": "variance"}


def our_name(theirs):
    module, _, weight = theirs.rpartition(".")
    return flat(f"{module}.{BUFFERS.get(weight, weight)}")


def layers_of(reference):
    """Modules that ours have as one layer, by name."""
    whole = graph_nets.Grelu
    inside = {inner for module in reference.modules() if isinstance(module, whole) for inner in module.children()}
    return [(name, module) for name, module in reference.named_modules() if module not in inside and (isinstance(module, whole) or not list(module.children()))]


def load(reference, ours, row):
    weights = {**ours.group("parameter"), **ours.group("buffer")}
    theirs = {our_name(name): tensor for name, tensor in reference.state_dict().items() if not name.endswith("num_batches_tracked")}
    assert weights.keys() == theirs.keys(), f"{row.name}: {sorted(weights.keys() ^ theirs.keys())}"
    for name, tensor in theirs.items():
        assert tensor.shape == weights[name].shape, (row.name, name, tensor.shape, weights[name].shape)
        tensor.copy_(weights[name])


def counted(reference, x):
    """Operations of one example."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        reference(x)
    return counter.get_total_flops() / len(x)


def reference_numbers(row, ours, dtype):
    """What the reference computes, by our names; images as ours lie, for libtorch's batch norm rounds otherwise where channels come first."""
    reference = row.reference(nets.ACTIVATIONS[row.activation]).to(dtype)
    load(reference, ours, row)
    x = ours["input"].long() if "context" in row.model else ours["input"].to(dtype)
    if x.dim() == 4:
        x = x.contiguous(memory_format=torch.channels_last)
    if "edges" in ours.numbers:
        reference.set_graph(ours["edges"].long(), ours["sizes"].long().tolist())
    numbers = {"flops": torch.tensor(counted(reference.eval(), x)), "evaluated": reference(x)}
    theta = sum(p.numel() for name, p in reference.named_parameters() if ".raw_" in name)
    numbers["parameters"] = torch.tensor(float(sum(p.numel() for p in reference.parameters()) - theta))
    for name, module in layers_of(reference):
        module.register_forward_hook(lambda _, __, value, name=name: numbers.update({"value " + name.replace(".", "_"): value}))
    logits = reference.train()(x)
    loss = F.cross_entropy(logits.flatten(0, -2), ours["target"].long())
    loss.backward(retain_graph=True)
    numbers |= {"logits": logits, "loss": loss}
    numbers |= {"gradient " + our_name(name): p.grad for name, p in reference.named_parameters()}
    numbers |= {"moved " + our_name(name): b for name, b in reference.named_buffers() if "running" in name}
    numbers["gradient spectrum"] = spectrum(logits, ours["target"].long(), reference)
    return {name: value.detach().double() for name, value in numbers.items()}


def spectrum(logits, target, reference):
    """Eigenvalues of the empirical Fisher information over the first examples, by the singular values of their gradients."""
    losses = F.cross_entropy(logits.flatten(0, -2), target, reduction="none").view(len(logits), -1).mean(1)
    rows = []
    for loss in losses[:EXAMPLES]:
        gradients = torch.autograd.grad(loss, list(reference.parameters()), retain_graph=True, allow_unused=True)
        rows.append(torch.cat([g.flatten() for g in gradients if g is not None]))
    return torch.linalg.svdvals(torch.stack(rows).double()) ** 2 / len(rows)


def error(got, want):
    """Of its norm; a gradient that is 0 but for rounding is compared with 1."""
    assert got.shape == want.shape, (got.shape, want.shape)
    assert bool(got.isfinite().all() and want.isfinite().all()), "not finite: choose an activation that the depth bears"
    return float((got - want).norm() / max(float(want.norm()), 1e-3))


def compare(row):
    ours = Ours(row, "f64")
    want = reference_numbers(row, ours, torch.float64)
    given = {"input", "target", "activations", "edges", "sizes"}
    named = {name for name in ours.numbers if name not in given and name.split(" ")[0] not in ("parameter", "buffer")}
    assert named == want.keys(), f"{row.name}: {sorted(named ^ want.keys())}"
    worst = max((error(ours[name], want[name]), name) for name in named)
    assert worst[0] <= F64_TOLERANCE, f"{row.name}: {worst[1]}: error {worst[0]:.3g} of its norm in float64"
    assert all(float(ours[name]) == float(want[name]) for name in ("parameters", "flops")), row.name
    return worst[0], compare_f32(row, named), int(ours["parameters"]), len(ours.group("value"))


def compare_f32(row, named):
    """The depth of a network sets what float32 allows: values, and gradients, lose as much as the reference's own lose at worst."""
    ours = Ours(row, "f32")
    exact, rounded = (reference_numbers(row, ours, dtype) for dtype in (torch.float64, torch.float32))
    worst = 0
    for gradients in (False, True):
        names = [name for name in named if name.startswith("gradient ") == gradients]
        allowed = F32_FACTOR * max(error(rounded[name], exact[name]) for name in names) + F32_FLOOR
        for name in names:
            got = error(ours[name], exact[name])
            assert got <= allowed, f"{row.name}: {name}: error {got:.3g} of its norm in float32, allowed {allowed:.3g}"
            worst = max(worst, got)
    return worst


def check_that_a_wrong_layer_is_seen():
    """A reference whose attention turns by another base must fail."""
    right = next(row for row in ROWS if row.name == "llama")
    try:
        compare(right._replace(reference=lambda act: language_nets.Llama(act, 29, 24, 2, 3, 3, 36, base=1.001e4)))
    except AssertionError as failure:
        assert "attention_out" in str(failure) or "error" in str(failure), failure
        return
    raise SystemExit("a wrong reference passed")


def check_that_wrong_copies_of_grelu_are_seen():
    """Two published faults: shifts overwritten by slopes, and one softmax over all graphs of a batch."""
    right = next(row for row in ROWS if row.name == "gcn_grelu")
    for fault in ("shift", "batch"):
        try:
            compare(right._replace(reference=lambda act, fault=fault: graph_nets.Gcn(act, 7, 4, 12, 3, lambda: graph_nets.Grelu(12, 2, fault))))
        except AssertionError as failure:
            assert "error" in str(failure), failure
            continue
        raise SystemExit(f"a wrong GReLU passed: {fault}")


def main():
    torch.set_num_threads(1)
    rows = [
        f"- {{name: {row.name}, activation: {json.dumps(row.activation)}, model: {row.model}, channels: {row.channels}, side: {row.side}, classes: {row.classes}, batch: {row.batch}}}"
        for row in ROWS
    ]
    pathlib.Path("rows.yaml").write_text("\n".join(rows) + "\n")
    for type_name in ("f64", "f32"):
        subprocess.run([PROGRAM, "rows.yaml", type_name], check=True)
    for row in ROWS:
        f64, f32, parameters, layers = compare(row)
        print(f"{row.name}: {layers} layers, {parameters} parameters agree; largest error of a norm {f64:.1e} in float64, {f32:.1e} in float32")
    check_that_a_wrong_layer_is_seen()
    check_that_wrong_copies_of_grelu_are_seen()


if __name__ == "__main__":
    main()
