"""`antigrad storage export|import` against Optuna's own tables in SQLite and a real PostgreSQL: nothing is lost or changed on
the way, what is refused leaves everything as it was, and Optuna 5.0 and 4.9 read and go on with what was written."""
import contextlib
import json
import os
import pickle
import sqlite3
import subprocess
import sys
import time

os.environ["TZ"] = "America/St_Johns"  # where local time is not UTC, by half an hour besides
time.tzset()
import optuna  # noqa: E402
from database import Postgresql  # noqa: E402
from fields import same, studies_in  # noqa: E402
from optuna.storages import JournalStorage, RDBStorage  # noqa: E402
from optuna.storages.journal import JournalFileBackend  # noqa: E402
from replay_optuna import write as write_random  # noqa: E402

optuna.logging.set_verbosity(optuna.logging.ERROR)
PROGRAM = os.path.join(os.environ["ANTIGRAD_BIN"], "antigrad")
CHILD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "optuna_child.py")
OLD = os.path.join(os.environ["ANTIGRAD_SOURCE"], ".deps", "optuna49")


def antigrad(*words, code=0):
    done = subprocess.run([PROGRAM, "storage", *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
    return done.stderr if code else done.stdout


def export(journal, url, *more, code=0):
    return antigrad("export", "--optuna", url, "--storage", journal, *more, code=code)


def import_into(journal, url, *more, code=0):
    return antigrad("import", "--optuna", url, "--storage", journal, *more, code=code)


def child(*words, old=False):
    path = os.pathsep.join([OLD] if old else [])
    subprocess.run([sys.executable, CHILD, *words], check=True, env={**os.environ, "PYTHONPATH": path})


def told(storage, old=False):
    child("tell", storage, "told.pickle", old=old)
    with open("told.pickle", "rb") as file:
        version, studies = pickle.load(file)
    assert version.startswith("4.9." if old else "5."), version
    return studies


def in_journal(path):
    return studies_in(JournalStorage(JournalFileBackend(path)))


def in_database(url):
    storage = RDBStorage(url)
    studies = studies_in(storage)
    storage.engine.dispose()
    return studies


def fresh(*paths):
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            os.remove(path)


def check_round_trips(new_url, seeds):
    """Journals of random records, contradictory ones too: there and back."""
    count = 0
    for seed in seeds:
        write_random(seed)
        fresh("back.log")
        url = new_url(f"round{seed}")
        before = in_journal("random.log")
        if not before:  # every study was deleted
            assert "the journal has no study" in export("random.log", url, code=2)
            continue
        os.replace("random.log", "kept.log")
        export("kept.log", url)
        same(before, in_database(url), f"seed {seed}, the database")
        import_into("back.log", url)
        same(before, in_journal("back.log"), f"seed {seed}, the journal that came back")
        count += sum(len(study["trials"]) for study in before.values())
    return count


def check_optunas_own(new_url):
    """A database that Optuna wrote, and a journal that it wrote through its API."""
    fresh("own.log", "own_back.log", "api.log")
    url = new_url("own")
    child("write", url, "1")
    import_into("own.log", url)
    same(in_database(url), in_journal("own.log"), "of Optuna's database")
    child("write", "api.log", "2")
    again = new_url("api")
    export("api.log", again)
    same(in_journal("api.log"), in_database(again), "of Optuna's journal")


def check_old_optuna(new_url):
    """4.9 wrote local time; it reads what we write, in UTC."""
    fresh("old.log", "old_api.log")
    url = new_url("old")
    child("write", url, "3", old=True)
    written = told(url, old=True)
    import_into("old.log", url)
    same(written, in_journal("old.log"), "of 4.9's database")
    child("write", "old_api.log", "4", old=True)
    same(told("old_api.log", old=True), in_journal("old_api.log"), "4.9's journal as 5.0 reads it")
    again = new_url("for_old")
    export("old_api.log", again)
    read = told(again, old=True)
    for study in read.values():
        for trial in study["trials"]:
            trial["datetime_start"] = trial["datetime_complete"] = None
    wanted = in_journal("old_api.log")
    for study in wanted.values():
        for trial in study["trials"]:
            trial["datetime_start"] = trial["datetime_complete"] = None
    same(wanted, read, "our tables as 4.9 reads them")


def check_optuna_goes_on(new_url):
    """Optuna opens the study and adds trials, numbers and keys going on; that is imported over the journal's."""
    url = new_url("on")
    export("api.log", url, "study 0")
    study = optuna.load_study(study_name="study 0", storage=RDBStorage(url))
    before = len(study.trials)
    study.optimize(lambda trial: trial.suggest_float("u", 0, 1), n_trials=3)
    assert [trial.number for trial in study.trials] == list(range(len(study.trials))) and len(study.trials) > before
    queued = sum(trial.state.name == "WAITING" for trial in study.trials)
    said = import_into("api.log", url, code=2)
    assert 'a study "study 0" already; --overwrite' in said and said.startswith("antigrad: api.log: "), said
    import_into("api.log", url, "--overwrite")
    journal, database = in_journal("api.log"), in_database(url)
    same({"study 0": database["study 0"]}, {"study 0": journal["study 0"]}, "replaced in the journal")
    assert set(journal) == {"study 0", "study 1", "study 2"}
    print(f"  {before} trials and {len(study.trials) - before} of Optuna's, {queued} wait")


def check_refusals(new_url, dump):
    """What is refused changes nothing."""
    url = new_url("refused")
    export("kept.log", url)
    before = dump("refused")
    name = next(iter(in_journal("kept.log")))
    said = export("kept.log", url, code=2)
    assert f'the database has a study "{name}" already; --overwrite' in said and said.count("\n") == 1, said
    with open("nan.log", "w", encoding="utf-8") as file:
        for record in [{"op_code": 0, "study_name": "new", "directions": [1]}, {"op_code": 4, "study_id": 0, "datetime_start": None, "state": 4},
                       {"op_code": 4, "study_id": 0, "datetime_start": None, "datetime_complete": "2026-01-01T00:00:00", "state": 1, "values": [float("nan")]}]:
            file.write(json.dumps({**record, "worker_id": "w"}) + "\n")
    said = export("nan.log", url, code=2)
    assert 'study "new", trial 1: a value is NaN' in said, said
    assert dump("refused") == before
    export("kept.log", url, "--overwrite")
    same(in_journal("kept.log"), in_database(url), "overwritten")
    assert "the database has no study \"nobody\"" in import_into("none.log", url, "nobody", code=2)
    assert 'the journal has no study "nobody"' in export("kept.log", url, "nobody", code=2)
    assert not os.path.exists("none.log")


def check_refusals_of_sqlite():
    fresh("new.db", "text.db", "other.db")
    export("nan.log", "sqlite:///new.db", code=2)
    assert not os.path.exists("new.db")
    with open("text.db", "w", encoding="utf-8") as file:
        file.write("this is no database, " * 100)
    assert "file is not a database" in export("kept.log", "sqlite:///text.db", code=2)
    assert "file is not a database" in import_into("none.log", "sqlite:///text.db", code=2)
    assert "unable to open" in import_into("none.log", "sqlite:///missing.db", code=2) and not os.path.exists("missing.db")
    assert "unable to open" in export("kept.log", "sqlite:////no/such/folder/a.db", code=2)
    sqlite3.connect("other.db").execute("CREATE TABLE mine (x)").connection.commit()
    assert "no tables of Optuna's" in import_into("none.log", "sqlite:///other.db", code=2)
    export("kept.log", "sqlite:///other.db")
    with contextlib.closing(sqlite3.connect("other.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = 'v2.6.0.a'")
        database.commit()
    assert "`optuna storage upgrade" in import_into("none.log", "sqlite:///other.db", code=2)
    fresh("gap.db")
    export("kept.log", "sqlite:///gap.db")
    with contextlib.closing(sqlite3.connect("gap.db")) as database:
        database.execute("UPDATE trials SET number = number + 1")
        database.commit()
    assert "are not numbered 0, 1, 2 and so on" in import_into("none.log", "sqlite:///gap.db", code=2) and not os.path.exists("none.log")
    for url, words in [("other.db", "this is no URL"), ("mysql://me:secret@host/db", '"mysql" is not among'), ("sqlite:///", "names no file")]:
        said = export("kept.log", url, code=2)
        assert words in said and "expected sqlite:///FILE" in said and "secret" not in said and said.count("\n") == 1, said
    assert "--optuna is required" in antigrad("export", code=2)
    assert not any("importing" in name for name in os.listdir("."))


def check_disk_full():
    """A database that cannot grow is left as it was; a journal too."""
    fresh("limited.db", "limited.log")
    export("old.log", "sqlite:///limited.db", "study 1")
    before = in_database("sqlite:///limited.db")
    for words in [["export", "--optuna", "sqlite:///limited.db", "--storage", "api.log", "--overwrite"], ["import", "--optuna", "sqlite:///own.db", "--storage", "limited.log"]]:
        done = subprocess.run(["bash", "-c", 'trap "" XFSZ; ulimit -f 1; exec "$@"', "sh", PROGRAM, "storage", *words], capture_output=True, text=True)
        assert done.returncode == 2 and done.stderr.startswith("antigrad: "), done
    same(before, in_database("sqlite:///limited.db"), "with a full disk")
    assert not os.path.exists("limited.log") and not any("importing" in name for name in os.listdir("."))


def check_all(new_url, dump, seeds, with_old=True):
    begin = time.monotonic()
    count = check_round_trips(new_url, seeds)
    check_optunas_own(new_url)
    if os.path.isdir(OLD):
        if with_old:
            check_old_optuna(new_url)
    else:
        print(f"  no {OLD}: Optuna 4.9 is left out; ./scripts/test sets it up")
    check_optuna_goes_on(new_url)
    check_refusals(new_url, dump)
    print(f"  {len(seeds)} journals, {count} trials, equal field by field; {time.monotonic() - begin:.1f} s")


def main():
    full = bool(os.environ.get("ANTIGRAD_FULL"))

    def new_file(name):
        fresh(name + ".db")
        return f"sqlite:///{name}.db"

    def sqlite_dump(name):
        with contextlib.closing(sqlite3.connect(name + ".db")) as database:
            return list(database.iterdump())

    print("SQLite", sqlite3.sqlite_version)
    check_all(new_file, sqlite_dump, range(1, 200 if full else 6))
    check_refusals_of_sqlite()
    if os.path.isdir(OLD):
        check_disk_full()
    if not Postgresql.found:
        print("no PostgreSQL here: it is left out; the Debian package postgresql brings it")
        return
    with Postgresql() as server:
        print("PostgreSQL", server.programs)
        check_all(server.url, server.dump, range(1, 100 if full else 3), with_old=full)  # its SQL does not know which database it is
        assert "PostgreSQL: " in import_into("none.log", f"postgresql://antigrad@/nowhere?host={server.folder}", code=2)
    assert "PostgreSQL: " in import_into("none.log", "postgresql://antigrad@127.0.0.1:1/db", code=2)


if __name__ == "__main__":
    sys.exit(main())
