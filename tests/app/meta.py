"""`antigrad meta`: start values learned through training, the same every time, as a text that other commands read."""

from program import TINY, asked, run, run_tests

SHORT = [TINY, "--activation", "[a = 0.1 in (0, inf)] 0 | 0 | a", "--steps", "2", "--rounds", "6", "--meta-rate", "0.2", "--rate", "0.1"]


def test_start_values_move_and_become_a_text():
    told = asked("meta", *SHORT)
    assert told["loss after the steps"] != told["with the old start values"], told
    text = told["activation"]
    start = float(text.split("=")[1].split()[0])
    assert start > 0.1 and told["a"].startswith(f"{start:.6g}, was 0.1"), told
    assert "0 | 0 | a" in text and asked("derive", text), text


def test_every_round_is_listed_and_the_same_again():
    rounds = asked("meta", *SHORT, "--each")
    assert [row["round"] for row in rounds] == list(range(6)) and abs(rounds[0]["a"] - 0.1) < 1e-9, rounds
    assert rounds == asked("meta", *SHORT, "--each")
    assert rounds != asked("meta", *SHORT, "--each", "--seed", "7")
    assert rounds != asked("meta", *SHORT, "--each", "--method", "first-order")


def test_mistakes_are_told():
    assert "no trainable parameters" in run("meta", TINY, "--activation", "relu", code=2).stderr
    assert "expected first-order or full or reptile" in run("meta", *SHORT, "--method", "maml", code=2).stderr
    assert "--activation" in run("meta", TINY, code=2).stderr
    assert "xielu" in run("meta", TINY, "--activation", "xiellu", code=2).stderr


if __name__ == "__main__":
    run_tests(globals())
