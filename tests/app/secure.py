"""`antigrad serve` and secrets: how a token is compared, where it never stands, what lies outside stays outside, TLS, idle clients."""
import os
import shutil
import socket
import statistics
import subprocess
import time

from program import PROGRAM, run_tests
from server import Server, fresh, serving
from shim import preloaded
from synthetic import make_run

TOKEN = "f00dfacef00dfacef00dfacef00dface"
SECRET = "what nobody may read"
SHIM = r"""
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
int CRYPTO_memcmp(const void *a, const void *b, size_t n) {
  const unsigned char *x = a, *y = b;
  int different = 0;
  for (size_t i = 0; i < n; ++i) different |= x[i] ^ y[i];
  FILE *out = fopen(getenv("COMPARED"), "a");
  fprintf(out, "%zu\n", n);
  fclose(out);
  return different;
}
"""


def bearer(token):
    return {"Authorization": "Bearer " + token}


def test_a_token_is_compared_in_constant_time():
    """What is compared are digests of one length, by OpenSSL's comparison that looks at every byte, once a request, whatever was sent."""
    env = preloaded("compare", SHIM)
    if env is None:
        return
    env |= {"ANTIGRAD_TOKEN": TOKEN, "COMPARED": os.path.abspath("compared")}
    tries = [TOKEN, "0" + TOKEN[1:], TOKEN[:-1] + "0", TOKEN[:8], TOKEN + TOKEN, "x"]
    server = Server(fresh("constant.log"), "--port", "0", env=env)
    for token in tries:
        fresh("compared")
        status, _ = server.ask("GET", "/v1/studies", None, bearer(token))
        assert status == (200 if token == TOKEN else 401), token
        with open("compared", encoding="utf-8") as file:
            assert file.read() == "32\n", token
    server.end()


def test_a_token_stands_nowhere():
    with open("token", "w", encoding="utf-8") as file:
        file.write(TOKEN + "\n")
    os.chmod("token", 0o600)
    for words, env in (([], {"ANTIGRAD_TOKEN": TOKEN}), (["--token-file", "token"], {})):
        journal = fresh("nowhere.log")
        server = Server(journal, "--port", "0", *words, env=env)
        answers = [server.ask("POST", "/v1/studies", {"name": "s"}, bearer(TOKEN)), server.ask("GET", "/v1/studies", None, bearer(TOKEN[:-1] + "x")),
                   server.ask("GET", "/nowhere", None, bearer(TOKEN)), server.ask("POST", "/v1/studies", b"{", bearer(TOKEN)),
                   server.ask("GET", "/v1/openapi.json", None, bearer(TOKEN)), server.ask("GET", "/v1/docs", None, bearer(TOKEN))]
        assert [status for status, _ in answers] == [200, 401, 404, 400, 200, 200], answers
        with open(f"/proc/{server.process.pid}/cmdline", encoding="utf-8") as file:
            argv = file.read()
        errors = server.end()
        said = [argv, errors, server.url, *(str(answer) for _, answer in answers), open(journal, encoding="utf-8").read()]
        assert not any(TOKEN[:-1] in text for text in said), said
    os.chmod("token", 0o604)
    refused = subprocess.run([PROGRAM, "serve", "--token-file", "token", "--port", "0"], capture_output=True, text=True)
    assert refused.returncode == 2 and TOKEN not in refused.stderr + refused.stdout, refused.stderr
    with open("short", "w", encoding="utf-8") as file:
        file.write(TOKEN[:12])
    os.chmod("short", 0o600)
    refused = subprocess.run([PROGRAM, "serve", "--token-file", "short", "--port", "0"], capture_output=True, text=True)
    assert refused.returncode == 2 and "16 printable" in refused.stderr and TOKEN[:12] not in refused.stderr, refused.stderr


def raw(server, data):
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as one:
        one.sendall(data)
        one.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := one.recv(65536):
            answer += piece
        return answer


def test_no_path_leads_outside():
    shutil.rmtree("inside", ignore_errors=True)
    os.makedirs("inside/runs")
    make_run("inside/runs", "mine", 3)
    for path in ("inside/secret", "inside/journal.log", "inside/runs/mine/secret"):
        with open(path, "w", encoding="utf-8") as file:
            file.write(SECRET)
    os.symlink(os.path.abspath("inside"), "inside/runs/mine/up")
    ways = ["..", "../..", "%2e%2e", "..%2f..", "%2e%2e%2f", "....//", "mine/..", "mine%2f..%2f..", os.path.abspath("inside"), "mine%00", "..%5c..", "%252e%252e"]
    names = ["secret", "../secret", "..%2f..%2fsecret", "up/secret", "%2fetc%2fpasswd", "journal.log%00", "study.yaml/../secret"]
    with serving("--dir", "inside/runs") as server:
        status, text = server.ask("GET", "/v1/page/file?run=mine&name=study.yaml")
        assert status == 200 and b"study: mine" in text, (status, text)
        paths = [f"/v1/page/file?run={way}&name=journal.log" for way in ways] + [f"/v1/page/file?run=mine&name={name}" for name in names]
        paths += [f"/page/{way}/{name}" for way in ways for name in ("secret", "main.js")] + [f"/v1/page/study?run={way}&study=mine" for way in ways]
        paths += [f"/{way}/etc/passwd" for way in ways] + [f"/v1/studies/{way}" for way in ways] + [f"/api/studies/{way}" for way in ways]
        for path in paths:
            answer = raw(server, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
            assert not answer.startswith(b"HTTP/1.1 200") and SECRET.encode() not in answer and b"root:" not in answer, (path, answer)
    print(f"  {len(paths)} paths")


def make_certificate():
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2", "-subj", "/CN=localhost"],
                   check=True, capture_output=True)


