"""Fails where two files that the sanitizers' presets compile as one give a local name twice: united.py ROOT LIST.

LIST has a line "group file" for each of them. Read are lines that begin a declaration in an unnamed namespace, as
clang-format leaves them; functions meet where their parameters have the same types.
"""
import collections
import os
import re
import sys

TYPE = re.compile(r"(?:struct|class|enum class|enum|union) (\w+)(?: final)?(?: :.*)? ?[{:]")
ALIAS = re.compile(r"using (\w+) = (.*);")
VALUE = re.compile(r"(?:static |inline )?(?:constexpr|const|std::atomic)\b[^(=]*?(\w+)(?:\[[^\]]*\])*(?: =|\{|;)")
FUNCTION = re.compile(r"(?!return|template)[A-Za-z_][\w:<>,&* \[\]]*?[ &*](\w+)\((.*)")


def parameters(text):
    """The types of "const T& a, int b = 0) ..." up to the bracket that closes it."""
    depth = 1
    for end, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return re.sub(r" ?\b\w+( = [^,]*)?(?=,|$)", "", text[:end])
    return text


def declared(lines):
    """(name, what tells it from others that may have this name, line) of what unnamed namespaces declare."""
    inside = False
    for number, line in enumerate(lines, 1):
        if line == "namespace {" or line == "}  // namespace":
            inside = line == "namespace {"
        elif inside and (alias := ALIAS.match(line)):
            yield alias[1], "= " + alias[2], number
        elif inside and (one := TYPE.match(line) or VALUE.match(line)):
            yield one[1], "", number
        elif inside and (one := FUNCTION.match(line)):
            yield one[1], "(" + parameters(one[2] + " " + " ".join(lines[number:number + 9])), number


def meet(one, other):
    """Whether declarations of one name clash: functions may differ in their parameters, and an alias may be repeated."""
    if one[:1] == other[:1] == "(":
        return one == other
    return one != other or one[:1] != "="


def main(root, united):
    groups, wrong, names = collections.defaultdict(list), [], 0
    with open(united, encoding="utf-8") as rows:
        for group, file in map(str.split, rows):
            groups[group].append(file)
    for files in groups.values():
        seen = collections.defaultdict(list)
        for file in files:
            with open(os.path.join(root, file), encoding="utf-8") as text:
                found = list(declared(text.read().splitlines()))
            names += len(found)
            wrong += [f"{file}:{line}: {name}: declared in {there}, too, which the sanitizers' presets compile with it; way out: another name, or "
                      "ANTIGRAD_ALONE in CMakeLists.txt" for name, kind, line in found for there, its in seen[name] if meet(kind, its)]
            for name, kind, line in found:
                seen[name].append((f"{file}:{line}", kind))
    print(f"united: {len(groups)} groups, {names} local names, {len(wrong)} twice", *wrong, sep="\n")
    return bool(wrong) or names == 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
