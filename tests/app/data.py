"""antigrad data: what is listed and verified, and downloads from servers that break, lie and redirect. Nothing half
written is ever taken for whole."""
import hashlib
import io
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import tarfile

from http_server import Server
from program import PROGRAM, asked, output, run, run_tests

BODY = random.Random(7).randbytes(300_000)
SMALL = b"some text\n" * 20
MEMBERS = {"train.bin": random.Random(8).randbytes(5000), "test.bin": b"\0" * 512}


def archive():
    """A .tar.gz with what a table names, and what it must not write."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
        members = {"top/readme": b"hello", "../../outside": b"no", **{"top/" + k: v for k, v in MEMBERS.items()}, "top/é" + "long" * 40: b"y"}
        for name, body in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(body)
            tar.addfile(info, io.BytesIO(body))
        link = tarfile.TarInfo("top/sub/train.bin")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    return buffer.getvalue()


FILES = {"big.bin": BODY, "small.txt": SMALL, "pack.tar.gz": archive()}


def row(name, body, urls=None, checksum="sha256"):
    fields = {"name": name, "bytes": len(body)}
    if checksum:
        fields[checksum] = getattr(hashlib, checksum)(body).hexdigest()
    return {**fields, "urls": urls} if urls else fields


def table(**changes):
    """A table of data sets; JSON is YAML."""
    here = ["http://127.0.0.1:9/closed"]
    sets = [{"name": "one", "format": "bytes", "files": [row("big.bin", BODY, here)]},
            {"name": "two", "format": "bytes", "files": [row("small.txt", SMALL, here, "md5"), row("big.bin", BODY, here, None)]},
            {"name": "packed", "format": "cifar100", "archive": row("pack.tar.gz", FILES["pack.tar.gz"], here),
             "files": [row(name, body) for name, body in MEMBERS.items()]}]
    for item in sets:
        item.update(changes.get(item["name"], {}))
    with open("table.yaml", "w", encoding="utf-8") as file:
        json.dump(sets, file)


def get(name, url, *words, code=0, folder="data", **more):
    words = ["data", "get", name, "--table", "table.yaml", "--from", url, "-O", folder, *words]
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, **more)
    assert done.returncode == code, (words, done)
    return done


def fresh():
    shutil.rmtree("data", ignore_errors=True)
    table()


def holds(path, body):
    with open(path, "rb") as file:
        assert file.read() == body, path
    assert not os.path.exists(path + ".part")


def not_there(name="one/big.bin"):
    assert not os.path.exists("data/" + name), name


def test_every_known_data_set_has_addresses_sizes_and_a_licence():
    rows = asked("data", "list")
    assert {"cifar10", "cifar100", "stl10", "mnist", "fashion_mnist", "tinyshakespeare", "gpt2"} == {r["name"] for r in rows}
    for r in rows:
        assert r["bytes"] > 0 and r["licence"] and r["page"].startswith("http") and r["files"], r
        assert all(url.startswith(("http://", "https://")) for url in r["addresses"]), r
    assert output("data", "list").count("\n") == len(rows) + 1


def test_what_is_fetched_is_whole_and_is_not_fetched_twice():
    fresh()
    with Server(FILES) as server:
        assert get("two", server.url("good")).stdout == "data/two\n"
        holds("data/two/small.txt", SMALL)
        holds("data/two/big.bin", BODY)
        seen = len(server.seen)
        get("two", server.url("good"))
        assert len(server.seen) == seen
        with open("data/two/small.txt", "wb") as file:
            file.write(SMALL[:-1] + b"!")
        get("two", server.url("good"))
        holds("data/two/small.txt", SMALL)


def test_a_broken_connection_is_taken_up_where_it_broke():
    fresh()
    with Server(FILES) as server:
        done = get("one", server.url("breaks"))
        holds("data/one/big.bin", BODY)
        ranges = [asked_for for _, _, asked_for in server.seen]
        assert ranges[0] is None and ranges[1].startswith("bytes=") and len(ranges) == 3, ranges
        assert "trying again from byte" in done.stderr, done.stderr


def test_a_server_without_ranges_is_asked_for_all_of_it_again():
    for way in ("whole", "breakswhole"):
        fresh()
        os.makedirs("data/one")
        with open("data/one/big.bin.part", "wb") as file:
            file.write(b"?" * 1000)
        with Server(FILES) as server:
            get("one", server.url(way))
        holds("data/one/big.bin", BODY)


def test_a_program_that_was_killed_leaves_what_the_next_goes_on_with():
    fresh()
    with Server(FILES) as server:
        words = [PROGRAM, "data", "get", "one", "--table", "table.yaml", "--from", server.url("slow"), "-O", "data"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert server.broken.wait(30)
            while not os.path.exists("data/one/big.bin.part") or os.path.getsize("data/one/big.bin.part") < len(BODY) // 3:
                assert process.poll() is None
            other = get("one", server.url("good"), code=1)
            assert "another program is fetching this file" in other.stderr, other
            process.send_signal(signal.SIGKILL)
        not_there()
        get("one", server.url("good"))
        assert server.seen[-1] == ("good", "big.bin", f"bytes={len(BODY) // 3}-"), server.seen
    holds("data/one/big.bin", BODY)


def test_a_wrong_file_is_refused():
    for way, text in (("wrong", "sha256 is "), ("long", "there are more bytes, expected 300000"), ("endless", "there are more bytes"),
                      ("missing", "status 404"), ("loop", "more than 10 redirects"), ("away", 'got the address "ftp://127.0.0.1/file"')):
        fresh()
        with Server(FILES) as server:
            done = get("one", server.url(way), code=1)
        assert text in done.stderr and "Way out: " in done.stderr, (way, done.stderr)
        not_there()
    fresh()
    with Server(FILES) as server:
        assert "md5 is " in get("two", server.url("wrong"), code=1).stderr
        not_there("two/small.txt")


def test_a_damaged_beginning_is_fetched_again():
    for junk in (b"?" * 1000, b"?" * len(BODY), b"?" * (len(BODY) + 5)):
        fresh()
        os.makedirs("data/one")
        with open("data/one/big.bin.part", "wb") as file:
            file.write(junk)
        with Server(FILES) as server:
            get("one", server.url("good"))
        holds("data/one/big.bin", BODY)


def test_a_range_that_was_not_asked_for_is_not_taken():
    fresh()
    os.makedirs("data/one")
    with open("data/one/big.bin.part", "wb") as file:
        file.write(BODY[:1000])
    with Server(FILES) as server:
        get("one", server.url("shifted"))
        assert [asked_for for _, _, asked_for in server.seen] == ["bytes=1000-", None], server.seen
    holds("data/one/big.bin", BODY)


def test_redirects_are_followed_and_a_busy_server_is_asked_again():
    for relative in (False, True):
        fresh()
        with Server(FILES) as server:
            server.relative = relative
            get("one", server.url("redirect"))
            assert [way for way, _, _ in server.seen] == ["redirect", "relative", "good"], server.seen
        holds("data/one/big.bin", BODY)
    for way in ("busy", "zipped"):
        fresh()
        with Server(FILES) as server:
            get("one", server.url(way))
        holds("data/one/big.bin", BODY)


def test_the_next_address_is_tried():
    fresh()
    with Server(FILES) as server:
        urls = [server.url("missing") + "/big.bin", server.url("good") + "/big.bin"]
        table(one={"files": [row("big.bin", BODY, urls)]})
        run("data", "get", "one", "--table", "table.yaml", "-O", "data")
    holds("data/one/big.bin", BODY)


def test_a_full_disk_leaves_nothing_that_looks_whole():
    fresh()
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))  # noqa: E731
    with Server(FILES) as server:
        done = get("one", server.url("good"), code=1, preexec_fn=limit)
        assert "File too large" in done.stderr and "make room" in done.stderr, done
        not_there()
        get("one", server.url("good"))
        assert server.seen[-1][2] == "bytes=100000-", server.seen
    holds("data/one/big.bin", BODY)


def test_an_archive_is_unpacked_by_the_table_alone():
    fresh()
    with Server(FILES) as server:
        get("packed", server.url("good"))
        assert sorted(os.listdir("data/packed")) == ["test.bin", "train.bin"]
        for name, body in MEMBERS.items():
            holds("data/packed/" + name, body)
        assert not os.path.exists("outside")
        get("packed", server.url("good"))
        assert len(server.seen) == 1
        os.remove("data/packed/test.bin")
        table(packed={"files": [row("test.bin", b"\1" * 512), row("other.bin", b"x")]})
        done = get("packed", server.url("good"), code=1)
        assert "test.bin in data/packed/pack.tar.gz: sha256 is " in done.stderr, done.stderr
        table(packed={"files": [row("other.bin", b"x")]})
        done = get("packed", server.url("good"), code=1)
        assert "holds no other.bin of 1 bytes" in done.stderr, done.stderr
        assert not os.path.exists("data/packed/test.bin")


def test_a_damaged_archive_is_named():
    fresh()
    for body, text in ((FILES["pack.tar.gz"][:300], "truncated"), (b"no archive" * 100, "offset 0: no header of a tar archive")):
        table(packed={"archive": row("pack.tar.gz", body, ["http://127.0.0.1:9/x"])})
        with Server({"pack.tar.gz": body}) as server:
            done = get("packed", server.url("good"), code=2)
        assert text in done.stderr, done.stderr
        assert not os.path.exists("data/packed/train.bin")


def test_https_trusts_only_what_it_is_told_to():
    fresh()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "ca.pem", "-days", "2",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    with open("key.pem", encoding="ascii") as key, open("ca.pem", encoding="ascii") as ca, open("both.pem", "w", encoding="ascii") as both:
        both.write(key.read() + ca.read())
    plain = {k: v for k, v in os.environ.items() if not k.startswith("SSL_CERT")}
    with Server(FILES, "both.pem") as server:
        done = get("one", server.url("good"), code=1, env=plain)
        assert "certificate is not trusted" in done.stderr, done.stderr
        not_there()
        get("one", server.url("good"), "--ca", "ca.pem", env=plain)
        holds("data/one/big.bin", BODY)
        os.remove("data/one/big.bin")
        get("one", server.url("good"), env={**plain, "SSL_CERT_FILE": "ca.pem"})
        holds("data/one/big.bin", BODY)


def test_check_finds_what_is_missing_wrong_or_unfinished():
    fresh()
    with Server(FILES) as server:
        get("two", server.url("good"))
        get("packed", server.url("good"))
    words = ["data", "check", "--table", "table.yaml", "-O", "data", "-o", "json"]
    assert {r["state"] for r in json.loads(run(*words).stdout)} == {"good"}
    with open("data/two/small.txt", "r+b") as file:
        file.write(b"S")
    os.rename("data/two/big.bin", "data/two/big.bin.part")
    os.remove("data/packed/test.bin")
    states = {(r["data"], r["file"]): r["state"] for r in json.loads(run(*words, code=1).stdout)}
    assert states[("two", "small.txt")].startswith("wrong: md5 is ") and states[("two", "big.bin")] == "part", states
    assert states[("packed", "test.bin")] == "missing" and states[("packed", "train.bin")] == "good", states
    only = json.loads(run("data", "check", "one", *words[2:], code=1).stdout)
    assert [r["state"] for r in only] == ["missing"]
    data = os.environ.get("ANTIGRAD_DATA", "")
    if os.path.isdir(os.path.join(data, "fashion_mnist")) and data:
        assert {r["state"] for r in json.loads(output("data", "check", "fashion_mnist", "-O", data, "-o", "json"))} == {"good"}


def test_a_text_becomes_a_shard():
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in shown]
    spelt = {**{byte: chr(byte) for byte in shown}, **{byte: chr(256 + i) for i, byte in enumerate(rest)}}
    os.makedirs("tokenizer", exist_ok=True)
    with open("tokenizer/vocab.json", "w", encoding="utf-8") as file:
        json.dump({**{spelt[byte]: byte for byte in range(256)}, "ab": 256, "\u0120ab": 257}, file)
    with open("tokenizer/merges.txt", "w", encoding="utf-8") as file:
        file.write("#version: 0.2\na b\n\u0120 ab\n")
    with open("text.txt", "w", encoding="utf-8") as file:
        file.write("ab ab\n")
    ids = b"".join(i.to_bytes(2, "little") for i in (256, 257, 10))
    head = b"".join(i.to_bytes(4, "little") for i in (20240520, 1, 3))
    assert run("data", "tokenize", "text.txt", "--tokenizer", "tokenizer").stdout == "text.bin\n"
    holds("text.bin", head.ljust(1024, b"\0") + ids)
    run("data", "tokenize", "text.txt", "--tokenizer", "tokenizer", "-O", "bare.bin", "--bare")
    holds("bare.bin", ids)
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))  # noqa: E731
    words = [PROGRAM, "data", "tokenize", "text.txt", "--tokenizer", "tokenizer", "-O", "full.bin"]
    done = subprocess.run(words, capture_output=True, text=True, preexec_fn=limit)
    assert done.returncode == 2 and "full.bin: cannot write" in done.stderr, done
    assert not os.path.exists("full.bin") and not os.path.exists("full.bin.part")
    with open("text.txt", "wb") as file:
        file.write(b"ab \xe9")
    assert "text.txt: offset 3: byte 0xe9 is not UTF-8" in run("data", "tokenize", "text.txt", "--tokenizer", "tokenizer", code=2).stderr


def test_mistakes_are_answered():
    fresh()
    for words, text in ((["data", "get", "cifar11"], 'unknown data set "cifar11"; did you mean "cifar10"?'),
                        (["data", "get"], "data get: NAME is missing"),
                        (["data", "get", "one", "--table", "table.yaml", "--from", "ftp://x/y", "-O", "data"], 'got the address "ftp://x/y/big.bin", expected http://'),
                        (["data", "check", "-O", "nowhere"], "nowhere: has no folder of a known data set"),
                        (["data", "tokenize", "x.txt"], "--tokenizer is missing"),
                        (["data", "tokenize", "x.txt", "--tokenizer", "."], ".: has no tokenizer, expected a folder with vocab.json")):
        assert text in run(*words, code=2).stderr, words
    for change, text in (({"files": []}, "expected at least one file"), ({"file": []}, 'unknown key "file"; did you mean "files"?'),
                         ({"files": [{"name": "a/b", "bytes": 1, "urls": ["x"]}]}, "expected the name of a file without a folder"),
                         ({"files": [{"name": "a", "bytes": 0, "urls": ["x"]}]}, "got 0, expected a whole number from 1"),
                         ({"files": [{"name": "a", "bytes": 1, "sha256": "12", "urls": ["x"]}]}, "expected 64 lower-case hexadecimal digits"),
                         ({"name": "two"}, 'a data set "two" is already there')):
        table(one=change)
        error = run("data", "list", "--table", "table.yaml", code=2).stderr
        assert "table.yaml:1:" in error and text in error, error


if __name__ == "__main__":
    run_tests(globals())
