"""`antigrad zoo`: lists, filters, values."""
from program import asked, output, run, run_tests


def names(*words):
    return [entry["name"] for entry in asked("zoo", *words)]


def test_words_match_names_titles_and_aliases():
    assert names("xiel") == ["xielu"]
    assert "silu" in names("SWISH") and "swish_beta" in names("swish")
    assert names("nothing_at_all") == []
    assert len(names()) >= 60


def test_filters_by_kind_and_year():
    assert names("--kind", "gate") == ["glu", "reglu", "geglu", "swiglu"]
    assert names("gate", "--kind", "gate") == []
    young = asked("zoo", "--since", "2024")
    assert young and all(entry["year"] >= 2024 for entry in young)
    assert 'did you mean "gate"' in run("zoo", "--kind", "gatt", code=2).stderr


def test_values_are_printed_at_the_points_asked_for():
    entry, = asked("zoo", "relu2", "--at=-1,0.5,3")
    assert (entry["f"], entry["g"], entry["f''"]) == ([0, 0.25, 9], [0, 1, 6], [0, 2, 2])
    assert "expected numbers like -1,0,2.5" in run("zoo", "--at=1,b", code=2).stderr


def test_more_names_what_an_entry_is_not_to_be_taken_for():
    entry, = [e for e in asked("zoo", "srs", "--more") if e["name"] == "srs"]
    assert len(entry["not to be taken for"]) == 2 and "beta < e*alpha" in entry["note"]


def test_a_gate_is_refused_where_one_input_is_wanted():
    error = run("export", "swiglu", "--to", "hf", "-O", "out", code=2).stderr
    assert "is a gate" in error and "sigmoid(x) + x*logistic_pdf(x)" in error
    assert output("derive", "gate(relu)").count("gate(0 | 0 | 1)") == 1


DEFINITIONS = """\
primitives: [{name: bump, y: "exp(-x^2)/(1 + x^2)"}, {name: wave, y: "sin(x) + 0.1*x"}, {name: heavy, y: "1/(1 + x^4)"}]
activations:
  - {name: mine, title: Mine, g: "sigmoid(x) + 0.3*bump(2*x)"}
  - {name: early, f: "where(x <= 0, 0, x*wave(x))", year: 2026, source: here}
"""


def defined():
    with open("mine.yaml", "w", encoding="utf-8") as file:
        file.write(DEFINITIONS)
    return "--define", "mine.yaml"


def test_own_activations_stand_first_and_own_primitives_are_listed():
    assert names(*defined())[:3] == ["mine", "early", "relu"]
    rows = {row["name"]: row["antiderivative"] for row in asked("zoo", "--primitives", *defined())}
    assert (rows["bump"], rows["wave"], rows["heavy"]) == ("tabulated", "closed form", "none")


def test_own_names_stand_in_formulas():
    facts = asked("derive", "mine", *defined())
    assert "integral(exp(" in facts["text"]
    assert asked("derive", facts["text"])["f(x)"] == facts["f(x)"], "the text needs no definitions"
    assert asked("derive", "wave(2*x)", *defined())["text"] == "sin(2*x) + 0.2*x"
    assert "settles exponentially" in run("derive", "heavy(x)", *defined(), code=2).stderr
    assert 'unknown primitive "bump"' in run("derive", "bump(x)", code=2).stderr
    assert asked("analyze", "early", *defined())
    assert output("export", "mine", *defined(), "-O", "out").endswith("mine_torch.py\n")


def set_of(*words):
    return set(names(*words))


def test_the_zoo_is_filtered_by_what_is_proved():
    smooth = set_of("--where", "smooth")
    assert {"gelu", "silu", "mish", "tanh", "softplus"} <= smooth and not {"relu", "elu", "hardswish"} & smooth
    assert {"relu", "softplus"} <= set_of("--where", "convex") and "gelu" not in set_of("--where", "convex")
    wavy = set_of("--where", "lower-bounded,!monotone")
    assert {"gelu", "silu", "mish"} <= wavy and "relu" not in wavy
    assert "did you mean" in run("zoo", "--where", "smoth", code=2).stderr


if __name__ == "__main__":
    run_tests(globals())
