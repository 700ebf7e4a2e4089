"""`antigrad analyze`: proved lines, JSON, comparison, drawing, files."""
import pathlib
import re
import xml.etree.ElementTree

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


def test_a_picture_stands_alone():
    output("analyze", "gelu", "--against", "relu", "--draw", "drawn.svg")
    root = xml.etree.ElementTree.parse("drawn.svg").getroot()
    svg = "{http://www.w3.org/2000/svg}"
    texts = [text.text for text in root.iter(svg + "text")]
    assert {"gelu", "relu", "f", "g = f'", "f''"} <= set(texts), texts
    lines = [path for path in root.iter() if (path.get("class") or "").startswith("line ")]
    assert len(lines) == 2 * 4, len(lines)  # three charts and the names


if __name__ == "__main__":
    run_tests(globals())
