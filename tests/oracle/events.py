"""Event files of a search as TensorBoard's own reader has them: the same tags, steps and values as `antigrad measures`."""
import os
import shutil
import subprocess
import sys

from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer

sys.path.insert(0, os.path.join(os.environ["ANTIGRAD_SOURCE"], "tests/app"))
from program import TINY, asked, run  # noqa: E402


def search():
    shutil.rmtree("runs", ignore_errors=True)
    with open(TINY, encoding="utf-8") as tiny, open("measured.yaml", "w", encoding="utf-8") as study:
        text = tiny.read().replace("study: tiny", "study: measured").replace("../../.deps", os.path.join(os.environ["ANTIGRAD_SOURCE"], ".deps"))
        study.write(text + "measure: {every: 2}\n")
    run("search", "measured.yaml", "--trials", "2")


def check_trial(reader, number):
    rows = asked("measures", "measured", str(number), "--each")
    assert len(rows) > 100, rows
    ours, theirs = {}, {}
    for row in rows:
        ours.setdefault((row["run"], row["measurement"]), []).append((row["step"], repr(float(row["value"]))))
    for name in {row["run"] for row in rows}:
        for tag in reader.Runs()[name]["scalars"]:
            theirs[name, tag] = [(event.step, repr(event.value)) for event in reader.Scalars(name, tag)]
            assert all(1.6e9 < event.wall_time < 1e10 for event in reader.Scalars(name, tag))
    assert ours == theirs, set(ours) ^ set(theirs)
    return ours


def main():
    search()
    reader = EventMultiplexer(size_guidance={"scalars": 0})
    reader.AddRunsFromDirectory("runs/measured/tb")
    reader.Reload()
    series = {}
    for number in range(4):
        series |= check_trial(reader, number)
    assert sorted({name for name, _ in series}) == sorted(reader.Runs()), reader.Runs().keys()
    assert any(name.startswith("confirm-") for name, _ in series)
    tags = {tag for _, tag in series}
    for tag in ["validation/bits_per_byte", "gradient_norm/all", "sparsity/layer0_down", "speed/tokens_a_second"]:
        assert tag in tags, tags
    print(f"{len(series)} series of {len(reader.Runs())} runs are read alike")
    shown = subprocess.run([sys.executable, "-m", "tensorboard.main", "--inspect", "--logdir", "runs/measured/tb/0"],
                           check=True, capture_output=True, text=True).stdout
    assert "validation/loss" in shown, shown


main()
