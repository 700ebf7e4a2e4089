"""A study of seconds whose trainings are a script of this folder: for tests of what happens around trainings."""
import json
import shutil
import sys

from program import run

PYTHON = shutil.which("python3", path="/usr/bin:/bin") or sys.executable  # one that every user may run

STUDY = """study: killed
seed: 3
budget: {trials: 8}
space: {max_pieces: 2, max_terms: 2, max_parameters: 1}
sampler: {name: evolution, population: 4, tournament: 2, random_trials: 2, lag: 2}
halving:
  reduction: 2
  rungs:
    - {fraction: 0.5, seeds: 1}
    - {fraction: 1.0, seeds: 2}
baselines: [relu, silu]
confirm: {finalists: 2, seeds: 2}
limits: {seconds: 120, mebibytes: 4096}
evaluator: {command: [env, -u, LD_PRELOAD, PYTHON, -S, -E, evaluator.py], grace: 2}
tasks:
  - {name: made_up, steps: 8}
"""
EVALUATOR = """import hashlib, json, sys, time
task = json.loads(sys.stdin.readline())
key = hashlib.sha256((task["activation"] + str(task["seed"])).encode()).digest()
step = 0
until = task["until"]
while True:
    while step < until:
        step += 4
        time.sleep(0.002)
        print(json.dumps({"step": step, "loss": 1 + key[0] / 256 + 1 / step}), flush=True)
    line = sys.stdin.readline()
    if not line or "prune" in line:
        break
    until = json.loads(line)["until"]
"""


def write_study(more=""):
    with open("evaluator.py", "w", encoding="utf-8") as file:
        file.write(EVALUATOR)
    with open("killed.yaml", "w", encoding="utf-8") as file:
        file.write(STUDY.replace("PYTHON", PYTHON) + more)


def journal(root):
    return f"{root}/killed/journal.log"


def text_of(root):
    """The journal byte for byte, without what antigrad says differs from run to run: times, worker ids, resources."""
    lines = []
    with open(journal(root), encoding="utf-8") as records:
        for line in records:
            record = json.loads(line)
            for key in ("worker_id", "datetime_start", "datetime_complete"):
                record.pop(key, None)
            if "user_attrs" in record:
                record["user_attrs"] = {k: v for k, v in record["user_attrs"].items() if not k.startswith("resource:")}
            lines.append(json.dumps(record, sort_keys=True))
    return "\n".join(lines)


def unbroken(root):
    """Runs the study to its end."""
    run("search", "killed.yaml", "--dir", root, "--workers", "1")
    return text_of(root)
