"""`antigrad derive`: the activations people know fall out of their gradients."""
import math

from program import asked, output, run_tests

# Gradient; the function it must integrate to.
FALL_OUT = [
    ("0 | 0 | 1", lambda x: max(x, 0)),
    ("0 | 0 | 2*x", lambda x: max(x, 0) ** 2),
    ("exp(x) | 0 | 1", lambda x: x if x > 0 else math.expm1(x)),
    ("sigmoid(x) + x*logistic_pdf(x)", lambda x: x / (1 + math.exp(-x))),
    ("normal_cdf(x) + x*normal_pdf(x)", lambda x: x * 0.5 * math.erfc(-x / math.sqrt(2))),
    ("mish_gate(x) + x*mish_gate_slope(x)", lambda x: x * math.tanh(math.log1p(math.exp(x)))),
    ("sigmoid(x); f(-inf) = 0", lambda x: math.log1p(math.exp(x))),
    ("[a_p = 0.8 in (0, inf), a_n = 0.8 in (0.5, inf)] a_n*expm1(x) + 0.5 | 0 | 2*a_p*x + 0.5",
     lambda x: 0.8 * x * x + 0.5 * x if x > 0 else 0.8 * (math.expm1(x) - x) + 0.5 * x),
]
POINTS = [-20, -5, -2, -1, -0.001, 0, 1e-9, 1, 2, 5, 20]
ZOO = {"relu": 0, "relu2": 1, "elu": 2, "silu": 3, "gelu": 4, "mish": 5, "softplus": 6, "xielu": 7}


def agrees(text, want):
    facts = asked("derive", "--at=" + ",".join(map(str, POINTS)), text)
    seen = 0
    for field, value in facts.items():
        if not field.startswith("f(") or field == "f(x)":
            continue
        x = float(field[2:-1])
        tolerance = 1e-12 * max(1, abs(want(x)))
        assert abs(value - want(x)) <= tolerance, (text, x, value, want(x))
        seen += 1
    assert seen == len(POINTS), facts


def test_known_activations_fall_out_of_their_gradients():
    for text, want in FALL_OUT:
        agrees(text, want)


def test_names_of_the_zoo_mean_the_same():
    for name, row in ZOO.items():
        agrees(name, FALL_OUT[row][1])


def test_derive_says_everything_about_a_gradient():
    facts = asked("derive", FALL_OUT[7][0])
    assert facts["text"] == FALL_OUT[7][0] == asked("derive", "xielu")["text"]
    for field in ["f(x)", "f'(x) = g(x)", "f''(x)", "df/da_p", "df/da_n", "rules", "LaTeX of f", "LaTeX of g", "fingerprint"]:
        assert facts[field], field
    assert facts["parameter a_n"] == "starts at 0.8, in (0.5, inf)"
    assert "\\begin{cases}" in facts["LaTeX of f"]


def test_a_text_that_begins_with_a_minus_sign_comes_after_two_dashes():
    assert "gaussian" in output("derive", "--", "-x*gaussian(x)")


if __name__ == "__main__":
    run_tests(globals())
