"""What the world does to a run: a full disk, a folder that cannot be written, clocks that jump, a quota. Clear words, nothing lost."""
import glob
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import time

from program import PROGRAM, asked, run, run_tests, sanitized
from server import fresh, serving
from small_study import journal, text_of, unbroken, write_study

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
NOBODY = 65534


def start(root, verb="search", **more):
    subject = "killed.yaml" if verb == "search" else "killed"
    return subprocess.Popen([PROGRAM, verb, subject, "--dir", root, "--workers", "2"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **more)


def ended(search, code):
    _, errors = search.communicate(timeout=300)
    assert search.returncode == code, (search.returncode, errors)
    return errors


def whole():
    if not os.path.exists(journal("whole")):
        write_study()
        unbroken("whole")
    return text_of("whole")


def trials(text):
    """The records of trials, without those of the study, which hold its text."""
    return [line for line in text.splitlines() if '"op_code": 4' in line]


def fresh_root(name):
    subprocess.run(["chmod", "-R", "u+w", name], check=False, stderr=subprocess.DEVNULL)
    shutil.rmtree(name, ignore_errors=True)
    return name


def test_a_search_on_a_full_disk_says_so_and_goes_on_later():
    expected, root = whole(), fresh_root("full")
    write_study("# " + "x" * 400000 + "\n")  # the journal, which holds it, is what grows longest
    most = 408000  # more than any export

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    errors = ended(start(root, preexec_fn=limit), 2)
    assert "cannot write the journal: File too large; free some space, then `antigrad resume`" in errors, errors
    with open(journal(root), "rb") as file:
        kept = file.read()
    write_study()
    assert kept.endswith(b"\n") and 401000 < len(kept) <= most, len(kept)
    ended(start(root, "resume"), 0)
    assert trials(text_of(root)) == trials(expected)
    with open(journal(root), "rb") as file:
        assert file.read().startswith(kept), "what was acknowledged changed"


def test_a_candidate_is_not_refused_because_a_disk_is_full():
    """What the programs of candidates read cannot be written: the study stops, it does not count against the candidate."""
    expected, root = whole(), fresh_root("no_exports")

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))

    errors = ended(start(root, preexec_fn=limit), 2)
    assert "free some space, then `antigrad resume`" in errors, errors
    ended(start(root, "resume"), 0)
    assert text_of(root) == expected


def test_a_disk_without_room_says_so_and_goes_on_later():
    """A real one, of a few megabytes; needs the right to mount."""
    expected, root = whole(), fresh_root("tmpfs")
    os.makedirs(root)
    script = f"""mount -t tmpfs -o size=4m none {root} || exit 77
        head -c 10000000 /dev/zero >{root}/ballast 2>/dev/null; truncate -s -28672 {root}/ballast
        {PROGRAM} search killed.yaml --dir {root} --workers 2 >/dev/null 2>first; echo $? >>first
        rm {root}/ballast
        {PROGRAM} resume killed --dir {root} --workers 2 >/dev/null 2>second || exit 1
        mkdir -p copied/killed && cp {root}/killed/journal.log copied/killed/"""
    shutil.rmtree("copied", ignore_errors=True)
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, text=True)
    if done.returncode in (77, 1) and not os.path.exists("copied") and "ermi" in done.stderr:
        print("  skipped: this user may not mount")
        return
    assert done.returncode == 0, done.stderr
    with open("first", encoding="utf-8") as file:
        errors = file.read()
    assert "cannot write the journal: No space left on device; free some space" in errors and errors.endswith("\n2\n"), errors
    assert text_of("copied") == expected


def nobody():
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def others_reach(path):
    """Whether any user may read below: a test as nobody needs it."""
    path = os.path.abspath(path)
    while path != "/":
        if not os.stat(path).st_mode & 0o001:
            return False
        path = os.path.dirname(path)
    return True


def test_a_folder_that_cannot_be_written_is_said():
    if os.getuid() == 0 and not (others_reach(".") and others_reach(os.path.dirname(PROGRAM))):
        print("  skipped: nobody cannot reach this folder")
        return
    expected, root = whole(), fresh_root("locked")
    os.makedirs(root)
    os.chmod(root, 0o555)
    errors = ended(start(root, preexec_fn=nobody), 2)
    assert "cannot make the run directory: Permission denied" in errors, errors
    os.chmod(root, 0o755)
    broken = start(root)
    while not os.path.exists(journal(root)) or os.path.getsize(journal(root)) < 3000:
        assert broken.poll() is None, broken.communicate()
        time.sleep(0.005)
    broken.kill()
    broken.communicate()
    with open(journal(root), "rb") as file:
        kept = file.read()
    for path in glob.glob(root + "/killed/*") + [root + "/killed", root]:
        os.chmod(path, 0o555 if os.path.isdir(path) else 0o444)
    errors = ended(start(root, "resume", preexec_fn=nobody), 2)
    assert "cannot open the journal: Permission denied" in errors, errors
    with open(journal(root), "rb") as file:
        assert file.read() == kept
    assert asked("status", "killed", "--dir", root)["phase"] != "done", "it can be read"
    for path in [root, root + "/killed"] + glob.glob(root + "/killed/*"):
        os.chmod(path, 0o755)
    ended(start(root, "resume"), 0)
    assert text_of(root) == expected


