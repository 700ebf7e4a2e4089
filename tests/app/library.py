"""The library of past studies: a complete study adds itself, a warm one begins with it and keeps what it began with; list, show, merge,
export; a torn file is refused and nothing is lost."""
import json
import os
import shutil

from program import SOURCE, TINY, asked, canonical, output, run, run_tests

os.environ["ANTIGRAD_LIBRARY"] = os.path.abspath("library")
for left in ["library", "other", "runs"]:
    shutil.rmtree(left, ignore_errors=True)


def warm(journal):
    return [r["user_attr"]["antigrad:library"] for r in canonical(journal) if "antigrad:library" in r.get("user_attr", {})]


def test_a_complete_study_adds_itself():
    assert asked("library", "list") == []
    run("search", TINY, "--trials", "4", "--workers", "1")
    rows = asked("library", "list")
    assert [row["study"] for row in rows] == ["tiny"] and rows[0]["tasks"] == "digits, python", rows
    assert rows[0]["trials"] == 6, rows
    run("search", TINY, "--trials", "4", "--workers", "1")  # complete: adds nothing twice
    assert asked("library", "list") == rows
    shown = asked("library", "show", "tiny", "-n", "99")
    assert len(shown) == 6 and sum(row["baseline"] for row in shown) == 2, shown
    told = run("library", "show", "tyni", code=2).stderr
    assert "did you mean \"tiny\"" in told, told


def test_export_and_merge():
    run("library", "export", "-O", "all.study")
    here = asked("library", "list")
    os.environ["ANTIGRAD_LIBRARY"] = os.path.abspath("other")
    run("library", "merge", "all.study")
    run("library", "merge", "library")
    assert asked("library", "list") == here
    os.environ["ANTIGRAD_LIBRARY"] = os.path.abspath("library")
    assert "found no study" in run("library", "merge", "nowhere", code=2).stderr


def test_a_warm_study_keeps_what_it_began_with():
    with open(TINY, encoding="utf-8") as file:
        study = file.read().replace("../../.deps", SOURCE + "/.deps").replace("study: tiny", "study: warm").replace("seed: 5", "seed: 6")
    with open("warm.yaml", "w", encoding="utf-8") as file:
        file.write(study + "warm_start: true\n")
    run("search", "warm.yaml", "--trials", "3", "--workers", "1")
    assert len(warm("runs/warm/journal.log")) == 1
    assert [row["study"] for row in asked("library", "list")].count("warm") == 1
    trials = [json.loads(line) for line in open("runs/warm/journal.log", encoding="utf-8")]
    assert any(t.get("user_attrs", {}).get("operation") == "library" for t in trials), "the past's best comes first"
    before = canonical("runs/warm/journal.log")
    run("resume", "warm")  # though the library has grown
    assert canonical("runs/warm/journal.log") == before
    shutil.rmtree("runs/warm")
    with open("warm.yaml", "w", encoding="utf-8") as file:
        file.write(study + "warm_start: all.study\n")
    run("search", "warm.yaml", "--trials", "3", "--workers", "2")
    assert [r for r in canonical("runs/warm/journal.log") if r["op_code"] == 4] == [r for r in before if r["op_code"] == 4]


def test_a_torn_file_is_refused_and_off_is_off():
    name = sorted(os.listdir("library"))[0]
    with open(f"library/{name}", "rb") as file:
        whole = file.read()
    with open(f"library/{name}", "wb") as file:
        file.write(whole[:-5])
    told = run("library", "list", code=2).stderr
    assert "torn" in told and name in told, told
    with open(f"library/{name}", "wb") as file:
        file.write(whole)
    os.environ["ANTIGRAD_LIBRARY"] = "off"
    assert asked("library", "list") == []
    assert "off" in run("library", "merge", "all.study", code=2).stderr
    assert output("library", "list", "-o", "csv").startswith("study,hash")


run_tests(globals())
