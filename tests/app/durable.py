"""What `antigrad serve` acknowledges is on the disk: an fsync of the journal before each answer, shared by those who ask at the same
time; a disk that fails to synchronise is said, and nothing of the request is kept."""
import os
import threading

from program import run_tests
from server import fresh, serving
from shim import preloaded

CLIENTS, EACH = 16, 8
SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int fsync(int file) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t n = readlink(link, path, sizeof path - 1);
  const int journal = n > 4 && memcmp(path + n - 4, ".log", 4) == 0;
  if (journal && access(getenv("BROKEN"), F_OK) == 0) return errno = EIO, -1;
  if (journal) usleep(20000);  /* a disk */
  int (*const real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  const int result = real(file);
  const int out = open(getenv("SYNCED"), O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (journal && write(out, "x", 1) != 1) abort();
  close(out);
  return result;
}
"""


def environment():
    env = preloaded("disk", SHIM)
    return env and {**env, "SYNCED": os.path.abspath("synced"), "BROKEN": os.path.abspath("broken")}


def synced():
    return os.path.getsize("synced")


def test_every_answer_comes_after_an_fsync_and_many_share_one():
    env = environment()
    if env is None:
        return
    fresh("synced")
    with serving(fresh("durable.log"), env=env) as server:
        server.good("POST", "/v1/studies", {"name": "s", "space": {"x": {"type": "float", "low": 0, "high": 1}}})
        for _ in range(5):
            before = synced()
            number = server.good("POST", "/v1/studies/s/ask")["number"]
            assert synced() > before, "asked, and not synchronised"
            before = synced()
            server.good("POST", f"/v1/studies/s/trials/{number}/tell", {"value": 1})
            assert synced() > before, "told, and not synchronised"
        before = synced()
        clients = [threading.Thread(target=lambda: [server.good("POST", "/v1/studies/s/ask") for _ in range(EACH)]) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        shared = synced() - before
        assert server.good("GET", "/v1/studies/s")["trials"] == 5 + CLIENTS * EACH
    print(f"  {CLIENTS * EACH} answers to {CLIENTS} clients took {shared} fsyncs")
    assert shared <= CLIENTS * EACH // 2, shared


def test_a_disk_that_does_not_synchronise_is_said_and_nothing_of_it_is_kept():
    env = environment()
    if env is None:
        return
    fresh("broken")
    with serving(fresh("failing.log"), env=env) as server:
        server.good("POST", "/v1/studies", {"name": "s", "space": {"x": {"type": "float", "low": 0, "high": 1}}})
        server.good("POST", "/v1/studies/s/ask")
        with open("failing.log", "rb") as file:
            good = file.read()
        with open("broken", "w", encoding="utf-8"):
            pass
        status, answer = server.ask("POST", "/v1/studies/s/ask")
        assert status == 503 and "cannot write the journal: Input/output error" in answer["message"], (status, answer)
        with open("failing.log", "rb") as file:
            assert file.read() == good
        assert server.good("GET", "/v1/studies/s")["trials"] == 1
        fresh("broken")
        assert server.good("POST", "/v1/studies/s/ask")["number"] == 1


if __name__ == "__main__":
    run_tests(globals())