def test_tls_answers_nothing_in_the_clear():
    make_certificate()
    with serving(fresh("tls.log"), "--cert", "cert.pem", "--key", "key.pem", "--host", "0.0.0.0", env={"ANTIGRAD_TOKEN": TOKEN}) as server:
        try:
            answer = raw(server, b"GET /v1/studies HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + TOKEN.encode() + b"\r\n\r\n")
        except OSError:
            answer = b""
        assert b"HTTP/1.1" not in answer and b"studies" not in answer, answer
        assert server.ask("GET", "/v1/studies", None, bearer(TOKEN))[0] == 200
        assert server.ask("GET", "/v1/studies")[0] == 401


def agreed(port, version):
    """The protocol that a client of this one agrees on with who listens there; "" for none."""
    client = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", version, "-cipher", "ALL:@SECLEVEL=0"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    line = next((line for line in client.stdout.splitlines() if line.startswith("New, ")), "")
    return "" if "(NONE)" in line else line.split(",")[1].strip()


def other_server(*words):
    """OpenSSL's own, and its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", "cert.pem", "-key", "key.pem", "-quiet", *words],
                               stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return process, port
        except OSError:
            time.sleep(0.05)
    raise AssertionError("openssl s_server does not listen")


def test_tls_before_1_2_is_refused():
    """Also where OpenSSL's settings on the machine would take it: at the usual ones its security level refuses it too, and nothing is seen of us."""
    make_certificate()
    with open("old.cnf", "w", encoding="utf-8") as file:
        file.write("openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = old\n[old]\nMinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0\n")
    old, port = other_server("-cipher", "ALL:@SECLEVEL=0", "-tls1_1")
    client_can = agreed(port, "-tls1_1")
    old.kill()
    old.wait()
    if not client_can:
        print("  skipped: the openssl of this machine knows no TLS 1.1")
        return
    env = {"ANTIGRAD_TOKEN": TOKEN, "OPENSSL_CONF": os.path.abspath("old.cnf")}
    with serving(fresh("old.log"), "--cert", "cert.pem", "--key", "key.pem", env=env) as server:
        assert agreed(server.port, "-tls1_1") == "", "TLS 1.1 was taken"
        assert agreed(server.port, "-tls1_2") == "TLSv1.2" and agreed(server.port, "-tls1_3") == "TLSv1.3"


def test_transfer_encoding_is_refused_whatever_it_says():
    with serving(fresh("encodings.log")) as server:
        for name in (b"Transfer-Encoding", b"transfer-encoding", b"TRANSFER-ENCODING"):
            for value in (b"chunked", b"identity", b"gzip, chunked", b"\tchunked", b"", b"xchunked"):
                head = b"POST /v1/studies HTTP/1.1\r\nHost: 127.0.0.1\r\n" + name + b": " + value + b"\r\nContent-Length: 12\r\n\r\n"
                answer = raw(server, head + b'{"name":"t"}')
                assert answer.startswith((b"HTTP/1.1 411", b"HTTP/1.1 400")), (name, value, answer)
        assert server.good("GET", "/v1/studies")["studies"] == []


def test_forty_idle_clients_stop_nobody():
    """An answer beside 40 clients that are silent or in the middle of a head takes under 100 ms, the median of 50. A busy machine is late with
    every answer: then it is as late without them, asked in between, and a server that looks after each of them in turn is what is caught."""
    def times_of(server, count):
        times = []
        for _ in range(count):
            begin = time.monotonic()
            server.good("GET", "/v1/studies")
            times.append(1000 * (time.monotonic() - begin))
        return times

    alone, beside = [], []
    with serving(fresh("idle.log")) as server:
        for _ in range(5):
            alone += times_of(server, 10)
            idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(40)]
            for one in idle[::2]:
                one.sendall(b"GET /v1/studies HTTP/1.1\r\nX: ")
            beside += times_of(server, 10)
            for one in idle:
                one.setblocking(False)
                try:
                    assert one.recv(1) != b"", "an idle client was thrown out, so it stopped nobody"
                except BlockingIOError:
                    pass
                one.close()
    without, with_them = statistics.median(alone), statistics.median(beside)
    print(f"  beside 40 idle connections an answer takes {with_them:.1f} ms, at most {max(beside):.1f} ms; without them {without:.1f} ms")
    assert with_them < max(100, 3 * without), (with_them, without)


if __name__ == "__main__":
    run_tests(globals())
