"""The command line: help, exit codes, what errors say, output formats, and what commands that do not train load."""
import csv
import io
import json
import os
import re
import subprocess
import time

from program import PROGRAM, SOURCE, TINY, asked, output, run, run_tests, trains

COMMANDS = ["worker", "launch", "bench workers",
            "search", "resume", "status", "top", "show", "report", "serve", "studies", "trials", "best-trial", "ask", "tell", "storage export", "storage import", "derive", "analyze", "zoo", "export", "data list", "data get", "data check", "data tokenize", "doctor", "promote", "bench search", "bench estimators", "bench null", "bench order", "bench signature", "bench space", "bench kernels", "bench storage", "bench server"]

# Words; text that the error must hold. All end with exit code 2.
ERRORS = [
    (["serch"], 'unknown command "serch"; did you mean "search"?'),
    (["bench"], 'unknown command "bench"'),
    (["search"], "search: STUDY.yaml is missing; usage: antigrad search [OPTIONS] STUDY.yaml"),
    (["search", "no_such.yaml"], "no_such.yaml: "),
    (["search", TINY, "--workers", "0"], "--workers"),
    (["search", TINY, "--isolation", "proces"], 'expected process or thread, got "proces"; did you mean "process"?'),
    (["top", "nothing"], 'no run "nothing"'),
    (["top", "-o", "xml", "x"], 'expected csv or json or table, got "xml"'),
    (["show", "x", "-1"], "show: "),
    (["derive"], "derive: NAME|TEXT is missing"),
    (["derive", "sigmod(x)"], '1:1: unknown primitive "sigmod"; did you mean "sigmoid"?'),
    (["derive", "x + "], "1:"),
    (["derive", "x", "y"], "derive: "),
    (["export", "gelu", "--to", "cobol"], 'cannot export to "cobol"; known targets: cuda, torch, '),
    (["export", "gelu", "--to", "c,jaxx"], 'cannot export to "jaxx"; did you mean "jax"?'),
    (["export", "gelu", "--to", ""], 'cannot export to ""'),
    (["export", "swiglu", "--to", "hf"], "is a gate, f(x)*v"),
    (["export", "gelu", "-O", "/proc/nowhere"], "/proc/nowhere/gelu_torch.py: cannot write"),
]

# What stands in the tiny study; what replaces it; what the error says after file, line and column of the replacement.
STUDY_ERRORS = [
    ("depth: 8", "deph: 8", 'unknown key "deph"; did you mean "depth"?'),
    ("baselines: [relu, gelu]", "baselines: [relu, gellu]", 'unknown activation "gellu"; did you mean "gelu"?'),
    ("seed: 5", "sed: 5", 'unknown key "sed"; did you mean "seed"?'),
    ("trials: 12", "trials: many", "expected"),
    ("reduction: 2", "reduction: 1", "expected"),
    ("format: digits", "format: digit", '"digit"; did you mean "digits"?'),
    ("name: python", "name: digits", 'task "digits" is named twice'),
]

# Words; they must neither load libtorch nor LLVM.
LIGHT = [["--help"], ["--version"], ["search", "--help"], ["derive", "gelu"], ["derive", "tanh(x)*sigmoid(x)"],
         ["analyze", "xielu"], ["zoo"], ["zoo", "--primitives"], ["data", "list"], ["export", "mish", "-O", "out"], ["storage", "export", "--help"]]


def test_help_names_every_command_and_the_exit_codes():
    text = output("--help")
    assert text == output() == output("help")
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", text, re.M), command
        more = output(*command.split(), "--help")
        assert f"Usage: antigrad {command}" in more and "Exit codes: 0" in more and "Example" in more, more
    assert "promotion-worker" not in text and "bench-session" not in text


def test_version_is_one_line():
    assert re.fullmatch(r"antigrad \d+\.\d+\.\d+\n", output("--version"))


