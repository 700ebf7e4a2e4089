"""Exported LaTeX documents: a reader of their mathematics, which knows no more than the signs on the page, gives what the table on
the page says and what the program computes, f, f', f'' and df/dtheta at every place; pdflatex typesets them.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

import mpmath as mp

sys.path.insert(0, os.path.join(os.environ["ANTIGRAD_SOURCE"], "tests/app"))
from exported import FULL, nudged, seen_to_fail, some, write  # noqa: E402

mp.mp.dps = 20
sys.setrecursionlimit(20000)
LIMIT = 1e-10  # of the program's float64 where terms cancel
TOKEN = re.compile(
    r"\s*(\\operatorname\{\w+\}|\\mathit\{(?:\\_|[^{}])+\}|\\(?:begin|end)\{cases\}|\\text\{otherwise\}|\\left[(|]|\\right[)|]"
    r"|\\[a-zA-Z]+|\\[,\\]|\d+(?:\.\d+)?|[a-zA-Z]|[-+^_{}()&,'=<])"
)
KNOWN = {
    r"\log": mp.log, r"\sin": mp.sin, r"\cos": mp.cos, r"\arctan": mp.atan, r"\cosh": mp.cosh, r"\tanh": mp.tanh,
    r"\operatorname{sech}": mp.sech, r"\operatorname{erf}": mp.erf, r"\operatorname{erfc}": mp.erfc, r"\operatorname{sgn}": mp.sign,
    r"\operatorname{max}": max, r"\operatorname{min}": min, r"\min": min,
}
SIGNS = {"H", r"\sigma", r"\varphi", r"\Phi"}  # of functions that a document defines, as those of \operatorname
CLOSING = {None, "}", r"\right)", r"\right|", "&", "=", "<", r"\le", r"\\", ",", r"\end{cases}"}
COMPARISONS = {"<": lambda a, b: a < b, r"\le": lambda a, b: a <= b, "=": lambda a, b: a == b}


class Reader:
    """Mathematics as it is set, by recursive descent, to functions of an environment (names to numbers). What could be taken for
    something else is an error: a sign behind a sign or a factor, a number behind a blank, anything beside cases.
    """

    def __init__(self, text, definitions):
        self.tokens, self.at, self.definitions = [], 0, definitions
        self.bent = []  # arguments of functions with a kink at 0
        at = 0
        while at < len(text.rstrip()):
            match = TOKEN.match(text, at)
            assert match, f"cannot be read: {text[at:at + 40]!r}"
            self.tokens.append(match[1])
            at = match.end()

    def whole(self):
        value = self.sum()
        assert self.peek() is None, f"left over: {self.tokens[self.at:self.at + 8]}"
        return value

    def peek(self, ahead=0):
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else None

    def take(self, *expected):
        token = self.peek()
        assert token is not None and (not expected or token in expected), f"got {token}, expected {expected}, behind {self.tokens[max(0, self.at - 8):self.at]}"
        self.at += 1
        return token

    def group(self):
        """{ ... } or the one token that stands for it."""
        if self.peek() != "{":
            return self.atom()
        self.take("{")
        value = self.sum()
        self.take("}")
        return value

    def sum(self):
        value = self.term(first=True)
        while self.peek() in ("+", "-"):
            sign = -1 if self.take() == "-" else 1
            value = added(value, self.term(), sign)
        return value

    def term(self, first=False):
        if self.peek() == "-":
            assert first, "a sign behind a sign"
            self.take()
            value = self.term()
            return lambda env: -value(env)
        if self.peek() == r"\int":
            return self.integral()
        return self.product()

    def product(self):
        value = self.factor()
        while self.peek() in (r"\,", r"\cdot") and (self.peek(), self.peek(1)) != (r"\,", "d"):
            sign = self.take()
            assert sign == r"\cdot" or not self.peek()[0].isdigit(), "a number behind a blank"
            value = multiplied(value, self.factor())
        return value

    def factor(self):
        base = self.atom()
        if self.peek() != "^":
            return base
        self.take("^")
        exponent = self.group()
        return lambda env: base(env) ** exponent(env)

    def atom(self):
        token = self.take()
        if token[0].isdigit():
            return lambda env: mp.mpf(float(token))  # the program's numbers are float64: knots are where they are
        if token in ("x", "t", "u") or token.startswith(r"\mathit"):
            return lambda env: env[token]
        if token in ("e", r"\pi"):
            return lambda env: mp.e if token == "e" else mp.pi
        if token in (r"\frac", r"\tfrac"):
            above, below = self.group(), self.group()
            return lambda env: above(env) / below(env)
        if token == r"\sqrt":
            inside = self.group()
            return lambda env: mp.sqrt(inside(env))
        if token == r"\left(":
            return self.closed(r"\right)")
        if token == r"\left|":
            inside = self.closed(r"\right|")
            self.bent.append(inside)
            return lambda env: abs(inside(env))
        if token == r"\begin{cases}":
            return self.cases()
        return self.function(token)

    def closed(self, by):
        value = self.sum()
        self.take(by)
        return value

    def cases(self):
        rows = []
        while True:
            value = self.sum()
            self.take("&")
            if self.peek() == r"\text{otherwise}":
                self.take()
                self.take(r"\end{cases}")
                break
            left, holds, right = self.sum(), COMPARISONS[self.take(*COMPARISONS)], self.sum()
            rows.append((lambda env, a=left, b=right, holds=holds: holds(a(env), b(env)), value))
            self.take(r"\\")
        assert self.peek() in CLOSING, f"{self.peek()} beside cases"

        def chosen(env):
            return next((one for condition, one in rows if condition(env)), value)(env)

        return chosen

    def integral(self):
        for token in (r"\int", "_", "0", "^"):
            self.take(token)
        upper = self.group()
        outer, self.bent = self.bent, []
        inside = self.product()
        bent, self.bent = self.bent, outer
        for token in (r"\,", "d", "t"):
            self.take(token)
        assert self.peek() in CLOSING | {"+", "-"}, f"{self.peek()} beside an integral"

        def integrated(env):
            end = upper(env)
            stops = [mp.sign(end) * mp.mpf("1.5") ** k for k in range(64)]  # far out, where a dilogarithm may end, seldom
            for argument in bent:
                stops += zeros(lambda t, argument=argument: argument(env | {"t": t}), end)
            stops = sorted((s for s in stops if 0 < s / end < 1), key=abs) if end else []
            return mp.quad(lambda t: inside(env | {"t": t}), [0, *stops, end], method="gauss-legendre") if end else mp.mpf(0)

        return integrated

    def function(self, sign):
        """sech^2(...), mg^{(-1)}(...), log sqrt{...}, tanh log(...)."""
        assert sign in KNOWN or sign in SIGNS or sign.startswith(r"\operatorname"), f"{sign} is no function"
        power = 1
        while self.peek() in ("'", "_", "^"):
            mark = self.take()
            if mark == "_":
                mark += self.take()
            elif mark == "^" and self.peek() == "{":
                for token in ("{", "(", "-", "1", ")", "}"):
                    self.take(token)
                mark = "^{(-1)}"
            elif mark == "^":
                power, mark = int(self.take()), ""
            sign += mark
        known = KNOWN.get(sign) or self.definitions.get(sign)
        assert known, f"the document does not say what {sign} is"
        arguments = self.arguments()
        if sign not in KNOWN or KNOWN[sign] in (mp.sign, max, min):
            self.bent.extend(arguments)
        return lambda env: known(*(argument(env) for argument in arguments)) ** power

    def arguments(self):
        if self.peek() != r"\left(":
            assert self.peek() in (r"\left|", r"\sqrt") or self.peek() in KNOWN or self.peek() in self.definitions, f"{self.peek()} is no argument"
            return [self.atom()]
        self.take(r"\left(")
        arguments = [self.sum()]
        while self.peek() == ",":
            self.take()
            arguments.append(self.sum())
        self.take(r"\right)")
        return arguments


def zeros(f, end):
    """Of f, mostly affine, between 0 and end."""
    at = [mp.mpf(t) for t in (0, 1, 2)]
    a, b, c = map(f, at)
    if abs(a - 2 * b + c) < 1e-15 * (abs(a) + abs(b)):
        return [a / (a - b)] if a != b else []
    grid = [end * k / 64 for k in range(65)]
    values = [f(t) for t in grid]
    return [mp.findroot(f, (s, t), solver="anderson") for s, t, u, v in zip(grid, grid[1:], values, values[1:]) if u * v < 0]


def added(a, b, sign):
    return lambda env: a(env) + sign * b(env)


def multiplied(a, b):
    return lambda env: a(env) * b(env)


class Document:
    """formulas and definitions by what they define, theta and a table (rows: x, then values by formula) a place."""

    def __init__(self, path):
        body = path.read_text().split(r"\begin{document}")[1].split(r"\end{document}")[0]
        head, *sections = re.split(r"^Values.*:$", body, flags=re.M)
        equations = [text.split(" = ", 1) for text in re.findall(r"\\\[\n +(.*)\n\\\]", head)]
        self.definitions = {}
        for left, right in equations:
            if left.endswith(r"\left(u\right)"):
                value = Reader(right, {}).whole()
                self.definitions[left.removesuffix(r"\left(u\right)")] = lambda u, value=value: value({"u": u})
        self.formulas = {left: self.read(right) for left, right in equations if not left.endswith(r"\left(u\right)") and r" \in " not in right}
        first = {left: self.number(right.split(r" \in ")[0]) for left, right in equations if r" \in " in right}
        places = re.findall(r"^  \\item .*: \$(.*)\$$", head, re.M)
        self.theta = [{name: self.number(value) for name, value in (part.split(" = ") for part in place.split(r", \; "))} for place in places] or [first]
        assert self.theta[0] == first
        self.tables = [self.table(section) for section in sections]
        assert len(self.tables) == len(self.theta), (len(self.tables), len(self.theta))

    def read(self, text):
        return Reader(text, self.definitions).whole()

    def number(self, text):
        return self.read(text)({})

    def table(self, section):
        rows = {}
        for array in re.findall(r"\\begin\{array\}\{r\|r+\}\n(.*?)\n +\\end\{array\}", section, re.S):
            names, *lines = (line.strip() for line in array.split("\n"))
            _, *names = names.removesuffix(r" \\ \hline").split(" & ")
            for line in lines:
                x, *values = (self.number(cell) for cell in line.removesuffix(r" \\").split(" & "))
                rows.setdefault(x, {}).update(zip(names, values, strict=True))
        return rows

    def value(self, name, x, place):
        return self.formulas[name](self.theta[place] | {"x": mp.mpf(x)})


def near(got, want, relative, absolute, *what):
    assert abs(got - want) <= relative * abs(want) + absolute, f"{what}: read as {mp.nstr(got, 15)}, expected {mp.nstr(mp.mpf(want), 15)}"
    return float(abs(got - want) / max(1, abs(want)))


def check(case):
    """The largest difference between the page and the program."""
    document = Document(case.file(".tex"))
    first = ["f(x)", "f'(x)", "f''(x)"]
    slopes = [name for name in document.formulas if name not in first]
    assert list(document.formulas) == first + slopes and len(slopes) == len(case.gtheta), list(document.formulas)
    worst, places = 0, set()
    for line in (case.folder / "displayed.txt").read_text().split("\n")[:-1]:
        place, *numbers = line.split()
        x, *values = map(float.fromhex, numbers)
        places.add(int(place))
        for name, want in zip(first + slopes, values, strict=True):
            worst = max(worst, near(document.value(name, x, int(place)), want, LIMIT, LIMIT, case.name, case.text, name, x))
    assert places == set(range(len(document.tables)))
    for x, y in list(zip(case.x, case.kernel_y))[::97] if case.named else ():  # of others the kernel's digits may cancel
        near(document.value("f(x)", x, 0), y, 1e-6, 1e-6, case.name, case.text, "the kernel", x)
    check_table(case, document)
    return worst


def check_table(case, document):
    for place, table in enumerate(document.tables):
        assert len(table) >= (4 if place else 8), len(table)
        for x, values in table.items():
            assert set(values) == set(document.formulas) - {"f''(x)"}
            for name, want in values.items():
                near(document.value(name, x, place), want, 6e-7, 1e-10, case.name, "table of place", place, name, x)


def typeset(paths, name):
    """The documents as one, by pdflatex."""
    parts = [path.read_text().split(r"\begin{document}") for path in paths]
    body = "\\clearpage\n".join(part[1].split(r"\end{document}")[0] for part in parts)
    pathlib.Path(name + ".tex").write_text(f"{parts[0][0]}\\begin{{document}}\n{body}\\end{{document}}\n")
    done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", name + ".tex"], capture_output=True, stdin=subprocess.DEVNULL)
    said = done.stdout.decode(errors="replace")
    assert done.returncode == 0, said[-1500:]
    (pages,) = re.findall(r"Output written on .* \((\d+) page", said)
    assert int(pages) >= len(paths)
    return int(pages)


def check_that_faults_are_seen(by_name):
    gelu, xielu = by_name["gelu"], by_name["xielu"]
    slope = re.search(r"  f'\(x\) = .*", gelu.file(".tex").read_text())[0]
    seen_to_fail(gelu, ".tex", slope, slope.replace(" + ", " - ", 1), check)
    seen_to_fail(gelu, ".tex", r"\operatorname{erfc}\left(-", r"\operatorname{erfc}\left(", check)
    seen_to_fail(gelu, ".tex", r"  \Phi\left(u\right) = ", r"  \Psi\left(u\right) = ", check)
    text = xielu.file(".tex").read_text()
    for section in text.split("\nValues (")[1:]:
        for row in section.split("\n")[4:6]:
            cells = row.split(" & ")
            for k in range(1, len(cells)):
                if re.search(r"\d\.\d", cells[k]):
                    wrong = " & ".join([*cells[:k], nudged(cells[k]), *cells[k + 1 :]])
                    seen_to_fail(xielu, ".tex", section, section.replace(row, wrong, 1), check)
    item = next(line for line in text.split("\n") if "place 1" in line and r"\item" in line)
    seen_to_fail(xielu, ".tex", item, nudged(item), check)
    if shutil.which("pdflatex"):
        seen_to_fail(gelu, ".tex", slope, slope.replace("}", "", 1) if "}" in slope else slope + "{", lambda case: typeset([case.file(".tex")], "wrong"))
    for ambiguous in (r"2 \, -x", "x + -x", "--x", r"x \, 2", r"\begin{cases} 1 & x < 0 \\ x & \text{otherwise} \end{cases} \, x", r"\int_0^{x} t \, dt \, x", r"\log1p\left(x\right)"):
        try:
            Reader(ambiguous, {}).whole()
        except AssertionError:
            continue
        raise SystemExit(f"{ambiguous} was read")


def main():
    cases = write("latex", 200 if FULL else 20)
    chosen = some(cases, 30)
    worst = max(check(case) for case in chosen)
    check_that_faults_are_seen({c.name: c for c in cases})
    program = os.path.join(os.environ["ANTIGRAD_BIN"], "antigrad")
    subprocess.run([program, "export", "swiglu", "--to", "latex", "-O", "."], check=True, stdout=subprocess.DEVNULL)
    documents = [pathlib.Path("swiglu.tex"), *(case.file(".tex") for case in chosen)]
    typeset_pages = f"{typeset(documents, 'all')} pages typeset" if shutil.which("pdflatex") else "no pdflatex: not typeset"
    print(f"{len(chosen)} of {len(cases)} documents say what the program computes, within {worst:.1e}; {typeset_pages}")


if __name__ == "__main__":
    main()
