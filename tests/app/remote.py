"""Workers of a server for tests: started, killed, ended."""
import contextlib
import json
import os
import re
import shutil
import subprocess
import time

from program import PROGRAM, SOURCE, TINY
from small_study import EVALUATOR, PYTHON, STUDY

DATA = os.path.join(SOURCE, ".deps/data")
WAIT = """import os
while os.path.exists(sys.argv[1]):
    time.sleep(0.02)
"""


class RemoteWorker:
    def __init__(self, url, *words, log="worker.log", env=None):
        self.log = open(log, "a", encoding="utf-8")
        self.process = subprocess.Popen([PROGRAM, "worker", "--server", url, *words], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
                                        env={**os.environ, **(env or {})})

    def alive(self):
        return self.process.poll() is None

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log.close()

    def leave(self):
        """After the server's end: of itself, or, when it came too late to hear of that end, because it is asked to."""
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.terminate()
        code = self.process.wait(120)
        self.log.close()
        with open(self.log.name, encoding="utf-8") as log:
            text = log.read()
        assert code == 0 or (code == 1 and "no answer from" in text), (code, text[-3000:])

    def end(self, code=0, timeout=120):
        got = self.process.wait(timeout)
        self.log.close()
        with open(self.log.name, encoding="utf-8") as log:
            assert got == code, (got, log.read()[-3000:])


@contextlib.contextmanager
def launched(*words, stderr=subprocess.PIPE, env=None):
    """`antigrad launch`, which does not outlive a test that fails."""
    process = subprocess.Popen([PROGRAM, "launch", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, text=True, env={**os.environ, **(env or {})})
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate()


def study(name, **changes):
    """tiny.yaml under another name, made shorter."""
    with open(TINY, encoding="utf-8") as file:
        text = file.read().replace("study: tiny", f"study: {name}").replace("../../.deps/data", DATA)
    for old, new in changes.items():
        text = re.sub(rf"\b{old}: [\w.]+", f"{old}: {new}", text)
    with open(name + ".yaml", "w", encoding="utf-8") as file:
        file.write(text)
    shutil.rmtree("runs/" + name, ignore_errors=True)
    return name + ".yaml"


def gated_study(name, trials):
    """One whose trainings, made up, do not end before open_gate(name): a test may look at them for as long as it likes."""
    head, rest = EVALUATOR.split("step = 0\n")
    with open("gated.py", "w", encoding="utf-8") as file:
        file.write(head + WAIT + "step = 0\n" + rest)
    changes = {"study: killed": "study: " + name, "trials: 8": f"trials: {trials}", "silu": "gelu", "seconds: 120": "seconds: 3600", "env, -u, LD_PRELOAD, PYTHON": PYTHON,
               "evaluator.py": f"{os.getcwd()}/gated.py, {os.getcwd()}/{name}.closed"}
    text = STUDY
    for old, new in changes.items():
        text = text.replace(old, new)
    with open(name + ".closed", "w", encoding="utf-8"), open(name + ".yaml", "w", encoding="utf-8") as file:
        file.write(text)
    shutil.rmtree("runs/" + name, ignore_errors=True)
    return name + ".yaml"


def open_gate(name):
    os.remove(name + ".closed")


def evaluations(name):
    """Trials of a study's work.log: by request, the states."""
    states = {}
    trials = []
    with open(f"runs/{name}/work.log", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            if record["op_code"] == 4:
                trials.append([json.dumps(record["user_attrs"]["evaluate"], sort_keys=True), record["state"]])
            if record["op_code"] == 6:
                trials[record["trial_id"]][1] = record["state"]
    for request, state in trials:
        states.setdefault(request, []).append(state)
    return states


def waiting_for(look, seconds=60):
    until = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < until, look
        time.sleep(0.05)


def done_once(name):
    """Whether every evaluation of a study has exactly one result."""
    states = evaluations(name)
    assert states and all(done.count(1) == 1 and set(done) <= {1, 3} for done in states.values()), states


def results_of(name):
    """The finished trials of a run's journal, by state."""
    states = {}
    with open(f"runs/{name}/journal.log", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            if record["op_code"] == 4:
                states.setdefault(record["study_id"], []).append(record["state"])
    return states


def running(name):
    """How many evaluations of a study train now, by its work.log."""
    try:
        return sum(states[-1] == 0 for states in evaluations(name).values())
    except (OSError, ValueError, KeyError):  # not there yet, or a line that is being written
        return 0
