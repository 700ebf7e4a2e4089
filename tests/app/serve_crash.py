"""Nothing lost: `antigrad serve` killed at random moments, a full disk, a folder that cannot be written, torn journals."""
import http.client
import json
import os
import random
import resource
import signal
import threading
import time

from program import PROGRAM, run_tests
from server import Server, fresh, patiently, serving

FULL = bool(os.environ.get("ANTIGRAD_FULL"))
WORKERS, KILLS, LEFT = 4, 100 if FULL else 5, 40


class Worker(threading.Thread):
    """Asks, reports and tells with keys, again and again until it is understood."""

    def __init__(self, name, port, told):
        super().__init__(daemon=True)
        self.worker, self.port, self.told, self.error = name, port, told, None

    def run(self):
        try:
            count = 0
            while self.once(f"{self.worker}-{count}"):
                count += 1
        except Exception as error:  # shown by the test
            self.error = error

    def once(self, key):
        status, trial = self.ask("ask", {"worker": self.worker}, key + "a")
        if status == 409:
            assert trial["error"] == "budget_spent", trial
            return False
        assert status == 200, trial
        number = trial["number"]
        assert self.ask(f"trials/{number}/report", {"step": 0, "value": number}, key + "r")[0] == 200
        status, answer = self.ask(f"trials/{number}/tell", {"value": number, "user_attrs": {"by": key}}, key + "t")
        assert status == 200, answer
        self.told.append((number, key))
        return True

    def ask(self, path, body, key):
        def attempt():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            connection.request("POST", "/v1/studies/s/" + path, json.dumps(body), {"Idempotency-Key": key})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

        return patiently(attempt)


def test_killed_at_random_moments_it_loses_and_doubles_nothing():
    rng = random.Random(11)
    journal = fresh("killed.log")
    server = Server(journal, "--port", "0")
    port = server.port
    server.good("POST", "/v1/studies", {"name": "s", "space": {"x": {"type": "float", "low": 0, "high": 1}}, "lease": 600})
    told = []
    workers = [Worker(f"w{i}", port, told) for i in range(WORKERS)]
    for worker in workers:
        worker.start()
    for _ in range(KILLS):
        time.sleep(rng.uniform(0.01, 0.1))
        server.kill()
        server = Server(journal, "--port", str(port))
    budget = server.good("GET", "/v1/studies/s")["trials"] + LEFT  # more than workers ask for between these two requests
    server.good("POST", "/v1/studies", {"name": "s", "trials": budget})
    for worker in workers:
        worker.join(300)
        assert not worker.is_alive() and not worker.error, worker.error
    print(f"  {KILLS} kills, {len(told)} trials told")
    trials = [trial for begin in range(0, budget, 1000) for trial in server.good("GET", f"/v1/studies/s/trials?from={begin}")["trials"]]
    server.end()
    assert sorted(number for number, _ in told) == list(range(budget)), sorted(told)
    assert len(trials) == budget
    for number, key in told:
        assert trials[number]["state"] == "complete" and trials[number]["values"] == [number] and trials[number]["user_attrs"]["by"] == key, trials[number]


def test_a_full_disk_is_said_and_what_was_there_stays():
    journal = fresh("full.log")

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    with serving(journal, preexec_fn=limit) as server:
        server.good("POST", "/v1/studies", {"name": "s", "space": {"x": {"type": "float", "low": 0, "high": 1}}})
        answers = [server.ask("POST", "/v1/studies/s/ask") for _ in range(40)]
        good = [answer for status, answer in answers if status == 200]
        bad = [(status, answer) for status, answer in answers if status != 200]
        assert good and bad, answers
        for status, answer in bad:
            assert status == 503 and "cannot write the journal: File too large" in answer["message"], answer
        assert server.good("GET", "/v1/studies/s")["trials"] == len(good)
    with open(journal, "rb") as file:
        text = file.read()
    assert text.endswith(b"\n") and text.count(b'"op_code":4') == len(good)
    with serving(journal) as server:
        assert server.good("POST", "/v1/studies/s/ask")["number"] == len(good)


def test_a_folder_that_cannot_be_written_is_said_and_read():
    os.makedirs("locked", exist_ok=True)
    os.chmod("locked", 0o755)
    journal = fresh("locked/j.log")
    with serving(journal) as server:
        server.good("POST", "/v1/studies", {"name": "s"})
    os.chmod(journal, 0o444)
    os.chmod("locked", 0o555)

    def nobody():
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)

    readable = all(os.stat(folder).st_mode & 0o001 for folder in parents(os.path.abspath(journal)) + parents(PROGRAM))
    if os.getuid() == 0 and not readable:
        print("  skipped: others cannot reach this folder, so nobody cannot read in it")
    else:
        with serving(journal, preexec_fn=nobody) as server:
            status, answer = server.ask("POST", "/v1/studies", {"name": "t"})
            assert status == 503 and "cannot open the journal: Permission denied" in answer["message"], answer
            assert len(server.good("GET", "/v1/studies")["studies"]) == 1
    os.chmod("locked", 0o755)


def parents(path):
    folders = []
    while path != "/":
        path = os.path.dirname(path)
        folders.append(path)
    return folders


def test_two_servers_of_one_journal():
    """The second reads; it writes only once the first is gone."""
    journal = fresh("two.log")
    with serving(journal) as first:
        first.good("POST", "/v1/studies", {"name": "s"})
        with serving(journal) as second:
            assert second.good("GET", "/v1/studies/s")["trials"] == 0
            status, answer = second.ask("POST", "/v1/studies", {"name": "t"})
            assert status == 503 and "another antigrad process writes this journal" in answer["message"], answer
            first.good("POST", "/v1/studies", {"name": "u"})
            assert len(second.good("GET", "/v1/studies")["studies"]) == 2


if __name__ == "__main__":
    run_tests(globals())
