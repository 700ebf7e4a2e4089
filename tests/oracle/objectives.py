"""A study with several objectives, of real trainings: Optuna reads its directions and finds the same Pareto front as `top --front`."""
import json
import os
import shutil
import subprocess

import numpy
import optuna
from optuna._hypervolume import compute_hypervolume
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

optuna.logging.set_verbosity(optuna.logging.WARNING)
PROGRAM = os.path.join(os.environ["ANTIGRAD_BIN"], "antigrad")
SOURCE = os.environ["ANTIGRAD_SOURCE"]

shutil.rmtree("runs", ignore_errors=True)
with open(f"{SOURCE}/tests/app/tiny.yaml", encoding="utf-8") as file:
    study = file.read().replace("../../.deps", SOURCE + "/.deps")
study += "objectives: [quality, cost, sparsity, smoothness]\npruner: [halving, {name: median, startup: 3}]\nestimator: {digits: training_half}\n"
with open("several.yaml", "w", encoding="utf-8") as file:
    file.write(study)
subprocess.run([PROGRAM, "search", "several.yaml"], check=True, capture_output=True)
front = json.loads(subprocess.run([PROGRAM, "top", "tiny", "--front", "-n", "99", "-o", "json"], check=True, capture_output=True).stdout)
loaded = optuna.load_study(study_name="tiny", storage=JournalStorage(JournalFileBackend("runs/tiny/journal.log")))
MIN, MAX = optuna.study.StudyDirection.MINIMIZE, optuna.study.StudyDirection.MAXIMIZE
assert loaded.directions == [MIN, MIN, MAX, MAX], loaded.directions
assert loaded.metric_names == ["quality", "cost", "sparsity", "smoothness"], loaded.metric_names
theirs = {trial.number: trial.values for trial in loaded.best_trials}
ours = {row["trial"]: [row["score"], row["cost"], row["sparsity"], row["smoothness"]] for row in front}
assert theirs == ours and len(ours) >= 2, (theirs, ours)
assert any(trial.state.name == "PRUNED" for trial in loaded.trials)
print(f"a front of {len(ours)} among {len(loaded.trials)} trials, the same in both")

# The hypervolume that `status` says, by Optuna: of all complete trials, each objective scaled to 0 (best) .. 1 (worst).
points = numpy.array([t.values for t in loaded.trials if t.state.name == "COMPLETE"]) * [1, 1, -1, -1]
spread = points.max(0) - points.min(0)
points = ((points - points.min(0)) / numpy.where(spread > 0, spread, 1))[:, spread > 0]
status = json.loads(subprocess.run([PROGRAM, "status", "tiny", "-o", "json"], check=True, capture_output=True).stdout)
volume = compute_hypervolume(points, numpy.ones(points.shape[1]))
assert abs(status["hypervolume"] - volume) < 1e-9 and status["front"] == len(ours), (status, volume)
print(f"a hypervolume of {volume:.4f} in both")
