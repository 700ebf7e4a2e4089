"""`antigrad serve` for tests: started on a free port of 127.0.0.1, asked over HTTP, ended or killed."""
import contextlib
import http.client
import json
import os
import signal
import ssl
import subprocess
import time
import urllib.parse

from program import PROGRAM


class Server:
    def __init__(self, *words, env=None, **more):
        self.process = subprocess.Popen([PROGRAM, "serve", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, **(env or {})}, **more)
        self.url = self.process.stdout.readline().strip()
        assert self.url.startswith("http"), (self.url, self.process.stderr.read())
        self.address = urllib.parse.urlsplit(self.url)
        self.port = self.address.port

    def connection(self, timeout=20):
        if self.address.scheme == "https":
            context = ssl._create_unverified_context()
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=context)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, method, path, body=None, headers=None, connection=None):
        """Status and answer: JSON where it is JSON."""
        own = connection or self.connection()
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        own.request(method, path, body, headers or {})
        answer = own.getresponse()
        text = answer.read()
        if connection is None:
            own.close()
        is_json = answer.getheader("Content-Type", "").startswith("application/json")
        return answer.status, json.loads(text) if is_json else text

    def good(self, method, path, body=None, headers=None, connection=None):
        status, answer = self.ask(method, path, body, headers, connection)
        assert status == 200, (method, path, status, answer)
        return answer

    def memory(self):
        """Resident MiB."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as lines:
            return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))

    def kill(self):
        self.process.kill()
        self.process.communicate()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        _, errors = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, (self.process.returncode, errors)
        return errors


@contextlib.contextmanager
def serving(*words, port=0, **more):
    server = Server(*words, "--port", str(port), **more)
    try:
        yield server
    except BaseException:
        server.kill()
        raise
    server.end()


def patiently(ask, seconds=60):
    """Asks again until the server, which may be dead, answers with something but 5xx."""
    until = time.monotonic() + seconds
    while True:
        try:
            status, answer = ask()
            if status < 500:
                return status, answer
            problem = answer
        except (OSError, http.client.HTTPException) as error:
            problem = error
        assert time.monotonic() < until, problem
        time.sleep(0.02)


def fresh(path):
    if os.path.exists(path):
        os.remove(path)
    return path
