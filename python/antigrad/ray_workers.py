"""Workers of antigrad on Ray: python ray_workers.py COUNT PROGRAM ARGUMENTS...

Each is a task that runs the program to its end; one that dies, with its process or its node, is started again. Ray is
where RAY_ADDRESS says, else on this machine.
"""
import ctypes
import os
import signal
import subprocess
import sys

import ray

RETRIES = 100
STARTS = 12  # of half a minute each, which is Ray's own limit
_PR_SET_PDEATHSIG = 1


def _die_with_parent():
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@ray.remote(num_cpus=1, max_retries=RETRIES, retry_exceptions=True)
def work(command):
    code = subprocess.run(command, preexec_fn=_die_with_parent, check=False).returncode
    if code == 2:  # what it was told is wrong, and stays so
        return code
    if code != 0:
        raise RuntimeError(f"a worker ended with {code}")
    return code


def _start(count, own):
    here = {"num_cpus": count, "include_dashboard": False, "_node_ip_address": "127.0.0.1"} if own else {}
    for left in reversed(range(STARTS)):
        try:
            return ray.init(log_to_driver=True, **here)
        except Exception:  # a node that is not up within half a minute, on a machine with much to do
            if left == 0:
                raise
            ray.shutdown()


def main(count, command):
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    own = "RAY_ADDRESS" not in os.environ
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})  # `antigrad launch` awaits it in a thread of its own
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    _start(count, own)
    return max(ray.get([work.remote(command) for _ in range(count)]))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
