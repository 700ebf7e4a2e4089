"""`antigrad analyze`: proved lines, JSON, comparison, drawing, files."""
import pathlib
import re

from program import asked, output, run_tests


def lines(text):
    return {line["property"]: line for line in asked("analyze", text)}


def test_every_line_says_what_is_known():
    for name in ["gelu", "xielu", "pltanh", "sine", "swiglu"]:
        for prop, line in lines(name).items():
            assert line["verdict"] in ("proved", "refuted", "unknown"), (name, prop, line)
            assert line["statement"], (name, prop, line)


def test_numbers_stand_between_their_bounds():
    line = lines("gelu")["infimum of f"]
    assert line["lo"] <= -0.16997120747990369 <= line["hi"] and line["hi"] - line["lo"] < 1e-12, line


def test_a_refutation_names_its_witness():
    line = lines("gelu")["monotone"]
    assert line["verdict"] == "refuted" and line["witness"] < -0.76, line


def test_a_file_holds_an_activation():
    pathlib.Path("mine.txt").write_text("# a rectifier\n0 | 0 | 1\n")
    assert lines("mine.txt") == lines("relu")


def test_comparison_has_a_column_each_and_is_drawn():
    table = output("analyze", "gelu", "--against", "relu,silu", "--draw", "drawn.html")
    assert re.match(r"property\s+gelu\s+relu\s+silu", table), table
    page = pathlib.Path("drawn.html").read_text()
    assert page.count("<svg") == 3 and "http" not in re.sub(r"http://www\.w3\.org/\S+", "", page), page[:500]
    for style in ["s0", "s1", "s2"]:
        assert page.count(f'class="line {style}"') == 3, style


if __name__ == "__main__":
    run_tests(globals())
