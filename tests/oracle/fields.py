"""Trials as plain values, to be compared field by field: Optuna's, of whatever version, and those of antigrad's JSON."""
import json
import math
from datetime import datetime

import optuna


def plain(value):
    """Non-finite numbers as the words that our JSON has for them."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, (list, tuple)) else value


def local(moment):
    """Naive local time: Optuna before 5.0 leaves the offset that a journal has."""
    return moment.astimezone().replace(tzinfo=None) if moment is not None and moment.tzinfo else moment


def theirs(trial):
    return plain({"number": trial.number, "id": trial._trial_id, "state": trial.state.name.lower(), "values": trial.values or [], "params": trial.params,
                  "user_attrs": trial.user_attrs, "system_attrs": trial.system_attrs, "intermediate_values": {str(k): v for k, v in trial.intermediate_values.items()},
                  "datetime_start": local(trial.datetime_start), "datetime_complete": local(trial.datetime_complete),
                  "distributions": {name: json.loads(optuna.distributions.distribution_to_json(d)) for name, d in trial.distributions.items()}})


def ours(trial):
    trial = {key: value for key, value in trial.items() if key != "study"}
    for key in ("datetime_start", "datetime_complete"):
        if trial[key] is not None:
            trial[key] = datetime.fromisoformat(trial[key]).astimezone().replace(tzinfo=None)
    return trial


def studies_in(storage):
    """Everything that a storage of Optuna's holds, by the name of the study, without ids."""
    found = {}
    for study in storage.get_all_studies():
        trials = [theirs(trial) for trial in storage.get_all_trials(study._study_id)]
        for trial in trials:
            del trial["id"]
        found[study.study_name] = {"directions": [d.name for d in study.directions], "user_attrs": plain(study.user_attrs),
                                   "system_attrs": plain(study.system_attrs), "trials": trials}
    return found


def same(one, other, what):
    """Fails naming the first trial that differs."""
    assert one.keys() == other.keys(), (what, one.keys(), other.keys())
    for name in one:
        here, there = one[name], other[name]
        for a, b in zip(here["trials"], there["trials"]):
            assert a == b, f"{what}, study {name}:\n {a}\n {b}"
        assert here == there, (what, name, {**here, "trials": len(here["trials"])}, {**there, "trials": len(there["trials"])})
