"""`antigrad serve STUDY.yaml` and `antigrad worker`: nothing lost, nothing done twice, the journal of a search on one machine."""
import glob
import http.server
import json
import os
import random
import re
import shutil
import signal
import threading
import time

from program import canonical, run, run_tests
from remote import DATA, RemoteWorker, done_once, evaluations, gated_study, open_gate, study, waiting_for
from server import Server, fresh, serving

TOKEN = "0123456789abcdef0123"
KILLS = 100 if os.environ.get("ANTIGRAD_FULL") else 5


def killed_study(file, rng, most, kills):
    """Runs a study by a server and two workers, killing them, one or both, up to `most` times; `kills` counts."""
    server = Server(file, "--port", "0", "--until-done", "--lease", "1", "--fresh")
    url, port = server.url, str(server.port)
    workers = [RemoteWorker(url, "--spool", "spool", log="chaos.log") for _ in range(2)]
    for _ in range(most):
        time.sleep(rng.uniform(0.2, 1.5))
        what = rng.choice(["server", "worker", "both"])
        if server.process.poll() is not None:
            break
        kills[what] += 1
        if what != "worker":
            server.kill()
        if what != "server":
            workers[0].kill()
        if what != "worker":
            server = Server(file, "--port", port, "--until-done", "--lease", "1")
        if what != "server":
            workers = workers[1:] + [RemoteWorker(url, "--spool", "spool", log="chaos.log")]
    out, errors = server.process.communicate()
    assert server.process.returncode == 0, errors
    assert "GELU" in out, out
    for worker in workers:
        worker.leave()


def test_killed_servers_and_workers_leave_the_journal_of_a_search_on_one_machine():
    rng = random.Random(5)
    file = study("chaos")
    run("search", file, "--dir", "alone", "--workers", "2", "--fresh")
    kills, studies = dict.fromkeys(["server", "worker", "both"], 0), 0
    while sum(kills.values()) < KILLS:
        killed_study(file, rng, min(KILLS - sum(kills.values()), 12), kills)
        studies += 1
        assert canonical("runs/chaos/journal.log") == canonical("alone/chaos/journal.log"), (studies, kills)
        done_once("chaos")
        assert not glob.glob("spool/*.json")
    print(f"  {kills} kills in {studies} studies, each with the journal of the unbroken one")


def test_a_worker_with_the_study_of_its_own_machine_trains_as_the_server_says():
    file = study("own", trials=2)
    run("search", file, "--dir", "alone", "--workers", "1", "--fresh")
    with open(file, encoding="utf-8") as text:
        assert "normalise" not in text.read(), "the server says it, the file does not"
    server = Server(file, "--port", "0", "--until-done")
    RemoteWorker(server.url, file, log="own.log").leave()
    assert server.process.wait(300) == 0
    assert canonical("runs/own/journal.log") == canonical("alone/own/journal.log")


def test_a_worker_that_is_asked_to_end_gives_its_trial_back_at_once():
    file = study("leave", trials=1, finalists=1)
    with open(file, encoding="utf-8") as text:
        slow = re.sub(r"steps: 6", "steps: 4000", text.read())
    with open(file, "w", encoding="utf-8") as text:
        text.write(slow)
    server = Server(file, "--port", "0", "--lease", "600")
    try:
        worker = RemoteWorker(server.url, log="leave.log")
        trial = waiting_for(lambda: first_running(server, "leave"))
        worker.process.send_signal(signal.SIGTERM)
        worker.end()
        asked = [server.good("POST", "/v1/work/studies/leave/ask", {"worker": "another"}) for _ in range(2)]  # the other baseline, and it
        again = next(one for one in asked if one["user_attrs"] == trial["user_attrs"])
        assert again["number"] != trial["number"], (trial, asked)
        assert again["system_attrs"]["antigrad:released"] == 1, again
        status, late = server.ask("POST", f"/v1/work/studies/leave/trials/{trial['number']}/tell", {"value": 1})
        assert status == 409 and late["error"] == "finished", late
    finally:
        server.kill()


