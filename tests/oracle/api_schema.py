"""The server keeps what its OpenAPI page says: schemathesis makes requests out of it, good ones and bad ones, alone and in
sequences, and looks at every answer: status, kind and schema as described, bad requests refused, never a failure of the server."""
import http.client
import os
import subprocess
import sys
import urllib.parse
import urllib.request

sys.path.append(os.path.join(os.environ["ANTIGRAD_SOURCE"], "tests/app"))
from server import fresh, serving

# Methods that HTTP does not know are refused by the library, 400, before a route is looked for.
SETTINGS = """
[phases.coverage]
unexpected-methods = ["TRACE", "PUT", "PATCH", "DELETE"]
"""


def check_methods(url):
    """What a path does not take is refused with what it takes, and the connection is fit for the next request."""
    address = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
    for method in ["TRACE", "OPTIONS", "CONNECT", "PUT", "PATCH", "DELETE", "GET"]:
        for path, allowed in [("/v1/studies/known/ask", "POST"), ("/v1/studies/known", "GET, HEAD"), ("/v1/studies", "GET, HEAD, POST")]:
            if method in allowed.split(", "):
                continue
            connection.request(method, path, b'{"a": "body"}' if method != "GET" else None)
            answer = connection.getresponse()
            assert answer.status == 405 and answer.getheader("Allow") == allowed and b"method_not_allowed" in answer.read(), (method, path, answer.status)
            connection.request("GET", "/v1/studies/known")
            answer = connection.getresponse()
            assert answer.status == 200 and b'"known"' in answer.read(), (method, path)
    connection.close()


def main():
    full = bool(os.environ.get("ANTIGRAD_FULL"))
    with serving(fresh("api.log")) as server:
        url = server.url
        for body in [b'{"name": "known", "space": {"x": {"type": "float", "low": 0, "high": 1}}}', b'{"name": "1", "trials": 3}']:
            urllib.request.urlopen(urllib.request.Request(url + "/v1/studies", body)).read()
        urllib.request.urlopen(urllib.request.Request(url + "/v1/studies/known/ask", b"{}")).read()
        with open("schemathesis.toml", "w", encoding="utf-8") as file:
            file.write(SETTINGS)
        # The journal's lines are no JSON, and waiting for more is slow. What samplers, pruners and distributions may be called, and how many
        # values a study has, says the server and not the schema: it may refuse what fits the schema.
        words = [sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run", url + "/v1/openapi.json", "--checks", "all",
                 "--exclude-checks", "unsupported_method,positive_data_acceptance", "--exclude-path", "/v1/journal", "--generation-deterministic",
                 "--max-examples", "300" if full else "10", "--no-color"]
        check_methods(url)
        done = subprocess.run(words, capture_output=True, text=True, timeout=900)
        print(done.stdout[-20000:], done.stderr[-2000:])
        assert done.returncode == 0, done.returncode
        assert urllib.request.urlopen(url + "/v1/studies/known").status == 200


if __name__ == "__main__":
    sys.exit(main())
