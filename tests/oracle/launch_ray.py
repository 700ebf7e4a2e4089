"""`antigrad launch --engine ray` on a Ray of this machine: a worker and the process of its task killed; every trial done once."""
import os
import re
import signal
import sys

sys.path.insert(0, os.path.join(os.environ["ANTIGRAD_SOURCE"], "tests/app"))
from program import run_tests
from remote import done_once, gated_study, launched, open_gate, results_of, running, waiting_for


def processes(url):
    """pid: parent of the workers for this server."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as words:
                command = words.read().split(b"\0")
            if command[1:4] == [b"worker", b"--server", url.encode()]:
                with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
                    found[int(pid)] = int(stat.read().rsplit(")", 1)[1].split()[1])
        except OSError:  # it has ended
            continue
    return found


def pair(url):
    found = processes(url)
    return found if len(found) == 2 else None


def kill_a_task(url):
    """The worker whose Ray process this killed; None if both are just being replaced, which Ray does of itself now and then."""
    for worker, task in (pair(url) or {}).items():
        try:
            os.kill(task, signal.SIGKILL)
            return worker
        except ProcessLookupError:
            continue
    return None


def test_a_killed_worker_and_a_killed_task_are_started_again():
    file = gated_study("ray", 1)
    words = [file, "--engine", "ray", "--ray-python", sys.executable, "--workers", "2", "--port", "0", "--lease", "2"]
    with launched(*words, stderr=open("ray.log", "w", encoding="utf-8"), env={"RAY_worker_niceness": "0"}) as launch:  # its 15 is slow beside other tests
        url = waiting_for(lambda: re.search(r"^(http://\S+)\n", open("ray.log", encoding="utf-8").read(), re.M)).group(1)
        first = waiting_for(lambda: pair(url) if running("ray") else None, 400)
        worker = next(iter(first))
        os.kill(worker, signal.SIGKILL)
        waiting_for(lambda: worker not in (pair(url) or [worker]), 240)
        other = waiting_for(lambda: kill_a_task(url), 240)
        waiting_for(lambda: other not in (pair(url) or [other]), 240)
        open_gate("ray")
        out, _ = launch.communicate(timeout=300)
    with open("ray.log", encoding="utf-8") as log:
        assert launch.returncode == 0 and "GELU" in out, (out, log.read()[-3000:])
    assert len(results_of("ray")[0]) == 2 + 1, results_of("ray")
    done_once("ray")


if __name__ == "__main__":
    try:
        import ray
    except ImportError:
        print("skipped: needs ray; ./scripts/test sets it up")
        sys.exit(77)
    run_tests(globals())
