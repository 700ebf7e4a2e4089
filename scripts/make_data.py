"""Makes the quickstart's two data files out of pinned wheels: make_data.py FOLDER SITE.

FOLDER/digits.csv.gz  scikit-learn's digits, out of the one scikit_learn-*.whl in FOLDER
FOLDER/python.txt     every *.py of the torch wheel installed in SITE, in the order of their paths, bytes as they are
"""
import csv
import pathlib
import shutil
import sys
import zipfile


def digits(folder):
    (wheel,) = folder.glob("scikit_learn-*.whl")
    with zipfile.ZipFile(wheel) as files, open(folder / "digits.csv.gz", "wb") as out:
        with files.open("sklearn/datasets/data/digits.csv.gz") as data:
            shutil.copyfileobj(data, out)


def python_sources(folder, site):
    (record,) = site.glob("torch-*.dist-info/RECORD")
    with open(record, newline="", encoding="utf-8") as rows:
        paths = sorted(row[0] for row in csv.reader(rows) if row and row[0].endswith(".py"))
    with open(folder / "python.txt", "wb") as out:
        for path in paths:
            out.write((site / path).read_bytes())


if __name__ == "__main__":
    folder, site = (pathlib.Path(path) for path in sys.argv[1:])
    digits(folder)
    python_sources(folder, site)
