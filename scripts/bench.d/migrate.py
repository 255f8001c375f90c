"""scripts/bench migrate: notes-migrate beside dbmate and psql, on the same statements in each tool's own files."""

import contextlib
import functools
import pathlib
import platform
import shutil
import sqlite3
import subprocess
import tempfile

from processes import ROOT, BenchError, find_program, run, say
from report import Row, machine
from rigs import postgres

FEW, MANY = 1_000, 10_000
NO_OP_RUNS = 10  # in each round: one takes milliseconds
UP = "CREATE TABLE t{n:05d} (id BIGINT PRIMARY KEY, name TEXT NOT NULL, created_at TIMESTAMPTZ);\n"
DOWN = "DROP TABLE t{n:05d};\n"
SECTIONS = "-- migrate:up\n" + UP + "\n-- migrate:down\n" + DOWN
VERSION = 20240101000000  # dbmate's versions are times; they only need to be in order


def install_dbmate(folder):
    """dbmate's program for this machine, from npm, in a folder of its own."""
    if shutil.which("npm") is None:
        run([ROOT / "scripts/install_packages", "npm"])
    run([find_program("npm"), "install", "--prefix", folder, "--no-audit", "--no-fund", "dbmate"], directory=folder)
    machine_name = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    program = folder / f"node_modules/@dbmate/linux-{machine_name}/bin/dbmate"
    if not program.exists():
        raise BenchError(f"npm's dbmate brought no {program.relative_to(folder)}: it has no program for this machine")
    return program


class Files:
    """`count` migrations of one table each, as notes-migrate and as dbmate keep them, and as one script."""

    def __init__(self, folder, count):
        self.count = count
        self.ours, self.dbmate, self.script = folder / "ours", folder / "dbmate", folder / "all.sql"
        self.ours.mkdir(parents=True)
        self.dbmate.mkdir()
        for n in range(1, count + 1):
            parent = f"-- down_revision: {n - 1:012x}\n" if n > 1 else ""
            header = f"-- revision: {n:012x}\n{parent}-- message: create t{n:05d}\n\n"
            (self.ours / f"{n:012x}_create_t{n:05d}.sql").write_text(header + SECTIONS.format(n=n))
            (self.dbmate / f"{VERSION + n}_create_t{n:05d}.sql").write_text(SECTIONS.format(n=n))
        self.script.write_text("".join(UP.format(n=n) for n in range(1, count + 1)))


