"""`antigrad serve`: studies and trials in JSON, the page of the API, tokens, HTTPS, who is let in, what errors say."""
import base64
import json
import os
import subprocess

from program import run, run_tests
from server import fresh, serving

TOKEN = "0123456789abcdef0123"
SPACE = {"x": {"type": "float", "low": 0, "high": 1}, "k": {"type": "categorical", "choices": ["a", None, 3]}}


def test_trials_go_from_ask_to_tell():
    with serving(fresh("trials.log")) as server:
        study = server.good("POST", "/v1/studies", {"name": "a/b c", "space": SPACE, "trials": 2, "pruner": "median", "directions": ["maximize"]})
        assert study["directions"] == ["maximize"] and study["settings"]["trials"] == 2, study
        trial = server.good("POST", "/v1/studies/a%2Fb%20c/ask", {"worker": "me"})
        assert trial["number"] == 0 and 0 <= trial["params"]["x"] <= 1 and trial["params"]["k"] in ("a", None, 3), trial
        assert server.good("POST", "/v1/studies/0/trials/0/report", {"step": 0, "value": 1.5})["prune"] is False
        assert server.good("GET", "/v1/studies/0/trials/0/should_prune")["prune"] is False
        told = server.good("POST", "/v1/studies/0/trials/0/tell", {"value": 2})
        assert told["state"] == "complete" and told["values"] == [2] and told["intermediate_values"] == {"0": 1.5}, told
        assert server.good("POST", "/v1/studies/0/ask")["number"] == 1
        status, refused = server.ask("POST", "/v1/studies/0/ask")
        assert status == 409 and refused["error"] == "budget_spent" and "1 of them still run" in refused["message"], refused
        listed = server.good("GET", "/v1/studies/0/trials?from=1")["trials"]
        assert [trial["number"] for trial in listed] == [1], listed
        assert server.good("GET", "/v1/studies")["studies"][0]["best"] == {"number": 0, "values": [2]}


def test_the_same_request_is_done_once():
    with serving(fresh("keys.log")) as server:
        server.good("POST", "/v1/studies", {"name": "s", "space": SPACE})
        first = server.good("POST", "/v1/studies/s/ask", {}, {"Idempotency-Key": "k"})
        assert server.good("POST", "/v1/studies/s/ask", {}, {"Idempotency-Key": "k"}) == first
        assert server.ask("POST", "/v1/studies/s/ask", {"worker": "w"}, {"Idempotency-Key": "k"})[0] == 422
        assert server.good("GET", "/v1/studies/s")["trials"] == 1


def test_candidates_are_read_told_apart_and_queued():
    with serving(fresh("candidates.log")) as server:
        server.good("POST", "/v1/studies", {"name": "s"})
        texts = ["x*sigmoid(x)", "x*sigmod(x)", "3*x*sigmoid(x)"]
        rows = server.good("POST", "/v1/candidates", {"study": "s", "activations": texts, "by": "a person"})["candidates"]
        assert rows[0]["trial"] == 0 and rows[1]["refused"] == "text" and 'did you mean "sigmoid"?' in rows[1]["reason"], rows
        assert rows[2]["refused"] == "known", rows
        assert server.good("POST", "/v1/studies/s/ask")["user_attrs"]["activation"] == "x*sigmoid(x)"
        assert server.ask("POST", "/v1/studies/s/ask")[1]["error"] == "nothing_to_do"


def test_the_api_describes_itself():
    with serving(fresh("api.log")) as server:
        document = server.good("GET", "/v1/openapi.json")
        listed = {(route["method"].lower(), route["path"]) for route in server.good("GET", "/v1")["routes"] if route["path"].startswith("/v1/")}
        described = {(method, path) for path, methods in document["paths"].items() for method in methods}
        assert described <= listed and ("post", "/v1/studies/{study}/ask") in described, (described, listed)
        text = json.dumps(document)
        for schema in document["components"]["schemas"]:
            assert f"#/components/schemas/{schema}\"" in text, schema
        page = server.good("GET", "/v1/docs").decode()
        assert all(path in page for _, path in described)


