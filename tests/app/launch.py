"""`antigrad launch`: workers as processes here, one of them killed; what is wrong is said."""
import os
import signal

from program import run, run_tests
from remote import done_once, gated_study, launched, open_gate, results_of, running, study, waiting_for


def workers_of(pid):
    """Processes `antigrad worker --server` among the children of a process."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as text:
        children = text.read().split()
    found = []
    for child in children:
        try:
            with open(f"/proc/{child}/cmdline", "rb") as words:
                if b"--server" in words.read().split(b"\0"):
                    found.append(int(child))
        except OSError:  # it has ended
            continue
    return found


def test_killed_workers_are_started_again_and_the_study_ends_with_its_table():
    """Both at once, in mid-trial: only new ones can end the study."""
    file = gated_study("local", 4)
    with launched(file, "--workers", "2", "--port", "0", "--lease", "1") as launch:
        waiting_for(lambda: running("local") == 2)
        for worker in workers_of(launch.pid):
            os.kill(worker, signal.SIGKILL)
        open_gate("local")
        out, errors = launch.communicate(timeout=300)
    assert launch.returncode == 0, errors
    assert "GELU" in out and errors.count("a worker ended with SIGKILL") == 2, (out, errors)
    assert results_of("local")[0] and len(results_of("local")[0]) == 2 + 4, results_of("local")
    done_once("local")


def test_a_launch_that_is_asked_to_end_leaves_nothing_behind_and_goes_on():
    file = study("again", trials=2)
    words = [file, "--workers", "1", "--port", "0"]
    with launched(*words) as launch:
        waiting_for(lambda: running("again"))
        crew = workers_of(launch.pid)
        launch.send_signal(signal.SIGTERM)
        _, errors = launch.communicate(timeout=120)
    assert launch.returncode == 1, errors
    assert not any(os.path.exists(f"/proc/{pid}") for pid in crew), crew
    assert running("again") == 0, "a trial was not given back"
    assert "GELU" in run("launch", *words).stdout
    done_once("again")


def test_what_is_missing_is_said():
    for words, said in ((["launch"], "name a STUDY.yaml"), (["launch", "--engine", "k8s", "--server", "http://x:1"], "--image"),
                        (["launch", "--engine", "condor"], "expected local or slurm or ray or k8s"), (["worker"], "--server URL is missing"),
                        (["worker", "--server", "x"], "expected http://HOST:PORT")):
        assert said in run(*words, code=2).stderr, words


if __name__ == "__main__":
    run_tests(globals())
