"""experiments/own_training.yaml from end to end: a training script in PyTorch, searched over with our candidates, twice, with the same
journal for one and two workers."""
import json
import os
import shutil
import subprocess
import sys

PROGRAM = os.path.join(os.environ["ANTIGRAD_BIN"], "antigrad")
STUDY = os.path.join(os.environ["ANTIGRAD_SOURCE"], "experiments/own_training.yaml")
sys.path.insert(0, os.path.join(os.environ["ANTIGRAD_SOURCE"], "tests/app"))
from program import canonical  # noqa: E402


def search(workers):
    folder = f"runs{workers}"
    shutil.rmtree(folder, ignore_errors=True)
    environment = os.environ | {"PATH": os.path.dirname(sys.executable) + ":" + os.environ["PATH"], "TRITON_INTERPRET": "0"}
    done = subprocess.run([PROGRAM, "search", STUDY, "--trials", "3", "--dir", folder, "--workers", str(workers), "-o", "json"],
                          env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), canonical(f"{folder}/own_training/journal.log")


rows, journal = search(1)
assert {"ReLU", "SiLU"} <= {row["activation"] for row in rows}, rows
assert all(0 < row["spirals_mean"] < 2 for row in rows), rows
assert search(2)[1] == journal
print(f"{len(journal)} records, the same for one and two workers")
