"""Every command in docs/ runs: a page's ```yaml blocks that begin with a file name are written, its ```sh blocks run one
after another in one folder, as a reader would. Links between pages lead somewhere."""
import os
import re
import shutil
import subprocess

from program import SOURCE, output

DOCS = os.path.join(SOURCE, "docs")


def blocks(text, language):
    return [(m.start(), m.group(1)) for m in re.finditer(rf"^```{language}\n(.*?)^```", text, re.M | re.S)]


def steps(text):
    """Files to write and scripts to run, in the order of the page."""
    found = [(at, "write", body) for at, body in blocks(text, "yaml")] + [(at, "run", body) for at, body in blocks(text, "sh")]
    return [(what, body) for _, what, body in sorted(found)]


def test_every_command_runs():
    environment = dict(os.environ, PATH=os.environ["ANTIGRAD_BIN"] + ":" + os.environ["PATH"])
    pages = sorted(name for name in os.listdir(DOCS) if name.endswith(".md"))
    assert len(pages) >= 6, pages
    for page in pages:
        folder = os.path.join("pages", page[:-3])
        os.makedirs(folder)
        for name in (".deps", "experiments"):  # pages speak from the project's folder
            os.symlink(os.path.join(SOURCE, name), os.path.join(folder, name))
        with open(os.path.join(DOCS, page), encoding="utf-8") as file:
            text = file.read()
        for what, body in steps(text):
            if what == "write":
                name = re.match(r"# (\S+\.yaml)\n", body)
                if name:
                    with open(os.path.join(folder, name.group(1)), "w", encoding="utf-8") as out:
                        out.write(body)
                continue
            done = subprocess.run(["bash", "-eo", "pipefail", "-c", body], cwd=folder, env=environment, capture_output=True, text=True,
                                  timeout=500, stdin=subprocess.DEVNULL)
            assert done.returncode == 0, f"docs/{page}:\n{body}\n{done.stdout}\n{done.stderr}"
            print(f"  {page}: {len(body.splitlines())} lines")


def test_the_readme_names_commands_that_exist():
    """Of `antigrad WORD ...` and ./scripts/run WORD ...; its studies are there."""
    with open(os.path.join(SOURCE, "README.md"), encoding="utf-8") as file:
        text = file.read()
    known = {line.split()[0] for line in output("--help").splitlines() if line.startswith("  ")}
    named = set(re.findall(r"(?:`antigrad|^\./scripts/run) ([a-z][a-z-]*)", text, re.M))
    assert len(named) > 20 and named <= known, named - known
    for path in re.findall(r"(?:scripts|experiments)/[\w./-]*\w", text):
        assert os.path.exists(os.path.join(SOURCE, path)), path


def test_links_lead_somewhere():
    for path in [os.path.join(SOURCE, "README.md")] + [os.path.join(DOCS, name) for name in os.listdir(DOCS)]:
        with open(path, encoding="utf-8") as file:
            for target in re.findall(r"\]\(([^)#]+)\)", file.read()):
                if "://" not in target:
                    assert os.path.exists(os.path.join(os.path.dirname(path), target)), (path, target)


if __name__ == "__main__":
    from program import run_tests

    shutil.rmtree("pages", ignore_errors=True)
    run_tests(globals())
