"""A real search in the eyes of the frameworks: Optuna's best_trial is the first of `antigrad top`, and the winner's
exported file passes its own gradcheck in PyTorch and gives the values that antigrad gives."""
import importlib.util
import os
import shutil
import subprocess
import sys

import optuna
import torch
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

sys.path.insert(0, os.path.join(os.environ["ANTIGRAD_SOURCE"], "tests/app"))
from program import TINY, asked, output, run  # noqa: E402

optuna.logging.set_verbosity(optuna.logging.WARNING)
STATES = {"complete": "COMPLETE", "pruned": "PRUNED", "fail": "FAIL"}


def load_study(name):
    return optuna.load_study(study_name=name, storage=JournalStorage(JournalFileBackend("runs/tiny/journal.log")))


def check_trials():
    study = load_study("tiny")
    top = asked("top", "tiny", "-n", "1000")
    assert len(study.trials) == len(top) == 14, (len(study.trials), len(top))
    best = study.best_trial
    assert (best.number, best.value) == (top[0]["trial"], top[0]["score"]), (best, top[0])
    by_number = {trial.number: trial for trial in study.trials}
    for row in top:
        trial = by_number[row["trial"]]
        assert trial.state.name == STATES[row["state"]] and trial.user_attrs["activation"] == row["gradient"], row
        assert len(trial.intermediate_values) == row["rungs"], row
    confirmation = load_study("tiny/confirm")
    assert len(confirmation.trials) == 4 and all(trial.state.name == "COMPLETE" for trial in confirmation.trials)


def check_winner():
    path = output("export", "tiny", "-O", "exported").strip()
    subprocess.run([sys.executable, path], check=True, stdout=subprocess.DEVNULL)
    spec = importlib.util.spec_from_file_location("winner", path)
    winner = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(winner)
    (module,) = [c for c in vars(winner).values() if isinstance(c, type) and issubclass(c, torch.nn.Module)]
    confirmed = [trial for trial in load_study("tiny/confirm").trials if trial.user_attrs["kind"] == "candidate"]
    best = min(confirmed, key=lambda trial: (trial.value, trial.number))
    facts = asked("derive", "--at=-1000,-20,-5,-2,-1,0,1,2,5,20,1000", best.user_attrs["activation"])
    points = [field for field in facts if field.startswith("f(") and field != "f(x)"]
    assert len(points) == 11, facts
    x = torch.tensor([float(field[2:-1]) for field in points])
    starts = [float(field.split()[2].rstrip(",")) for name, field in facts.items() if name.startswith("parameter ")]
    started = module()
    with torch.no_grad():
        for p, start in zip(started.parameters(), starts, strict=True):
            p.fill_(start)
    y = started(x).detach().double()
    z = torch.linspace(-9, 9, 4001)  # what normalised runs trained has the second moment 1
    moment = torch.trapezoid(started(z).detach().double() ** 2 * torch.exp(-z.double() ** 2 / 2), z.double()) / (2 * torch.pi) ** 0.5
    assert abs(moment - 1) < 1e-5, moment
    gain = asked("show", "tiny", str(best.user_attrs["search_trial"]))["gain"]
    want = gain * torch.tensor([facts[field] for field in points], dtype=torch.float64)
    assert ((y - want).abs() <= 1e-6 * want.abs().clamp(min=1)).all(), (best.user_attrs["activation"], x, y, want)

    check_trained_values(winner, module, best, len(starts))


def check_trained_values(winner, module, best, parameters):
    """The file holds what the first seed of each task trained, place by place, and starts from the first place."""
    if parameters == 0:
        return
    trained, seen = [], set()
    for one in best.user_attrs["runs"]:
        if one["task"] not in seen:
            trained += one["theta"]
        seen.add(one["task"])
    assert [v for place in winner.PLACES for v in place] == trained and len(trained) > parameters, (winner.PLACES, trained)
    assert [float(p) for p in module().parameters()] == list(winner.PLACES[0])


def main():
    shutil.rmtree("runs", ignore_errors=True)
    run("search", TINY)
    check_trials()
    check_winner()


if __name__ == "__main__":
    main()
