"""Real Optuna opens a journal that antigrad wrote, agrees on its best trial, writes into it, and antigrad reads that."""
import json
import os
import subprocess
import sys

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

optuna.logging.set_verbosity(optuna.logging.WARNING)
PROGRAM = os.path.join(os.environ["ANTIGRAD_BIN"], "search_test")
JOURNAL = "journal.log"


def run_study():
    done = subprocess.run([PROGRAM, "--fake-study", JOURNAL, "2"], check=True, capture_output=True, text=True)
    number, score = done.stdout.split()
    return int(number), float(score)


def load(name):
    return optuna.load_study(study_name=name, storage=JournalStorage(JournalFileBackend(JOURNAL)))


def check_search(best):
    study = load("toy")
    assert (study.best_trial.number, study.best_value) == best, (study.best_trial, best)
    assert study.direction == optuna.study.StudyDirection.MINIMIZE
    assert study.metric_names == ["score"], study.metric_names
    assert len(study.trials) == 23, len(study.trials)
    assert all(trial.state.is_finished() for trial in study.trials)
    for trial in study.trials:
        assert trial.datetime_complete >= trial.datetime_start
        assert trial.params.keys() == {"kind", "pieces", "terms", "trainable"}
        assert trial.params["kind"] == trial.user_attrs["kind"] == ("baseline" if trial.number < 3 else "candidate")
        assert trial.user_attrs["activation"] and trial.user_attrs["f"]
        if trial.state == optuna.trial.TrialState.FAIL:
            assert trial.user_attrs["reason"] and trial.values is None
        else:
            assert trial.value == trial.intermediate_values[max(trial.intermediate_values)]
    states = {trial.state.name for trial in study.trials}
    assert {"COMPLETE", "PRUNED"} <= states, states


def check_confirmation():
    trials = load("toy/confirm").trials
    assert len(trials) == 6 and all(trial.state.name == "COMPLETE" for trial in trials), trials
    assert all(trial.user_attrs["search_trial"] >= 0 for trial in trials)


def check_both_write(best):
    """Optuna appends after antigrad, antigrad reads that and repairs what a killed Optuna leaves."""
    load("toy").set_user_attr("note", float("nan"))
    assert run_study() == best
    with open(JOURNAL, "a") as file:
        file.write('{"op_code":2,"worker_id":"killed","stu')
    assert run_study() == best
    load("toy").set_user_attr("note", 1)
    assert load("toy").user_attrs["note"] == 1


def check_lines(lines):
    for line in lines:
        record = json.loads(line)
        assert record["worker_id"] and record.get("datetime_complete", "") is not None
        for kind in ("user_attr", "system_attr"):
            assert kind not in record or len(record[kind]) == 1


def main():
    if os.path.exists(JOURNAL):
        os.remove(JOURNAL)
    best = run_study()
    check_search(best)
    check_confirmation()
    with open(JOURNAL, "rb") as file:
        check_lines(file.read().splitlines())
    check_both_write(best)
    check_search(best)
    print("optuna", optuna.__version__, "best trial", best)


if __name__ == "__main__":
    sys.exit(main())
