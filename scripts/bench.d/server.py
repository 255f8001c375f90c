"""scripts/bench server: notes-server's paths in alternation with what each could at most be.

Beside nginx answering a constant stands what a web server without a database costs; beside pgbench sending the same
statement to the same table, what the database costs without a web server."""

import contextlib
import dataclasses
import itertools
import json
import pathlib
import tempfile

import dataset
from loads import pgbench, wrk
from processes import find_program, memory_mib, run, say
from report import Row, machine
from rigs import migrate, nginx, notes_server, postgres

IO_THREADS = 1
MANY_CONNECTIONS = (1, 8, 256, 1000)
SQL_PAGES = 16  # pgbench prepares and plans each of them on each of its connections

SELECT = ("SELECT notes.id, notes.owner_id, notes.title, notes.body, COALESCE((SELECT STRING_AGG(tags.name, CHR(10)) "
          "FROM note_tags JOIN tags ON tags.id = note_tags.tag_id WHERE note_tags.note_id = notes.id), '') AS tags, "
          "notes.pinned, notes.archived, notes.version, notes.created_at, notes.updated_at, notes.deleted_at FROM notes ")
FIND = SELECT + "WHERE id = {id} AND owner_id = :owner AND deleted_at IS NULL"
ORDER = "ORDER BY created_at DESC, id DESC LIMIT 51;\n"  # one more than shown tells whether there is a next page
# The note's title is the id of the next one; \gset keeps it (dataset.make). Each client begins somewhere else.
GET = (r"""\if :begun = 0
\set place :client_id * :stride
SELECT id AS title FROM notes OFFSET :place LIMIT 1 \gset
\set begun 1
\endif
""" + FIND.format(id=":title") + " \\gset\n")
LIST_NEWEST = SELECT + "WHERE owner_id = :owner AND deleted_at IS NULL " + ORDER
LIST_AFTER = (SELECT + "WHERE owner_id = :owner AND deleted_at IS NULL AND (created_at, id) < (:at_{n}, :id_{n}) " + ORDER)
INSERT = (f"INSERT INTO notes ({dataset.COLUMNS}) "
          "VALUES (gen_random_uuid(), :owner, :title, :body, 1, now(), now());\n")


@dataclasses.dataclass
class Case:
    """One row of the table: a load, and the one that it is held against."""
    name: str
    load: object              # seconds -> Sample
    reference: str = None
    reference_load: object = None
    after: object = None      # undoes what the loads wrote


class Stage:
    """Everything that stands while the rounds run."""

    def __init__(self, folder, count, postgres_server, sqlite_server, database, web):
        self.folder = folder
        self.servers = {"PostgreSQL": postgres_server, "SQLite": sqlite_server}
        self.database = database
        self.web = web
        self.notes = dataset.make(count)
        self.owner = {"owner": dataset.OWNER}

    def file(self, name, lines):
        path = self.folder / name
        path.write_text("".join(line if line.endswith("\n") else line + "\n" for line in lines))
        return path

    def wrk(self, engine, target, requests, **options):
        database = self.database if engine == "PostgreSQL" else None
        return lambda seconds: wrk(self.servers[engine], target, requests, seconds=seconds, database=database, **options)

    def constant(self, target, requests, **options):
        return lambda seconds: wrk(self.web, target, requests, seconds=seconds, **options)

    def pgbench(self, scripts, variables):
        return lambda seconds: pgbench(self.database, scripts, {**self.owner, **variables}, seconds=seconds)

    def empty_logs(self):
        for log in (self.web.log, *(server.log for server in self.servers.values())):
            with open(log, "r+b") as file:
                file.truncate()


