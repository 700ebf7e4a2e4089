"""`antigrad one-shot`: a supernet's terms as a library that a study searches over."""
import pathlib

from program import TINY, asked, output, run, run_tests

SHORT = [TINY, "--steps", "6", "-n", "4", "--left=1,exp,-tanh", "--right", "x,1,sech2"]


def test_gradients_come_out_and_are_a_library():
    rows = asked("one-shot", *SHORT, "-O", "one_shot.yaml")
    assert len(rows) == 4 and all(" | 0 | " in row["gradient"] for row in rows), rows
    assert rows == asked("one-shot", *SHORT)
    for row in rows:
        output("derive", "--", row["gradient"])
    study = pathlib.Path(TINY).read_text(encoding="utf-8").replace("study: tiny", "study: over_library").replace("../../.deps", str(pathlib.Path(TINY).parents[2] / ".deps"))
    begin, end = study.index("sampler:"), study.index("halving:")
    study = study[:begin] + "sampler: {name: grid, library: one_shot.yaml, lag: 2}\n" + study[end:].replace("trials: 12", "trials: 4")
    pathlib.Path("over_library.yaml").write_text(study.replace("budget: {trials: 12}", "budget: {trials: 4}"), encoding="utf-8")
    run("search", "over_library.yaml", "--fresh", "--workers", "2")
    trained = {row["gradient"] for row in asked("top", "over_library", "-n", "10")}
    assert len(trained) >= 4, trained


def test_shares_are_listed():
    shares = asked("one-shot", *SHORT, "--each", "--second-order")
    assert [row["term"] for row in shares] == ["1", "exp", "-tanh", "x", "1", "sech2"], shares
    assert abs(sum(row["share"] for row in shares) - 2) < 1e-9, shares


def test_mistakes_are_told():
    assert "at least two terms" in run("one-shot", TINY, "--left", "exp", code=2).stderr
    assert "mix fewer" in run("one-shot", TINY, "--left", "exp,tanh,sin,sech2,gaussian", code=2).stderr
    assert "tanhh" in run("one-shot", TINY, "--left", "exp,tanhh", code=2).stderr


if __name__ == "__main__":
    run_tests(globals())