def test_errors_are_words_and_sentences():
    cases = [("GET", "/nowhere", None, 404, "not_found"), ("DELETE", "/v1/studies", None, 405, "method_not_allowed"),
             ("GET", "/v1/studies/none", None, 404, "no_study"), ("POST", "/v1/studies", b"{", 400, "bad_request"),
             ("POST", "/v1/studies", {"name": "s", "trails": 1}, 400, "bad_request"), ("GET", "/v1/journal?from=-1", None, 400, "bad_query"),
             ("POST", "/v1/journal", b"\n", 400, "bad_record"), ("GET", "/v1/../../../etc/passwd", None, 404, "not_found"),
             ("GET", "/%2e%2e/%2e%2e/etc/passwd", None, 404, "not_found"), ("GET", "/v1/studies/%2e%2e%2f%2e%2e", None, 404, "no_study")]
    with serving(fresh("errors.log")) as server:
        for method, path, body, status, word in cases:
            got = server.ask(method, path, body)
            assert got[0] == status and got[1]["error"] == word and got[1]["message"], (method, path, got)


def test_pages_of_other_sites_change_nothing():
    with serving(fresh("origin.log")) as server:
        here = f"127.0.0.1:{server.port}"
        body = {"name": "s"}
        assert server.ask("POST", "/v1/studies", body, {"Origin": "http://evil.example"})[0] == 403
        assert server.ask("GET", "/v1/studies", None, {"Host": "evil.example"})[0] == 421
        assert server.ask("POST", "/v1/studies", body, {"Origin": "http://" + here})[0] == 200


def test_beyond_this_machine_a_token_is_demanded():
    error = run("serve", "--host", "0.0.0.0", "--port", "0", code=2).stderr
    assert "a token is needed" in error, error
    with open("token", "w", encoding="utf-8") as file:
        file.write(TOKEN + "\n")
    os.chmod("token", 0o644)
    assert "chmod 600" in run("serve", "--token-file", "token", "--port", "0", code=2).stderr
    os.chmod("token", 0o600)
    basic = base64.b64encode(b"me:" + TOKEN.encode()).decode()
    with serving(fresh("token.log"), "--host", "0.0.0.0", "--token-file", "token") as server:
        for headers in ({}, {"Authorization": "Bearer " + TOKEN[:-1]}, {"Authorization": TOKEN}, {"Authorization": "Basic !"}):
            assert server.ask("GET", "/v1/studies", None, headers)[0] == 401, headers
        for headers in ({"Authorization": "Bearer " + TOKEN}, {"Authorization": "Basic " + basic}):
            assert server.ask("GET", "/v1/studies", None, headers)[0] == 200, headers
        with open(f"/proc/{server.process.pid}/cmdline", encoding="utf-8") as file:
            assert TOKEN not in file.read()
    with serving(fresh("token.log"), env={"ANTIGRAD_TOKEN": TOKEN}) as server:
        assert server.ask("GET", "/v1/studies")[0] == 401


def test_https():
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2", "-subj", "/CN=localhost"],
                   check=True, capture_output=True)
    with serving(fresh("tls.log"), "--cert", "cert.pem", "--key", "key.pem") as server:
        assert server.url.startswith("https://")
        connection = server.connection()
        for _ in range(20):
            server.good("POST", "/v1/studies", {"name": "s", "space": SPACE}, connection=connection)
        assert len(server.good("GET", "/v1/studies", connection=connection)["studies"]) == 1
    assert "belong together" in run("serve", "--cert", "cert.pem", "--port", "0", code=2).stderr
    assert "cannot read the certificate" in run("serve", fresh("tls.log"), "--cert", "key.pem", "--key", "key.pem", "--port", "0", code=2).stderr


def test_a_store_that_is_no_journal_is_named():
    with open("broken.log", "w", encoding="utf-8") as file:
        file.write('{"op_code":0,"worker_id":"w","study_name":"s","directions":[1]}\n{"op\n')
    assert "broken.log:2:" in run("serve", "broken.log", "--port", "0", code=2).stderr
    assert 'no run "nothing"' in run("serve", "nothing", "--port", "0", code=2).stderr


if __name__ == "__main__":
    run_tests(globals())
