"""A run directory as a search of any length leaves it, made up in a moment: for tests and measurements of what reads one."""
import json
import math
import os
import random

STUDY = """study: {name}
seed: 7
budget: {{trials: {trials}}}
sampler: {{name: evolution, lag: 4}}
halving:
  reduction: 3
  rungs:
    - {{fraction: 0.25, seeds: 1}}
    - {{fraction: 1.0, seeds: 1}}
    - {{fraction: 1.0, seeds: 2}}
baselines: [relu, gelu, silu]
confirm: {{finalists: 3, seeds: 3}}
tasks:
  - {{name: images, steps: 400}}
  - {{name: words, steps: 600}}
"""
BASELINES = [("relu", "ReLU", "0 | 0 | 1", "where(x <= 0, 0, x)"),
             ("gelu", "GELU", "normal_cdf(x) + x*normal_pdf(x)", "x*normal_cdf(x)"),
             ("silu", "SiLU", "sigmoid(x) + x*logistic_pdf(x)", "x*sigmoid(x)")]
PRIMITIVES = ["sigmoid", "tanh", "gaussian", "normal_cdf", "sin", "atan"]
FRACTIONS = [0.25, 1.0, 1.0]
SEEDS = [1, 1, 2]
INT = {"name": "IntDistribution", "attributes": {"log": False, "step": 1, "low": 0, "high": 64}}
KIND = {"name": "CategoricalDistribution", "attributes": {"choices": ["baseline", "candidate"]}}


def stamp(second):
    return f"2026-01-{1 + second // 86400:02d}T{second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}.000000+00:00"


def gradient(chance):
    """(text, pieces, terms, parameters)"""
    def term():
        return f"{chance.uniform(0.2, 1.5):.3g}*{chance.choice(PRIMITIVES)}({chance.uniform(0.3, 2):.3g}*x)"
    kind = chance.random()
    if kind < 0.5:
        return f"{term()} + {term()}", 1, 2, 0
    if kind < 0.8:
        return f"{chance.uniform(0, 0.3):.3g} | 0 | {term()} + {chance.uniform(0, 0.8):.3g}", 2, 2, 0
    return f"[a = {chance.uniform(0.3, 1.2):.3g} in (0, inf)] a*{chance.choice(PRIMITIVES)}(x) + {chance.uniform(0, 0.5):.3g}", 1, 1, 1


def run_of(chance, task, index, steps, quality, parameters):
    total = {"images": 400, "words": 600}[task]
    curve = []
    for k in range(1, 9):
        step = total * k // 8
        if step > steps:
            break
        loss = quality * (1 + 2 * math.exp(-3 * k / 8)) + chance.gauss(0, 0.004)
        curve.append([step, loss * 1.1, loss, max(0.0, 1 - 0.3 * loss), loss * 1.02])
    return {"task": task, "index": index, "seed": 7000 + index, "outcome": "ok", "reason": "", "steps": steps, "curve": curve,
            "theta": [0.5 + 0.1 * k for k in range(4 * parameters)], "losses": [[steps, curve[-1][2]]]}


