"""`antigrad serve STUDY.yaml` and `antigrad worker`: nothing lost, nothing done twice, the journal of a search on one machine."""
import glob
import json
import os
import random
import re
import shutil
import signal
import time

from program import canonical, run, run_tests
from remote import DATA, RemoteWorker, done_once, evaluations, study, waiting_for
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
        worker.end()


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


def test_a_result_that_no_server_takes_lies_on_the_disk_until_one_does():
    file = study("spooled", trials=1, finalists=1, seeds=1)
    shutil.rmtree("kept", ignore_errors=True)
    server = Server(file, "--port", "0", "--lease", "600")
    worker = RemoteWorker(server.url, "--spool", "kept", "--patience", "1", log="spooled.log")
    waiting_for(lambda: first_running(server, "spooled"))
    server.kill()
    worker.end(code=1)
    left = glob.glob("kept/*.json")
    assert len(left) == 1, left
    server = Server(file, "--port", str(server.port), "--lease", "600", "--until-done")
    RemoteWorker(server.url, "--spool", "kept", log="spooled.log").end()
    assert server.process.wait(300) == 0
    assert not glob.glob("kept/*.json")
    assert all(done == [1] for done in evaluations("spooled").values()), evaluations("spooled")


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
