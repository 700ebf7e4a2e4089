"""The other side of `antigrad bench samplers`: Optuna and rustuna, in a process of its own.

Answers lines of JSON on stdin: {"value": NAME, "params": {...}}: the function's values; {"run": NAME, "library": .., "sampler":
"tpe" | "tpe_univariate" | "cma_es" | "nsga2", "trials": n, "seed": s}: {"best": .., "values": [..], "seconds": .. of the whole study}.
The functions are those of search/samplers/landscapes.cpp, written for a trial that suggests.
"""
import json
import math
import sys
import time
import warnings


def shifted(n, reach, f):
    def values(suggest):
        return [f([suggest(f"x{i}", -reach, reach) - (1 if i % 2 == 0 else -1) * (0.5 + 0.2 * i) for i in range(n)])]
    return values


def sphere(x):
    return sum(v * v for v in x)


def ellipsoid(x):
    return sum(10 ** (3 * i / (len(x) - 1)) * v * v for i, v in enumerate(x))


def rosenbrock(x):
    y = [v + 1 for v in x]
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(y, y[1:]))


def rastrigin(x):
    return sum(10 + v * v - 10 * math.cos(2 * math.pi * v) for v in x)


def ackley(x):
    return (20 - 20 * math.exp(-0.2 * math.sqrt(sphere(x) / len(x))) + math.e
            - math.exp(sum(math.cos(2 * math.pi * v) for v in x) / len(x)))


def branin(suggest):
    x, y = suggest("x0", -5, 10), suggest("x1", 0, 15)
    a = y - 5.1 / (4 * math.pi ** 2) * x * x + 5 / math.pi * x - 6
    return [a * a + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10]


SLOPES = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
CENTRES = [[0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886], [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
           [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650], [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381]]


def hartmann(suggest):
    x = [suggest(f"x{i}", 0, 1) for i in range(6)]
    inner = [sum(a * (v - c) ** 2 for a, v, c in zip(slopes, x, centre)) for slopes, centre in zip(SLOPES, CENTRES)]
    return [-sum(h * math.exp(-s) for h, s in zip([1, 1.2, 3, 3.2], inner))]


def mixed(suggest):
    depth = (suggest("depth", 1, 20, kind="int") - 7) / 4
    drop = suggest("drop", 0, 0.9, step=0.1) - 0.3
    kind = {"a": 0.6, "b": 0, "c": 0.3, "d": 0.9}[suggest("kind", choices="abcd")]
    rate = math.log10(suggest("rate", 1e-6, 1, log=True)) + 2.5
    return [rate * rate + depth * depth + 4 * drop * drop + kind]


def conditional(suggest):
    kind = suggest("kind", choices="abc")
    total = (suggest("common", 0, 1) - 0.3) ** 2
    if kind == "a":
        return [total + 0.3 + (suggest("a0", 0, 1) - 0.7) ** 2 + (suggest("a1", 0, 1) - 0.2) ** 2]
    if kind == "b":
        return [total + sum((suggest(name, 0, 1) - c) ** 2 for name, c in (("b0", 0.1), ("b1", 0.8), ("b2", 0.6)))]
    return [total + 0.5]


def zdt1(suggest):
    first, *rest = [suggest(f"x{i}", 0, 1) for i in range(6)]
    g = 1 + 9 / 5 * sum(rest)
    return [first, g * (1 - math.sqrt(first / g))]


LANDSCAPES = {"sphere": shifted(8, 5, sphere), "ellipsoid": shifted(8, 5, ellipsoid), "rosenbrock": shifted(4, 3, rosenbrock),
              "rastrigin": shifted(4, 5, rastrigin), "ackley": shifted(8, 10, ackley), "branin": branin, "hartmann": hartmann,
              "mixed": mixed, "conditional": conditional, "zdt1": zdt1}


def of_params(params):
    def suggest(name, *_, choices=None, **__):
        return choices[int(params[name])] if choices else params[name]
    return suggest


def of_trial(trial):
    def suggest(name, low=None, high=None, kind="float", choices=None, **more):
        if choices:
            return trial.suggest_categorical(name, list(choices))
        return (trial.suggest_int if kind == "int" else trial.suggest_float)(name, low, high, **more)
    return suggest


def sampler(library, name, landscape, seed):
    if name == "cma_es":
        return library.samplers.CmaEsSampler(seed=seed, warn_independent_sampling=False)
    if name == "nsga2":
        return library.samplers.NSGAIISampler(seed=seed)
    if name == "tpe_univariate":
        return library.samplers.TPESampler(seed=seed, multivariate=False)
    grouped = {"multivariate": True, "group": True} if landscape == "conditional" else {}
    return library.samplers.TPESampler(seed=seed, **grouped)


def run(request):
    library = __import__(request["library"])
    __import__(request["library"] + ".samplers")
    if request["library"] == "optuna":
        library.logging.set_verbosity(library.logging.ERROR)
    landscape, found = LANDSCAPES[request["run"]], []

    def objective(trial):
        found.append(landscape(of_trial(trial)))
        return found[-1][0] if len(found[-1]) == 1 else tuple(found[-1])

    how = sampler(library, request["sampler"], request["run"], request["seed"])
    directions = {"directions": ["minimize"] * 2} if request["run"] == "zdt1" else {}
    begin = time.perf_counter()
    study = library.create_study(sampler=how, **directions)
    study.optimize(objective, n_trials=request["trials"])
    return {"seconds": time.perf_counter() - begin, "best": min(v[0] for v in found), "values": found}


def main():
    warnings.simplefilter("ignore")
    missing = {}
    for library in ("optuna", "rustuna", "cmaes"):
        try:
            __import__(library)
        except ImportError as error:
            missing[library] = str(error)
    print(json.dumps({"ready": True, "missing": missing}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if "value" in request:
            answer = LANDSCAPES[request["value"]](of_params(request["params"]))
        else:
            answer = run(request)
        print(json.dumps(answer), flush=True)


main()
