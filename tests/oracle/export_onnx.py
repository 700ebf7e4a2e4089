"""Exported ONNX models: the checker and shape inference accept them, onnxruntime gives what the kernels give at every place,
and the test data beside them passes in ONNX's own runner and as docs/exporting.md reads it.
"""
import collections
import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

os.environ["ALLOW_RELEASED_ONNX_OPSET_ONLY"] = "0"  # else onnxruntime.backend leaves out models with functions of their own
import numpy as np  # noqa: E402
import onnx  # noqa: E402
import onnxruntime  # noqa: E402
import onnxruntime.backend  # noqa: E402
from onnx.backend.test.loader import load_model_tests  # noqa: E402
from onnx.backend.test.runner import Runner  # noqa: E402

SOURCE = os.environ["ANTIGRAD_SOURCE"]
sys.path.insert(0, os.path.join(SOURCE, "tests/app"))
from exported import FULL, write  # noqa: E402

CLASHING = "[v = 0.5, gv = 2, a_here = 1, a = 0.25, ga_here = 3] f: v*tanh(gv*x) + a_here*x + a*sigmoid(ga_here*x)"


def session(model):
    onnx.checker.check_model(model, full_check=True)
    assert [o.version for o in model.opset_import if o.domain == ""] == [18] and len(model.functions) == 1
    assert "License" in model.doc_string and model.functions[0].doc_string == model.doc_string
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def run(session, inputs):
    return session.run(None, {i.name: inputs[i.name] for i in session.get_inputs()})


def of_three_dimensions(case):
    """The function of the model, called by another graph."""
    model = onnx.load(case.file(case.name + ".onnx"))
    for value in (model.graph.input[0], model.graph.output[0]):
        value.type.tensor_type.shape.ClearField("dim")
        for name in "abc":
            value.type.tensor_type.shape.dim.add().dim_param = name
    return model


def check_values(case):
    forward, backward = (session(onnx.load(case.file(end))) for end in (case.name + ".onnx", "_backward.onnx"))
    several = len(case.places) > 1
    assert all([i.name for i in s.get_inputs()][-1:] == ["place"] for s in (forward, backward)) == several
    inputs = {"x": np.array(case.x, np.float32), "gy": np.array(case.gy, np.float32), "place": np.array(0)}
    (y,) = run(forward, inputs)
    gx, *gtheta = run(backward, inputs)
    assert all(g.shape == () for g in gtheta)
    case.judge(y.tolist(), gx.tolist(), [float(g) for g in gtheta])
    (again,) = run(session(of_three_dimensions(case)), inputs | {"x": inputs["x"][:480].reshape(4, 3, 40)})
    assert again.shape == (4, 3, 40) and np.array_equal(again.reshape(-1), y[:480])
    case.judge_tail(lambda x: run(forward, {"x": np.array(x, np.float32)})[0].tolist(), limit=1e-4)  # a polynomial without fma
    for place in case.places:
        inputs = {"x": np.array(case.far_x, np.float32), "gy": np.ones(len(case.far_x), np.float32), "place": np.array(place)}
        case.judge_far(run(forward, inputs)[0].tolist(), run(backward, inputs)[0].tolist(), place)


class OwnRunner(Runner):
    """ONNX's, of the models in a folder instead of those that it brings along."""

    def __init__(self, folder, kind):
        self.backend, self._parent_module = onnxruntime.backend, None
        self._include_patterns, self._exclude_patterns, self._xfail_patterns = set(), set(), set()
        self._test_kwargs, self._test_items = {}, collections.defaultdict(dict)
        for test in load_model_tests(str(folder), kind):
            self._add_model_test(test, "Simple")


def tested(folder, name, places):
    """ONNX's own runner on the test data of the models NAME in a folder."""
    tests = folder / f"{name}_onnx_test"
    for model in (name, name + "_backward"):
        shutil.copy(folder / f"{model}.onnx", tests / f"test_{model}/model.onnx")
        assert len(list(tests.glob(f"test_{model}/test_data_set_*"))) == 2 * places
    result = unittest.TestResult()
    OwnRunner(folder, tests.name).include("_cpu$").test_suite.run(result)
    assert result.wasSuccessful(), result.failures + result.errors
    assert result.testsRun - len(result.skipped) == 2, result


