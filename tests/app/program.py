"""Running antigrad from a test: the program of the build, in a folder of the test's own (the cwd)."""
import json
import mmap
import os
import subprocess

SOURCE = os.environ["ANTIGRAD_SOURCE"]
PROGRAM = os.path.join(os.environ["ANTIGRAD_BIN"], "antigrad")
TINY = os.path.join(SOURCE, "tests/app/tiny.yaml")


def run(*words, code=0, timeout=300):
    """The finished process; fails unless it ends with `code`."""
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL)
    assert done.returncode == code, f"antigrad {words}: exit code {done.returncode}, want {code}\n{done.stdout}\n{done.stderr}"
    return done


def sanitized():
    """"asan", "tsan", or "" for a program without them. Where the compiler links their code into the program, ldd does not name it."""
    with open(PROGRAM, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as image:
        return next((kind for kind in ("asan", "tsan") if image.find(f"__{kind}_init".encode()) >= 0), "")


def trains():
    """Whether this build has the trainer, which the presets of the sanitizers leave out."""
    return os.path.exists(os.path.join(os.environ["ANTIGRAD_BIN"], "libantigrad_trainer.so"))


def output(*words):
    return run(*words).stdout


def asked(*words):
    """What a command says with -o json."""
    return json.loads(output(*words, "-o", "json"))


def canonical(journal):
    """The records without what differs from run to run: times, worker ids, resources."""
    records = []
    with open(journal, encoding="utf-8") as lines:
        for line in lines:
            record = {k: v for k, v in json.loads(line).items() if not k.startswith("datetime") and k != "worker_id"}
            attrs = record.get("user_attrs")
            if attrs:
                record["user_attrs"] = {k: v for k, v in attrs.items() if not k.startswith("resource:")}
            records.append(record)
    return records


def run_tests(namespace):
    """Every function test_... in order, with its first docstring line; the first failure ends the program."""
    for name, test in list(namespace.items()):
        if name.startswith("test_") and callable(test):
            print(f"{name[5:].replace('_', ' ')} ...", flush=True)
            test()
