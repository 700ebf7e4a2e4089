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
    error = run("export", "swiglu", "-O", "out", code=2).stderr
    assert "is a gate" in error and "sigmoid(x) + x*logistic_pdf(x)" in error
    assert output("derive", "gate(relu)").count("gate(0 | 0 | 1)") == 1


if __name__ == "__main__":
    run_tests(globals())
