"""`checkpoints:` of a study: a search that is killed in the middle of a training goes on in the middle of it, to the same journal."""
import glob
import os
import shutil
import subprocess
import time

from program import PROGRAM, SOURCE, TINY, canonical, run, run_tests


def write_study():
    with open(TINY, encoding="utf-8") as tiny, open("kept.yaml", "w", encoding="utf-8") as study:
        text = tiny.read().replace("study: tiny", "study: kept").replace("../../.deps", os.path.join(SOURCE, ".deps"))
        study.write(text.replace("steps: 6", "steps: 24").replace("trials: 12", "trials: 1") + "checkpoints: {every: 3}\n")


def kill_in_the_middle(root):
    """Ends the search and its workers as soon as a checkpoint is there."""
    search = subprocess.Popen([PROGRAM, "search", "kept.yaml", "--dir", root, "--workers", "1"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while not glob.glob(f"{root}/kept/checkpoints/*-5000-*.run"):  # a seed of the search, not of its forecast
        assert search.poll() is None, search.communicate()
        time.sleep(0.001)
    search.kill()
    search.communicate()


def test_a_killed_search_goes_on_in_the_middle_of_a_training():
    write_study()
    run("search", "kept.yaml", "--dir", "whole", "--workers", "1")
    continued = 0
    for attempt in range(2):
        root = f"killed{attempt}"
        kill_in_the_middle(root)
        done = run("resume", "kept", "--dir", root, "--workers", "1")
        continued += ": goes on at step " in done.stderr
        assert canonical(f"{root}/kept/journal.log") == canonical("whole/kept/journal.log")
        assert not os.path.exists(f"{root}/kept/checkpoints"), "the study is complete, its checkpoints are of no use"
    assert continued > 0, "no training went on"
    print(f"  {continued} of 2 went on in the middle of a training")


if __name__ == "__main__":
    for folder in ["whole", "killed0", "killed1"]:
        shutil.rmtree(folder, ignore_errors=True)
    run_tests(globals())