def trial_record(chance, number, study, baseline=None, finalist=None, search_trial=None):
    """The op-4 record of a finished trial; finalist: (activation, quality) that is trained again."""
    quality = chance.lognormvariate(0, 0.35) * 0.6
    text, pieces, terms, parameters = gradient(chance)
    attrs = {"kind": "candidate", "operation": chance.choice(["mutate", "mutate", "crossover", "random"]), "parents": []}
    if attrs["operation"] != "random" and number > 10:
        attrs["parents"] = sorted({chance.randrange(3, number) for _ in range(1 + (attrs["operation"] == "crossover"))})
    if baseline:
        name, title, text, f = baseline
        quality, pieces, terms, parameters = 0.5 + 0.02 * BASELINES.index(baseline), 1 + ("|" in text), 1, 0
        attrs.update(kind="baseline", operation="baseline", name=name, title=title, f=f)
    elif finalist:
        text, quality, parameters = finalist
    level = 3 if baseline or finalist else chance.choices([1, 2, 3], [0.62, 0.26, 0.12])[0]
    failed = not baseline and not finalist and chance.random() < 0.06
    # The better climb higher.
    quality = quality if baseline or finalist else quality * {1: 1.25, 2: 1.0, 3: 0.85}[level]
    seeds = 3 if search_trial is not None else SEEDS[level - 1]
    runs = []
    if not failed:
        for task, total in (("images", 400), ("words", 600)):
            for index in range(seeds):
                runs.append(run_of(chance, task, index + (2 if search_trial is not None else 0), int(total * FRACTIONS[level - 1]), quality, parameters))
    scores = [] if failed else [(quality - 0.52) / 0.02 * (0.2 + 0.1 * k) for k in range(level)] if search_trial is None else [(quality - 0.52) / 0.02]
    state = 3 if failed else 1 if level == 3 else 2
    attrs.update(activation=text, f=attrs.get("f", "integral of " + text), fingerprint=f"{chance.getrandbits(64):016x}", outcome="diverged" if failed else "ok",
                 steps=int(1000 * FRACTIONS[level - 1]) * seeds, runs=runs)
    attrs["resource:runs"] = [[1.5, 2.0, 300.0]] * len(runs)
    attrs["resource:training_seconds"], attrs["resource:total_seconds"] = 3.0 * len(runs), 4.0 * len(runs)
    if failed:
        attrs["reason"] = "task images, seed 7000: the loss is not finite"
    if search_trial is not None:
        attrs["search_trial"] = search_trial
    record = {"op_code": 4, "worker_id": "antigrad-1", "study_id": study, "state": state, "datetime_start": stamp(20 * number), "datetime_complete": stamp(20 * number + 17),
              "params": {"pieces": pieces, "terms": terms, "trainable": parameters, "kind": 0 if baseline else 1}, "system_attrs": {}, "user_attrs": attrs,
              "distributions": {key: json.dumps(KIND if key == "kind" else INT) for key in ("pieces", "terms", "trainable", "kind")},
              "intermediate_values": {str(k): v for k, v in enumerate(scores)}}
    if not failed:
        record["values"] = [scores[-1]]
    return record, quality


def make_run(root, name, candidates, confirmed=True, planned=None, seed=1):
    """root/name with so many candidates; its folder. Without a confirmation it may be planned longer: it goes on."""
    chance = random.Random(seed)
    folder = os.path.join(root, name)
    os.makedirs(folder, exist_ok=True)
    text = STUDY.format(name=name, trials=planned or candidates)
    with open(os.path.join(folder, "study.yaml"), "w", encoding="utf-8") as file:
        file.write(text)
    records = [{"op_code": 0, "worker_id": "antigrad-1", "study_name": name, "directions": [1]},
               {"op_code": 2, "worker_id": "antigrad-1", "study_id": 0, "user_attr": {"antigrad:study": text}}]
    found = []
    for number in range(candidates + len(BASELINES)):
        record, quality = trial_record(chance, number, 0, BASELINES[number] if number < len(BASELINES) else None)
        records.append(record)
        if record["state"] == 1 and number >= len(BASELINES):
            found.append((quality, number, record["user_attrs"]["activation"], record["params"]["trainable"]))
    if confirmed:
        records.append({"op_code": 0, "worker_id": "antigrad-1", "study_name": name + "/confirm", "directions": [1]})
        records.append({"op_code": 2, "worker_id": "antigrad-1", "study_id": 1, "user_attr": {"antigrad:study": text}})
        for number, baseline in enumerate(BASELINES):
            records.append(trial_record(chance, number, 1, baseline, search_trial=number)[0])
        for quality, number, activation, parameters in sorted(found)[:3]:
            records.append(trial_record(chance, number, 1, None, (activation, quality, parameters), search_trial=number)[0])
    with open(os.path.join(folder, "journal.log"), "w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record) + "\n")
    return folder


def append_trial(folder, number, seed):
    """One more finished candidate at the end of the journal; its text."""
    record, _ = trial_record(random.Random(seed), number, 0)
    with open(os.path.join(folder, "journal.log"), "a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")
    return record["user_attrs"]["activation"]


if __name__ == "__main__":
    import sys
    print(make_run(sys.argv[1], sys.argv[2], int(sys.argv[3])))