def clock(offset):
    """An environment where the time of day, not the time that passes, is another; None where that cannot be had."""
    if not os.path.exists(FAKETIME) or sanitized():
        return None
    return {**os.environ, "LD_PRELOAD": FAKETIME, "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1", "FAKETIME_NO_CACHE": "1"}


def set_clock(text):
    with open("now.new", "w", encoding="utf-8") as file:
        file.write(text + "\n")
    os.replace("now.new", "now")


def test_leases_and_trials_survive_clocks_that_jump():
    env = clock("+0")
    if env is None:
        print("  skipped: needs libfaketime, and no sanitizer in front")
        return
    del env["FAKETIME"]
    set_clock("+0")
    name = fresh("clock.log")
    with serving(name, env={**env, "FAKETIME_TIMESTAMP_FILE": os.path.abspath("now")}) as server:
        space = {"x": {"type": "float", "low": 0, "high": 1}}
        server.good("POST", "/v1/studies", {"name": "s", "space": space, "lease": 600, "trials": 3})
        assert server.good("POST", "/v1/studies/s/ask")["number"] == 0
        set_clock("+10y")
        assert server.good("POST", "/v1/studies/s/ask")["number"] == 1, "ten years on the clock are no ten minutes of silence"
        server.good("POST", "/v1/studies/s/trials/0/report", {"step": 0, "value": 1})
        set_clock("-10y")
        assert server.good("POST", "/v1/studies/s/ask")["number"] == 2
        told = server.good("POST", "/v1/studies/s/trials/0/tell", {"value": 1})
        assert told["state"] == "complete" and told["datetime_complete"] < told["datetime_start"], told
        assert server.ask("POST", "/v1/studies/s/ask")[1]["error"] == "budget_spent"
        set_clock("2020-01-01 00:00:00")  # stands still
        server.good("POST", "/v1/studies", {"name": "t", "space": space, "lease": 0.5})
        assert server.good("POST", "/v1/studies/t/ask")["number"] == 0
        until = time.monotonic() + 30
        while (again := server.good("POST", "/v1/studies/t/ask"))["system_attrs"].get("retry_history") != [0]:
            assert time.monotonic() < until, "a lease of half a second never ran out"
            time.sleep(0.3)
        assert again["datetime_start"].startswith("2020-01-01T00:00:00"), again
    years = set()
    with open(name, encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            for key in ("datetime_start", "datetime_complete"):
                if record.get(key):
                    assert TIME.fullmatch(record[key]), record
                    years.add(int(record[key][:4]))
    assert max(years) - min(years) >= 19, years
    with serving(name) as server:
        assert server.good("GET", "/v1/studies/s")["states"]["complete"] == 1


def test_a_search_resumed_under_another_clock_equals_the_unbroken_one():
    expected, root = whole(), fresh_root("clocks")
    if clock("+0") is None:
        print("  skipped: needs libfaketime, and no sanitizer in front")
        return
    first = start(root, env=clock("+10y"))
    while not os.path.exists(journal(root)) or os.path.getsize(journal(root)) < 4000:
        assert first.poll() is None, first.communicate()
        time.sleep(0.005)
    first.kill()
    first.communicate()
    ended(start(root, "resume", env=clock("-10y")), 0)
    assert text_of(root) == expected
    assert asked("status", "killed", "--dir", root)["phase"] == "done"


def test_a_run_over_its_quota_stops_says_what_can_go_and_goes_on():
    expected, root = whole(), fresh_root("quota")
    size = os.path.getsize(journal("whole"))
    write_study(f"quota: {size // 2} B\n")
    os.makedirs(root + "/killed/checkpoints")
    with open(root + "/killed/checkpoints/made_up-3000-00ff.run.999999999.part", "wb") as file:
        file.write(b"x" * 500)  # of a writer that is gone
    errors = ended(start(root), 1)
    assert f"more than its quota of {size / 2000:.1f} kB" in errors and f"antigrad storage clean {root}/killed" in errors, errors
    with open(journal(root), "rb") as file:
        kept = file.read()
    assert kept.endswith(b"\n") and len(kept) < size
    assert "more than its quota" in ended(start(root, "resume"), 1), "it trains nothing until there is room"
    listed = {row["file"]: row for row in asked("storage", "clean", "killed", "--dir", root)}
    assert listed[f"{root}/killed/checkpoints/made_up-3000-00ff.run.999999999.part"]["bytes"] == 500, listed
    assert not any("journal" in path or "study" in path for path in listed), listed
    assert all(os.path.exists(path) for path in listed), "it only listed them"
    assert "removed" in run("storage", "clean", "killed", "--dir", root, "--yes").stderr
    assert not any(os.path.exists(path) for path in listed)
    with open(journal(root), "rb") as file:
        assert file.read() == kept
    study = f"{root}/killed/study.yaml"
    with open(study, encoding="utf-8") as file:
        text = file.read()
    with open(study, "w", encoding="utf-8") as file:
        file.write(re.sub(r"quota: .*", "quota: 1GB", text))
    ended(start(root, "resume"), 0)
    write_study()
    assert trials(text_of(root)) == trials(expected)


if __name__ == "__main__":
    for folder in ["whole"]:
        shutil.rmtree(folder, ignore_errors=True)
    run_tests(globals())
