"""Random journals mean to antigrad what they mean to Optuna, field by field: records of many workers that contradict each
other, studies that Optuna itself wrote through its API, and those of rustuna with its own operation.

    replay_optuna.py [VERSION]: with the Optuna on PYTHONPATH, whose version must begin so (else skipped)."""
import json
import os
import random
import subprocess
import sys

import optuna
import optuna_child
from fields import ours, theirs
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

optuna.logging.set_verbosity(optuna.logging.ERROR)
PROGRAM = os.path.join(os.environ["ANTIGRAD_BIN"], "antigrad")
JOURNAL = "random.log"
OLD = optuna.__version__ < "5"  # knows no operation 10
DISTRIBUTIONS = [optuna.distributions.FloatDistribution(0, 1), optuna.distributions.FloatDistribution(1e-3, 1, log=True), optuna.distributions.IntDistribution(0, 8),
                 optuna.distributions.IntDistribution(1, 64, log=True), optuna.distributions.CategoricalDistribution(["a", None, 3, 0.5, True]),
                 optuna.distributions.CategoricalDistribution(["a", None])]
VALUES = [0.0, -1.5, 1e-300, 1e300, 0.1, float("inf"), float("-inf"), float("nan")]
ATTRIBUTES = [1, "text \u00e9\n", None, [1, [2, {"a": 0.5}]], {"deep": {"er": []}}, True, 0.1, float("nan"), "NaN", 12345678901234]


def moment(rng):
    return f"2026-0{rng.randrange(1, 10)}-{rng.randrange(10, 28)}T{rng.randrange(10, 24)}:00:{rng.randrange(10, 60)}.{rng.randrange(10**6):06d}+00:00"


def parameter(rng):
    distribution = rng.choice(DISTRIBUTIONS)
    return rng.choice("xyz"), distribution, distribution.to_internal_repr(rng.choice(getattr(distribution, "choices", [1])))


def new_trial(rng):
    record = {"op_code": 4, "study_id": rng.randrange(4), "datetime_start": rng.choice([None, moment(rng)])}
    if rng.random() < 0.4:
        record["state"] = rng.randrange(5)
        if 1 <= record["state"] <= 3:
            record["datetime_complete"] = moment(rng)
        if record["state"] == 1:
            record["values"] = [rng.choice(VALUES[:6])]
        record["user_attrs"] = {"u": rng.choice(ATTRIBUTES)}
        record["system_attrs"] = {"s": rng.choice(ATTRIBUTES)}
        record["intermediate_values"] = {str(rng.randrange(5)): rng.choice(VALUES)}
        name, distribution, value = parameter(rng)
        record["params"], record["distributions"] = {name: value}, {name: optuna.distributions.distribution_to_json(distribution)}
    return record


def new_state(rng, trial):
    state = rng.randrange(5)
    record = {"op_code": 6, "trial_id": trial, "state": state, "values": [rng.choice(VALUES[:6])] if state == 1 or rng.random() < 0.2 else None}
    if state == 0:
        record["datetime_start"] = moment(rng)
    if 1 <= state <= 3:
        record["datetime_complete"] = moment(rng)
    return record


def any_record(rng, trials):
    op = rng.choice([0, 1, 2, 3] + [4] * 6 + [5] * 8 + [6] * 4 + [7] * 6 + [8, 8, 9, 9])
    study, trial = rng.randrange(4), rng.randrange(trials + 3)
    if op == 0:
        return {"op_code": 0, "study_name": rng.choice("abcd"), "directions": [rng.choice([1, 2])]}
    if op == 1:
        return {"op_code": 1, "study_id": study} if rng.random() < 0.2 or OLD else {"op_code": 10, "trial_ids": [0]}
    if op in (2, 3):
        return {"op_code": op, "study_id": study, "user_attr" if op == 2 else "system_attr": {rng.choice("pq"): rng.choice(ATTRIBUTES)}}
    if op == 4:
        return new_trial(rng)
    if op == 5:
        name, distribution, value = parameter(rng)
        return {"op_code": 5, "trial_id": trial, "param_name": name, "param_value_internal": value, "distribution": optuna.distributions.distribution_to_json(distribution)}
    if op == 6:
        return new_state(rng, trial)
    if op == 7:
        return {"op_code": 7, "trial_id": trial, "step": rng.randrange(6), "intermediate_value": rng.choice(VALUES)}
    return {"op_code": op, "trial_id": trial, "user_attr" if op == 8 else "system_attr": {rng.choice("pq"): rng.choice(ATTRIBUTES)}}


