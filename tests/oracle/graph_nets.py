"""The graph networks of the trainer, written plainly in PyTorch from their papers, edge by edge; modules carry the names of the plan's layers."""

import torch
from torch import nn
from torch.nn import functional as F


class GraphModule(nn.Module):
    """Edges end at `ends` and start at `starts`, both ways and loops; sizes: nodes of each graph."""

    def set_graph(self, edges, sizes):
        nodes = sum(sizes)
        loops = torch.arange(nodes)
        pairs = torch.cat([edges, edges.flip(1), torch.stack([loops, loops], 1)])
        degree = torch.bincount(pairs[:, 0], minlength=nodes).double()
        for module in self.modules():
            module.ends, module.starts = pairs[:, 0], pairs[:, 1]
            module.scale, module.sizes = 1 / torch.sqrt(degree[pairs[:, 0]] * degree[pairs[:, 1]]), sizes

    def propagated(self, x):
        return torch.zeros_like(x).index_add(0, self.ends, self.scale.to(x)[:, None] * x[self.starts])


class Neighbours(GraphModule):
    def __init__(self, channels):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        return self.propagated(x) + self.bias


class Attention(GraphModule):
    def __init__(self, width, heads, averaged):
        super().__init__()
        self.heads, self.averaged = heads, averaged
        self.target, self.source = nn.Parameter(torch.zeros(heads, width)), nn.Parameter(torch.zeros(heads, width))
        self.bias = nn.Parameter(torch.zeros(width if averaged else heads * width))

    def forward(self, x):
        n = len(x)
        out = []
        for h, own in enumerate(x.view(n, self.heads, -1).unbind(1)):
            score = (own * self.target[h]).sum(1)[self.ends] + (own * self.source[h]).sum(1)[self.starts]
            e = F.leaky_relu(score, 0.2).exp()
            weight = e / torch.zeros(n, dtype=e.dtype).index_add(0, self.ends, e)[self.ends]
            out.append(torch.zeros_like(own).index_add(0, self.ends, weight[:, None] * own[self.starts]))
        return (torch.stack(out).mean(0) if self.averaged else torch.cat(out, 1)) + self.bias


class Grelu(GraphModule):
    """max_k gamma_i (alpha_c^k x_ic + beta_c^k), graph by graph. fault: one of two published mistakes. scaled: gamma times the nodes."""

    def __init__(self, channels, pieces, fault=None, scaled=False):
        super().__init__()
        hidden = max(2, channels // 4)
        self.node_hidden, self.node_out = nn.Linear(channels, hidden), nn.Linear(hidden, 1)
        self.graph_hidden, self.graph_out = nn.Linear(channels, hidden), nn.Linear(hidden, 2 * pieces * channels)
        self.pieces, self.fault, self.scaled = pieces, fault, scaled

    def of_graph(self, linear, x):
        """Once a graph, so that nothing of it counts as an operation of a node."""
        return (linear.weight * x).sum(1) + linear.bias

    def forward(self, x):
        scores = self.node_out(torch.relu(self.node_hidden(self.propagated(x))))
        out = []
        for part, score in zip(x.split(self.sizes), scores.split(self.sizes), strict=True):
            gamma = score.exp() / (scores if self.fault == "batch" else score).exp().sum()
            lines = torch.tanh(self.of_graph(self.graph_out, torch.relu(self.of_graph(self.graph_hidden, part.mean(0)))))
            gamma = gamma * len(part) if self.scaled else gamma
            alpha, beta = lines.view(2, self.pieces, -1)
            beta = alpha if self.fault == "shift" else beta
            out.append(torch.stack([gamma * (a * part + b) for a, b in zip(alpha, beta, strict=True)]).max(0).values)
        return torch.cat(out)


class Gcn(GraphModule):
    def __init__(self, act, features, classes, width, layers, blocks=None):
        super().__init__()
        self.layers = layers
        for k in range(layers):
            outputs = width if k + 1 < layers else classes
            self.add_module(f"linear{k}", nn.Linear(width if k else features, outputs, bias=False))
            self.add_module(f"neighbours{k}", Neighbours(outputs))
            if k + 1 < layers:
                self.add_module(f"activation{k}", (blocks or act)() if k else act())

    def forward(self, x):
        for k in range(self.layers):
            x = getattr(self, f"neighbours{k}")(getattr(self, f"linear{k}")(x))
            x = getattr(self, f"activation{k}")(x) if k + 1 < self.layers else x
        return x


class Gat(GraphModule):
    def __init__(self, act, features, classes, width, layers, heads, out_heads, stem=None):
        super().__init__()
        self.layers = layers
        for k in range(layers):
            last = k + 1 == layers
            h, each = (out_heads, classes) if last else (heads, width)
            self.add_module(f"linear{k}", nn.Linear(heads * width if k else features, h * each, bias=False))
            self.add_module(f"attention{k}", Attention(each, h, last))
            if not last:
                self.add_module(f"activation{k}", act() if k or not stem else stem)

    def forward(self, x):
        for k in range(self.layers):
            x = getattr(self, f"attention{k}")(getattr(self, f"linear{k}")(x))
            x = getattr(self, f"activation{k}")(x) if k + 1 < self.layers else x
        return x
