"""The server under valgrind, clients at every door at once: no wrong access to memory, none lost; with ANTIGRAD_FULL=1 no race of threads, either."""
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading

from program import PROGRAM, run_tests, sanitized
from server import fresh
from synthetic import make_run

FULL = bool(os.environ.get("ANTIGRAD_FULL"))
CLIENTS, ROUNDS = (12, 6) if FULL else (3, 1)
SPACE = {"x": {"type": "float", "low": 0, "high": 1}}
PROVING = """study: proving
budget: {trials: 2}
sampler: {name: random}
constraints: [monotone]
halving: {rungs: [{fraction: 1, seeds: 1}]}
baselines: [relu, gelu]
tasks: [{name: images, steps: 40}]
"""


def ask(port, method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    connection.request(method, path, body if body is None or isinstance(body, bytes) else json.dumps(body))
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    assert answer.status < 500, (method, path, text)
    return answer.status, text


def client(port, name, wrong):
    try:
        for turn in range(ROUNDS):
            number = json.loads(ask(port, "POST", "/v1/studies/s/ask", {"worker": name})[1])["number"]
            ask(port, "POST", f"/v1/studies/s/trials/{number}/report", {"step": turn, "value": 0.5})
            for path in ("/v1/page/studies", "/v1/page/study?run=run&study=run", "/v1/page/curves?run=run&study=run", "/v1/page/trial?run=run&study=run&number=1", "/api/studies",
                         "/v1/journal?from=0", "/v1/work", "/v1/work/files/" + "0" * 64, "/nowhere"):
                ask(port, "GET", path)
            ask(port, "POST", "/v1/candidates", {"study": "s", "activations": [f"{number + 2}*tanh(x)", "no such("]})
            ask(port, "POST", f"/v1/studies/s/trials/{number}/tell", {"value": 0.25})
            ask(port, "POST", "/v1/journal", json.dumps({"op_code": 2, "worker_id": name, "study_id": 0, "user_attr": {"turn": turn}}).encode() + b"\n")
    except Exception as error:  # shown by the test
        wrong.append(error)


def grind(tool, *options):
    """What valgrind says of a server that many clients ask at once."""
    make_run("runs", "run", 12)
    fresh("runs/journal.log")
    report = fresh(tool + ".txt")
    server = subprocess.Popen(["valgrind", "--tool=" + tool, "--num-callers=16", "--log-file=" + report, *options, PROGRAM, "serve", "--dir", "runs", "--port", "0"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    port = int(server.stdout.readline().strip().rsplit(":", 1)[1])
    wrong = []
    assert ask(port, "POST", "/v1/studies", {"name": "s", "space": SPACE, "pruner": "median", "lease": 600})[0] == 200
    records = [{"op_code": 0, "worker_id": "w", "study_name": "proving", "directions": [1]},
               {"op_code": 2, "worker_id": "w", "study_id": 1, "user_attr": {"antigrad:study": PROVING}}]
    ask(port, "POST", "/v1/journal", "".join(json.dumps(record) + "\n" for record in records).encode())
    rows = json.loads(ask(port, "POST", "/v1/candidates", {"study": "proving", "activations": ["erf(x)", "0 | 0 | 1"]})[1])["candidates"]
    assert rows[0]["refused"] == "property" and "trial" in rows[1], rows
    client(port, "first", wrong)  # what is made at its first use is there: helgrind does not see that its maker is waited for
    clients = [threading.Thread(target=client, args=(port, f"w{i}", wrong)) for i in range(CLIENTS)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    server.send_signal(signal.SIGTERM)
    server.communicate(timeout=120)
    assert not wrong, wrong
    assert server.returncode == 0, server.returncode
    with open(report, encoding="utf-8") as text:
        return text.read()


def test_no_access_to_memory_is_wrong_and_none_is_lost():
    said = grind("memcheck", "--leak-check=full", "--errors-for-leak-kinds=definite", "--show-leak-kinds=definite")
    assert re.search(r"ERROR SUMMARY: 0 errors", said), said[:4000]


def test_no_threads_race():
    """Its hints at signals without a lock are no errors."""
    if not FULL:
        return
    said = grind("helgrind", "--history-level=full")
    assert "ERROR SUMMARY" in said
    assert not re.search(r"Possible data race|lock order|holds? the wrong lock|was not locked|still holds", said), said[:6000]


if __name__ == "__main__":
    if shutil.which("valgrind") is None or sanitized():
        print("skipped: needs valgrind, and a program without sanitizers")
        sys.exit(77)
    run_tests(globals())
