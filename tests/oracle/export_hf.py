"""Exported files for Hugging Face transformers: importing one registers the activation; a tiny Llama trains a step with it."""
import os
import runpy
import sys

sys.path.insert(0, os.path.join(os.environ["ANTIGRAD_SOURCE"], "tests/app"))
from transformers.activations import ACT2FN  # noqa: E402

from exported import FULL, self_test_seen_to_fail, write  # noqa: E402


def self_test(case):
    runpy.run_path(str(case.file("_hf.py")))["self_test"]()


def main():
    cases = write("hf", 2)
    chosen = [c for c in cases if FULL or c.name in ("xielu", cases[-1].name)]
    for case in chosen:
        runpy.run_path(str(case.file("_hf.py")), run_name="__main__")  # registers, then tests itself
        assert ACT2FN[case.name].__class__.__name__ in case.file("_hf.py").read_text()
    self_test_seen_to_fail(cases, "_hf.py", self_test)
    print(f"{len(chosen)} activations in a Llama")


if __name__ == "__main__":
    main()
