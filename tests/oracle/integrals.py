"""Integrals against SymPy and mpmath.

Closed forms, written by hand: the derivative of what `antigrad derive` prints minus the gradient is 0 at 50 digits, once
the doubles of its text stand for the fractions and constants that they are. Then random and special gradients, small
scales among them: the values that antigrad computes against mpmath's quadrature of the gradient's text.
"""
import fractions
import math
import os
import re
import sys

import mpmath
import sympy

sys.path.insert(0, os.path.join(os.environ["ANTIGRAD_SOURCE"], "tests/app"))
from program import asked  # noqa: E402

mpmath.mp.dps = 30

CLOSED = [
    "1", "x", "x^3 - 2*x", "0 | 0 | 1", "0 | 0 | 2*x", "exp(x) | 0 | 1", "exp(2*x)", "x*exp(x)", "x^2*exp(-x)", "expm1(x)", "x*expm1(2*x)",
    "sigmoid(x)", "x*sigmoid(x)", "sigmoid(x) + x*logistic_pdf(x)", "sigmoid(x)*sigmoid(x)", "sigmoid(x)*sigmoid(-x)", "x*logistic_pdf(3*x)",
    "softplus(x)", "softplus(2*x + 1)", "softplus(x)*sigmoid(x)", "tanh(x)", "x*tanh(x)", "tanh(x)*tanh(x)", "tanh(x)*sech2(x)", "x*sech2(x)",
    "sech2(2*x - 1)", "logcosh(x)", "logcosh(x)*tanh(x)", "gaussian(x)", "x*gaussian(x)", "x^2*gaussian(x)", 
    "erf(x)", "x*erf(x)", "erf(x)*gaussian(x)", "normal_pdf(x)", "normal_cdf(x)", "normal_cdf(x) + x*normal_pdf(x)",
    "x^2*normal_pdf(x)", "softsign(x)", "x*softsign(x)", "softsign(x)*softsign_slope(x)", "softsign(x)*softsign(x)",
    "atan(x)", "x*atan(x)", "x^2*cauchy(x)", "atan(x)*cauchy(x)", "isru(x)", "x*isru(x)", "x^2*isru_slope(x)", "isru(x)*isru(x)", "sin(x)",
    "x^2*sin(x)", "x*cos(2*x - 1)", "sin(x)*cos(2*x)", "sin(x)*sin(x)", "exp(x)*sin(2*x)", "x*exp(-x)*cos(x)", "sinc(x)", "x*sinc(x)",
    "sinc_slope(x)", "x*sinc_slope(x)", "signed_log(x)", "x*signed_log(x)", "mish_gate(x)", "mish_gate(x) + x*mish_gate_slope(x)", "elu(x)",
    "relu(x)", "x*relu(x - 1)", "step(x - 0.5)*tanh(x)", "relu(x)*sigmoid(2*x)",
]
# Their constants are no fractions: the doubles of the text are what they are.
ROUNDED = ["gaussian(x)*gaussian(2*x - 1)", "gaussian(x)*exp(x)", "normal_pdf(x - 1)*exp(0.5*x)", "sech2(2*x - 1)*exp(-x)*exp(x)",
           "x*gaussian(0.7*x - 0.3)", "sin(x)*sin(x + 1)"]
TABULATED = ["tanh(x)*sigmoid(x)", "x*softplus(x)", "x^2*logcosh(x)", "softsign(x)*tanh(x)", "sin(3*x)*normal_cdf(x)", "x*mish_gate(x - 0.3)",
             "gaussian(x - 1)*logcosh(2*x)", "sinc(x)*sech2(x) | 0.4 | elu(x)*erf(x)"]
SMALL = [1e-300, 1e-100, 1e-20, 1e-12, 1e-9, 1e-7, 1e-5, 1e-4, 1e-3, 0.01, 0.1]


