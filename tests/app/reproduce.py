"""Claims of the literature: the list, every one at its smallest size, the same verdicts when asked again."""
import json
import os
import shutil
import subprocess
import sys

from program import PROGRAM, SOURCE, asked, output, run, run_tests

LITERATURE = os.path.join(SOURCE, "experiments/literature")
VERDICTS = {"supported", "not supported", "undecided at this size"}


def needs_data(claim):
    with open(os.path.join(LITERATURE, claim, "smoke.yaml"), encoding="utf-8") as study:
        return "ANTIGRAD_DATA" in study.read()


def test_the_list_names_every_claim_and_its_sizes():
    rows = asked("reproduce", "--list")
    assert rows == asked("reproduce")
    assert sorted(row["claim"] for row in rows) == sorted(os.listdir(LITERATURE)), rows
    assert all(row["sizes"] == "smoke, short, paper" for row in rows), rows


def test_every_claim_runs_at_its_smallest_size():
    for claim in sorted(os.listdir(LITERATURE)):
        if needs_data(claim) and not os.environ.get("ANTIGRAD_DATA"):
            print(f"  skipped: {claim} needs ANTIGRAD_DATA")
            continue
        done = run("reproduce", claim, "--size", "smoke", "-o", "json")
        findings = json.loads(done.stdout)
        assert findings and {row["verdict"] for row in findings} <= VERDICTS, findings
        with open(f"runs/{claim}_smoke/report.html", encoding="utf-8") as report:
            page = report.read()
        assert "The claim" in page and "http://" not in page.replace("http://www.w3.org", ""), claim


def test_asking_again_trains_nothing_and_says_the_same():
    journal = "runs/gelu_smoke/journal.log"
    before = os.path.getsize(journal)
    first = output("reproduce", "gelu", "--size", "smoke", "-o", "json")
    assert first == output("reproduce", "gelu", "--size", "smoke", "-o", "json")
    assert os.path.getsize(journal) == before


def test_reports_show_networks_kernels_and_what_skipping_saves():
    """Each claim's own tables, measured by this very run."""
    wanted = {"xielu": ["Networks", "feed-forward"], "gelu_relu": ["Cost by data type and back-end", "bfloat16", "interpreter", "libtorch"],
              "sparsity": ["Time of a feed-forward network", "ReLU^2 on plain"], "pltanh": ["Chosen: ", "folds"]}
    for claim, parts in wanted.items():
        with open(f"runs/{claim}_smoke/report.html", encoding="utf-8") as report:
            page = report.read()
        for part in parts:
            assert part in page, (claim, part)


def test_verdicts_are_those_of_the_runs_and_nothing_runs():
    rows = asked("reproduce", "--verdicts", "--size", "smoke")
    whole = {row["claim"]: row["verdict"] for row in rows if row["check"] == ""}
    assert sorted(whole) == sorted(os.listdir(LITERATURE)), whole
    for claim in ("gelu", "pltanh", "long_search"):  # the last searches and compares nothing
        said = run("reproduce", claim, "--size", "smoke").stderr
        assert f"size smoke: {whole[claim]}." in said, (whole[claim], said)
        checks = [row for row in rows if row["claim"] == claim and row["check"]]
        assert checks and all(row["ours"] and row["verdict"] in VERDICTS for row in checks), checks
        assert ("likeness" in checks[0]["ours"]) == (claim == "long_search"), checks
    assert {row["verdict"] for row in asked("reproduce", "--verdicts", "--size", "paper")} == {"not run"}


def test_the_page_of_claims_keeps_what_was_not_run_again():
    """And names every claim: scripts/claims-table over no runs changes nothing."""
    shutil.rmtree("copied", ignore_errors=True)
    for name in ("scripts/claims-table", "docs/evidence.md"):
        os.makedirs(os.path.dirname(os.path.join("copied", name)), exist_ok=True)
        shutil.copy(os.path.join(SOURCE, name), os.path.join("copied", name))
    os.makedirs("copied/runs")
    subprocess.run([sys.executable, "copied/scripts/claims-table", os.path.abspath("copied/runs"), "short"], check=True,
                   env=os.environ | {"ANTIGRAD": PROGRAM})
    with open("copied/docs/evidence.md", encoding="utf-8") as made, open(os.path.join(SOURCE, "docs/evidence.md"), encoding="utf-8") as page:
        assert made.read() == page.read()


def test_mistakes_are_told():
    assert 'did you mean "gelu"?' in run("reproduce", "gelo", code=2).stderr
    assert "expected paper or short or smoke" in run("reproduce", "gelu", "--size", "tiny", code=2).stderr
    assert "not both" in run("reproduce", "gelu", "--all", code=2).stderr


if __name__ == "__main__":
    shutil.rmtree("runs", ignore_errors=True)
    run_tests(globals())
