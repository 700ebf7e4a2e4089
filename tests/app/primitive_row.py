"""A primitive is one row: its name is in no other code of the product, so adding one touches nothing else."""
import os
import re

SOURCE = os.environ["ANTIGRAD_SOURCE"]
FOLDERS = ["space", "kernels", "trainer", "search", "experiments"]
CODE = (".cpp", ".hpp", ".def", ".inl", ".py", ".cmake")
# Names that are no ordinary words of the code; every row below the core is made alike.
NAMES = ["mish_gate", "mish_gate_slope", "isru", "isru_slope", "signed_log", "logcosh", "sinc_slope", "softsign_slope",
         "normal_cdf", "logistic_pdf"]
IDS = ["MishGate", "MishGateSlope", "IsruSlope", "SignedLog", "LogCosh", "SincSlope", "SoftsignSlope", "NormalCdf", "LogisticPdf"]


def code_files():
    for folder in FOLDERS:
        for path, _, names in os.walk(os.path.join(SOURCE, folder)):
            yield from (os.path.join(path, name) for name in names if name.endswith(CODE))


def without_comments_and_texts(code):
    """What the compiler acts on, help texts and comments aside."""
    return re.sub(r'//[^\n]*|"(?:[^"\\\n]|\\.)*"', "", code)


def test_a_primitive_is_named_in_the_table_only():
    found, looked_at = {}, 0
    for path in code_files():
        looked_at += 1
        with open(path, encoding="utf-8") as file:
            code = without_comments_and_texts(file.read())
        for name in NAMES + IDS:
            if re.search(rf"\b{name}\b", code):
                found.setdefault(name, set()).add(os.path.relpath(path, SOURCE))
    assert looked_at > 100, looked_at
    for name in NAMES + IDS:
        assert found.get(name) == {"space/primitives.def"}, (name, found.get(name))
    print(f"{len(NAMES + IDS)} names in {looked_at} files: each in space/primitives.def alone")


if __name__ == "__main__":
    test_a_primitive_is_named_in_the_table_only()