def names(m, where):
    """The primitives over a library m with sympy's names."""
    sg = lambda u: 1 / (1 + m.exp(-u))  # noqa: E731
    sinc = lambda u: where(u == 0, lambda: m.mpf(1) if m is mpmath else 1, lambda: m.sin(u) / u)  # noqa: E731
    gate = lambda u: 1 - 2 / (1 + (1 + m.exp(u)) ** 2)  # noqa: E731
    size = abs if m is mpmath else m.Abs
    sgn = m.sign
    return {
        "exp": m.exp, "sin": m.sin, "cos": m.cos, "tanh": m.tanh, "erf": m.erf, "atan": m.atan, "asinh": m.asinh, "sqrt": m.sqrt, "abs": size,
        "expm1": lambda u: m.exp(u) - 1, "log1p": lambda u: m.log(1 + u), "erfc": lambda u: 1 - m.erf(u), "sigmoid": sg,
        "logistic_pdf": lambda u: sg(u) * sg(-u), "softplus": lambda u: m.log(1 + m.exp(u)), "sech2": lambda u: 1 / m.cosh(u) ** 2,
        "logcosh": lambda u: m.log(m.cosh(u)), "gaussian": lambda u: m.exp(-u * u), "normal_pdf": lambda u: m.exp(-u * u / 2) / m.sqrt(2 * m.pi),
        "normal_cdf": lambda u: (1 + m.erf(u / m.sqrt(2))) / 2, "softsign": lambda u: u / (1 + size(u)), "softsign_slope": lambda u: 1 / (1 + size(u)) ** 2,
        "cauchy": lambda u: 1 / (1 + u * u), "isru": lambda u: u / m.sqrt(1 + u * u), "isru_slope": lambda u: 1 / m.sqrt(1 + u * u) ** 3,
        "sinc": sinc, "sinc_slope": lambda u: where(u == 0, lambda: 0, lambda: (m.cos(u) - m.sin(u) / u) / u),
        "signed_log": lambda u: sgn(u) * m.log(1 + size(u)), "log1p_abs": lambda u: m.log(1 + size(u)), "log_slope": lambda u: 1 / (1 + size(u)),
        "log_hypot": lambda u: m.log(1 + u * u) / 2, "hypot1": lambda u: m.sqrt(1 + u * u) - 1, "mish_gate": gate,
        "mish_gate_slope": lambda u: 4 * m.exp(u) * (1 + m.exp(u)) / (1 + (1 + m.exp(u)) ** 2) ** 2,
        "mish_gate_integral": lambda u: m.log(1 + (1 + m.exp(u)) ** 2) / 2 + m.atan(1 + m.exp(u)),
        "softplus_integral": lambda u: -m.polylog(2, -m.exp(u)) - m.pi ** 2 / 12, "sine_integral": (m.si if m is mpmath else m.Si),
        "step": lambda u: where(u > 0, lambda: 1, lambda: 0), "relu": lambda u: where(u > 0, lambda: u, lambda: 0),
        "elu": lambda u: where(u > 0, lambda: u, lambda: m.exp(u) - 1), "elu_negative": lambda u: where(u > 0, lambda: 0, lambda: m.exp(u) - 1),
        "where": where, "min": min, "max": max,
    }


class Lazy:
    """where(condition, a, b) over mpmath: both sides are values already."""
    def __new__(cls, condition, yes, no):
        value = yes if condition else no
        return value() if callable(value) else value


KNOWN = {math.pi / 2: "pi/2", math.log(2): "log(2)", math.sqrt(math.pi): "sqrt(pi)", 1 / math.sqrt(math.pi): "1/sqrt(pi)",
         math.sqrt(0.5): "sqrt(2)/2", 1 / math.sqrt(2 * math.pi): "1/sqrt(2*pi)", math.pi ** 2 / 12: "pi**2/12"}


def exact(word):
    """The number that a double of the text stands for, as text for mpmath; None where it is not seen."""
    v = float(word)
    for known, text in KNOWN.items():
        q = fractions.Fraction(v / known).limit_denominator(64)
        if q and abs(float(q) * known - v) <= 4e-16 * abs(v):
            return f"(mpf({q.numerator})/{q.denominator}*({text}))"
    q = fractions.Fraction(v).limit_denominator(20000)
    if abs(float(q) - v) <= 4e-16 * abs(v):
        return f"(mpf({q.numerator})/{q.denominator})"
    return None


def number(text, digits):
    """Its numbers as mpmath's, rationals and known constants put in where `digits` are wanted."""
    def replaced(match):
        if digits:
            return exact(match.group()) or f"mpf({float(match.group())!r})"
        return f"mpf({float(match.group())!r})"
    return re.sub(r"(?<![\w.])\d+\.?\d*(?:e[-+]?\d+)?", replaced, text)


def function(text, digits, parameters=()):
    scope = names(mpmath, Lazy) | {"mpf": mpmath.mpf, "pi": mpmath.pi, "log": mpmath.log}
    code = compile(number(text.replace("^", "**"), digits), text, "eval")
    return lambda x: eval(code, scope | dict(parameters) | {"x": x})


