"""Optuna's studies in the journal of `antigrad serve`.

    from optuna.storages import JournalStorage
    from antigrad.optuna import HttpJournalBackend

    storage = JournalStorage(HttpJournalBackend("http://127.0.0.1:8080"))
    study = optuna.create_study(storage=storage, study_name="mine", load_if_exists=True)

Every sampler, pruner and plot of Optuna works on it, from any number of processes and machines. Needs the standard
library and Optuna alone.
"""
import http.client
import json
import os
import random
import ssl
import threading
import time
import urllib.parse
import uuid

from optuna.storages.journal import BaseJournalBackend

__all__ = ["HttpJournalBackend", "ServerError"]

_LATER = {429, 502, 503, 504}  # statuses that may go away


class ServerError(RuntimeError):
    """The server refused: `status` as HTTP counts them, `code` a word for programs."""

    def __init__(self, status, code, message):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def __reduce__(self):
        return ServerError, (self.status, self.code, self.message)

    def __str__(self):
        return f"{self.message} ({self.code}, status {self.status})"


class HttpJournalBackend(BaseJournalBackend):
    """A journal behind `url`, for optuna.storages.JournalStorage.

    token, or the first line of token_file, or the environment variable ANTIGRAD_TOKEN is shown to the server. ca: a PEM
    file of certificates to trust instead of the system's. A request that meets no server, or one that is too busy, is
    sent again for `patience` seconds; records are appended once however often they are sent. Threads and forked
    processes may share one object; it can be pickled.
    """

    def __init__(self, url, token=None, token_file=None, ca=None, timeout=30.0, patience=60.0):
        address = urllib.parse.urlsplit(url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError(f"expected http://HOST:PORT or https://HOST:PORT, got {url!r}")
        if token is None and token_file is not None:
            with open(token_file, encoding="utf-8") as file:
                token = file.readline().strip()
        self._url, self._ca, self._timeout, self._patience = url, ca, timeout, patience
        self._token = token if token is not None else os.environ.get("ANTIGRAD_TOKEN")
        self._forget()

    def __getstate__(self):
        return {name: value for name, value in self.__dict__.items() if name != "_local"}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._forget()

    def read_logs(self, log_number_from):
        """Records from number `log_number_from` on."""
        ahead = self._take_ahead(log_number_from)
        if ahead is not None:
            return ahead
        records, total = self._records("GET", f"/v1/journal?from={log_number_from}")
        while log_number_from + len(records) < total:
            more, total = self._records("GET", f"/v1/journal?from={log_number_from + len(records)}")
            if not more:
                break
            records += more
        self._next = log_number_from + len(records)
        return records

    def append_logs(self, logs):
        """Returns when all records are on the server's disk, in this order."""
        if not logs:
            return
        body = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs).encode()
        headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": uuid.uuid4().hex}
        begin = self._next
        records, total = self._records("POST", f"/v1/journal?from={begin}", body, headers)
        if begin + len(records) == total:
            self._ahead = (begin, records)

    def _forget(self):
        self._local = threading.local()  # a connection for each thread
        self._next, self._ahead = 0, None

    def _take_ahead(self, begin):
        """What came with the last append, when it is what is asked for now: Optuna reads after it has written."""
        ahead, self._ahead = self._ahead, None
        if ahead is None or ahead[0] != begin:
            return None
        self._next = begin + len(ahead[1])
        return ahead[1]

    def _records(self, method, path, body=None, headers=None):
        answer, text = self._request(method, path, body, headers or {})
        records = [json.loads(line) for line in text.split(b"\n") if line]
        return records, int(answer.headers["Journal-Records"])

    def _connection(self):
        # A forked process must not speak on its parent's connection.
        if getattr(self._local, "owner", None) != os.getpid():
            self._local.connection = None
            self._local.owner = os.getpid()
        if self._local.connection is None:
            address = urllib.parse.urlsplit(self._url)
            if address.scheme == "https":
                context = ssl.create_default_context(cafile=self._ca)
                self._local.connection = http.client.HTTPSConnection(address.hostname, address.port, timeout=self._timeout, context=context)
            else:
                self._local.connection = http.client.HTTPConnection(address.hostname, address.port, timeout=self._timeout)
        return self._local.connection

    def _drop_connection(self):
        self._local.connection.close()
        self._local.connection = None

    def _once(self, method, path, body, headers):
        if self._token:
            headers = {**headers, "Authorization": "Bearer " + self._token}
        connection = self._connection()
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer, answer.read()
        except BaseException:
            self._drop_connection()
            raise

    def _request(self, method, path, body, headers):
        until, pause = time.monotonic() + self._patience, 0.05
        while True:
            try:
                answer, text = self._once(method, path, body, headers)
                if answer.status == 200:
                    return answer, text
                error = _error(answer.status, text)
                if answer.status not in _LATER:
                    raise error
            except ssl.SSLCertVerificationError:
                raise
            except (OSError, http.client.HTTPException) as broken:
                error = broken
            if time.monotonic() + pause > until:
                raise error
            time.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(2 * pause, 2.0)


def _error(status, text):
    try:
        said = json.loads(text)
        return ServerError(status, str(said["error"]), str(said["message"]))
    except (ValueError, KeyError, TypeError):
        return ServerError(status, "no_antigrad", "the answer is not one of antigrad's: " + text[:80].decode("utf-8", "replace"))
