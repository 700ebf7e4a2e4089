"""Unmodified Optuna on `antigrad serve`: every sampler, pruner and plot, several processes, a server that goes away.

    http_journal.py [VERSION]: with the Optuna on PYTHONPATH, whose version must begin so (else skipped)."""
import importlib
import json
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
import time
import urllib.request
import warnings

os.environ["TQDM_DISABLE"] = "1"
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

SOURCE = os.environ["ANTIGRAD_SOURCE"]
SITE = os.path.abspath("site")
PLOTS = os.path.join(SOURCE, ".deps/plots")
sys.path[:0] = [SITE, os.path.join(SOURCE, "tests/app"), PLOTS]
from server import serving

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore", module="optuna|__main__")


def install():
    """The package as users get it."""
    if not os.path.isdir(SITE):
        subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-build-isolation", "--no-deps",
                        "--target", SITE, os.path.join(SOURCE, "python")], check=True)
        importlib.invalidate_caches()  # the folder was not there when the path was read


def storage_at(url, **options):
    from antigrad.optuna import HttpJournalBackend
    return JournalStorage(HttpJournalBackend(url, **options))


def mixed(trial):
    kind = trial.suggest_categorical("kind", ["relu", "swish", None, 3])
    rate = trial.suggest_float("rate", 1e-4, 1e-1, log=True)
    depth = trial.suggest_int("depth", 1, 8)
    trial.set_user_attr("kind", kind)
    for step in range(4):
        trial.report(float("nan") if step == 1 and depth == 8 else 1 / (step + 1) + rate, step)
        if trial.should_prune():
            raise optuna.TrialPruned()
    return abs(depth - 4) / 10 + rate + (0 if kind == "swish" else 0.1)


def bowl(trial):
    return sum(trial.suggest_float(f"x{i}", -5, 5) ** 2 for i in range(3))


def steps(trial):
    x = trial.suggest_int("x", 0, 7)
    for step in range(3):
        trial.report(x + step, step)
        if trial.should_prune():
            raise optuna.TrialPruned()
    return x


def front(trial):
    x = trial.suggest_float("x", 0, 1)
    return x ** 2, (x - 1) ** 2


def work(url, name):
    study = optuna.load_study(study_name=name, storage=storage_at(url), sampler=optuna.samplers.TPESampler(seed=os.getpid()))
    study.optimize(bowl, n_trials=5)


def claim(url, name, done):
    study = optuna.load_study(study_name=name, storage=storage_at(url), sampler=optuna.samplers.RandomSampler())

    def take(trial):
        x = trial.suggest_float("x", 0, 100)
        if "fixed_params" in study.trials[trial.number].system_attrs:  # not a new one, drawn when the queue was empty
            done.put((x, os.getpid()))
        return x

    while any(trial.state == TrialState.WAITING for trial in study.get_trials(deepcopy=False)):
        study.optimize(take, n_trials=1)


def check_samplers_and_pruners(url):
    samplers, pruners = optuna.samplers, optuna.pruners
    cases = [("tpe", samplers.TPESampler(seed=1), pruners.MedianPruner(n_startup_trials=3), mixed, 1),
             ("hyperband", samplers.TPESampler(seed=1, multivariate=True), pruners.HyperbandPruner(max_resource=4), mixed, 1),
             ("asha", samplers.RandomSampler(seed=1), pruners.SuccessiveHalvingPruner(), mixed, 1),
             ("nsga2", samplers.NSGAIISampler(seed=1, population_size=6), None, front, 2),
             ("grid", samplers.GridSampler({"x0": [0, 1], "x1": [0, 1], "x2": [0, 2]}), None, bowl, 1),
             ("qmc", samplers.QMCSampler(seed=1), None, bowl, 1), ("cma", samplers.CmaEsSampler(seed=1), None, bowl, 1),
             ("gp", samplers.GPSampler(seed=1), pruners.NopPruner(), bowl, 1),
             ("nsga3", samplers.NSGAIIISampler(seed=1, population_size=6), None, front, 2),
             ("brute force", samplers.BruteForceSampler(seed=1), pruners.PercentilePruner(25, n_startup_trials=2), steps, 1),
             ("partial", samplers.PartialFixedSampler({"depth": 4}, samplers.RandomSampler(seed=1)), pruners.PatientPruner(pruners.MedianPruner(), 1), mixed, 1),
             ("threshold", samplers.RandomSampler(seed=2), pruners.ThresholdPruner(upper=1.005), mixed, 1),
             ("wilcoxon", samplers.RandomSampler(seed=3), pruners.WilcoxonPruner(), mixed, 1)]
    for module, at in ((samplers, 1), (pruners, 2)):
        known = {name for name in module.__all__ if name.endswith(("Sampler", "Pruner")) and not name.startswith("Base")}
        assert known == {type(case[at]).__name__ for case in cases if case[at] is not None}, known
    for name, sampler, pruner, objective, objectives in cases:
        study = optuna.create_study(study_name=name, storage=storage_at(url), sampler=sampler, pruner=pruner, directions=["minimize"] * objectives)
        study.optimize(objective, n_trials=15)
        assert all(trial.state.is_finished() for trial in study.trials), name
        assert len(study.trials) == (8 if name in ("grid", "brute force") else 15), (name, len(study.trials))
        print(f"{name}: {len(study.trials)} trials, {sum(t.state == TrialState.PRUNED for t in study.trials)} pruned")