def closed(text, digits=25):
    """df/dx = g to that many digits, at eight points; the text of f."""
    facts = asked("derive", text)
    assert not re.search(r"(?<!\w)integral\(", facts["f(x)"]), (text, facts["f(x)"])
    with mpmath.workdps(60):
        f, g = function(facts["f(x)"], True), function(facts["f'(x) = g(x)"], True)
        for x in map(mpmath.mpf, ("-3.3", "-1.21", "-0.43", "-0.11", "0.23", "0.77", "1.6", "4.1")):
            residual, size = abs(mpmath.diff(f, x) - g(x)), 1 + abs(g(x))
            assert residual <= mpmath.mpf(10) ** -digits * size, (text, facts["f(x)"], x, mpmath.nstr(residual, 5))
    return facts["f(x)"]


def sympy_agrees(text):
    """SymPy's derivative of f, where f is over functions that SymPy knows, simplifies to g or is it at 50 digits."""
    facts = asked("derive", text)
    x = sympy.Symbol("x", real=True)
    where = lambda c, a, b: sympy.Piecewise((a() if callable(a) else a, c), (b() if callable(b) else b, True))  # noqa: E731
    scope = names(sympy, where) | {"x": x, "mpf": sympy.Integer, "pi": sympy.pi, "log": sympy.log}
    f, g = (eval(number(facts[k].replace("^", "**"), True), scope) for k in ("f(x)", "f'(x) = g(x)"))
    rest = sympy.diff(f, x) - g
    return all(abs(sympy.N(rest.subs(x, sympy.Rational(p, 100)), 50)) < sympy.Float("1e-40", 50) for p in (-231, -47, 83, 312))


def integral(g, a, b, breaks):
    stops = sorted({a, b, *(k for k in breaks if min(a, b) < k < max(a, b))})
    n = lambda lo, hi: max(1, int(math.ceil(float(hi - lo))))  # noqa: E731
    total = mpmath.mpf(0)
    for lo, hi in zip(stops, stops[1:]):
        total += mpmath.quad(g, mpmath.linspace(lo, hi, n(lo, hi) + 1))
    return total if b > a else -total


def check_values(text, points, tolerance=1e-12, wrong=0.0):
    """f at points from its value at 0, by mpmath's quadrature of g."""
    facts = asked("derive", text, "--at=" + ",".join(map(repr, points)))
    g = function(facts["f'(x) = g(x)"], False)
    breaks = [mpmath.mpf(k) for k in map(float, re.findall(r"\| (-?[\d.e-]+) \|", facts["text"]))]
    breaks += [mpmath.mpf(b) for b in (-1, 0, 0.5, 1)]
    values = {float(k[2:-1]): v for k, v in facts.items() if k.startswith("f(") and k != "f(x)"}
    for p in points:
        want, got = integral(g, mpmath.mpf(0), mpmath.mpf(p), breaks), values[p] + wrong
        assert abs(got - want) <= tolerance * max(1, abs(want)), (text, p, got, want)


def small_scale(row, b):
    """f and df/da of row(a x + b) for scales down to 1e-300, relative to |x|."""
    import ctypes
    import pathlib
    from derive_c import compiled, function as c_function
    del pathlib, ctypes
    facts = asked("derive", f"[a = 0.5 in (-10, 10)] {row}(a*x + {b})")
    library = compiled(facts["C"], f"small_{row}")
    f = c_function(library, "f", 1)
    p = function(f"{row}(x)", False)
    with mpmath.workdps(40):
        for a in SMALL:
            for sign in (1, -1):
                for x in (-3.0, -0.2, 0.7, 2.5, 40.0):
                    s = mpmath.mpf(a * sign)
                    want = mpmath.mpf(x) * mpmath.quad(lambda t: p(b + s * x * t), [0, 0.5, 1])
                    got = f(x, a * sign)
                    assert abs(got - want) <= 2e-13 * abs(x), (row, b, a * sign, x, got, want)


def main():
    for text in CLOSED:
        closed(text)
    for text in ROUNDED:
        closed(text, 14)
    print(len(CLOSED), "closed forms at 25 digits,", len(ROUNDED), "at 14")
    by_sympy = [t for t in CLOSED if not re.search(r"step|relu|elu|\||sinc|softplus|logcosh|x\*tanh|x\*sigmoid|x\*logistic", t)]
    for text in by_sympy:
        assert sympy_agrees(text), text
    print(len(by_sympy), "closed forms by SymPy")
    for text in TABULATED:
        check_values(text, [-6.3, -1.7, -0.2, 0.9, 3.1, 7.7])
    for row in ("tanh", "softplus", "normal_cdf", "atan", "mish_gate", "sinc", "logcosh", "exp"):
        small_scale(row, 0.3)
    try:
        check_values(TABULATED[0], [0.9], wrong=1e-11)
    except AssertionError:
        print("a wrong value is seen")
    else:
        raise SystemExit("a wrong value passed")


if __name__ == "__main__":
    main()
