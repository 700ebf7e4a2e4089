"""Functions of the C library that are looked at, or fail, on their way from the program: LD_PRELOAD."""
import os
import shutil
import subprocess

from program import sanitized


def preloaded(name, source):
    """The environment that puts a C source in front of the program; None, with a word, where that is not possible."""
    if sanitized() or shutil.which("cc") is None:
        print("  skipped: needs cc, and no sanitizer in front")
        return None
    with open(name + ".c", "w", encoding="utf-8") as file:
        file.write(source)
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", name + ".c", "-o", name + ".so", "-ldl"], check=True)
    return {"LD_PRELOAD": os.path.abspath(name + ".so")}
