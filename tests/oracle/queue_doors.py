"""Sixty queued trials, four workers, every door: Optuna on the journal file, Optuna over HTTP, the ask and tell routes, the command
line; then all doors of a server and the file at once. Each trial is taken by one worker, each has its result."""
import contextlib
import http.client
import json
import multiprocessing
import os
import subprocess
import sys
import time
import urllib.parse

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

SOURCE = os.environ["ANTIGRAD_SOURCE"]
sys.path[:0] = [os.path.join(SOURCE, "python"), os.path.join(SOURCE, "tests/app")]
from program import PROGRAM
from server import serving

optuna.logging.set_verbosity(optuna.logging.ERROR)
QUEUED, WORKERS = 60, 4


def in_file(journal):
    return JournalStorage(JournalFileBackend(journal))


def over_http(url):
    from antigrad.optuna import HttpJournalBackend
    return JournalStorage(HttpJournalBackend(url))


def optuna_worker(storage, taken):
    """Optuna draws a new trial when no queued one is left: that one ends the worker and is no queued trial."""
    study = optuna.load_study(study_name="q", storage=storage(), sampler=optuna.samplers.RandomSampler())
    while True:
        trial = study.ask()
        fixed = study.get_trials(deepcopy=False)[trial.number].system_attrs.get("fixed_params")
        if fixed is None:
            return study.tell(trial, state=optuna.trial.TrialState.FAIL)
        taken.put((trial.number, fixed["x"]))
        study.tell(trial, trial.suggest_float("x", 0, 100))


def asking_worker(url, taken):
    port = urllib.parse.urlsplit(url).port

    def ask(path, body):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("POST", "/v1/studies/q/" + path, json.dumps(body))
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    while True:
        status, trial = ask("ask", {})
        if status == 409:
            assert trial["error"] == "nothing_to_do", trial
            return
        assert status == 200, trial
        x = trial["system_attrs"]["fixed_params"]["x"]
        taken.put((trial["number"], x))
        status, answer = ask(f"trials/{trial['number']}/tell", {"value": x})
        assert status == 200, answer


def command(journal, *words):
    """A command's answer, None when nothing is left. The file's one writer may be another worker's command: then again."""
    while True:
        done = subprocess.run([PROGRAM, *words, "--storage", journal], capture_output=True, text=True)
        if done.returncode == 0:
            return json.loads(done.stdout)
        assert done.returncode == 2, (done.returncode, done.stderr)
        if "no trial of \"q\" waits" in done.stderr:
            return None
        assert "another antigrad process writes this journal" in done.stderr, done.stderr
        time.sleep(0.05)


def command_worker(journal, taken):
    while trial := command(journal, "ask", "q"):
        x = trial["system_attrs"]["fixed_params"]["x"]
        taken.put((trial["number"], x))
        command(journal, "tell", "q", str(trial["number"]), "--values", str(x))


def work(workers):
    """Runs (function, door) pairs, a process each, and returns what was taken."""
    context = multiprocessing.get_context("fork")
    taken = context.Queue()
    processes = [context.Process(target=function, args=(door, taken)) for function, door in workers]
    for process in processes:
        process.start()
    rows = [taken.get(timeout=120) for _ in range(QUEUED)]
    for process in processes:
        process.join(timeout=60)
        assert process.exitcode == 0, process.exitcode
    assert taken.empty(), "a queued trial was taken twice"
    return rows


def queued(name):
    journal = os.path.abspath(name + ".log")
    for path in (journal, journal + ".lock"):
        with contextlib.suppress(FileNotFoundError):
            os.remove(path)
    study = optuna.create_study(study_name="q", storage=in_file(journal))
    for x in range(QUEUED):
        study.enqueue_trial({"x": x})
    return journal


def check(name, journal, rows):
    assert sorted(x for _, x in rows) == list(range(QUEUED)), sorted(rows)
    assert len({number for number, _ in rows}) == QUEUED, sorted(rows)
    told = {trial.number: trial for trial in optuna.load_study(study_name="q", storage=in_file(journal)).trials}
    for number, x in rows:
        trial = told[number]
        assert trial.state == optuna.trial.TrialState.COMPLETE and trial.values == [x], trial
    print(f"{name}: {QUEUED} queued trials, {WORKERS} workers: each taken once and told")


def main():
    journal = queued("file")
    check("journal file", journal, work([(optuna_worker, lambda: in_file(journal))] * WORKERS))
    journal = queued("http")
    with serving(journal) as server:
        check("HTTP journal", journal, work([(optuna_worker, lambda: over_http(server.url))] * WORKERS))
    journal = queued("routes")
    with serving(journal) as server:
        check("ask and tell", journal, work([(asking_worker, server.url)] * WORKERS))
    journal = queued("commands")
    check("command line", journal, work([(command_worker, journal)] * WORKERS))
    journal = queued("mixed")
    with serving(journal) as server:
        check("all at once", journal, work([(asking_worker, server.url), (asking_worker, server.url), (optuna_worker, lambda: over_http(server.url)),
                                            (optuna_worker, lambda: in_file(journal))]))


if __name__ == "__main__":
    sys.exit(main())
