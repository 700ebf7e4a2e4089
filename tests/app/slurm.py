"""An array of workers on a real Slurm of one node, started here: requeued in mid-trial, drained; every trial done once."""
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time

from program import run_tests
from remote import done_once, gated_study, launched, open_gate, results_of, running, waiting_for

PROGRAMS = ("slurmctld", "slurmd", "sbatch", "scontrol", "squeue", "scancel")
CONFIGURATION = """ClusterName=antigrad
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/none
CredType=cred/none
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
MpiDefault=none
SchedulerParameters=sched_interval=1,batch_sched_delay=0
NodeName={host} NodeAddr=127.0.0.1 CPUs=3 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def free_ports(count):
    with contextlib.ExitStack() as open_sockets:
        sockets = [open_sockets.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


@contextlib.contextmanager
def slurm():
    """A controller and a node of its own, by a configuration in this folder."""
    folder = os.path.abspath("slurm")
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("state", "spool"):
        os.makedirs(os.path.join(folder, name))
    host = socket.gethostname().split(".")[0]
    with open(os.path.join(folder, "slurm.conf"), "w", encoding="utf-8") as out:
        out.write(CONFIGURATION.format(host=host, folder=folder, ports=free_ports(2), user=os.environ.get("USER", "root")))
    os.environ["SLURM_CONF"] = os.path.join(folder, "slurm.conf")
    daemons = []
    with open(os.path.join(folder, "out"), "w", encoding="utf-8") as out:
        try:
            for name in ("slurmctld", "slurmd"):
                daemons.append(subprocess.Popen([name, "-D"], stdin=subprocess.DEVNULL, stdout=out, stderr=out))
            waiting_for(lambda: "idle" in said("sinfo", "--noheader", "--format", "%t"))
            yield host
        finally:
            subprocess.run(["scancel", "--user", "root"], check=False, capture_output=True)
            for daemon in reversed(daemons):
                daemon.terminate()
                daemon.wait(30)


def said(*words):
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()


def control(*words):
    subprocess.run(["scontrol", *words], check=True, capture_output=True, timeout=60)


def states():
    """Of the array's tasks: {"0": "RUNNING", ...}"""
    rows = [line.split() for line in said("squeue", "--noheader", "--array", "--format", "%K %T").splitlines()]
    return {row[0]: row[1] for row in rows if len(row) == 2}


def restarts(job, task):
    """How often a task was started anew."""
    found = re.search(r"Restarts=(\d+)", said("scontrol", "show", "job", f"{job}_{task}"))
    return int(found[1]) if found and states().get(task) != "PENDING" else 0


def requeue(job, task):
    """In mid-trial; Slurm lets a requeued job wait for two minutes, unless it is told not to."""
    control("requeue", f"{job}_{task}")
    waiting_for(lambda: states().get(task) == "PENDING")
    control("update", f"jobid={job}_{task}", "StartTime=now")


def test_requeued_and_drained_workers_leave_every_trial_done_once():
    file = gated_study("slurm", 4)  # both tasks are at work whenever they are looked at
    with slurm() as host:
        with launched(file, "--engine", "slurm", "--workers", "2", "--port", "0", "--lease", "5", "--sbatch=--cpus-per-task=1") as launch:
            waiting_for(lambda: list(states().values()) == ["RUNNING"] * 2 and running("slurm") == 2, 120)
            job = said("squeue", "--noheader", "--format", "%F").split()[0]
            requeue(job, "0")
            waiting_for(lambda: restarts(job, "0"))
            waiting_for(lambda: running("slurm") == 2)
            control("update", f"nodename={host}", "state=drain", "reason=test")
            requeue(job, "1")
            time.sleep(3)  # in which Slurm would start the task anew on a node that takes any
            assert states().get("1") == "PENDING" and not restarts(job, "1"), states()
            control("update", f"nodename={host}", "state=resume")
            waiting_for(lambda: restarts(job, "1"))
            open_gate("slurm")
            out, errors = launch.communicate(timeout=300)
            assert launch.returncode == 0 and "GELU" in out, (out, errors)
            waiting_for(lambda: not states())
            assert restarts(job, "0") == 1, "the drain ended a task that was at work"
    assert len(results_of("slurm")[0]) == 2 + 4, results_of("slurm")
    done_once("slurm")
    with open("runs/slurm.launch/worker-0.log", encoding="utf-8") as log:
        assert "given back" in log.read()


if __name__ == "__main__":
    missing = [name for name in PROGRAMS if shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin") is None]
    if missing or os.getuid() != 0:
        print(f"skipped: needs {', '.join(missing) or 'root'}: apt-get install slurmctld slurmd slurm-client")
        sys.exit(77)
    os.environ["PATH"] += ":/usr/sbin"
    run_tests(globals())
