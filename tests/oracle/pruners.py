"""Our pruners decide as Optuna's do: studies of random learning curves are run by Optuna, and at every report both are asked about
the same history. NaN, infinite and equal values, steps that are left out, trials that fail, and maximisation are among them."""
import json
import math
import os
import random
import subprocess
import warnings

import optuna
from optuna.trial import TrialState

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.simplefilter("ignore")
P = optuna.pruners
OURS = subprocess.Popen([os.path.join(os.environ["ANTIGRAD_BIN"], "pruner_dump")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

# Ours; Optuna's; whether steps are instances.
PAIRS = [
    ({"name": "median"}, lambda: P.MedianPruner(), False),
    ({"name": "median", "startup": 3, "warm_up": 4, "interval": 3, "least": 4},
     lambda: P.MedianPruner(n_startup_trials=3, n_warmup_steps=4, interval_steps=3, n_min_trials=4), False),
    ({"name": "percentile", "percentile": 25, "startup": 2}, lambda: P.PercentilePruner(25, n_startup_trials=2), False),
    ({"name": "percentile", "percentile": 80, "startup": 0, "interval": 2},
     lambda: P.PercentilePruner(80, n_startup_trials=0, interval_steps=2), False),
    ({"name": "asha", "min_resource": 1}, lambda: P.SuccessiveHalvingPruner(min_resource=1), False),
    ({"name": "asha", "min_resource": 2, "reduction": 2, "early_stopping": 1},
     lambda: P.SuccessiveHalvingPruner(min_resource=2, reduction_factor=2, min_early_stopping_rate=1), False),
    ({"name": "asha", "min_resource": 1, "reduction": 3, "bootstrap": 4},
     lambda: P.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3, bootstrap_count=4), False),
    ({"name": "hyperband", "min_resource": 1, "max_resource": 20}, lambda: P.HyperbandPruner(1, 20), False),
    ({"name": "hyperband", "min_resource": 1, "max_resource": 16, "reduction": 2}, lambda: P.HyperbandPruner(1, 16, 2), False),
    ({"name": "wilcoxon"}, lambda: P.WilcoxonPruner(), True),
    ({"name": "wilcoxon", "p": 0.3, "startup_steps": 5}, lambda: P.WilcoxonPruner(p_threshold=0.3, n_startup_steps=5), True),
]


def seen(trial):
    rungs = []
    while f"completed_rung_{len(rungs)}" in trial.system_attrs:
        rungs.append(trial.system_attrs[f"completed_rung_{len(rungs)}"])
    final = trial.value if trial.state == TrialState.COMPLETE else None
    return {"number": trial.number, "state": int(trial.state), "values": list(trial.intermediate_values.items()), "rungs": rungs, "final": final}


def ask_ours(config, study, own):
    history = [seen(t) for t in study.get_trials(deepcopy=False) if t.number != own["number"]]
    OURS.stdin.write(json.dumps({"config": config, "history": history, "own": own}) + "\n")
    OURS.stdin.flush()
    return json.loads(OURS.stdout.readline())


def values_of(rng, instances, kind):
    """A learning curve, or one value an instance; some with ties, NaN or infinities."""
    level, steps = rng.gauss(0, 1), rng.choice([6, 12, 20])
    curve = {}
    for step in range(0 if instances else rng.choice([0, 1]), steps):
        if rng.random() < 0.1:
            continue
        value = level + rng.gauss(0, 1) if instances else level + 3 / (1 + step) + rng.gauss(0, 0.3)
        if kind == "ties":
            value = round(value)
        if kind == "broken" and rng.random() < 0.05:
            value = rng.choice([math.nan, math.inf, -math.inf])
        curve[step] = value
    return curve


def run_study(config, pruner, instances, seed, kind, maximise):
    rng = random.Random(seed)
    name = f"study {seed}"
    study = optuna.create_study(study_name=name, pruner=pruner(), direction="maximize" if maximise else "minimize",
                                sampler=optuna.samplers.RandomSampler(seed=1))
    config = config | {"study": name, "maximise": maximise}
    asked = pruned = 0
    for number in range(40):
        trial = study.ask()
        if rng.random() < 0.08:
            study.tell(trial, state=TrialState.FAIL)
            continue
        curve = values_of(rng, instances, kind)
        stopped = False
        for step, value in curve.items():
            trial.report(value, step)
            before = seen(study.get_trials(deepcopy=False)[number])
            ours = ask_ours(config, study, before)
            stopped = trial.should_prune()
            after = seen(study.get_trials(deepcopy=False)[number])["rungs"]
            assert ours["prune"] == stopped, (config, seed, kind, number, step, before, ours, stopped)
            assert len(before["rungs"]) + len(ours["rungs"]) == len(after), (config, seed, number, step, ours, after)
            asked += 1
            if stopped:
                break
        pruned += stopped
        if stopped:
            study.tell(trial, state=TrialState.PRUNED)
            continue
        final = [v for v in curve.values() if math.isfinite(v)]
        study.tell(trial, sum(final) / len(final) if final else 0.0)
    return asked, pruned


def main():
    for config, pruner, instances in PAIRS:
        asked = pruned = 0
        for seed, (kind, maximise) in enumerate([("plain", False), ("ties", False), ("broken", False), ("plain", True), ("ties", True)]):
            a, p = run_study(config, pruner, instances, seed, kind, maximise)
            asked, pruned = asked + a, pruned + p
        assert asked > 300 and pruned > 10, (config, asked, pruned)
        print(f"{config}: {asked} decisions equal, {pruned} of 200 trials pruned")
    OURS.stdin.close()


main()
