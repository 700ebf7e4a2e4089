"""Exported Triton kernels through Triton's own compiler, to machine code of GPUs that are not here; those inside the PyTorch files, too."""
import inspect

import triton
from triton.backends.compiler import GPUTarget

from export_torch import FULL, load, seen_to_fail, write
from exported import holding

TARGETS = (80, 90)


def compiled(kernel, wide, architecture):
    """The machine code of one kernel with float32 in and out."""
    sums = "*fp64" if wide else "*fp32"
    kinds = {"BLOCK": "constexpr", "n": "i64", "sums_pointer": sums}
    signature = {name: kinds.get(name, sums if name.startswith("table") else "*fp32") for name in kernel.arg_names}
    source = triton.compiler.ASTSource(kernel, signature, {"BLOCK": 1024})
    return triton.compile(source, target=GPUTarget("cuda", architecture, 32)).asm["cubin"]


def check(case, suffix="_triton.py", targets=TARGETS):
    loaded = load(case.file(suffix))
    wide = "torch.float64, device" in inspect.getsource(loaded.launch)
    for architecture in targets:
        for name in ("forward", "backward", "double_backward"):
            try:
                assert len(compiled(getattr(loaded, name + "_kernel"), wide, architecture)) > 1000
            except triton.compiler.CompilationError as error:
                raise AssertionError(f"{case.name}: {case.text}: {name}: {error}") from error


def main():
    files = 0
    for target, suffix in (("triton", "_triton.py"), ("torch", "_torch.py")):
        cases = write(target, 40 if FULL else 12)
        tabulated = holding(cases, suffix, "TABLES = (")
        chosen = cases if FULL else [*(c for c in cases if c.name in ("xielu", "cancels")), tabulated]
        for case in chosen:
            check(case, suffix, TARGETS if case is tabulated or FULL else TARGETS[:1])
        files += len(chosen)
        cancels = next(c for c in chosen if c.name == "cancels")
        seen_to_fail(cancels, suffix, "tl.exp(", "tl.exponential(", lambda case: check(case, suffix, TARGETS[:1]))
    print(files, "files compile for", TARGETS)


if __name__ == "__main__":
    main()
