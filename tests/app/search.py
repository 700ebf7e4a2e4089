"""A search from end to end on real data, small: the same journal for one and two workers, for a run that is killed again
and again, for one that is stopped politely; and what it leaves in its folder."""
import json
import os
import pty
import random
import signal
import shutil
import subprocess
import time

from program import PROGRAM, TINY, asked, canonical, output, run, run_tests

BASELINES, CANDIDATES = 2, 12


def journal(root):
    return os.path.join(root, "tiny", "journal.log")


def size(root):
    return os.path.getsize(journal(root)) if os.path.exists(journal(root)) else 0


def start(root, *words):
    return subprocess.Popen([PROGRAM, "search", TINY, "--dir", root, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def descendants(pid):
    """Processes whose parent is pid."""
    children = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat", encoding="ascii") as stat:
                if int(stat.read().rsplit(")", 1)[1].split()[1]) == pid:
                    children.append(int(entry))
        except OSError:
            pass
    return children


def test_a_search_prints_and_keeps_its_table():
    done = run("search", TINY, "--dir", "one", "--workers", "1")
    assert "2 baselines + 12 candidates on 2 tasks" in done.stderr and "MB of disk" in done.stderr, done.stderr
    assert "digits: resnet, 5,142 parameters" in done.stderr and "python: llama, 6,192 parameters" in done.stderr, done.stderr
    for word in ["activation", "digits loss", "python loss", "verdict", "ns/element", "ReLU", "GELU", "g(x) = ", "f(x) = "]:
        assert word in done.stdout, (word, done.stdout)
    assert any(word in done.stdout for word in ["A tie:", "is better than", "is worse than"]), done.stdout
    assert sorted(os.listdir("one/tiny")) == ["FORMAT", "hall_of_fame.yaml", "journal.log", "kernels", "report.html", "study.yaml"]
    assert os.listdir("one/tiny/kernels") == ["winner_torch.py"]
    with open("one/tiny/report.html", encoding="utf-8") as report:
        assert "<svg" in report.read()


def test_two_workers_write_the_journal_of_one():
    run("search", TINY, "--dir", "two", "--workers", "2")
    assert canonical(journal("one")) == canonical(journal("two"))


def test_threads_write_the_journal_of_processes():
    run("search", TINY, "--dir", "threads", "--workers", "2", "--isolation", "thread")
    assert canonical(journal("one")) == canonical(journal("threads"))


def test_a_run_that_is_killed_five_times_and_resumed_has_the_journal_of_an_unbroken_one():
    moments, kills = random.Random(20240131), 0
    for kill in range(5):
        before = size("killed")
        search = start("killed", "--workers", "2")
        deadline = time.monotonic() + moments.uniform(1, 6)  # the first may come before anything is recorded
        while size("killed") == before and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(moments.uniform(0, 0.1))  # short: the study must not end meanwhile on a fast machine
        if search.poll() is not None:  # on a fast machine: few trials are left by now
            break
        kills += 1
        workers = descendants(search.pid)
        search.kill()
        search.communicate()
        time.sleep(0.2)
        assert not any(os.path.exists(f"/proc/{worker}/exe") for worker in workers), "a worker outlived its search"
        print(f"  kill {kill + 1}: {len(workers)} workers, {size('killed')} bytes of journal")
    assert kills >= 3, kills
    run("search", TINY, "--dir", "killed")
    assert canonical(journal("killed")) == canonical(journal("one"))


def test_ctrl_c_finishes_what_runs_and_the_rest_can_be_resumed():
    search = start("stopped", "--workers", "2")
    while size("stopped") == 0:
        assert search.poll() is None, search.communicate()
        time.sleep(0.02)
    search.send_signal(signal.SIGINT)
    out, err = search.communicate(timeout=120)
    assert search.returncode == 1 and "resume" in err and "not complete" in out, (search.returncode, out, err)
    before = canonical(journal("stopped"))
    whole = canonical(journal("one"))
    assert before == whole[: len(before)] and len(before) < len(whole)
    assert asked("status", "tiny", "--dir", "stopped")["phase"] != "done"
    run("resume", "tiny", "--dir", "stopped")
    assert canonical(journal("stopped")) == whole


def test_a_second_ctrl_c_stops_at_once():
    search = start("stopped_hard", "--workers", "2")
    while size("stopped_hard") == 0:
        assert search.poll() is None, search.communicate()
        time.sleep(0.02)
    search.send_signal(signal.SIGINT)
    time.sleep(0.15)
    search.send_signal(signal.SIGINT)
    search.communicate(timeout=5)
    assert search.returncode == 1
    run("resume", "tiny", "--dir", "stopped_hard")
    assert canonical(journal("stopped_hard")) == canonical(journal("one"))


def test_a_worker_that_dies_is_a_result_and_the_study_goes_on():
    search = start("crashed", "--workers", "2")
    while size("crashed") == 0 or asked("status", "tiny", "--dir", "crashed")["candidates"].startswith("0"):
        assert search.poll() is None, search.communicate()
        time.sleep(0.02)
    os.kill(descendants(search.pid)[0], signal.SIGKILL)
    out, err = search.communicate(timeout=120)
    assert search.returncode == 0, err
    failed = [row for row in asked("top", "tiny", "--dir", "crashed", "-n", "99") if row["state"] == "fail"]
    shown = [asked("show", "tiny", str(row["trial"]), "--dir", "crashed") for row in failed]
    crashed = [one for one in shown if one["outcome"] != "diverged"]  # what is proposed after the loss may diverge
    assert len(crashed) == 1 and crashed[0]["outcome"] == "crashed" and "SIGKILL" in crashed[0]["reason"], shown


def test_a_terminal_gets_a_bar():
    master, slave = pty.openpty()
    search = subprocess.Popen([PROGRAM, "search", TINY, "--dir", "terminal", "--trials", "2"], stdout=subprocess.DEVNULL, stderr=slave)
    os.close(slave)
    shown = b""
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:  # the other end is closed
            break
        shown += chunk
    assert search.wait(timeout=60) == 0
    assert b"\r\x1b[Kcandidates [" in shown and b"to go" in shown and b"2/2" in shown, shown


def test_reading_a_run():
    status = asked("status", "tiny", "--dir", "one")
    assert status["phase"] == "done" and status["candidates"] == f"{CANDIDATES} of {CANDIDATES}", status
    top = asked("top", "tiny", "--dir", "one", "-n", "99")
    assert len(top) == BASELINES + CANDIDATES
    complete = [row["score"] for row in top if row["state"] == "complete"]
    assert complete == sorted(complete)
    assert len(asked("top", "tiny", "--dir", "one", "-n", "2")) == 2
    best = asked("show", "tiny", "--dir", "one")
    assert best["trial"] == top[0]["trial"]
    atlas, scores = asked("top", "tiny", "--dir", "one", "--atlas"), {row["trial"]: row["score"] for row in top}
    assert len(atlas) >= 2 and len({row["best"] for row in atlas}) == len(atlas), atlas
    assert all(row["score"] == scores[row["best"]] for row in atlas) and atlas[0].keys() >= {"smoothness", "sparsity", "cost", "trials"}, atlas
    assert sum(row["trials"] for row in atlas) <= len(top) and min(row["score"] for row in atlas) == min(complete), atlas
    assert asked("show", "one/tiny", "1")["name"] == "GELU"
    assert "no trial 99" in run("show", "one/tiny", "99", code=2).stderr


def test_a_finished_study_is_not_trained_again_and_a_changed_one_is_refused():
    before = open(journal("one"), "rb").read()
    assert "0 trials in" in run("search", TINY, "--dir", "one").stderr
    assert open(journal("one"), "rb").read() == before
    refused = run("search", TINY, "--dir", "one", "--seed", "6", code=2)
    assert "--fresh" in refused.stderr and "resume" in refused.stderr
    assert open(journal("one"), "rb").read() == before


def test_the_command_line_overrides_trials_and_seed_and_the_run_keeps_what_was_run():
    run("search", TINY, "--dir", "other", "--trials", "1", "--seed", "6")
    study = open("other/tiny/study.yaml", encoding="utf-8").read()
    assert "seed: 6\n" in study and "budget: {trials: 1}" in study
    assert asked("status", "tiny", "--dir", "other")["candidates"] == "1 of 1"


def test_the_report_is_written_again():
    before = os.stat("one/tiny/report.html").st_mtime_ns
    assert output("report", "tiny", "--dir", "one") == "one/tiny/report.html\n"
    assert os.stat("one/tiny/report.html").st_mtime_ns > before


def test_the_doctor_finds_what_a_search_needs():
    checks = {row["check"]: row for row in asked("doctor")}
    assert {"libtorch", "LLVM", "kernels", "instructions", "GPU", "NVRTC", "kernel cache", "ANTIGRAD_DATA", "data digits.csv.gz", "data python.txt", "cores", "memory", "disk"} <= checks.keys()
    assert checks["libtorch"]["state"] == checks["data python.txt"]["state"] == "fine", checks
    assert all(row["way out"] for row in checks.values() if row["state"] != "fine"), checks


def test_the_doctor_has_a_way_out_for_each_thing_that_is_missing():
    env = {**os.environ, "ANTIGRAD_NVRTC": "/nowhere", "ANTIGRAD_ISA": "baseline", "ANTIGRAD_CACHE": "off"}
    env.pop("ANTIGRAD_DATA", None)
    done = subprocess.run([PROGRAM, "doctor", "-o", "json"], env=env, capture_output=True, text=True, check=True)
    missing = {row["check"]: row["way out"] for row in json.loads(done.stdout) if row["state"] != "fine"}
    assert {"ANTIGRAD_DATA", "NVRTC", "instructions", "kernel cache"} <= missing.keys() and all(missing.values()), missing


def test_the_benchmark_says_what_is_outside_training_and_what_the_pool_costs():
    rows = {row["name"].strip(): row for row in asked("bench", "search", TINY, "--rounds", "1")}
    outside, pool = rows["outside training, one worker"], rows["pool of two against two programs"]
    assert 0 < outside["value"] < 1 and outside["goal"] == 0.05 and outside["met"] == (outside["value"] <= 0.05), outside
    assert pool["unit"] == "trials/h" and pool["ratio"] == pool["value"] / pool["baseline"] and pool["goal"] == 0.95, pool
    causes = [row["value"] for name, row in rows.items() if name.startswith("of it")]
    assert len(causes) == 5 and abs(sum(causes) - outside["value"]) < 0.1, rows


def test_the_winner_is_exported():
    path = output("export", "one/tiny", "-O", "exported").strip()
    assert path == "exported/winner_torch.py"
    assert open(path, "rb").read() == open("one/tiny/kernels/winner_torch.py", "rb").read()
    assert output("export", "one/tiny:1", "-O", "exported").strip() == "exported/trial1_torch.py"


def test_what_normalised_runs_trained_is_exported_with_its_gain():
    with open(TINY, encoding="utf-8") as study:
        text = study.read().replace("../../.deps", os.path.abspath(os.path.join(os.path.dirname(TINY), "../../.deps")))
    text = text.replace("budget: {trials: 12}", "budget: {trials: 0}").replace("tasks:", "normalise: false\ntasks:")
    os.makedirs("gain", exist_ok=True)
    for tasks, gain in (["digits", "python"], 2**0.5), (["digits"], 2**0.5), (["python"], 1):  # the first task decides
        lines = [line + ("    normalise: true\n" if line.strip() in [f"- name: {task}" for task in tasks] else "") for line in text.splitlines(keepends=True)]
        with open("gain/gain.yaml", "w", encoding="utf-8") as study:
            study.write("".join(lines))
        run("search", "gain/gain.yaml", "--dir", "gain/runs", "--fresh", "--workers", "1")
        (path,) = output("export", "gain/runs/tiny:0", "--to", "c", "-O", "gain").split()
        with open(path, encoding="utf-8") as file:
            assert (", times 1.414213562373095 as it was trained" in file.read()) == (gain > 1), tasks
        with open("gain/main.c", "w", encoding="utf-8") as main:
            main.write(f'#include "{os.path.basename(path)}"\n#include <stdio.h>\nint main(void) {{ float x = 6, y; trial0_forward_f32(&x, &y, 1); printf("%.9g", y); return 0; }}\n')
        subprocess.run(["gcc", "-std=c11", "gain/main.c", "-o", "gain/main", "-lm"], check=True)
        assert abs(float(subprocess.run(["gain/main"], check=True, capture_output=True, text=True).stdout) - 6 * gain) < 1e-5, tasks


def gains_of(root):
    return ["as it was trained" in open(path, encoding="utf-8").read() for path in output("export", f"{root}/tiny:0", "--to", "c", "-O", root).split()]


def figures_of(root):
    """Losses at the end of the runs of the study's trials."""
    return [[run["curve"][-1] for run in record["user_attrs"]["runs"]] for record in canonical(journal(root)) if record["op_code"] == 4]


def test_a_new_study_normalises_and_one_that_had_begun_goes_on_without():
    with open(TINY, encoding="utf-8") as study:
        text = study.read().replace("../../.deps", os.path.abspath(os.path.join(os.path.dirname(TINY), "../../.deps")))
    os.makedirs("scale", exist_ok=True)
    with open("scale/new.yaml", "w", encoding="utf-8") as study:
        study.write(text)
    with open("scale/as_it_stands.yaml", "w", encoding="utf-8") as study:
        study.write(text + "normalise: false\n")
    new = run("search", "scale/new.yaml", "--dir", "scale/new", "--workers", "1", "--trials", "4")
    assert new.stderr.count("activations are normalised") == 2, new.stderr
    with open("scale/new/tiny/study.yaml", encoding="utf-8") as study:
        assert study.read().endswith("\nnormalise: true\n")
    old = run("search", "scale/as_it_stands.yaml", "--dir", "scale/old", "--workers", "1", "--trials", "4")
    assert "activations are normalised" not in old.stderr, old.stderr
    assert gains_of("scale/new") == [True] and gains_of("scale/old") == [False]
    assert "trained as " in new.stdout and "trained as " not in old.stdout, new.stdout
    relu = [asked("show", "tiny", "0", "--dir", root) for root in ("scale/new", "scale/old")]
    assert abs(relu[0]["gain"] - 2**0.5) < 1e-12 and "gain" not in relu[1], relu
    halls = [open(f"{root}/tiny/hall_of_fame.yaml", encoding="utf-8").read() for root in ("scale/new", "scale/old")]
    assert halls[0].count("    gain: 1.414") >= 2 and "gain:" not in halls[1], halls
    with open("scale/new/tiny/report.html", encoding="utf-8") as report:
        assert report.read().count("activations normalised") == 2
    assert figures_of("scale/new") != figures_of("scale/old")
    whole = canonical(journal("scale/old"))
    for name in ["study.yaml", "journal.log"]:  # as an older antigrad left them, in the middle
        with open(f"scale/old/tiny/{name}", encoding="utf-8") as file:
            lines = [line.replace("\\nnormalise: false", "") for line in file if line != "normalise: false\n"]
        with open(f"scale/old/tiny/{name}", "w", encoding="utf-8") as file:
            file.writelines(lines if name == "study.yaml" else lines[:9])
    begun = run("search", "scale/new.yaml", "--dir", "scale/old", "--workers", "1", "--trials", "4")
    assert "activations are normalised" not in begun.stderr, begun.stderr
    assert [r for r in canonical(journal("scale/old")) if r["op_code"] == 4] == [r for r in whole if r["op_code"] == 4]
    assert gains_of("scale/old") == [False]
    assert "with other settings" in run("search", "scale/as_it_stands.yaml", "--dir", "scale/new", "--trials", "4", code=2).stderr


if __name__ == "__main__":
    for folder in ["one", "two", "threads", "killed", "stopped", "stopped_hard", "crashed", "terminal", "other", "exported", "gain", "scale"]:
        shutil.rmtree(folder, ignore_errors=True)
    run_tests(globals())
