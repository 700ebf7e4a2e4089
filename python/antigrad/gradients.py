"""Optuna proposes activations, antigrad's workers train them.

    import optuna
    from optuna.storages import JournalStorage
    from antigrad.optuna import HttpJournalBackend
    from antigrad.gradients import optimize

    def propose(trial):                       # any gradient, any parameters: what `antigrad derive` reads
        a = trial.suggest_float("a", 0.1, 2)
        gate = trial.suggest_categorical("gate", ["sigmoid", "normal_cdf"])
        return f"{gate}({a}*x) + x*logistic_pdf(x)"

    storage = JournalStorage(HttpJournalBackend("http://127.0.0.1:8080"))
    study = optuna.create_study(storage=storage, study_name="gates", sampler=optuna.samplers.TPESampler(seed=1))
    optimize(study, "study.yaml", propose, n_trials=50, parallel=4)

with `antigrad serve studies.log` behind the URL and any number of `antigrad worker --server URL`. The value of a trial
is the mean over the tasks of the study's file of the validation loss at its last rung.
"""
import time

import yaml
from optuna.trial import TrialState

__all__ = ["declare", "optimize"]

_OPEN = (TrialState.RUNNING, TrialState.WAITING)
_PATHS = ("path", "test_path", "tokenizer", "shift_path")


def declare(study, study_yaml):
    """Says what workers train for trials of `study`: the tasks, rungs and limits of an antigrad study file.

    Its paths must be absolute or begin with ${ANTIGRAD_DATA}: workers read them on their machines, or fetch the files
    that lie below the server's $ANTIGRAD_DATA. ValueError for others.
    """
    with open(study_yaml, encoding="utf-8") as file:
        text = file.read()
    for task in yaml.safe_load(text)["tasks"]:
        for name in _PATHS:
            path = task.get("data", {}).get(name, "/")
            if not path.startswith(("/", "${")):
                raise ValueError(f"{study_yaml}: task {task.get('name')}: {name}: {path!r} must be absolute or begin with ${{ANTIGRAD_DATA}}")
    if study.user_attrs.get("antigrad:study") != text:
        study.set_user_attr("antigrad:study", text)


def optimize(study, study_yaml, propose, n_trials, parallel=2, pause=0.1):
    """Asks the study's sampler until `n_trials` trials of it have results, with `parallel` of them in the workers' hands.

    propose(trial) suggests parameters and returns the text of an activation. A trial whose worker falls silent is tried
    again as the server's settings say, and counts once. Called again it goes on; a trial that it had asked for and not
    queued when it was killed stays running, as Optuna leaves it: study.tell(number, state=TrialState.FAIL) ends it.
    """
    declare(study, study_yaml)
    while True:
        trials = study.get_trials(deepcopy=False)
        first = sum("retry_history" not in trial.system_attrs for trial in trials)
        busy = sum(trial.state in _OPEN for trial in trials)
        if first >= n_trials and busy == 0:
            return
        if first >= n_trials or busy >= parallel:
            time.sleep(pause)
            continue
        trial = study.ask()
        try:
            text = propose(trial)
        except BaseException:
            study.tell(trial, state=TrialState.FAIL)
            raise
        trial.set_user_attr("activation", text)
        trial.set_user_attr("antigrad:queued", True)