def first_running(server, name):
    status, trial = server.ask("GET", f"/v1/work/studies/{name}/trials/0")
    return trial if status == 200 and trial["state"] == "running" else None


def left_on_the_disk(name):
    """The study, its port, and the file of a result of its trial 0 that no server took."""
    file = gated_study(name, 1)
    shutil.rmtree("kept", ignore_errors=True)
    server = Server(file, "--port", "0", "--lease", "600")
    worker = RemoteWorker(server.url, file, "--spool", "kept", "--patience", "1", log=name + ".log")
    waiting_for(lambda: first_running(server, name))
    server.kill()
    open_gate(name)
    worker.end(code=1)
    (left,) = glob.glob("kept/*.json")
    return file, str(server.port), left


def test_a_result_that_no_server_takes_lies_on_the_disk_until_one_does():
    file, port, _ = left_on_the_disk("spooled")
    server = Server(file, "--port", port, "--lease", "600", "--until-done")
    RemoteWorker(server.url, file, "--spool", "kept", log="spooled.log").end()
    assert server.process.wait(300) == 0
    assert not glob.glob("kept/*.json")
    assert all(done == [1] for done in evaluations("spooled").values()), evaluations("spooled")


def test_a_result_of_another_run_is_thrown_away():
    file, port, left = left_on_the_disk("thrown")
    server = Server(file, "--port", port, "--lease", "600", "--fresh")
    try:
        at = "/v1/work/studies/thrown"
        waiting_for(lambda: server.ask("POST", at + "/ask", {"worker": "another"})[0] == 200)
        worker = RemoteWorker(server.url, file, "--spool", "kept", log="thrown.log")
        waiting_for(lambda: not os.path.exists(left))
        worker.kill()
        assert server.good("GET", at + "/trials/0")["state"] == "running"
    finally:
        server.kill()


def test_a_trial_that_takes_longer_than_its_lease_stays_with_its_worker():
    file = gated_study("long", 1)
    server = Server(file, "--port", "0", "--lease", "3", "--until-done")
    worker = RemoteWorker(server.url, file, log="long.log")
    waiting_for(lambda: first_running(server, "long"))
    time.sleep(7)  # more than two leases, after which the server looks for silent workers by itself
    open_gate("long")
    worker.end()
    assert server.process.wait(300) == 0
    assert all(done == [1] for done in evaluations("long").values()), evaluations("long")


class Lossy(http.server.BaseHTTPRequestHandler):
    """Passes requests on to `server`, and loses the first answer to every POST."""

    server_behind, seen = None, set()

    def do_GET(self):
        self.pass_on(None)

    def do_POST(self):
        self.pass_on(self.rfile.read(int(self.headers["Content-Length"])))

    def pass_on(self, body):
        key = self.headers.get("Idempotency-Key", "")
        own = self.server_behind.connection()
        own.request(self.command, self.path, body, {"Idempotency-Key": key} if key else {})
        answer = own.getresponse()
        text = answer.read()
        own.close()
        first = (self.path, key, body) not in self.seen
        self.seen.add((self.path, key, body))
        self.close_connection = True
        if body is not None and first:
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.getheader("Content-Type"))
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def test_answers_that_are_lost_cost_no_trial_and_double_none():
    file = gated_study("lossy", 2)
    open_gate("lossy")
    Lossy.server_behind = Server(file, "--port", "0", "--lease", "600", "--until-done")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Lossy) as between:
        threading.Thread(target=between.serve_forever, daemon=True).start()
        try:
            RemoteWorker(f"http://127.0.0.1:{between.server_port}", file, log="lossy.log").end()
            assert Lossy.server_behind.process.wait(60) == 0
        finally:
            Lossy.server_behind.kill()
            between.shutdown()
    done = evaluations("lossy")
    assert all(states == [1] for states in done.values()) and len(Lossy.seen) > 2 * len(done), done
    with open("lossy.log", encoding="utf-8") as said:
        text = said.read()
    assert f"{len(done)} results were taken" in text and "not taken:" not in text, text