def check_errors_are_optunas(url):
    try:
        optuna.create_study(study_name="tpe", storage=storage_at(url))
        raise AssertionError("a second study of one name")
    except optuna.exceptions.DuplicatedStudyError:
        pass
    study = optuna.load_study(study_name="tpe", storage=storage_at(url))
    try:
        study._storage.set_trial_user_attr(study.trials[0]._trial_id, "a", 1)
        raise AssertionError("a finished trial was changed")
    except optuna.exceptions.UpdateFinishedTrialError:
        pass


def check_plots(url, journal):
    """Each draws of a study on the server what it draws of the file."""
    if not os.path.isdir(PLOTS):
        print(f"no {PLOTS}: plots are left out; ./scripts/test sets it up")
        return
    names = [name for name in optuna.visualization.__all__ if name.startswith("plot_")]
    for name in names:
        study = "nsga2" if name in ("plot_hypervolume_history", "plot_pareto_front") else "tpe"
        words = {"reference_point": [2, 2]} if name == "plot_hypervolume_history" else {}
        try:
            here, there = (getattr(optuna.visualization, name)(optuna.load_study(study_name=study, storage=storage), **words)
                           for storage in (storage_at(url), JournalStorage(JournalFileBackend(journal))))
        except ImportError as error:  # importances of Optuna 4.9 are scikit-learn's
            assert optuna.__version__ < "5", error
            print(f"{name} is left out: {str(error).splitlines()[0]}")
            continue
        if name == "plot_terminator_improvement":  # of samples that are drawn anew each time
            here, there = ([(trace.name, () if trace.x is None else tuple(trace.x)) for trace in figure.data] for figure in (here, there))
            assert here == there and len(here) > 0, (here, there)
        else:
            assert here.data and here.to_json() == there.to_json(), name
    print(f"{len(names)} plots")


def check_processes(url):
    optuna.create_study(study_name="shared", storage=storage_at(url))
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=work, args=(url, "shared")) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    trials = optuna.load_study(study_name="shared", storage=storage_at(url)).trials
    assert len(trials) == 15 and all(trial.state == TrialState.COMPLETE for trial in trials), trials


def check_queue(url):
    """Queued trials: none twice, none lost."""
    study = optuna.create_study(study_name="queue", storage=storage_at(url))
    for x in range(30):
        study.enqueue_trial({"x": x})
    context = multiprocessing.get_context("spawn")
    done = context.Queue()
    workers = [context.Process(target=claim, args=(url, "queue", done)) for _ in range(3)]
    for worker in workers:
        worker.start()
    taken = [done.get(timeout=60)[0] for _ in range(30)]
    for worker in workers:
        worker.join()
    assert sorted(taken) == list(range(30)) and done.empty(), sorted(taken)


def check_file_and_pickle(url, journal):
    """The file is an ordinary journal; a storage survives pickling."""
    copy = pickle.loads(pickle.dumps(storage_at(url)))
    over_http = optuna.load_study(study_name="tpe", storage=copy)
    in_file = optuna.load_study(study_name="tpe", storage=JournalStorage(JournalFileBackend(journal)))
    for here, there in zip(over_http.trials, in_file.trials, strict=True):
        assert repr(here) == repr(there)
    in_file.set_user_attr("by", "the file")  # another program appends
    assert optuna.load_study(study_name="tpe", storage=storage_at(url)).user_attrs["by"] == "the file"


def check_restart(journal, port):
    """The server goes away in mid-study and comes again: the client waits, nothing is lost."""
    with serving(journal, port=port) as server:
        study = optuna.create_study(study_name="restart", storage=storage_at(server.url))
        study.optimize(bowl, n_trials=3)
    thread = threading.Thread(target=lambda: study.optimize(bowl, n_trials=5))
    thread.start()
    time.sleep(0.5)
    with serving(journal, port=port):
        thread.join(timeout=60)
        assert not thread.is_alive() and len(study.trials) == 8


def check_refusals(url):
    """What Optuna could not replay is not appended."""
    from antigrad.optuna import HttpJournalBackend, ServerError
    backend = HttpJournalBackend(url)
    before = backend.read_logs(0)
    good = {"op_code": 0, "worker_id": "w", "study_name": "refused", "directions": [1]}
    for bad in [{"op_code": 42, "worker_id": "w"}, {"op_code": 4, "study_id": 0, "datetime_start": None}, {"op_code": 8, "worker_id": "w", "trial_id": 0, "user_attr": {"a": 1, "b": 2}},
                {"op_code": 4, "worker_id": "w", "study_id": 0, "datetime_start": None, "datetime_complete": None}]:
        try:
            backend.append_logs([good, bad])
            raise AssertionError(bad)
        except ServerError as error:
            assert error.status == 400 and "line 2: " in error.message, error
    assert backend.read_logs(0) == before
    request = urllib.request.Request(url + "/v1/journal", json.dumps(good).encode() + b"\n", {"Idempotency-Key": "once"})
    assert [json.load(urllib.request.urlopen(request))["appended"] for _ in range(3)] == [1, 0, 0]
    assert len(backend.read_logs(0)) == len(before) + 1


def main():
    if sys.argv[1:] and not optuna.__version__.startswith(sys.argv[1]):
        print(f"skipped: this is Optuna {optuna.__version__}, not {sys.argv[1]}; ./scripts/test sets that up")
        return 77
    install()
    journal = os.path.abspath("journal.log")
    if os.path.exists(journal):
        os.remove(journal)
    with serving(journal) as server:
        check_samplers_and_pruners(server.url)
        check_plots(server.url, journal)
        check_errors_are_optunas(server.url)
        check_processes(server.url)
        check_queue(server.url)
        check_file_and_pickle(server.url, journal)
        check_refusals(server.url)
        port = server.port
    check_restart(journal, port)


if __name__ == "__main__":
    sys.exit(main())