def test_errors_say_what_is_wrong_and_the_way_out():
    for words, text in ERRORS:
        done = run(*words, code=2)
        assert done.stdout == "" and done.stderr.startswith("antigrad: ") and done.stderr.count("\n") == 1, done
        assert text in done.stderr, (words, text, done.stderr)


def test_errors_in_a_study_carry_line_and_column_and_leave_nothing_behind():
    with open(TINY, encoding="utf-8") as file:
        study = file.read().replace("../../.deps", SOURCE + "/.deps")
    for old, new, text in STUDY_ERRORS:
        assert study.count(old) == 1, old
        line = study[:study.index(old)].count("\n") + 1
        with open("broken.yaml", "w", encoding="utf-8") as file:
            file.write(study.replace(old, new))
        error = run("search", "broken.yaml", "--dir", "broken_runs", code=2).stderr
        assert re.match(rf"antigrad: broken\.yaml:{line}:\d+: ", error) and text in error, (line, text, error)
        assert not os.path.exists("broken_runs")


def test_missing_data_is_named_before_anything_is_made():
    with open(TINY, encoding="utf-8") as file:
        study = file.read().replace("../../.deps/data/digits", "nowhere/digits")
    with open("broken.yaml", "w", encoding="utf-8") as file:
        file.write(study)
    error = run("search", "broken.yaml", "--dir", "broken_runs", code=2).stderr
    assert 'broken.yaml: task "digits": there is no ' in error and "nowhere/digits.csv.gz; " in error, error
    assert not os.path.exists("broken_runs")


def test_export_prints_the_files_of_every_target():
    said = output("export", "gelu", "--to", "latex,c,torch,c", "-O", "several").split("\n")
    assert said == ["several/gelu.tex", "several/gelu.h", "several/gelu_torch.py", ""], said
    assert all(os.path.getsize(path) > 500 for path in said[:-1])
    said = output("export", "gelu", "--to", "onnx", "-O", "several").split("\n")
    assert said == ["several/gelu.onnx", "several/gelu_backward.onnx", "several/gelu_onnx_test", ""], said
    data = [os.path.join(folder, name) for folder, _, names in os.walk(said[2]) for name in names]
    assert len(data) == 2 * (1 + 1) + 2 * (2 + 1) + 2 and all(os.path.getsize(path) > 20 for path in data), data
    text = output("export", "--help")
    assert all(re.search(rf"^  {target} +NAME", text, re.M) for target in ("cuda", "torch", "triton", "hf", "jax", "onnx", "c", "latex")), text


def test_doctor_names_the_cache_of_machine_code():
    def row(folder):
        env = {**os.environ, "ANTIGRAD_CACHE": folder}
        said = subprocess.run([PROGRAM, "doctor", "-o", "json"], env=env, capture_output=True, text=True)
        return next(row for row in json.loads(said.stdout) if row["check"] == "kernel cache")

    folder = os.path.abspath("machine_code")
    first, second = row(folder), row(folder)
    assert first["state"] == second["state"] == "fine" and second["detail"].startswith(folder + ": "), (first, second)
    assert row("off")["state"] == "limited" and row("/dev/null/code")["state"] == "limited"


def test_lists_come_as_table_json_and_csv():
    rows = asked("zoo")
    assert {"relu", "gelu", "silu", "mish", "relu2", "xielu"} <= {row["name"] for row in rows}
    table = output("zoo").splitlines()
    assert len(table) == len(rows) + 1 and table[0].split() == list(rows[0])
    again = list(csv.DictReader(io.StringIO(output("zoo", "-o", "csv"))))
    assert [{k: str(v) for k, v in row.items()} for row in rows] == again
    facts = json.loads(output("derive", "gelu", "-o", "json"))
    assert facts["f(x)"] == "x*normal_cdf(x)"