def write(seed):
    rng = random.Random(seed)
    records, trials = [{"op_code": 0, "study_name": "a", "directions": [1]}], 0
    for _ in range(rng.randrange(20, 250)):
        record = any_record(rng, trials)
        trials += record["op_code"] == 4
        records.append(record)
    with open(JOURNAL, "w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps({**record, "worker_id": f"w{rng.randrange(3)}"}, separators=(",", ":")) + "\n")


def asked(*words):
    done = subprocess.run([PROGRAM, *words, "--storage", JOURNAL, "-o", "json"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def compare(what):
    """How many trials the journal has; fails at the first that antigrad and Optuna read differently."""
    storage = JournalStorage(JournalFileBackend(JOURNAL))
    studies = {study["id"]: study for study in asked("studies")}
    count = 0
    assert {s._study_id: s.study_name for s in storage.get_all_studies()} == {i: s["name"] for i, s in studies.items()}, what
    for study in storage.get_all_studies():
        assert [d.name.lower() for d in study.directions] == studies[study._study_id]["directions"], what
        here = [ours(trial) for trial in asked("trials", study.study_name)]
        there = [theirs(trial) for trial in storage.get_all_trials(study._study_id)]
        assert len(here) == len(there), (what, study.study_name)
        for one, other in zip(here, there):
            assert one == other, f"{what}, study {study.study_name}:\n ours   {one}\n theirs {other}"
        count += len(there)
    return count


def check_records(seed):
    write(seed)
    return compare(f"records, seed {seed}")


def check_api(seed):
    """What Optuna writes when its API is used at random."""
    if os.path.exists(JOURNAL):
        os.remove(JOURNAL)
    optuna_child.write(JournalStorage(JournalFileBackend(JOURNAL)), seed)
    return compare(f"API, seed {seed}")


def check_rustuna(seed):
    import rustuna
    if os.path.exists(JOURNAL):
        os.remove(JOURNAL)
    rng = random.Random(seed)
    storage = rustuna.storages.JournalFileStorage(JOURNAL)
    study = rustuna.create_study(storage=storage, study_name="r", sampler=rustuna.samplers.RandomSampler(seed=seed))
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1) + trial.suggest_int("n", 1, 8) + len(trial.suggest_categorical("c", ["a", "bc"])), n_trials=5)
    trial = study.ask()
    study.set_user_attr("v", "\u00e9")
    storage.set_trial_user_attrs(trial._trial_id, {"u": rng.random(), "w": [1, None]})
    for step in range(3):
        storage.set_trial_intermediate_value(trial._trial_id, step, rng.choice([0.5, float("nan"), 1e300]))
    storage.discard_trials([0, rng.randrange(5)])
    with open(JOURNAL, encoding="utf-8") as file:
        assert any(json.loads(line)["op_code"] == 10 for line in file)
    return compare(f"rustuna, seed {seed}")


if __name__ == "__main__":
    if sys.argv[1:] and not optuna.__version__.startswith(sys.argv[1]):
        print(f"skipped: this is Optuna {optuna.__version__}, not {sys.argv[1]}; ./scripts/test sets that up")
        sys.exit(77)
    full = bool(os.environ.get("ANTIGRAD_FULL"))
    for name, check, seeds in [("records", check_records, range(1000 if full else 40)), ("API", check_api, range(100 if full else 6)), ("rustuna", check_rustuna, range(0 if OLD else 3))]:
        print(f"optuna {optuna.__version__}, {name}: {len(seeds)} journals, {sum(map(check, seeds))} trials, equal field by field")
