"""experiments/own_training.yaml from end to end: a training script in PyTorch, searched over with our candidates, with the same journal
for one and two workers. A process a training spends most of its time importing torch, so here `python3` is a door to one that has
imported it and forks; that this changes nothing is held against a training that is started as a user's are."""
import contextlib
import glob
import json
import os
import re
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

SOURCE = os.environ["ANTIGRAD_SOURCE"]
PROGRAM = os.path.join(os.environ["ANTIGRAD_BIN"], "antigrad")
STUDY, SCRIPT = (os.path.join(SOURCE, "experiments", name) for name in ("own_training.yaml", "own_training.py"))
sys.path.insert(0, os.path.join(SOURCE, "tests/app"))
from program import canonical  # noqa: E402

DOOR = """#!{python} -IS
import json, socket, sys
with socket.socket(socket.AF_UNIX) as door:
    door.connect({path!r})
    socket.send_fds(door, [json.dumps(sys.argv[1:]).encode()], [0, 1, 2])
    sys.exit((door.recv(1) or b"\\1")[0])
"""


def train(words, caller):
    """The child of a fork: the script with the caller's stdin, stdout and stderr, in its own interpreter's words."""
    status = 0
    try:
        sys.argv = words
        sys.stdin, sys.stdout, sys.stderr = open(0, closefd=False), open(1, "w", closefd=False), open(2, "w", closefd=False)
        runpy.run_path(words[0], run_name="__main__")
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
        status = 1
    caller.sendall(bytes([status]))
    os._exit(status)


def serve(path):
    """Imports what every training does, then forks at each knock."""
    import torch

    torch.set_num_threads(1)
    weight = torch.zeros(1, requires_grad=True)
    weight.grad = torch.ones(1)
    torch.optim.AdamW([weight]).step()  # which imports as much again
    with contextlib.suppress(ImportError):
        import triton  # noqa: F401
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as here:
        here.bind(path)
        here.listen(16)
        while True:
            caller, _ = here.accept()
            words, files, _, _ = socket.recv_fds(caller, 1 << 16, 3)
            if words and os.fork() == 0:
                for standard, file in enumerate(files):
                    os.dup2(file, standard)
                    os.close(file)
                train(json.loads(words), caller)
            caller.close()
            for file in files:
                os.close(file)


@contextlib.contextmanager
def nursery():
    """The folder whose python3 is the door."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        pid = os.fork()
        if pid == 0:
            try:
                serve(path)
            finally:
                os._exit(1)
        try:
            door = os.path.join(folder, "python3")
            with open(door, "w", encoding="utf-8") as file:
                file.write(DOOR.format(python=sys.executable, path=path))
            os.chmod(door, 0o755)
            while not os.path.exists(path):
                assert os.waitpid(pid, os.WNOHANG)[0] == 0, "no torch"
                time.sleep(0.02)
            yield folder
        finally:
            os.kill(pid, signal.SIGKILL)


def search(workers, folder):
    runs = f"runs{workers}"
    shutil.rmtree(runs, ignore_errors=True)
    environment = os.environ | {"PATH": folder + ":" + os.environ["PATH"], "TRITON_INTERPRET": "0"}
    done = subprocess.run([PROGRAM, "search", STUDY, "--trials", "3", "--dir", runs, "--workers", str(workers), "-o", "json"],
                          env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), canonical(f"{runs}/own_training/journal.log")


def loss_as_a_user_has_it(text, run):
    """At the end of the training that a run of the journal was, by a Python of its own."""
    shutil.rmtree("exported", ignore_errors=True)
    subprocess.run([PROGRAM, "export", text, "--to", "torch", "-O", "exported"], check=True, capture_output=True)
    (file,) = glob.glob("exported/*.py")
    with open(file, encoding="utf-8") as exported:
        module = re.search(r"^class (\w+)\(torch\.nn\.Module\)", exported.read(), re.M)[1]
    task = {"activation": text, "pytorch": os.path.abspath(file), "class": module, "task": run["task"], "seed": run["seed"],
            "steps": 200, "until": 200}
    done = subprocess.run([sys.executable, SCRIPT], input=json.dumps(task) + "\n", check=True, capture_output=True, text=True, timeout=300)
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["step"] == 200, last
    return last["loss"]


with nursery() as python3:
    rows, journal = search(1, python3)
    assert {"ReLU", "SiLU"} <= {row["activation"] for row in rows}, rows
    assert all(0 < row["spirals_mean"] < 2 for row in rows), rows
    assert search(2, python3)[1] == journal
trained = next(record["user_attrs"] for record in journal if record["op_code"] == 4 and record["user_attrs"].get("name") == "silu")
alone = loss_as_a_user_has_it(trained["activation"], trained["runs"][0])
assert trained["runs"][0]["losses"][-1] == [200, alone], (trained["runs"], alone)
print(f"{len(journal)} records, the same for one and two workers, and a loss of {alone} as a user's training has it")
