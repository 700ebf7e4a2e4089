"""Attacks on `antigrad serve`: after each the service is up, its memory bounded, its journal whole."""
import os
import random
import socket
import time

from program import run_tests, sanitized
from server import fresh, serving

MOST_MEMORY = 96 * (5 if sanitized() == "tsan" else 1)  # MiB more than before the attack; ThreadSanitizer keeps four bytes for each that is touched
BODY_LIMIT = 1 << 20


def raw(server, *pieces, timeout=20):
    """What comes back for bytes on a connection of their own; b"" when the server hangs up."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=timeout) as one:
        try:
            for piece in pieces:
                one.sendall(piece)
            return one.recv(4096)
        except OSError:
            return b""


def is_closed(one):
    one.setblocking(False)
    try:
        return one.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def check_up(server, before, what):
    begin = time.monotonic()
    server.good("GET", "/v1/studies")
    grown = server.memory() - before
    print(f"  {what}: answers after {1000 * (time.monotonic() - begin):.1f} ms, {grown:+.1f} MiB")
    assert grown < MOST_MEMORY, (what, grown)


def attacked(name, attack):
    with serving(fresh(name + ".log")) as server:
        server.good("POST", "/v1/studies", {"name": "s"})
        before = server.memory()
        with open(name + ".log", "rb") as file:
            journal = file.read()
        attack(server, lambda what: check_up(server, before, what))
        check_up(server, before, "in the end")
        with open(name + ".log", "rb") as file:
            assert file.read() == journal


def test_bodies_are_as_long_as_we_say():
    def attack(server, up):
        head = b"POST /v1/studies HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        too_long = head + b"Content-Length: %d\r\n\r\n" % (2 * BODY_LIMIT)
        assert b" 413 " in raw(server, too_long)
        answer = raw(server, too_long, b"x" * (2 * BODY_LIMIT))  # who goes on sending may miss the answer
        assert b" 413 " in answer or answer == b"", answer
        for length in (b"99999999999999999999", b"-1", b"1e3", b"18446744073709551615"):
            answer = raw(server, head + b"Content-Length: " + length + b"\r\n\r\n", b"{}")
            assert b" 200 " not in answer, (length, answer)
        assert b" 400 " in raw(server, head + b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}")
        up("lengths")
        chunk = b"100000\r\n" + b"y" * 0x100000 + b"\r\n"
        assert b" 411 " in raw(server, head + b"Transfer-Encoding: chunked\r\n\r\n")
        raw(server, head + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 64)
        raw(server, head + b"Transfer-Encoding: chunked\r\n\r\n-2\r\n" + b"z" * 1000)
        up("chunks")
        deep = b"[" * (BODY_LIMIT // 2)
        assert b" 400 " in raw(server, head + b"Content-Length: %d\r\n\r\n" % len(deep), deep)
        up("a deep body")

    attacked("bodies", attack)


def test_heads_are_as_long_as_we_say():
    def attack(server, up):
        answer = raw(server, b"GET /v1/studies HTTP/1.1\r\nX: ", *[b"a" * 0x100000] * 64)
        assert b" 431 " in answer or answer == b"", answer
        up("a long line")
        raw(server, b"GET /v1/studies HTTP/1.1\r\n", *[b"X: y\r\n" * 10000] * 16)
        up("many lines")
        answer = raw(server, b"GET /v1/studies HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 20000 + b"\r\n\r\n")
        assert b" 431 " in answer or answer == b"", answer
        raw(server, b"GET /" + b"a" * 12000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        up("a long path")

    attacked("heads", attack)


def test_idle_and_slow_clients_stop_nobody():
    def attack(server, up):
        idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(40)]
        up("40 idle connections")
        idle += [socket.create_connection(("127.0.0.1", server.port)) for _ in range(260)]
        up("300 idle connections")
        for one in idle[:150]:
            one.sendall(b"GET /v1/studies HTTP/1.1\r\nX: ")
        up("150 of them in the middle of a head")
        slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(30)]
        for one in slow:
            one.sendall(b"POST /v1/studies HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{")
        up("30 more in the middle of a body")
        more = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(400)]
        up("730 connections")
        closed = sum(map(is_closed, idle + slow + more))
        assert closed >= 730 - 512 - 64, closed  # those that wait, and those that are answered
        for one in idle + slow + more:
            one.close()

    attacked("idle", attack)


def test_a_head_that_does_not_end_is_not_waited_for():
    def attack(server, up):
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as one:
            begin = time.monotonic()
            one.sendall(b"GET /v1/studies HTTP/1.1\r\nX: ")
            assert one.recv(1) == b""
            up(f"closed after {time.monotonic() - begin:.0f} s")

    attacked("unended", attack)


def test_clients_that_do_not_read_stop_nobody():
    """They ask for all of a journal that no socket's buffer holds; each holds one piece of it, for some seconds."""
    record = b'{"op_code":2,"worker_id":"w","study_id":0,"user_attr":{"a":"' + b"x" * 8000 + b'"}}\n'
    with open(fresh("unread.log"), "wb") as file:
        file.write(b'{"op_code":0,"worker_id":"w","study_name":"s","directions":[1]}\n' + record * 1000)
    with serving("unread.log") as server:
        server.good("GET", "/v1/studies")
        before, unread = server.memory(), []
        for _ in range(40):
            one = socket.socket()
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.connect(("127.0.0.1", server.port))
            one.sendall(b"GET /v1/journal?from=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 8)
            unread.append(one)
        for _ in range(5):
            check_up(server, before, "40 clients that do not read")
            for one in unread:
                one.recv(1)  # now and then a byte
            time.sleep(0.2)
        for one in unread:
            one.close()
        assert len(server.good("GET", "/v1/journal?from=900").splitlines()) > 0


def test_a_header_does_not_pass_for_an_address_or_a_second_request():
    def attack(server, up):
        smuggled = b"GET /v1/studies HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 60\r\n\r\nPOST /v1/studies HTTP/1.1\r\nContent-Length: 12\r\n\r\n{\"name\":\"t\"}"
        assert raw(server, smuggled).startswith(b"HTTP/1.1 400 ")
        raw(server, b"GET /v1/studies HTTP/1.1\r\nHost: 127.0.0.1\r\nREMOTE_ADDR: 6.6.6.6\r\n\r\n")
        up("odd headers")
        assert len(server.good("GET", "/v1/studies")["studies"]) == 1

    attacked("headers", attack)


def test_any_bytes():
    """Mutated requests: never a crash, never a change of the journal."""
    def attack(server, up):
        rng = random.Random(7)
        seeds = [b"GET /v1/journal?from=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"GET /v1/studies/s/trials/0 HTTP/1.1\r\nHost: 127.0.0.1\r\nRange: bytes=0-3\r\n\r\n",
                 b"POST /v1/studies/t/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 9\r\n\r\n--x\r\n\r\n--x"]
        for _ in range(2000 if os.environ.get("ANTIGRAD_FULL") else 200):
            data = bytearray(rng.choice(seeds))
            for _ in range(rng.randrange(1, 8)):
                at = rng.randrange(len(data))
                data[at:at + rng.randrange(3)] = rng.choice([b"\0", b"\r\n", b"%", b"%zz", b"\xff", b"9" * 20, b":", b" ", b"/.."])
            with socket.create_connection(("127.0.0.1", server.port), timeout=20) as one:
                one.sendall(bytes(data))
                one.shutdown(socket.SHUT_WR)
                while one.recv(65536):
                    continue
        up("mutations")

    attacked("bytes", attack)


if __name__ == "__main__":
    run_tests(globals())
