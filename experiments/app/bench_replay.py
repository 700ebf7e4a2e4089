"""The other side of `antigrad bench evidence`: Optuna's TPE over a table's choices, in a process of its own.

Answers lines of JSON on stdin: {"choices": [[shape, ..], [amplitude, ..], [shape, ..], [amplitude, ..]], "losses": {"a|b|c|d": loss}, "trials": n,
"seed": s, "multivariate": bool}: {"asked": ["a|b|c|d", ..], "seconds": [since the study began, ..]} in order. Shapes are categorical, amplitudes whole numbers in the order of their size,
as somebody would write this space for Optuna.
"""
import json
import sys
import time
import warnings


def run(optuna, request):
    shapes, sizes = request["choices"][0::2], [sorted(c, key=float) for c in request["choices"][1::2]]
    asked, seconds, begin = [], [], time.perf_counter()

    def objective(trial):
        words = []
        for side, (shape, size) in enumerate(zip(shapes, sizes)):
            words.append(trial.suggest_categorical(f"shape{side}", shape))
            words.append(size[trial.suggest_int(f"size{side}", 0, len(size) - 1)])
        asked.append("|".join(words))
        seconds.append(time.perf_counter() - begin)
        return float(request["losses"][asked[-1]])  # "Infinity": it diverged

    sampler = optuna.samplers.TPESampler(seed=request["seed"], multivariate=request["multivariate"])
    optuna.create_study(sampler=sampler).optimize(objective, n_trials=request["trials"])
    return {"asked": asked, "seconds": seconds}


def main():
    warnings.simplefilter("ignore")
    try:
        import optuna
        optuna.logging.set_verbosity(optuna.logging.ERROR)
    except ImportError as error:
        print(json.dumps({"missing": str(error)}), flush=True)
        return
    print(json.dumps({"version": optuna.__version__}), flush=True)
    for line in sys.stdin:
        print(json.dumps(run(optuna, json.loads(line))), flush=True)


main()
