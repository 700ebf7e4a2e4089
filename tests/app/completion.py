"""`antigrad completion`: what bash, zsh and fish, the real ones, make of its scripts."""
import os
import pty
import select
import shutil
import subprocess
import time

from program import output, run, run_tests

ENVIRONMENT = {**os.environ, "PATH": os.environ["ANTIGRAD_BIN"] + ":" + os.environ["PATH"], "TERM": "dumb"}
CASES = [  # a line, and what must be offered for its last word
    ("antigrad repr", {"reproduce"}),
    ("antigrad data ", {"list", "get", "check", "tokenize"}),
    ("antigrad derive --o", {"--output"}),
]


def script(shell):
    with open("completion." + shell, "w", encoding="utf-8") as file:
        file.write(output("completion", shell))
    return os.path.abspath("completion." + shell)


def there(shell):
    if not shutil.which(shell):
        print(f"  skipped: no {shell} here")
    return shutil.which(shell)


def test_bash_completes():
    path = script("bash")
    for line, wanted in CASES:
        words = line.split(" ")
        typed = " ".join(f"'{word}'" for word in words)
        asked = f"source {path}; COMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}; _antigrad; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        got = subprocess.run(["bash", "-c", asked], env=ENVIRONMENT, capture_output=True, text=True, check=True, timeout=60)
        assert wanted <= set(got.stdout.split()), (line, got)


def test_fish_completes():
    if not there("fish"):
        return
    path = script("fish")
    for line, wanted in CASES:
        got = subprocess.run(["fish", "--no-config", "-c", f'source {path}; complete -C "{line}"'], env=ENVIRONMENT, capture_output=True,
                             text=True, check=True, timeout=60)
        offered = {row.split("\t")[0] for row in got.stdout.splitlines()}
        assert wanted <= offered, (line, got)


def typed_in_zsh(path, line):
    """What a zsh without settings shows after the line and a tab."""
    process, terminal = pty.fork()
    if process == 0:
        os.execvpe("zsh", ["zsh", "-f", "-i"], {**ENVIRONMENT, "PS1": "ready> ", "ZDOTDIR": os.getcwd()})
    shown = ""

    def until(found):
        nonlocal shown
        deadline = time.monotonic() + 60
        while not found(shown):
            assert time.monotonic() < deadline, shown
            if select.select([terminal], [], [], 0.2)[0]:
                shown += os.read(terminal, 4096).decode(errors="replace")

    try:
        until(lambda text: "ready> " in text)
        os.write(terminal, f"source {path}; echo so''urced\n".encode())
        until(lambda text: "sourced\r\n" in text)
        shown = ""
        os.write(terminal, (line + "\t").encode())
        until(lambda text: len(text) > len(line) and not select.select([terminal], [], [], 2)[0])
    finally:
        os.close(terminal)
        os.kill(process, 9)
        os.waitpid(process, 0)
    return shown


def test_zsh_completes():
    if not there("zsh"):
        return
    path = script("zsh")
    for line, wanted in CASES:
        shown = typed_in_zsh(path, line)
        assert all(word in shown for word in wanted), (line, shown)


def test_another_shell_is_refused():
    assert "expected bash, zsh or fish" in run("completion", "tcsh", code=2).stderr


if __name__ == "__main__":
    run_tests(globals())
