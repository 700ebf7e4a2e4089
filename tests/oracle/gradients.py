"""Optuna's samplers propose gradients, antigrad's workers train them; a worker is killed; antigrad's own sampler does the same."""
import contextlib
import os
import sys
import warnings

sys.path[:0] = [os.path.join(os.environ["ANTIGRAD_SOURCE"], "tests/app"), os.path.join(os.environ["ANTIGRAD_SOURCE"], "python")]
import optuna
from optuna.storages import JournalStorage
from optuna.trial import TrialState

from antigrad.gradients import declare, optimize
from antigrad.optuna import HttpJournalBackend
from program import SOURCE, TINY, run_tests
from remote import RemoteWorker
from server import fresh, serving

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
DATA = os.path.join(SOURCE, ".deps/data")
GRADIENT = "{gate}({a}*x) + x*logistic_pdf({b}*x)"
FULL = bool(os.environ.get("ANTIGRAD_FULL"))


def tasks():
    with open(TINY, encoding="utf-8") as file:
        text = file.read().replace("../../.deps/data", DATA)
    with open("tasks.yaml", "w", encoding="utf-8") as file:
        file.write(text[:text.index("  - name: python")])
    return "tasks.yaml"


def propose(trial):
    a, b = trial.suggest_float("a", 0.2, 2), trial.suggest_float("b", 0.2, 2)
    return GRADIENT.format(a=a, b=b, gate=trial.suggest_categorical("gate", ["sigmoid", "normal_cdf"]))


def numbers(trial):
    return f"sigmoid({trial.suggest_float('a', 0.2, 2)}*x) + x*logistic_pdf({trial.suggest_float('b', 0.2, 2)}*x)"


@contextlib.contextmanager
def workers(url, count):
    crew = [RemoteWorker(url, log="gradients.log") for _ in range(count)]
    try:
        yield crew
    finally:
        for worker in crew:
            if worker.alive():
                worker.kill()


def test_samplers_of_optuna_drive_workers():
    samplers = {"tpe": optuna.samplers.TPESampler(seed=1, n_startup_trials=3), "cma": optuna.samplers.CmaEsSampler(seed=2, n_startup_trials=3),
                "gp": optuna.samplers.GPSampler(seed=3, n_startup_trials=3), "nsga": optuna.samplers.NSGAIISampler(seed=4, population_size=4)}
    with serving(fresh("samplers.log")) as server, workers(server.url, 1):
        storage = JournalStorage(HttpJournalBackend(server.url))
        for name, sampler in samplers.items():
            study = optuna.create_study(storage=storage, study_name=name, sampler=sampler)
            optimize(study, tasks(), numbers if name in ("cma", "gp") else propose, n_trials=12 if FULL else 5, parallel=2)
            trials = study.get_trials()
            assert len(trials) == (12 if FULL else 5) and all(trial.state == TrialState.COMPLETE for trial in trials), trials
            assert all(0 < trial.value < 20 and len(trial.intermediate_values) == 2 for trial in trials)
            assert all(trial.user_attrs["fingerprint"] and trial.user_attrs["runs"] for trial in trials)
            assert study.best_value == min(trial.value for trial in trials)


def test_a_killed_worker_costs_no_trial():
    with serving(fresh("killed.log")) as server, workers(server.url, 2) as crew:
        server.good("POST", "/v1/studies", {"name": "killed", "lease": 1, "retries": 5})
        study = optuna.load_study(storage=JournalStorage(HttpJournalBackend(server.url)), study_name="killed", sampler=optuna.samplers.RandomSampler(seed=5))
        declare(study, tasks())
        killed = []

        def proposed(trial):
            if len(study.trials) == 3 and not killed:  # one that trains now
                killed.append(True)
                crew[0].kill()
            return propose(trial)

        optimize(study, "tasks.yaml", proposed, n_trials=6, parallel=3)
        trials = study.get_trials()
        assert killed and sum(trial.state == TrialState.COMPLETE for trial in trials) == 6, trials
        assert sum("retry_history" not in trial.system_attrs for trial in trials) == 6


def test_a_sampler_of_the_server_fills_in_a_gradient_and_its_pruner_stops_trials():
    with serving(fresh("own.log")) as server:
        space = {"a": {"type": "float", "low": 0.2, "high": 2}, "b": {"type": "float", "low": 0.2, "high": 2},
                 "gate": {"type": "categorical", "choices": ["sigmoid", "normal_cdf"]}}
        server.good("POST", "/v1/studies", {"name": "own", "space": space, "sampler": "random", "trials": 8,
                                            "pruner": {"name": "median", "startup": 2}})
        study = optuna.load_study(storage=JournalStorage(HttpJournalBackend(server.url)), study_name="own")
        declare(study, tasks())
        study.set_user_attr("antigrad:gradient", GRADIENT)
        study.enqueue_trial({"a": 0.5, "gate": "normal_cdf"})
        RemoteWorker(server.url, log="own_worker.log").end()
        trials = study.get_trials()
        assert len(trials) == 8 and {trial.state for trial in trials} <= {TrialState.COMPLETE, TrialState.PRUNED}, trials
        assert trials[0].params["a"] == 0.5 and trials[0].user_attrs["activation"].startswith("normal_cdf(0.5*x)"), trials[0]
        pruned = [trial for trial in trials if trial.state == TrialState.PRUNED]
        assert pruned and all(len(trial.intermediate_values) == 1 for trial in pruned), trials


def test_what_is_no_activation_fails_with_the_reason():
    with serving(fresh("wrong.log")) as server, workers(server.url, 1):
        study = optuna.create_study(storage=JournalStorage(HttpJournalBackend(server.url)), study_name="wrong")
        optimize(study, tasks(), lambda trial: "nonsense(x)", n_trials=1)
        (trial,) = study.get_trials()
        assert trial.state == TrialState.FAIL and "nonsense" in trial.user_attrs["reason"], trial


if __name__ == "__main__":
    run_tests(globals())
