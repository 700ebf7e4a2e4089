"""What workers bring and fetch besides results: event files, checkpoints, machine code."""
import ctypes
import glob
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading

from program import PROGRAM, asked, run, run_tests, sanitized
from remote import RemoteWorker, evaluations, study, waiting_for
from server import Server, serving

BIN = os.environ["ANTIGRAD_BIN"]
STAND_IN = os.path.join(BIN, "libantigrad_stand_in_cuda.so")


def with_lines(file, lines):
    with open(file, "a", encoding="utf-8") as text:
        text.write(lines)
    return file


def own_cache(name):
    shutil.rmtree(name, ignore_errors=True)
    return {"ANTIGRAD_CACHE": os.path.abspath(name)}


def measured(root, trial):
    """Of a trial what `antigrad measures` tells, but speed, memory, and the figures of a rung that another worker began anew from."""
    rows = asked("measures", "measured", str(trial), "--each", "--dir", root)
    last = {row["run"]: max(one["step"] for one in rows if one["run"] == row["run"]) for row in rows}
    return {(row["run"], row["measurement"], row["step"]): row["value"] for row in rows
            if not re.match("speed/|memory/", row["measurement"]) and not (row["measurement"].startswith("figure/") and row["step"] < last[row["run"]])}


def test_event_files_of_workers_lie_in_the_run_of_the_server_as_after_a_search_there():
    file = with_lines(study("measured", trials=2, finalists=1), "measure: {every: 2}\n")
    run("search", file, "--dir", "alone", "--workers", "1", "--fresh")
    server = Server(file, "--port", "0", "--until-done")
    workers = [RemoteWorker(server.url, log="measured.log", env=own_cache(f"cache{k}")) for k in (1, 2)]
    out, errors = server.process.communicate(timeout=300)
    assert server.process.returncode == 0, errors
    for worker in workers:
        worker.end()
    with open("measured.log", encoding="utf-8") as said:
        assert "event file stays" not in said.read()
    for trial in range(4):
        ours = measured("runs", trial)
        assert len(ours) > 50 and ours == measured("alone", trial), trial
    assert any(name.startswith("confirm-") for name in os.listdir("runs/measured/tb"))
    assert sorted(os.listdir("runs/measured/tb")) == sorted(os.listdir("alone/measured/tb"))
    assert not glob.glob("runs/measured/tb.*")