def test_data_that_are_not_here_are_fetched_by_hash():
    """Server and worker mean different folders by ${ANTIGRAD_DATA}; the worker's has one file that is another."""
    shutil.rmtree("cache", ignore_errors=True)
    os.makedirs("mine", exist_ok=True)
    with open("mine/python.txt", "w", encoding="utf-8") as other:
        other.write("print('another text')\n" * 1000)
    file = study("fetched", trials=1, finalists=1, seeds=1)
    with open(file, encoding="utf-8") as text:
        changed = text.read().replace(DATA, '"${ANTIGRAD_DATA}').replace(".gz,", '.gz",').replace(".txt,", '.txt",')
    with open(file, "w", encoding="utf-8") as text:
        text.write(changed)
    with open("token", "w", encoding="utf-8") as out:
        out.write(TOKEN + "\n")
    os.chmod("token", 0o600)
    server = Server(file, "--port", "0", "--until-done", "--token-file", "token", env={"ANTIGRAD_DATA": DATA})
    bearer = {"Authorization": "Bearer " + TOKEN}
    assert server.ask("GET", "/v1/work")[0] == 401
    for bad in ("..%2F..%2Fetc%2Fpasswd", "0" * 64, "python.txt"):
        assert server.ask("GET", "/v1/work/files/" + bad, headers=bearer)[0] == 404, bad
    env = {"ANTIGRAD_CACHE": os.path.abspath("cache"), "ANTIGRAD_DATA": os.path.abspath("mine")}
    RemoteWorker(server.url, "--token-file", "token", log="fetched.log", env=env).end()
    assert server.process.wait(300) == 0
    for name in ("digits.csv.gz", "python.txt"):
        (here,) = glob.glob("cache/fetched/data/*/" + name)
        assert open(here, "rb").read() == open(os.path.join(DATA, name), "rb").read(), name
    assert all(done == [1] for done in evaluations("fetched").values())


def test_a_study_from_a_journal_names_no_file_outside_of_the_data_folder():
    os.makedirs("data", exist_ok=True)
    with open("data/in.txt", "w", encoding="utf-8") as text:
        text.write("in")
    with open("out.txt", "w", encoding="utf-8") as text:
        text.write("out")
    if not os.path.islink("data/link.txt"):
        os.symlink(os.path.abspath("out.txt"), "data/link.txt")
    paths = [os.path.abspath(name) for name in ("data/in.txt", "out.txt", "data/link.txt", "data/../out.txt")]
    yaml = "study: s\ntasks:\n" + "".join(f"  - {{name: t{k}, data: {{path: {path}}}}}\n" for k, path in enumerate(paths))
    with serving(fresh("paths.log"), env={"ANTIGRAD_DATA": os.path.abspath("data")}) as server:
        records = [{"op_code": 0, "worker_id": "w", "study_name": "s", "directions": [1]},
                   {"op_code": 2, "worker_id": "w", "study_id": 0, "user_attr": {"antigrad:study": yaml}}]
        server.good("POST", "/v1/journal", "".join(json.dumps(record) + "\n" for record in records).encode())
        listed = {row["path"]: row.get("files") for row in server.good("GET", "/v1/work/studies/s/files")["paths"]}
        assert [path for path in listed if listed[path]] == [paths[0]], listed
        sha256 = listed[paths[0]][0]["sha256"]
        assert server.good("GET", "/v1/work/files/" + sha256) == b"in"
        with open(paths[0], "w", encoding="utf-8") as text:
            text.write("changed")
        assert server.ask("GET", "/v1/work/files/" + sha256)[0] == 404


if __name__ == "__main__":
    run_tests(globals())
