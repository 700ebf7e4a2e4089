"""A table of recorded trainings out of a run's journal, for `antigrad bench evidence`; the standard library alone.

  record.py curves JOURNAL OUT.csv.gz   every point of every learning curve of the search's trials, choices of the gradients as plain_activations.yaml
                                        has them; runs that diverged end where they did, with infinite losses
  record.py again JOURNAL OUT.csv       name, seed, steps, final loss and seconds of every run, those of the confirmation too
"""
import csv
import gzip
import io
import json
import os
import re
import sys

CHOICES = ["negative", "negative_amplitude", "positive", "positive_amplitude"]
FIGURES = ["training_loss", "validation_loss", "validation_accuracy", "current_loss"]


SHAPES = {"": "const", "exp(x)": "exp", "gaussian(x)": "gaussian", "sech2(x)": "sech2", "softsign_slope(x)": "softsign_slope", "cos(2*x)": "cos"}
SHAPES |= {"tanh(x)": "tanh", "x": "linear", "sin(2*x)": "sin", "signed_log(x)": "signed_log"}


def choices():
    """Shape and amplitude on the left, on the right, by name: of A*shape | 0 | 1 + B*shape; the bump is A*exp(x) + A*x*exp(x)."""
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "plain_activations.yaml"), encoding="utf-8") as lines:
        for name, g in re.findall(r'name: (\w+), g: "(.*)"', lines.read()):
            left, _, right = g.split(" | ")
            size, shape = re.match(r"([-.\d]+)\*?([^+]*)", left).groups()
            sign, other_size, other = re.fullmatch(r"1 ([-+]) ([.\d]+)\*(.*)", right).groups()
            yield name, ["bump" if "+" in left else SHAPES[shape], size, SHAPES[other], sign.strip("+") + other_size]


def trials(path):
    """(study, attributes) of every finished trial; the journal's last line may be torn."""
    studies = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if not line.endswith("\n"):
                return
            record = json.loads(line)
            if record["op_code"] == 0:
                studies.append(record["study_name"])
            if record["op_code"] == 4:
                yield studies[record["study_id"]], record["user_attrs"]


def points(run):
    """[step, training_loss, ...] by point, whichever way the journal writes them."""
    for point in run["curve"]:
        row = point if isinstance(point, list) else [point[key] for key in ["step", *FIGURES]]
        yield [row[0], *(round(float(value), 6) for value in row[1:])]


def curves(journal, out):
    known = dict(choices())
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["name", "gradient", *CHOICES, "seed", "outcome", "step", *FIGURES])
    for study, attributes in trials(journal):
        name = attributes.get("name")
        if "/" in study or name is None:
            continue
        for run in attributes["runs"]:
            ended = [] if run["outcome"] == "ok" else [[max(1, run["steps"]), *["inf"] * len(FIGURES)]]
            for point in [*points(run), *ended]:
                writer.writerow([name, attributes["activation"], *known.get(name, [""] * 4), run["seed"], run["outcome"], *point])
    with open(out, "wb") as file:
        file.write(gzip.compress(text.getvalue().encode(), 9, mtime=0))


def again(journal, out):
    rows = []
    for _, attributes in trials(journal):
        for run, resources in zip(attributes["runs"], attributes["resource:runs"]):
            if "name" in attributes and run["outcome"] == "ok":
                rows.append([attributes["name"], run["seed"], run["steps"], list(points(run))[-1][2], round(float(resources[0]), 3)])
    with open(out, "w", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "seed", "steps", "loss", "seconds"])
        writer.writerows(sorted(rows))


if len(sys.argv) != 4 or sys.argv[1] not in ("curves", "again"):
    sys.exit(__doc__)
{"curves": curves, "again": again}[sys.argv[1]](sys.argv[2], sys.argv[3])