def test_event_files_are_taken_of_trials_that_run_and_only_as_event_files():
    file = with_lines(study("picky", trials=1, finalists=1), "measure: {every: 2}\n")
    good = glob.glob("alone/measured/tb/0/*/events*")[0]
    with open(good, "rb") as text:
        events = text.read()
    server = Server(file, "--port", "0", "--lease", "600")
    try:
        at = "/v1/work/studies/picky"
        trial = waiting_for(lambda: server.ask("POST", at + "/ask", {"worker": "w"})[1].get("user_attrs") and server.good("GET", at + "/trials/0"))
        request = trial["user_attrs"]["evaluate"]
        place = f"runs/picky/tb/{request['trial']}/{request['task']}-{request['seed']}/events.out.tfevents.antigrad"
        for body in (b"", b"no events", events[:-9] + b"x" + events[-8:], events[: len(events) // 2][:30]):
            status, answer = server.ask("POST", at + "/trials/0/events", body)
            assert status == 400 and answer["error"] == "bad_events", (body[:20], answer)
        assert not os.path.exists(place)
        assert server.good("POST", at + "/trials/0/events", events) == {"kept": len(events)}
        with open(place, "rb") as kept:
            assert kept.read() == events
        assert server.ask("POST", at + "/trials/77/events", events)[0] == 404
        assert server.ask("POST", at + "/trials/0/tell", {"state": "fail", "user_attrs": {"error": "enough"}})[0] == 200
        status, answer = server.ask("POST", at + "/trials/0/events", events)
        assert status == 409 and answer["error"] == "finished", answer
        connection = server.connection()
        connection.putrequest("POST", at + "/trials/0/events")
        connection.putheader("Content-Length", str((16 << 20) + 1))
        connection.endheaders()
        assert connection.getresponse().status == 413
    finally:
        server.kill()
    assert not glob.glob("runs/picky/tb.*")


def test_workers_that_share_a_cache_go_on_from_the_checkpoints_of_a_killed_one():
    file = study("checked", trials=1, finalists=1)
    with open(file, encoding="utf-8") as text:
        slow = text.read().replace("steps: 6", "steps: 4000")+ "checkpoints: {every: 20}\n"
    with open(file, "w", encoding="utf-8") as text:
        text.write(slow)
    for log in glob.glob("checked?.log"):  # of the last time
        os.remove(log)
    env, workers = own_cache("checked_cache"), []
    server = Server(file, "--port", "0", "--lease", "1")
    try:
        for log in ("checked0.log", "checked1.log"):
            workers.append(RemoteWorker(server.url, log=log, env=env))
        waiting_for(lambda: len(glob.glob("checked_cache/fetched/studies/*/checkpoints/*.run")) == 2)  # a baseline each
        workers[0].kill()
        workers[0] = RemoteWorker(server.url, log="checked2.log", env=env)
        waiting_for(lambda: "goes on at step" in open("checked2.log", encoding="utf-8").read())
    finally:
        server.kill()
        for worker in workers:
            worker.kill()
    with open("checked2.log", encoding="utf-8") as said:
        step = int(re.search(r"goes on at step (\d+)", said.read())[1])
    assert step > 0 and step % 20 == 0, step
    assert any(states[0] == 3 and len(states) > 1 for states in evaluations("checked").values()), evaluations("checked")


class Liar(http.server.BaseHTTPRequestHandler):
    """A server that says what it likes: `rows` of its list of files, one answer to every piece."""

    rows, yaml, piece = [], "", b"not what was listed"

    def do_GET(self):
        if self.path == "/v1/work":
            told = {"work": [{"study": "s", "at": "/v1/work/studies/s", "files": "/files", "yaml": self.yaml, "done": False}]}
        elif self.path == "/files":
            told = {"paths": self.rows}
        else:
            return self.tell(self.piece)
        return self.tell(json.dumps(told).encode())

    def tell(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_a_server_that_lies_writes_nothing_runs_nothing_and_is_told_off():
    yaml = open(study("lied", trials=1), encoding="utf-8").read()
    path = re.search(r"path: (\S+?),", yaml)[1]
    Liar.yaml = yaml.replace(os.path.dirname(path), "/nowhere")
    row = {"path": "/nowhere/digits.csv.gz", "folder": False}
    file = {"name": "digits.csv.gz", "bytes": len(Liar.piece), "sha256": "0" * 64}
    lies = [([{**row, "files": [file]}], "did not come as the server says"),
            ([{**row, "files": [{**file, "bytes": 5}]}], "cannot be fetched"),
            ([{**row, "files": [{**file, "bytes": 1 << 40}]}], "too long to be fetched"),
            ([{**row, "files": [{**file, "sha256": "../../../etc/passwd"}]}], "names no sha256"),
            ([{**row, "folder": True, "files": [{**file, "name": "../../outside"}]}], 'names a file "../../outside"'),
            ([row], "is not on this machine")]
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Liar) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        env = own_cache("lied_cache")
        for rows, said in lies:
            Liar.rows = rows
            done = subprocess.run([PROGRAM, "worker", "--server", url], env={**os.environ, **env}, capture_output=True, text=True, timeout=60)
            assert done.returncode == 2 and said in done.stderr, (rows, done.returncode, done.stderr)
            left = [os.path.join(folder, name) for folder, _, names in os.walk("lied_cache") for name in names]
            assert left == [], (rows, left)
        Liar.yaml += "evaluator: {command: [touch, ran]}\n"
        done = subprocess.run([PROGRAM, "worker", "--server", url], env={**os.environ, **env}, capture_output=True, text=True, timeout=60)
        assert done.returncode == 2 and "would run a program of its choice" in done.stderr and not os.path.exists("ran"), done.stderr
        server.shutdown()


def compile_for_gpu(activation):
    """In a process of its own: a cache is looked at once."""
    library = ctypes.CDLL(os.path.join(BIN, "libantigrad_gpu.so"))
    library.antigrad_gpu_open.restype = ctypes.c_void_p
    error = ctypes.create_string_buffer(1 << 16)
    assert library.antigrad_gpu_open(activation.encode(), b"f32", 0, 0, error, ctypes.c_size_t(len(error))), error.value.decode()


def compiled(activation, env):
    done = subprocess.run([sys.executable, __file__, "--compile", activation], env={**os.environ, **env}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def code_in(folder):
    return sorted(name for name in os.listdir(folder) if name.endswith(".code"))


def test_machine_code_comes_out_of_the_servers_cache_by_its_hash():
    if sanitized():
        print("  skipped: Python cannot load a library that is built with a sanitizer")
        return
    gpu = {"ANTIGRAD_CUDA_DRIVER": STAND_IN, "ANTIGRAD_NVRTC": STAND_IN}
    theirs, ours, unasked = own_cache("code_theirs"), own_cache("code_ours"), own_cache("code_unasked")
    compiled("silu", {**gpu, **theirs})
    good = code_in("code_theirs")
    assert good
    with open("code_theirs/" + good[0], "rb") as file:
        entry = file.read()
    with open("code_theirs/" + "0" * 32 + ".code", "wb") as file:  # whole, but under another key's name
        file.write(entry)
    with open("code_theirs/" + "1" * 32 + ".code", "wb") as file:
        file.write(entry[:-1] + bytes([entry[-1] ^ 1]))
    study_file = study("coded", trials=1, finalists=1, seeds=1)
    server = Server(study_file, "--port", "0", "--until-done", env=theirs)
    for query, status in (("", 400), ("?compiler=LLVM%2019&architecture=sm_90", 400), ("?compiler=NVRTC%200.1", 400), ("?compiler=NVRTC%200.1&architecture=..%2F", 200)):
        assert server.ask("GET", "/v1/work/code" + query)[0] == status, query
    assert server.good("GET", "/v1/work/code?compiler=NVRTC%209.9&architecture=sm_90") == {"files": []}
    worker = RemoteWorker(server.url, "--fetch-code", log="coded.log", env={**gpu, **ours})
    plain = RemoteWorker(server.url, log="uncoded.log", env={**gpu, **unasked})
    assert server.process.wait(300) == 0
    worker.end()
    plain.end()
    assert set(good) <= set(code_in("code_ours")) and not {"0" * 32 + ".code", "1" * 32 + ".code"} & set(code_in("code_ours"))
    assert not os.path.isdir("code_unasked") or not set(good) & set(code_in("code_unasked"))
    for name in good:
        with open("code_theirs/" + name, "rb") as a, open("code_ours/" + name, "rb") as b:
            assert a.read() == b.read()
    before = code_in("code_ours")
    compiled("silu", {**gpu, **ours, "PATH": "/nonexistent"})  # the stand-in's compiler is c++: nothing could be compiled
    assert code_in("code_ours") == before
    with open("coded.log", encoding="utf-8") as said:
        text = said.read()
    assert f"{len(good)} pieces of machine code" in text and "did not come as the server says" in text, text


def test_without_a_gpu_nothing_is_fetched_and_said():
    with serving("none.log", env=own_cache("code_none")) as server:
        yaml = open(study("nogpu", trials=1), encoding="utf-8").read()
        server.good("POST", "/v1/studies", {"name": "nogpu", "trials": 1})
        record = {"op_code": 2, "worker_id": "w", "study_id": 0, "user_attr": {"antigrad:study": yaml}}
        server.good("POST", "/v1/journal", (json.dumps(record) + "\n").encode())
        server.good("POST", "/v1/candidates", {"study": "nogpu", "activations": ["sigmoid(x)"]})
        env = {**own_cache("code_none2"), "ANTIGRAD_CUDA_DRIVER": "/nonexistent/libcuda.so.1"}
        RemoteWorker(server.url, "--fetch-code", log="nogpu.log", env=env).end()
    with open("nogpu.log", encoding="utf-8") as said:
        assert "no machine code is fetched" in said.read()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--compile"]:
        sys.exit(compile_for_gpu(sys.argv[2]))
    run_tests(globals())
