"""A PostgreSQL of the test's own: a cluster in a temporary folder, on a Unix socket, as a user that is not root."""
import glob
import os
import shutil
import subprocess
import tempfile


class Postgresql:
    """A context: `url(name)` of a new, empty database. `found` says whether PostgreSQL is installed."""

    programs = max(glob.glob("/usr/lib/postgresql/*/bin"), default=None, key=lambda p: int(p.split("/")[-2]))
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    found = programs is not None

    def run(self, program, *words):
        done = subprocess.run([*self.as_user, os.path.join(self.programs, program), *words], capture_output=True, text=True, cwd="/", stdin=subprocess.DEVNULL)
        assert done.returncode == 0, (program, words, done.stdout, done.stderr)
        return done.stdout

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="antigrad-pg")
        if self.as_user:
            shutil.chown(self.folder, "postgres")
        self.user = "antigrad"
        self.run("initdb", "-D", self.folder + "/data", "-A", "trust", "-U", self.user, "--no-sync", "-E", "UTF8", "--locale=C")
        try:
            self.run("pg_ctl", "-D", self.folder + "/data", "-w", "-l", self.folder + "/log", "-o", f"-k {self.folder} -c listen_addresses='' -c fsync=off", "start")
        except AssertionError:
            shutil.rmtree(self.folder)
            raise
        return self

    def __exit__(self, *_):
        self.run("pg_ctl", "-D", self.folder + "/data", "-w", "-m", "immediate", "stop")
        shutil.rmtree(self.folder)

    def url(self, name):
        self.run("createdb", "-h", self.folder, "-U", self.user, name)
        return f"postgresql://{self.user}@/{name}?host={self.folder}"

    def dump(self, name):
        """The whole database as text; lines that differ from dump to dump are left out."""
        text = self.run("pg_dump", "-h", self.folder, "-U", self.user, name)
        return [line for line in text.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]
