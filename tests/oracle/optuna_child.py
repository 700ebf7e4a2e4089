"""Run by tests with the Optuna that PYTHONPATH names: writes studies through Optuna's API, or says what a storage holds.

    optuna_child.py write STORAGE SEED     random use of one study and more
    optuna_child.py tell STORAGE FILE      everything in it, pickled into FILE
"""
import os
import pickle
import random
import sys
import warnings

import optuna
from optuna.trial import TrialState

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore")  # of reports that come twice
VALUES = [0.0, -1.5, 1e-300, 1e300, 0.1, float("inf"), float("-inf")]
ATTRIBUTES = [1, "text \u00e9\n\t\\'\"", None, [1, [2, {"a": 0.5}]], {"deep": {"er": []}}, True, 0.1, float("nan"), "NaN", 12345678901234]


def storage_of(name):
    if name.startswith("http:"):
        from antigrad.optuna import HttpJournalBackend
        return optuna.storages.JournalStorage(HttpJournalBackend(name))
    if "://" in name:
        return optuna.storages.RDBStorage(name)
    return optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(name))


def suggest(rng, trial):
    name = rng.choice("uvwxyz")
    if name in trial.params:
        return
    if name in "uv":
        trial.suggest_float(name, 0, 1) if name == "u" else trial.suggest_float(name, 1e-3, 1, log=True)
    elif name in "wx":
        trial.suggest_int(name, 0, 8) if name == "w" else trial.suggest_float(name, -1, 1, step=0.25)
    else:
        trial.suggest_categorical(name, ["a", None, 3, 0.5, True] if name == "y" else ["a", None])


def operate(rng, studies, running):
    """One operation, drawn at random."""
    study = rng.choice(studies)
    kind = rng.choice(["ask"] * 4 + ["suggest"] * 6 + ["report"] * 6 + ["attribute"] * 3 + ["tell"] * 4 + ["enqueue", "study", "add"])
    trial = rng.choice(running) if running else None
    if kind == "ask" or trial is None:
        running.append(study.ask())
    elif kind == "suggest":
        suggest(rng, trial)
    elif kind == "report":
        try:
            trial.report(rng.choice(VALUES + [float("nan")]), rng.randrange(6))
        except NotImplementedError:  # of a study with several objectives
            pass
    elif kind == "attribute":
        trial.set_user_attr(rng.choice("pq\u00e9"), rng.choice(ATTRIBUTES))
    elif kind == "tell":
        running.remove(trial)
        state = rng.choice([TrialState.COMPLETE, TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL])
        objectives = len(trial.study.directions)
        trial.study.tell(trial, [rng.choice(VALUES) for _ in range(objectives)] if state == TrialState.COMPLETE else None, state=state)
    elif kind == "enqueue":
        study.enqueue_trial({"u": rng.random()}, user_attrs={"by": "me"})
    elif kind == "study":
        study.set_user_attr(rng.choice("pq"), rng.choice(ATTRIBUTES))
    else:
        study.add_trial(optuna.create_trial(state=TrialState.COMPLETE, values=[rng.choice(VALUES) for _ in study.directions], params={"u": 0.5},
                                            distributions={"u": optuna.distributions.FloatDistribution(0, 1)}))


def write(storage, seed):
    rng = random.Random(seed)
    kinds = [["minimize"], ["maximize"], ["minimize", "maximize"]]
    studies = [optuna.create_study(storage=storage, study_name=f"study {i}", directions=kinds[i], sampler=optuna.samplers.RandomSampler(seed=seed)) for i in range(3)]
    gone = optuna.create_study(storage=storage, study_name="gone")
    gone.ask()
    optuna.delete_study(study_name="gone", storage=storage)
    running = []
    for _ in range(int(os.environ.get("OPERATIONS", 80))):
        operate(rng, studies, running)


if __name__ == "__main__":
    what, name, word = sys.argv[1:]
    if what == "write":
        write(storage_of(name), int(word))
    else:
        from fields import studies_in
        with open(word, "wb") as file:
            pickle.dump((optuna.__version__, studies_in(storage_of(name))), file)
