"""Exported JAX files in JAX on the CPU: their own tests (jit, vmap, second derivatives) and agreement with the kernels."""
import os
import sys

os.environ["JAX_PLATFORMS"] = "cpu"
import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402

sys.path.insert(0, os.path.join(os.environ["ANTIGRAD_SOURCE"], "tests/app"))
import importlib.util  # noqa: E402

from exported import FULL, limits_seen_to_fail, seen_to_fail, self_test_seen_to_fail, some, write  # noqa: E402


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cancels(case):
    return "enable_x64" in case.file("_jax.py").read_text().split("SAMPLES")[0]


def self_test(case):
    with jax.enable_x64(cancels(case)):
        load(case.file("_jax.py")).self_test()


def check(case):
    loaded = load(case.file("_jax.py"))
    with jax.enable_x64(cancels(case)):
        x, gy = jnp.asarray(case.x, jnp.float32), jnp.asarray(case.gy, jnp.float32)
        theta = tuple(jnp.asarray(v, jnp.float32) for v in loaded.PLACES[0])
        y, pull = jax.vjp(lambda x, theta: loaded.apply(x, *theta), x, theta)
        gx, gtheta = pull(gy)
        case.judge(y.tolist(), gx.tolist(), [float(g) for g in gtheta])
        for place in case.places:
            there = tuple(jnp.asarray(v, jnp.float32) for v in loaded.PLACES[place])
            y, pull = jax.vjp(lambda x: loaded.apply(x, *there), jnp.asarray(case.far_x, jnp.float32))
            case.judge_far(y.tolist(), pull(jnp.ones_like(y))[0].tolist(), place)
        case.judge_tail(lambda x: loaded.apply(jnp.asarray(x, jnp.float32), *theta).tolist())
        half = loaded.apply(x.astype(jnp.bfloat16), *theta)
        assert half.dtype == jnp.bfloat16 and bool(jnp.isfinite(half).all())


def check_in_float64(case):
    with jax.enable_x64(True):
        loaded = load(case.file("_jax.py"))
        x, gy = jnp.asarray(case.x), jnp.asarray(case.gy)
        theta = tuple(jnp.asarray(v) for v in loaded.PLACES[0])
        y, pull = jax.vjp(lambda x, theta: loaded.apply(x, *theta), x, theta)
        gx, gtheta = pull(gy)
        case.judge_exactly(y.tolist(), gx.tolist(), [float(g) for g in gtheta])


def main():
    cases = write("jax", 40 if FULL else 12)
    chosen = some(cases, 5)
    for case in chosen:
        self_test(case)
        check(case)
    for case in some(cases, 3)[:2]:
        check_in_float64(case)
    gelu = next(c for c in cases if c.name == "gelu")
    seen_to_fail(gelu, "_jax.py", "    return (jnp", "    return (1.001 * jnp", check)
    limits_seen_to_fail(cases, "_jax.py", "x < (-1099511627776.0), jnp.asarray(0", check)
    self_test_seen_to_fail(cases, "_jax.py", self_test)
    print(f"{len(chosen)} exported files agree with the kernels")


if __name__ == "__main__":
    main()