def tested_as_documented(folder):
    """The lines of the page."""
    with open(os.path.join(SOURCE, "docs/exporting.md"), encoding="utf-8") as file:
        (lines,) = re.findall(r"^```python\n(.*?onnxruntime.*?)^```", file.read(), re.M | re.S)
    assert lines.count('"out"') == 1
    exec(compile(lines.replace('"out"', repr(str(folder))), "docs/exporting.md", "exec"), {})


def edges(case):
    """Inputs of the data set of edges."""
    path = case.folder / f"{case.name}_onnx_test/test_{case.name}/test_data_set_1/input_0.pb"
    return onnx.numpy_helper.to_array(onnx.load_tensor(path))


def check(case):
    check_values(case)
    tested(case.folder, case.name, len(case.places))
    x = edges(case)
    assert np.isnan(x[0]) and {0, -np.inf, np.inf} < set(x[1:].tolist()) and np.signbit(x[x == 0]).tolist() == [False, True]


@contextlib.contextmanager
def changed(path, old, new):
    """Other bytes in a file."""
    good = path.read_bytes()
    assert old in good, (path, old)
    path.write_bytes(good.replace(old, new, 1))
    yield
    path.write_bytes(good)


def check_that_a_fault_is_seen(check, path, old, new):
    with changed(path, old, new):
        try:
            check()
        except AssertionError:
            return
        raise SystemExit(f"{path}, changed, passed")


def check_that_faults_are_seen(by_name):
    gelu, silu, xielu = by_name["gelu"], by_name["silu"], by_name["xielu"]
    half, beyond = (np.float32(v).tobytes() for v in (0.5, -(2.0**40)))
    for test in (lambda: check_values(gelu), lambda: tested(gelu.folder, "gelu", 1), lambda: tested_as_documented(gelu.folder)):
        for file in ("gelu.onnx", "gelu_backward.onnx"):
            check_that_a_fault_is_seen(test, gelu.folder / file, half, np.float32(0.501).tobytes())
    infinite = np.float32(-np.inf).tobytes()
    for test in (lambda: check_values(silu), lambda: tested(silu.folder, "silu", 1)):  # beyond it stands the limit
        check_that_a_fault_is_seen(test, silu.folder / "silu.onnx", beyond, infinite)
    second = onnx.numpy_helper.to_array(onnx.load(xielu.folder / "xielu.onnx").graph.initializer[0])[1]
    for test in (lambda: check_values(xielu), lambda: tested(xielu.folder, "xielu", 2), lambda: tested_as_documented(xielu.folder)):
        check_that_a_fault_is_seen(test, xielu.folder / "xielu.onnx", second.tobytes(), np.float32(1.01 * second).tobytes())
    for model in ("xielu", "xielu_backward"):
        for file in sorted((xielu.folder / f"xielu_onnx_test/test_{model}").glob("test_data_set_2/output_*.pb")):
            value = onnx.numpy_helper.to_array(onnx.load_tensor(file)).reshape(-1)[-1]
            for test in (lambda: tested(xielu.folder, "xielu", 2), lambda: tested_as_documented(xielu.folder)):
                check_that_a_fault_is_seen(test, file, value.tobytes(), np.float32(1.001 * value + 1e-4).tobytes())


def check_the_commands_files():
    """Of the program: names of parameters that meet those of the graph, a gate, an old export in the folder."""
    program = os.path.join(os.environ["ANTIGRAD_BIN"], "antigrad")
    shutil.rmtree("commands", ignore_errors=True)
    os.makedirs("commands/activation_onnx_test/test_activation/test_data_set_7")
    for what in (CLASHING, "swiglu", "xielu"):
        subprocess.run([program, "export", what, "--to", "onnx", "-O", "commands"], check=True, stdout=subprocess.DEVNULL)
    folder = pathlib.Path("commands")
    for name in ("activation", "swiglu", "xielu"):
        for end in ("", "_backward"):
            names = [i.name for i in session(onnx.load(folder / f"{name}{end}.onnx")).get_inputs()]
            assert "place" not in names, names
        tested(folder, name, 1)
    tested_as_documented(folder)


def main():
    cases = write("onnx", 60 if FULL else 20)
    for case in cases:
        check(case)
    check_that_faults_are_seen({c.name: c for c in cases})
    check_the_commands_files()
    edge = sum(len(edges(case)) for case in cases) / len(cases)
    print(f"{len(cases)} models agree with the kernels, and pass their own tests, of {edge:.1f} inputs at edges on average")


if __name__ == "__main__":
    main()
