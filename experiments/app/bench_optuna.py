"""Optuna's side of `antigrad bench storage` and `bench server`: one question a line on stdin, one number a line out.

load FILE: seconds until a journal is loaded. trial FILE: seconds of one trial (3 parameters, 5 reports, 1 attribute)
in a journal file, the mean of 20. ask FILE: seconds of one `optuna ask` on the command line.
"""
import os
import subprocess
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

optuna.logging.set_verbosity(optuna.logging.ERROR)


def load(path):
    begin = time.perf_counter()
    study = optuna.load_study(study_name="bench", storage=JournalStorage(JournalFileBackend(path)))
    assert len(study.get_trials(deepcopy=False)) > 0
    return time.perf_counter() - begin


def objective(trial):
    for name in "abc":
        trial.suggest_float(name, 0, 1)
    for step in range(5):
        trial.report(step, step)
    trial.set_user_attr("note", "a")
    return 1.0


def trial(path):
    study = optuna.create_study(study_name="bench", storage=JournalStorage(JournalFileBackend(path)), load_if_exists=True,
                                sampler=optuna.samplers.RandomSampler())
    begin = time.perf_counter()
    study.optimize(objective, n_trials=20)
    return (time.perf_counter() - begin) / 20


def ask(path):
    command = [os.path.join(os.path.dirname(sys.executable), "optuna"), "ask", "--storage", path, "--study-name", "bench", "--search-space",
               '{"x": {"name": "FloatDistribution", "attributes": {"low": 0.0, "high": 1.0}}}']
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begin


print("ready", optuna.__version__, flush=True)
for line in sys.stdin:
    what, path = line.split(maxsplit=1)
    print({"load": load, "trial": trial, "ask": ask}[what](path.strip()), flush=True)
