"""Random journals, records of many workers that contradict each other among them, mean to antigrad what they mean to Optuna."""
import json
import math
import os
import random
import subprocess
import sys
from datetime import datetime

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

optuna.logging.set_verbosity(optuna.logging.ERROR)
PROGRAM = os.path.join(os.environ["ANTIGRAD_BIN"], "antigrad")
JOURNAL = "random.log"
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
        return {"op_code": 1, "study_id": study} if rng.random() < 0.2 else {"op_code": 10, "trial_ids": [0]}
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


def plain(value):
    """Non-finite numbers as the words that our JSON has for them."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, (list, tuple)) else value


def theirs(trial):
    return plain({"number": trial.number, "id": trial._trial_id, "state": trial.state.name.lower(), "values": trial.values or [], "params": trial.params,
                  "user_attrs": trial.user_attrs, "system_attrs": trial.system_attrs, "intermediate_values": {str(k): v for k, v in trial.intermediate_values.items()},
                  "datetime_start": trial.datetime_start, "datetime_complete": trial.datetime_complete,
                  "distributions": {name: json.loads(optuna.distributions.distribution_to_json(d)) for name, d in trial.distributions.items()}})


def ours(trial):
    trial = {key: value for key, value in trial.items() if key != "study"}
    for key in ("datetime_start", "datetime_complete"):
        if trial[key] is not None:
            trial[key] = datetime.fromisoformat(trial[key]).astimezone().replace(tzinfo=None)
    return trial


def check(seed):
    write(seed)
    storage = JournalStorage(JournalFileBackend(JOURNAL))
    studies = {study["id"]: study for study in asked("studies")}
    count = 0
    assert {s._study_id: s.study_name for s in storage.get_all_studies()} == {i: s["name"] for i, s in studies.items()}, seed
    for study in storage.get_all_studies():
        assert [d.name.lower() for d in study.directions] == studies[study._study_id]["directions"], seed
        here = [ours(trial) for trial in asked("trials", study.study_name)]
        there = [theirs(trial) for trial in storage.get_all_trials(study._study_id)]
        assert len(here) == len(there), (seed, study.study_name)
        for one, other in zip(here, there):
            assert one == other, f"seed {seed}, study {study.study_name}:\n ours   {one}\n theirs {other}"
        count += len(there)
    return count


if __name__ == "__main__":
    seeds = range(1000 if os.environ.get("ANTIGRAD_FULL") else 60)
    trials = sum(check(seed) for seed in seeds)
    print(f"optuna {optuna.__version__}: {len(seeds)} journals, {trials} trials, equal field by field")
    sys.exit(0)