def get_cases(stage):
    targets = stage.file("get.txt", (f"/api/v1/notes/{note.id}" for note in stage.notes))
    health = stage.file("health.txt", ["/healthz"])
    walk = stage.file("get.sql", [GET])
    start = {"begun": 0, "title": stage.notes[0].id, "stride": len(stage.notes) // 17}
    yield Case("GET /healthz", stage.wrk("SQLite", "/", health), "nginx, constant", stage.constant("/", health))
    yield Case("GET note, PostgreSQL", stage.wrk("PostgreSQL", "/", targets), "pgbench -c 16 select",
               stage.pgbench([walk], start))
    yield Case("GET note, SQLite", stage.wrk("SQLite", "/", targets), "nginx, constant", stage.constant("/", targets))
    for engine, connections in itertools.product(stage.servers, MANY_CONNECTIONS):
        yield Case(f"GET note, {engine}, {connections} connections",
                   stage.wrk(engine, "/", targets, connections=connections), "nginx, constant",
                   stage.constant("/", targets, connections=connections))


def cursors(server, count):
    """The cursors of as many pages, a hundred notes apart."""
    cursor = ""
    for _ in range(count):
        cursor = server.get(f"/api/v1/notes?limit=100{cursor and '&cursor='}{cursor}")["next_cursor"]
        yield cursor


def list_cases(stage):
    newest = stage.file("newest.txt", ["/api/v1/notes?limit=50"])
    newest_sql = stage.file("newest.sql", [LIST_NEWEST])
    pages = len(stage.notes) // 200
    positions = [stage.notes[-100 * n] for n in range(1, pages, pages // SQL_PAGES)]
    after_sql = [stage.file(f"after_{n}.sql", [LIST_AFTER.format(n=n)]) for n in range(len(positions))]
    variables = {key: value for n, note in enumerate(positions)
                 for key, value in ((f"at_{n}", note.created_at), (f"id_{n}", note.id))}
    for engine, server in stage.servers.items():
        targets = stage.file(f"pages_{engine}.txt",
                             (f"/api/v1/notes?limit=50&cursor={cursor}" for cursor in cursors(server, pages)))
        same = Case(f"list of 50, identical, {engine}", stage.wrk(engine, "/", newest))
        different = Case(f"list of 50, distinct, {engine}", stage.wrk(engine, "/", targets))
        if engine == "PostgreSQL":
            same.reference = different.reference = "pgbench -c 16 list"
            same.reference_load = stage.pgbench([newest_sql], {})
            different.reference_load = stage.pgbench(after_sql, variables)
        yield same
        yield different


def post_cases(stage, sqlite_file):
    title, body = stage.notes[0].title, stage.notes[0].body
    bodies = stage.file("post.txt", [json.dumps({"title": title, "body": body})])
    insert = stage.file("insert.sql", [INSERT])
    targets = stage.folder / "get.txt"
    yield Case("POST note, durable, PostgreSQL", stage.wrk("PostgreSQL", "/api/v1/notes", bodies, method="POST"),
               "pgbench -c 16 insert", stage.pgbench([insert], {"title": title, "body": body}),
               after=lambda: dataset.remove_posted_postgres(stage.database))
    yield Case("POST note, durable, SQLite", stage.wrk("SQLite", "/api/v1/notes", bodies, method="POST"),
               "its own GET", stage.wrk("SQLite", "/", targets),
               after=lambda: dataset.remove_posted_sqlite(sqlite_file))


@contextlib.contextmanager
def set_up(options, folder):
    """Databases loaded, servers and nginx up: yields the Stage and the cases."""
    binaries = options.bin
    sqlite_file = folder / "notes.db"
    sqlite_url = f"sqlite:{sqlite_file}"
    notes = dataset.make(options.notes)
    note_bytes = sum(len(json.dumps(note.row(), ensure_ascii=False).encode()) + 60 for note in notes) // len(notes)
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(postgres())
        for url in (database.url, sqlite_url):
            migrate(binaries, url, folder)
        say(f"loading {options.notes} notes into both databases")
        dataset.load_postgres(database, notes)
        dataset.load_sqlite(sqlite_file, notes)
        settings = {"NOTES_SERVER_IO_THREADS": str(IO_THREADS)}
        servers = [stack.enter_context(notes_server(binaries, folder / name, url, settings))
                   for name, url in (("on-postgresql", database.url), ("on-sqlite", sqlite_url))]
        health_bytes = len('{"status":"ok"}')
        web = stack.enter_context(nginx(folder / "nginx", IO_THREADS, {"/healthz": health_bytes, "/api/": note_bytes}))
        stage = Stage(folder, options.notes, *servers, database, web)
        cases = [*get_cases(stage), *list_cases(stage), *post_cases(stage, sqlite_file)]
        yield stage, [case for case in cases if options.only in case.name]


def measure(cases, options, stage):
    """Rounds of every case, load and reference taking turns in who goes first."""
    rows = {case.name: Row(case.name, "requests/s", [], case.reference, [] if case.reference else None) for case in cases}
    for n in range(-1, options.rounds):
        seconds = options.seconds if n >= 0 else min(1, options.seconds)
        say(f"round {n + 1} of {options.rounds}" if n >= 0 else "warming up")
        for case in cases:
            turns = [(case.load, rows[case.name].samples)]
            if case.reference:
                turns.append((case.reference_load, rows[case.name].reference_samples))
            for load, samples in turns if n % 2 == 0 else reversed(turns):
                sample = dataclasses.asdict(load(seconds))
                sample["value"] = sample.pop("per_second")
                stage.empty_logs()
                if n >= 0:
                    samples.append(sample)
            if case.after:
                case.after()
            if n >= 0:
                say(f"  {case.name}: {rows[case.name].samples[-1]['value']:,.0f}/s")
    return list(rows.values())


def memory(stage):
    for engine, server in stage.servers.items():
        yield Row(f"memory after the runs, {engine}", "MiB", [{"value": memory_mib(server.pid)}])
        yield Row(f"most memory in the runs, {engine}", "MiB", [{"value": memory_mib(server.pid, "VmHWM")}])


def starts(options, folder):
    """From exec to the first ready answer, on a new SQLite file that is migrated."""
    url = f"sqlite:{folder / 'start.db'}"
    migrate(options.bin, url, folder)
    samples = []
    for n in range(5):
        with notes_server(options.bin, folder / f"start-{n}", url) as server:
            samples.append({"value": server.seconds_to_ready})
    return Row("start: exec to ready, SQLite", "s", samples)


def versions(stage, binaries):
    return {"program": run([binaries / "notes-server", "--version"]).output.strip(),
            "PostgreSQL": stage.database.psql("SHOW server_version;")[0][0],
            "nginx": run(["sh", "-c", '"$0" -v 2>&1', find_program("nginx")]).output.strip().rpartition("/")[2],
            "wrk": run(["sh", "-c", '"$0" -v | head -1; true', find_program("wrk")]).output.split("Copyright")[0].strip()}


def bench(options):
    with tempfile.TemporaryDirectory(prefix="notes-bench-") as name:
        folder = pathlib.Path(name)
        facts = machine()
        with set_up(options, folder) as (stage, cases):
            rows = measure(cases, options, stage)
            rows += memory(stage)
            parts = versions(stage, options.bin)
        rows.append(starts(options, folder))
    return {"benchmark": "server", "machine": facts, "versions": parts,
            "settings": {"rounds": options.rounds, "seconds": options.seconds, "notes": options.notes,
                         "connections": 64, "io_threads": IO_THREADS},
            "results": [row.as_json() for row in rows]}
