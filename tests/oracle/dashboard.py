"""Our read routes answer what the real optuna-dashboard answers on the same journal, and its unmodified front-end, out of its
wheel, works on our server in a real browser, waiting trials included. Screenshots lie in this test's folder, to be looked at."""
import contextlib
import json
import os
import sys
import threading
import urllib.request
import wsgiref.simple_server
from datetime import datetime

import optuna
import optuna_dashboard
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna_child import write as write_random

SOURCE = os.environ["ANTIGRAD_SOURCE"]
sys.path.append(os.path.join(SOURCE, "tests/app"))
from program import run
from server import serving

JOURNAL = "dashboard.log"
optuna.logging.set_verbosity(optuna.logging.ERROR)


class Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *_):
        pass


@contextlib.contextmanager
def theirs():
    """The real server."""
    app = optuna_dashboard.wsgi(JournalStorage(JournalFileBackend(JOURNAL)))
    with wsgiref.simple_server.make_server("127.0.0.1", 0, app, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def get(url, path):
    try:
        with urllib.request.urlopen(url + path) as answer:
            return [answer.status, json.load(answer)]
    except urllib.error.HTTPError as refusal:
        return [refusal.code, None]


def moment(text):
    """Theirs are naive and local."""
    return datetime.fromisoformat(text).astimezone()


def normal(value, key=""):
    """Lists whose order means nothing (Python's sets and dictionaries) sorted, times as moments."""
    if isinstance(value, dict):
        return {k: normal(v, k) for k, v in value.items()}
    if isinstance(value, list):
        parts = [normal(part) for part in value]
        unordered = key in ("choices", "user_attrs", "union_user_attrs", "params", "fixed_params", "union_search_space", "intersection_search_space")
        return sorted(parts, key=lambda part: json.dumps(part, sort_keys=True)) if unordered else parts
    return moment(value).isoformat() if key.startswith("datetime_") else value


def close(a, b):
    return abs(a - b) <= 1e-8


def check_importances(one, other, what):
    assert len(one) == len(other), (what, one, other)
    for here, there in zip(one, other):
        names = {entry["name"]: entry for entry in there}
        assert {entry["name"] for entry in here} == names.keys(), (what, here, there)
        assert [entry["importance"] for entry in here] == sorted((entry["importance"] for entry in here), reverse=True), (what, here)
        for entry in here:
            wanted = names[entry["name"]]
            assert close(entry["importance"], wanted["importance"]) and entry["distribution"] == wanted["distribution"], (what, entry, wanted)


def make_studies():
    """Random ones, one that trains, one with constraints, notes and a conditional space, one with several objectives."""
    if os.path.exists(JOURNAL):
        os.remove(JOURNAL)
    storage = JournalStorage(JournalFileBackend(JOURNAL))
    write_random(storage, 11)

    def objective(trial):
        kind = trial.suggest_categorical("kind", ["relu", "swish", None, 3, 0.5, True])
        x = trial.suggest_float("x", -1, 1)
        rate = trial.suggest_float("rate", 1e-5, 1e-1, log=True)
        n = trial.suggest_int("n", 1, 200, log=True) + trial.suggest_int("m", 0, 12, step=3)
        step = trial.suggest_float("step", 0, 1, step=0.125)
        if kind == "swish":
            x += trial.suggest_float("beta", 0, 2 if trial.number % 2 else 3)
        trial.set_user_attr("small", 1e-7)
        for i in range(3):
            trial.report(float("nan") if i == 1 and trial.number == 2 else x + i, i)
        if trial.number % 9 == 4:
            raise optuna.TrialPruned()
        if trial.number % 11 == 5:
            raise ArithmeticError
        return x ** 2 + rate + n / 100 + step + (float("inf") if trial.number == 8 else 0)

    study = optuna.create_study(storage=storage, study_name="training", sampler=optuna.samplers.RandomSampler(seed=3), direction="maximize")
    study.optimize(objective, n_trials=70, catch=ArithmeticError)
    study.set_metric_names(["quality"])
    optuna_dashboard.save_note(study, "**Hello**\n" + "long " * 1000)
    trial = study.ask()  # and runs on
    optuna_dashboard.save_note(trial, "about a trial")
    study.enqueue_trial({"x": 0.25, "kind": None})

    def front(trial):
        x, y = trial.suggest_float("x", 0, 1), trial.suggest_int("y", 0, 3)
        trial.set_constraint("limit", x - 0.5) if hasattr(trial, "set_constraint") else None
        return x ** 2 + y, (x - 1) ** 2, -y

    several = optuna.create_study(storage=storage, study_name="several", sampler=optuna.samplers.RandomSampler(seed=4), directions=["minimize", "minimize", "maximize"])
    several.optimize(front, n_trials=30)
    return storage


def check_answers(storage):
    with theirs() as real, serving(JOURNAL) as server:
        url = server.url
        meta, wanted = get(url, "/api/meta")[1], get(real, "/api/meta")[1]
        assert meta.keys() == wanted.keys() and meta["artifact_is_available"] == wanted["artifact_is_available"], (meta, wanted)
        assert normal(get(url, "/api/studies")) == normal(get(real, "/api/studies"))
        count = 0
        for study in storage.get_all_studies():
            for after in (0, 3, 10 ** 6):
                path = f"/api/studies/{study._study_id}?after={after}"
                here, there = normal(get(url, path)), normal(get(real, path))
                assert here[0] == there[0] == 200
                for key in there[1]:
                    if key in ("trials", "best_trials"):
                        for a, b in zip(here[1][key], there[1][key]):
                            assert a == b, f"{path}: {key}\n ours   {a}\n theirs {b}"
                    assert here[1].get(key) == there[1][key], f"{path}: {key}\n ours   {here[1].get(key)}\n theirs {there[1][key]}"
                assert here == there, path
                count += len(here[1]["trials"])
            path = f"/api/studies/{study._study_id}/param_importances"
            here, there = get(url, path), get(real, path)
            if there[0] == 200:  # without parameters theirs divides by zero
                check_importances(here[1]["param_importances"], there[1]["param_importances"], path)
        assert get(url, "/api/studies/99")[0] == get(real, "/api/studies/99")[0] == 404
        print(f"{count} trials as optuna-dashboard {optuna_dashboard.__version__} answers them")


def show(browser, address, *words, picture):
    """Goes there and waits until the page says all the words: its script is large, so longer than Browser.open does."""
    browser.call("Page.navigate", url=address)
    browser.until(f"document.body && {json.dumps(words)}.every((word) => document.body.textContent.includes(word))", timeout=90)
    browser.screenshot(picture)


def check_front_end():
    from browser import CHROMIUM, Browser
    if CHROMIUM is None:
        print("no Chromium here: the front-end is not opened")
        return
    with serving(JOURNAL) as server, Browser() as browser:
        url = server.url
        show(browser, url + "/dashboard", "training", "several", "study 0", picture="studies.png")
        number = next(s["study_id"] for s in get(url, "/api/studies")[1]["study_summaries"] if s["study_name"] == "training")
        study = f"{url}/dashboard/studies/{number}"
        show(browser, study, "training", "kind", "rate", "step", "Timeline", picture="study.png")
        browser.until("document.querySelectorAll('.js-plotly-plot').length >= 2", timeout=60)
        browser.screenshot("study.png")
        show(browser, study + "/note", "Hello", picture="note.png")
        show(browser, study + "/trials?numbers=71", "Trial 71", "Waiting", "Trial 20", "Pruned", picture="waiting.png")
        asked = {address for address in browser.events if address.startswith("http") and not address.startswith(url)}
        assert not asked, asked
        assert browser.errors == [], browser.errors


def check_without_front_end():
    assert "public/bundle.js" in run("serve", JOURNAL, "--dashboard", ".", code=2).stderr
    folder = os.path.dirname(optuna_dashboard.__file__)
    with serving(JOURNAL, "--dashboard", folder) as server:
        url = server.url
        for path in ["/dashboard", "/dashboard/studies/0/trials", "/static/bundle.js", "/favicon.ico"]:
            with urllib.request.urlopen(url + path) as answer:
                assert answer.status == 200 and len(answer.read()) > 1000, path
        for path in ["/static/..%2findex.html", "/static/%2e%2e%2f__init__.py", "/static/bundle.js.gz"]:
            assert get(url, path)[0] == 404, path


if __name__ == "__main__":
    check_answers(make_studies())
    check_front_end()
    check_without_front_end()