class Bench:
    def __init__(self, options, folder, cluster):
        self.options = options
        self.folder = folder
        self.cluster = cluster
        self.program = options.bin / "notes-migrate"
        self.dbmate_program = install_dbmate(folder)
        self.databases = 0

    def ours(self, files, url, *arguments):
        return lambda: run([self.program, *(arguments or ["upgrade"]), "--dir", files.ours],
                           environment={"DATABASE_URL": url}, directory=self.folder, output=subprocess.DEVNULL)

    def dbmate(self, files, url):
        if url.startswith("postgresql:"):
            url += "?sslmode=disable"
        return lambda: run([self.dbmate_program, "--migrations-dir", files.dbmate, "--no-dump-schema", "migrate"],
                           environment={"DATABASE_URL": url}, directory=self.folder, output=subprocess.DEVNULL)

    @contextlib.contextmanager
    def database(self, engine):
        """The URL of a new, empty database."""
        self.databases += 1
        name = f"bench_{self.databases}"
        if engine == "PostgreSQL":
            with self.cluster.database(name) as database:
                yield database.url
        else:
            yield f"sqlite:{self.folder}/{name}.db"

    def no_op(self, name, files, engine, prepare):
        """Everything is applied already: what a deploy that changes nothing pays."""
        row = Row(name, "s", [], "dbmate", [])
        with self.database(engine) as ours, self.database(engine) as theirs:
            prepare(files, ours, theirs)
            self.alternate(row, self.ours(files, ours), self.dbmate(files, theirs), runs=NO_OP_RUNS)
        return row

    def apply_all(self, files, ours, theirs):
        self.ours(files, ours)()
        self.dbmate(files, theirs)()

    def stamp_all(self, files, ours, theirs):
        """Applied by their histories only: thousands of tables would be all that is measured."""
        self.ours(files, ours, "stamp", "head")()
        self.stamp_dbmate(files, theirs)

    def stamp_dbmate(self, files, url):
        statement = "INSERT INTO schema_migrations (version) VALUES "
        statement += ", ".join(f"('{VERSION + n}')" for n in range(1, files.count + 1))
        table = "CREATE TABLE schema_migrations (version VARCHAR(128) PRIMARY KEY)"  # dbmate's own
        if url.startswith("sqlite:"):
            connection = sqlite3.connect(url.removeprefix("sqlite:"))
            with connection:
                connection.execute(table)
                connection.execute(statement)
            connection.close()
        else:
            run([find_program("psql"), "-X", "-q", url.rpartition("/")[2]], input_text=f"{table};{statement};",
                environment={key: value for key, value in self.cluster.environment.items() if key != "PGDATABASE"})

    def apply(self, name, files, engine):
        """Every round on empty databases."""
        row = Row(name, "s", [], "dbmate", [])
        for n in range(self.options.rounds):
            with self.database(engine) as ours, self.database(engine) as theirs:
                self.alternate(row, self.ours(files, ours), self.dbmate(files, theirs), rounds=range(n, n + 1))
        return row

    def single_transaction(self, name, files):
        row = Row(name, "s", [], "psql -1 -f", [])
        for n in range(self.options.rounds):
            with self.cluster.database(f"ours_{n}") as ours, self.cluster.database(f"psql_{n}") as theirs:
                script = [find_program("psql"), "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", files.script]
                self.alternate(row, self.ours(files, ours.url, "upgrade", "--single-transaction"),
                               lambda: run(script, environment=theirs.environment, output=subprocess.DEVNULL),
                               rounds=range(n, n + 1))
        return row

    def alternate(self, row, ours, theirs, *, rounds=None, runs=1):
        """Ours first in even rounds, second in odd ones."""
        for n in rounds or range(self.options.rounds):
            turns = [(ours, row.samples), (theirs, row.reference_samples)]
            for _ in range(runs):
                for work, samples in turns if n % 2 == 0 else reversed(turns):
                    done = work()
                    samples.append({"value": done.seconds, "cpu_s": done.cpu_seconds})


def bench(options):
    with tempfile.TemporaryDirectory(prefix="notes-bench-") as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        facts = machine()
        cluster = stack.enter_context(postgres())
        runs = Bench(options, folder, cluster)
        few, many = (FEW, MANY) if not options.quick else (FEW // 10, MANY // 10)
        files, many_files = Files(folder / "few", few), Files(folder / "many", many)
        plan = {}
        for engine in ("SQLite", "PostgreSQL"):
            plan[f"no-op upgrade, {few:,} applied, {engine}"] = functools.partial(
                runs.no_op, files=files, engine=engine, prepare=runs.apply_all)
            plan[f"upgrade, {few:,} one-table migrations, {engine}"] = functools.partial(
                runs.apply, files=files, engine=engine)
            plan[f"no-op upgrade, {many:,} files stamped, {engine}"] = functools.partial(
                runs.no_op, files=many_files, engine=engine, prepare=runs.stamp_all)
        plan[f"upgrade --single-transaction, {few:,} migrations, PostgreSQL"] = functools.partial(
            runs.single_transaction, files=files)
        rows = []
        for title, work in plan.items():
            if options.only in title:
                rows.append(work(title))
                shown = rows[-1].as_json()
                say(f"  {title}: {shown['value']:.3f} s, {shown['reference']['name']} {shown['reference']['value']:.3f} s")
        parts = {"program": run([runs.program, "--version"]).output.strip(),
                 "PostgreSQL": cluster.psql("SHOW server_version;")[0][0],
                 "dbmate": run([runs.dbmate_program, "--version"]).output.split()[-1]}
    return {"benchmark": "migrate", "machine": facts, "versions": parts, "settings": {"rounds": options.rounds},
            "results": [row.as_json() for row in rows]}
