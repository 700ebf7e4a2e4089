"""A server on 127.0.0.1 that misbehaves as its paths say: /WAY/name, with files as bytes by name."""
import http.server
import re
import ssl
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        way, _, name = self.path.strip("/").partition("/")
        self.server.seen.append((way, name, self.headers.get("Range")))
        getattr(self, "way_" + way, self.way_missing)(name, self.server.files.get(name))

    def way_good(self, name, body, broken_after=None):
        if body is None:
            return self.way_missing(name, body)
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
        begin = int(wanted[1]) if wanted else 0
        if begin >= len(body):
            return self.answer(416, b"")
        headers = {"Content-Range": f"bytes {begin}-{len(body) - 1}/{len(body)}"} if wanted else {}
        self.answer(206 if wanted else 200, body[begin:], headers, broken_after)

    def way_whole(self, name, body):  # knows no ranges
        self.answer(200, body)

    def way_breaks(self, name, body):  # after a third of the file, twice
        times = sum(way == "breaks" for way, _, _ in self.server.seen)
        self.way_good(name, body, len(body) // 3 if times <= 2 else None)

    def way_breakswhole(self, name, body):  # the same, and knows no ranges
        times = sum(way == "breakswhole" for way, _, _ in self.server.seen)
        self.answer(200, body, {}, len(body) // 3 if times <= 2 else None)

    def way_shifted(self, name, body):  # answers another range than was asked for
        self.answer(206, body, {"Content-Range": f"bytes 0-{len(body) - 1}/{len(body)}"})

    def way_slow(self, name, body):  # a third, then nothing
        self.answer(200, body, {}, len(body) // 3, wait=60)

    def way_busy(self, name, body):  # 503, then good
        busy = sum(way == "busy" for way, _, _ in self.server.seen) <= 1
        self.answer(503, b"later") if busy else self.way_good(name, body)

    def way_wrong(self, name, body):
        self.way_good(name, bytes(byte ^ 1 for byte in body))

    def way_long(self, name, body):
        self.answer(200, body + b"!")

    def way_endless(self, name, body):  # no length: until the connection closes
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"x" * 65536)
        except OSError:
            self.close_connection = True

    def way_redirect(self, name, body):
        self.answer(302, b"look there", {"Location": f"/relative/{name}"})

    def way_relative(self, name, body):
        self.answer(307, b"", {"Location": f"../good/{name}"} if self.server.relative else {"Location": f"/good/{name}"})

    def way_away(self, name, body):
        self.answer(302, b"", {"Location": "ftp://127.0.0.1/file"})

    def way_loop(self, name, body):
        self.answer(301, b"", {"Location": f"/loop/{name}"})

    def way_zipped(self, name, body):  # claims an encoding that must not be undone
        self.answer(200, body, {"Content-Encoding": "gzip"})

    def way_missing(self, name, body):
        self.answer(404, b"no such file")

    def answer(self, status, body, headers={}, broken_after=None, wait=0):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        try:
            self.wfile.write(body[:broken_after])
        except OSError:
            broken_after = 0
        if broken_after is not None:
            self.server.broken.set()
            self.server.stopped.wait(wait)
            self.close_connection = True

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    """files: bytes by name. seen: (way, name, Range) of every request. With a certificate it speaks HTTPS."""
    daemon_threads = True

    def __init__(self, files, certificate=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.seen, self.relative = files, [], False
        self.broken, self.stopped = threading.Event(), threading.Event()
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)
            self.scheme = "https"
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # clients that hang up, or do not trust the certificate

    def url(self, way):
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}/{way}"

    def __exit__(self, *error):
        self.stopped.set()
        self.shutdown()
        super().__exit__(*error)
