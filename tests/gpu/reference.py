"""Exported PyTorch files as references: the same formulas with torch's functions, in any precision."""

import importlib.util
import pathlib
import tempfile

import torch


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Reference:
    """A pass gives its elementwise outputs and the terms of its sums, one an element."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.name = self.path.stem.removesuffix("_torch")
        text = self.path.read_text()
        terms = text.replace(".expand_as(x).sum()", ".expand_as(x)").replace("    import functools\n", "    raise ImportError\n")
        with tempfile.TemporaryDirectory() as folder:
            plain = pathlib.Path(folder) / "plain.py"
            plain.write_text(terms)
            self.module = load(plain)
        self.theta = tuple(self.module.PLACES[0]) if self.module.PARAMETERS else ()

    def run(self, pass_name, inputs, theta, ggtheta=()):
        """(outputs, terms); parameters broadcast with the inputs."""
        m = self.module
        if pass_name == "forward":
            return list(m.forward_program(*inputs, *theta)), []
        if pass_name == "backward":
            gx, *terms = m.backward_program(*inputs, *theta)
            return [gx], terms
        if pass_name == "double_backward":
            dgy, dx, *terms = m.double_backward_program(*inputs, *theta, *ggtheta)
            return [dgy, dx], terms
        u, v, *gy = inputs
        f = m.forward_program(u, *theta)[0]
        if pass_name == "gated_forward":
            return [f * v], []
        gu, *terms = m.backward_program(u, gy[0] * v, *theta)
        return [gu, gy[0] * f], terms