def test_the_space_bench_lists_values_and_goals():
    rows = asked("bench", "space", "--rounds", "1")
    judged = {row["name"]: row for row in rows if row["goal"] is not None}
    assert len(judged) == 3 and all(row["value"] > 0 for row in rows), rows
    assert {"name", "value", "unit", "baseline", "ratio", "goal", "met"} <= set(rows[0])


def test_the_kernel_bench_says_tier_error_and_share():
    some = [] if os.environ.get("ANTIGRAD_FULL") else ["gelu,silu,relu,xielu,srs"]  # shares belong to the whole zoo
    rows = {row["name"]: row for row in asked("bench", "kernels", *some, "--rounds", "1", "--python", "none")}
    assert {"name", "value", "unit", "baseline", "ratio", "goal", "met", "tier", "c"} <= set(rows["gelu forward"])
    assert {row["tier"] for row in rows.values() if row["tier"]} <= {"table", "llvm", "interpreter"}
    assert rows["xielu backward"]["tier"] != "table", "xielu has parameters"
    if trains():
        assert rows["gelu forward against ATen"]["baseline"] > 0
    else:
        assert "cannot open the trainer library" in rows["against ATen"]["unit"]
    assert "--python none" in rows["against torch.compile and torch eager"]["unit"]
    for name, row in rows.items():
        most = 0.63 if name.endswith("f16") else 5
        assert row["c"] is None or 0 <= row["c"] <= most, row
        assert not name.startswith("share of") or 0 < row["value"] <= 1, row
    for isa in [] if some else ["baseline", "avx2", "avx512"]:
        assert any(name.startswith("share") and isa in name for name in rows), f"nothing is said of {isa}"


def test_the_kernel_bench_speaks_with_another_torch_or_says_why_not():
    assert "no file /no/python" in run("bench", "kernels", "gelu", "--python", "/no/python", code=2).stderr
    rows = {row["name"]: row for row in asked("bench", "kernels", "gelu", "--rounds", "1", "--python", "/bin/false")}
    assert "/bin/false does not run torch" in rows["against torch.compile and torch eager"]["unit"]
    with open("torch_stand_in", "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\necho ready\nwhile read verb rest; do [ $verb = make ] && echo ok || echo 5000000; done\n")
    os.chmod("torch_stand_in", 0o755)
    rows = {row["name"]: row for row in asked("bench", "kernels", "gelu", "--rounds", "1", "--python", os.path.abspath("torch_stand_in"))}
    assert rows["gelu forward against torch.compile"]["baseline"] == 5 and rows["gelu backward against torch eager"]["baseline"] == 5


def test_the_kernel_bench_trains():
    if not trains():
        print("  skipped: this build has no trainer")
        return
    rows = {row["name"]: row for row in asked("bench", "kernels", "gelu,relu", "--train", "--rounds", "1")}
    assert all(row["value"] > 0 and 0.1 < row["ratio"] < 10 for row in rows.values()) and "ResNet-20 with gelu" in rows, rows


def test_commands_that_do_not_train_load_neither_libtorch_nor_llvm():
    seen = subprocess.run([PROGRAM, "--version"], env={**os.environ, "LD_DEBUG": "libs"}, capture_output=True, text=True, check=True)
    assert "libtbb" in seen.stderr, "the loader's debugging output shows no library at all"
    for words in LIGHT:
        begin = time.monotonic()
        run(*words)
        milliseconds = 1000 * (time.monotonic() - begin)
        seen = subprocess.run([PROGRAM, *words], env={**os.environ, "LD_DEBUG": "libs"}, capture_output=True, text=True, check=True)
        heavy = [line for line in seen.stderr.splitlines() if re.search(r"libtorch|libc10|libLLVM|libcrypto|antigrad_trainer|antigrad_engines", line)]
        assert not heavy, (words, heavy[:3])
        print(f"  {milliseconds:6.1f} ms  antigrad {' '.join(words)}")


if __name__ == "__main__":
    run_tests(globals())
