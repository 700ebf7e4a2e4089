"""Nothing lost: kill -9 of workers, of the server, of both, and of searches, at random moments. Every acknowledged result is there,
the budget is exact, and a deterministic study that was killed again and again equals the unbroken one, byte for byte."""
import glob
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

from program import PROGRAM, run_tests
from server import Server, fresh, patiently
from small_study import text_of, unbroken, write_study

FULL = bool(os.environ.get("ANTIGRAD_FULL"))
KILLS = 100 if FULL else 5
WORKERS, LEFT, LEASE = 4, 20, 2.0

def worker(name, port):
    """A worker of its own process: asks, reports, tells, and writes down what was acknowledged; killed at any line of this."""
    acknowledged = os.open(f"acknowledged/{name}", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def ask(method, path, body=None, key=""):
        def attempt():
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request(method, "/v1/studies/s" + path, None if body is None else json.dumps(body), {"Idempotency-Key": key} if key else {})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

        return patiently(attempt)

    count = 0
    while True:
        key = f"{name}-{count}"
        count += 1
        status, trial = ask("POST", "/ask", {"worker": name}, key + "a")
        if status == 409:
            assert trial["error"] == "budget_spent", trial
            if ask("GET", "")[1]["states"].get("running", 0) == 0:
                return
            time.sleep(0.2)  # a killed worker's lease runs out
            continue
        assert status == 200, trial
        number = trial["number"]
        status, answer = ask("POST", f"/trials/{number}/report", {"step": 0, "value": number}, key + "r")
        time.sleep(0.01)
        if status == 200:
            status, answer = ask("POST", f"/trials/{number}/tell", {"value": number, "user_attrs": {"by": key}}, key + "t")
        if status == 200:
            os.write(acknowledged, f"{number} {key}\n".encode())
        else:
            assert status == 409 and answer["error"] == "finished", answer  # too late: another one has it


class Crew:
    """Workers that are started again when they were killed."""

    def __init__(self, port):
        self.port, self.started, self.all = port, 0, []
        for _ in range(WORKERS):
            self.start()

    def start(self):
        self.started += 1
        self.all.append(subprocess.Popen([sys.executable, __file__, "--worker", f"w{self.started}", str(self.port)]))

    def kill(self, chosen):
        self.all.remove(chosen)
        chosen.kill()
        chosen.wait()
        self.start()

    def signal(self, number):
        for one in self.all:
            one.send_signal(number)

    def end(self):
        for one in self.all:
            assert one.wait(timeout=300) == 0, one.returncode


def wait_for_more(known):
    """Until something more is acknowledged; how many bytes of it there are."""
    until = time.monotonic() + 120
    while (size := sum(map(os.path.getsize, glob.glob("acknowledged/*")))) <= known:
        assert time.monotonic() < until, "nobody works"
        time.sleep(0.002)
    return size


def trials_of(server):
    trials = []
    while more := server.good("GET", f"/v1/studies/s/trials?from={len(trials)}")["trials"]:
        trials += more
    return trials


def check_trials(trials, budget):
    """One result for each trial of the budget, whatever number of times it was given out, and every acknowledged one is there."""
    roots = {trial["number"]: trial["system_attrs"].get("failed_trial", trial["number"]) for trial in trials}
    complete = [trial for trial in trials if trial["state"] == "complete"]
    assert {trial["state"] for trial in trials} <= {"complete", "fail"}, [trial for trial in trials if trial["state"] not in ("complete", "fail")]
    assert sorted(roots[trial["number"]] for trial in complete) == sorted(set(roots.values())), "a trial was lost, or told twice"
    assert len(complete) == budget, (len(complete), budget)
    told = []
    for path in glob.glob("acknowledged/*"):
        with open(path, encoding="utf-8") as lines:
            told += [line.split() for line in lines]
    for number, key in told:
        trial = trials[int(number)]
        assert trial["state"] == "complete" and trial["values"] == [int(number)] and trial["user_attrs"]["by"] == key, (trial, key)
    assert len({number for number, _ in told}) == len(told)
    return len(told)


def test_workers_and_server_killed_at_random_moments_lose_and_double_nothing():
    rng = random.Random(17)
    journal = fresh("service.log")
    shutil.rmtree("acknowledged", ignore_errors=True)
    os.makedirs("acknowledged")
    server = Server(journal, "--port", "0")
    port = server.port
    settings = {"space": {"x": {"type": "float", "low": 0, "high": 1}}, "lease": LEASE, "retries": 1000}
    server.good("POST", "/v1/studies", {"name": "s", **settings})
    crew = Crew(port)
    kills = dict.fromkeys(["worker", "server", "both"], 0)
    known = 0
    for _ in range(KILLS):
        known = wait_for_more(known)  # they work: a trial takes about as long as the longest of these moments
        time.sleep(rng.uniform(0, 0.05))
        what = rng.choice(list(kills))
        kills[what] += 1
        if what != "worker":
            server.kill()
        if what != "server":
            crew.kill(rng.choice(crew.all))
        if what != "worker":
            server = Server(journal, "--port", str(port))
    crew.signal(signal.SIGSTOP)  # what they are asking for at this moment may still be given
    given = sum("retry_history" not in trial["system_attrs"] for trial in trials_of(server))
    budget = given + LEFT
    server.good("POST", "/v1/studies", {"name": "s", "trials": budget})
    crew.signal(signal.SIGCONT)
    crew.end()
    trials = trials_of(server)
    server.end()
    told = check_trials(trials, budget)
    retried = sum("retry_history" in trial["system_attrs"] for trial in trials)
    print(f"  {kills} kills, {len(trials)} trials, {retried} of them again after their workers were silent, {told} acknowledged")


def test_a_search_killed_at_random_moments_equals_the_unbroken_one():
    """Its own processes go with it; half of the kills take the whole process group, program and all."""
    rng = random.Random(23)
    write_study()
    for folder in ("whole", "broken"):
        shutil.rmtree(folder, ignore_errors=True)
    begin = time.monotonic()
    whole = unbroken("whole")
    longest = time.monotonic() - begin
    kills = complete = 0
    while kills < KILLS or complete == 0:
        search = subprocess.Popen([PROGRAM, "search", "killed.yaml", "--dir", "broken", "--workers", "2"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                  text=True, start_new_session=True)
        try:
            _, errors = search.communicate(timeout=rng.uniform(0, longest) if kills < KILLS else 120)
            assert search.returncode == 0, errors
        except subprocess.TimeoutExpired:
            kills += 1
            if rng.random() < 0.5:
                os.killpg(search.pid, signal.SIGKILL)
            else:
                search.kill()
            search.communicate()
            continue
        assert text_of("broken") == whole, f"after {kills} kills"
        complete += 1
        shutil.rmtree("broken")
    print(f"  {kills} kills, {complete} studies completed after them, {len(whole)} bytes each, all equal")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        sys.exit(worker(sys.argv[2], int(sys.argv[3])))
    run_tests(globals())
