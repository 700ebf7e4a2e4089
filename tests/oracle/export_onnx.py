"""Exported ONNX models: the checker and shape inference accept them, and onnxruntime gives what the kernels give."""
import os
import sys

import numpy as np
import onnx
import onnxruntime

sys.path.insert(0, os.path.join(os.environ["ANTIGRAD_SOURCE"], "tests/app"))
from exported import FULL, some, write  # noqa: E402


def run(model, inputs):
    onnx.checker.check_model(model, full_check=True)
    assert [o.version for o in model.opset_import if o.domain == ""] == [18] and len(model.functions) == 1
    assert "License" in model.doc_string and model.functions[0].doc_string == model.doc_string
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, {i.name: inputs[i.name] for i in session.get_inputs()})


def of_three_dimensions(case):
    """The function of the model, called by another graph."""
    model = onnx.load(case.file(case.name + ".onnx"))
    for value in (model.graph.input[0], model.graph.output[0]):
        value.type.tensor_type.shape.ClearField("dim")
        for name in "abc":
            value.type.tensor_type.shape.dim.add().dim_param = name
    return model


def check(case):
    inputs = {"x": np.array(case.x, np.float32), "gy": np.array(case.gy, np.float32)}
    (y,) = run(onnx.load(case.file(case.name + ".onnx")), inputs)
    gx, *gtheta = run(onnx.load(case.file("_backward.onnx")), inputs)
    assert all(g.shape == () for g in gtheta)
    case.judge(y.tolist(), gx.tolist(), [float(g) for g in gtheta])
    (again,) = run(of_three_dimensions(case), {"x": inputs["x"][:480].reshape(4, 3, 40)})
    assert again.shape == (4, 3, 40) and np.array_equal(again.reshape(-1), y[:480])
    inputs = {"x": np.array(case.far_x, np.float32), "gy": np.ones(len(case.far_x), np.float32)}
    (y,) = run(onnx.load(case.file(case.name + ".onnx")), inputs)
    gx, *_ = run(onnx.load(case.file("_backward.onnx")), inputs)
    case.judge_far(y.tolist(), gx.tolist())
    model = onnx.load(case.file(case.name + ".onnx"))
    case.judge_tail(lambda x: run(model, {"x": np.array(x, np.float32)})[0].tolist(), limit=1e-4)  # a polynomial without fma


def check_that_a_wrong_model_is_seen(case, literal, wrong):
    path = case.file(case.name + ".onnx")
    good = path.read_bytes()
    old = np.float32(literal).tobytes()
    assert old in good
    path.write_bytes(good.replace(old, np.float32(wrong).tobytes(), 1))
    try:
        check(case)
    except AssertionError:
        return path.write_bytes(good)
    raise SystemExit("a wrong model passed")


def main():
    cases = write("onnx", 60 if FULL else 20)
    for case in cases:
        check(case)
    by_name = {c.name: c for c in cases}
    check_that_a_wrong_model_is_seen(by_name["gelu"], 0.5, 0.501)
    check_that_a_wrong_model_is_seen(by_name["silu"], -(2.0**40), -np.inf)  # beyond it stands the limit
    print(f"{len(cases)} models agree with the kernels")


if __name__ == "__main__":
    main()
