"""`stacked: K` of a study: candidates that train as one network have the losses of studies that train them one by one."""
import os
import re
import shutil

from program import SOURCE, asked, canonical, run, run_tests

STUDY = f"""
study: NAME
seed: 3
budget: {{trials: 4}}
space: {{max_pieces: 2, max_terms: 2, max_parameters: 1}}
sampler: {{name: random, lag: 4}}
halving: {{reduction: 2, rungs: [{{fraction: 0.5, seeds: 1}}, {{fraction: 1.0, seeds: 1}}]}}
baselines: [relu, gelu, silu]
confirm: {{finalists: 1, seeds: 2}}
measure: {{every: 1, of: [gradients]}}
tasks:
  - name: digits
    model: {{type: resnet, depth: 8, width: 8}}
    data: {{format: digits, path: {SOURCE}/.deps/data/digits.csv.gz, validation: 0.1, test: 0.2}}
    optimiser: {{name: sgd, rate: 0.02, momentum: 0.9}}
    batch: 32
    steps: 20
    average: 0.5
    evaluate_every: 5
  - name: python
    model: {{type: llama, layers: 1, width: 16, heads: 2, ffn: 32, context: 16}}
    data: {{format: bytes, path: {SOURCE}/.deps/data/python.txt, validation: 0.01, test: 0.01, validation_tokens: 512}}
    optimiser: {{name: adamw, rate: 0.003, clip: 1.0}}
    batch: 4
    steps: 20
    average: 0.5
    evaluate_every: 5
"""


def write(name, more="", text=STUDY):
    with open(f"{name}.yaml", "w", encoding="utf-8") as study:
        study.write(text.replace("NAME", name) + more)


def losses(study, trial):
    """By run and step: the loss of every batch."""
    rows = asked("measures", study, str(trial), "--each")
    return {(r["run"], r["step"]): r["value"] for r in rows if r["measurement"] == "training/loss"}


def test_every_candidate_has_the_losses_of_its_own_run():
    write("alone")
    write("together", "stacked: 4\n")
    run("search", "alone.yaml", "--workers", "1")
    said = run("search", "together.yaml", "--workers", "1").stderr
    compared, largest, moved = 0, 0, 0
    for trial in range(7):
        own, stacked = losses("alone", trial), losses("together", trial)
        assert own and own.keys() == stacked.keys(), trial
        for key, loss in own.items():
            largest = max(largest, abs(loss - stacked[key]))
            moved += loss != stacked[key]
            compared += 1
    assert largest <= 1e-4, f"{largest} apart\n{said}"
    assert moved > compared / 10, "nothing was stacked"
    print(f"  {compared} losses of 7 activations, {moved} of them not to the last bit, at most {largest:.1e} apart")


def test_the_journal_is_the_same_for_any_number_of_workers():
    short = STUDY.replace("steps: 20", "steps: 6").replace("evaluate_every: 5", "evaluate_every: 3").replace("finalists: 1, seeds: 2", "finalists: 1, seeds: 1")
    write("pairs", "stacked: 2\n", short)
    for workers in ["1", "2"]:
        run("search", "pairs.yaml", "--workers", workers, "--dir", f"runs/{workers}")
    assert canonical("runs/1/pairs/journal.log") == canonical("runs/2/pairs/journal.log")


def test_what_cannot_be_stacked_is_refused_with_the_way_out():
    game = STUDY[: STUDY.index("tasks:")] + "tasks:\n  - {name: toy, problem: {name: bilinear, size: 4}, optimiser: {name: sgd, rate: 0.1}, steps: 4}\n"
    write("game", "stacked: 2\n", game)
    assert 'game.yaml: task "toy" cannot train stacked: a game has two players; got stacked: 2, expected none' in run("search", "game.yaml", code=2).stderr
    write("many", "stacked: 8\n")
    assert "8 candidates train together, so they are proposed together, and the sampler's lag is 4" in run("search", "many.yaml", code=2).stderr
    write("served", "stacked: 2\n")
    assert re.search(r"served\.yaml:\d+:\d+: workers of a server train one candidate at a time; got stacked: \d+, expected none",
                     run("serve", "served.yaml", "--port", "0", code=2).stderr)


def test_a_gpu_that_is_demanded_and_not_there_is_refused_before_anything_starts():
    if os.path.exists("/proc/driver/nvidia/version"):
        print("  skipped: there is a GPU")
        return
    write("gpu", "device: cuda\n")
    said = run("search", "gpu.yaml", code=2).stderr
    for part in ["gpu.yaml: the study demands device: cuda, got no GPU", "no CUDA driver", "expected one", "`device: auto`"]:
        assert part in said, said
    assert not os.path.exists("runs/gpu")
    gated = STUDY.replace("ffn: 32", "ffn: 33, gated: true")
    write("automatic", "device: auto\n", gated.replace("trials: 4", "trials: 1").replace("steps: 20", "steps: 2"))
    said = run("search", "automatic.yaml", "--workers", "1").stderr
    assert "MFLOP forward an example; feed-forward 22 gated = 33 plain" in said, said
    write("wrong", "device: {name: cuda, per_device: 4, memory: 0.3}\n")
    assert "expected at most 0.25 each" in run("search", "wrong.yaml", code=2).stderr


if __name__ == "__main__":
    shutil.rmtree("runs", ignore_errors=True)
    run_tests(globals())
