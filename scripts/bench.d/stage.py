"""What stands while scripts/bench server runs its rounds: loaded databases, servers on them, nginx, and files to ask from."""

import contextlib
import dataclasses
import itertools
import json

import dataset
from loads import pgbench, wrk, wrk_mix
from processes import say
from rigs import Account, build_index, migrate, nginx, notes_server, postgres, tls_proxy

IO_THREADS = 1
ENGINES = ("PostgreSQL", "SQLite")
CLIENTS = 16  # pgbench's
POSTED = 4  # different notes that are created again and again; pgbench plans each one's statements on each connection


@dataclasses.dataclass
class Side:
    """One of the two databases: who is asked, as whom."""
    engine: str
    url: str
    account: Account
    server: object


class Stage:
    """Everything that stands, and the loads on it: each a function of the seconds it is to run."""

    def __init__(self, folder, notes, sides, database, web):
        self.folder = folder
        self.notes = notes
        self.sides = {side.engine: side for side in sides}
        self.database = database
        self.web = web
        self._runs = itertools.count()

    def server(self, engine):
        return self.sides[engine].server

    def file(self, name, lines):
        path = self.folder / name
        path.write_text("".join(line if line.endswith("\n") else line + "\n" for line in lines))
        return path

    def wrk(self, engine, requests, **options):
        database = self.database if engine == "PostgreSQL" else None
        return lambda seconds: wrk(self.server(engine), requests, seconds=seconds, database=database, **options)

    def mix(self, engine, kinds, **options):
        database = self.database if engine == "PostgreSQL" else None
        return lambda seconds: wrk_mix(self.server(engine), kinds, seconds=seconds, database=database, **options)

    def constant(self, requests, **options):
        return lambda seconds: wrk(self.web, requests, seconds=seconds, **options)

    def pgbench(self, scripts, variables, **options):
        def load(seconds):
            # New notes get ids that no earlier run has given.
            given = {"owner": self.sides["PostgreSQL"].account.id, "prefix": f"01990000-{next(self._runs):04x}-7000-8000-"}
            return pgbench(self.database, scripts, {**given, **variables}, seconds=seconds, **options)
        return load

    def remove_posted(self, engine):
        if engine == "PostgreSQL":
            dataset.remove_posted_postgres(self.database)
        else:
            dataset.remove_posted_sqlite(self.folder / "notes.db")

    def empty_logs(self):
        for log in (self.web.log, *(side.server.log for side in self.sides.values())):
            with open(log, "r+b") as file:
                file.truncate()

    def terms(self, note):
        """What the index of searches has of a note, as notes-server sends it."""
        return self.database.psql(
            f"SELECT array_to_string(tsvector_to_array(terms), ' ') FROM note_search WHERE note_id = '{note.id}';")[0][0]

    def token_digest(self):
        return self.database.psql("SELECT token_sha256 FROM access_tokens;")[0][0]


def load(options, folder, database):
    """Both databases migrated, filled and indexed, each with an account: engine -> (url, account)."""
    urls = {"PostgreSQL": database.url, "SQLite": f"sqlite:{folder / 'notes.db'}"}
    notes = dataset.make(options.notes)
    accounts = {}
    for engine, url in urls.items():
        migrate(options.bin, url, folder)
        accounts[engine] = Account(options.bin, url, folder)
    say(f"loading {options.notes:,} notes into both databases")
    dataset.load_postgres(database, notes, accounts["PostgreSQL"].id)
    dataset.load_sqlite(folder / "notes.db", notes, accounts["SQLite"].id)
    dataset.add_users(database, CLIENTS)
    for engine, url in urls.items():
        say(f"{engine}: index built in {build_index(options.bin, url, folder):.0f} s")
    dataset.tidy_postgres(database)
    return notes, [(engine, urls[engine], accounts[engine]) for engine in ENGINES]


@contextlib.contextmanager
def set_up(options, folder):
    """Yields the Stage."""
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(postgres())
        notes, accounts = load(options, folder, database)
        settings = {"NOTES_SERVER_IO_THREADS": str(IO_THREADS), "NOTES_SERVER_TRUSTED_PROXIES": "127.0.0.1"}
        sides = [Side(engine, url, account, stack.enter_context(
            notes_server(options.bin, folder / f"on-{engine}", url, settings, account.token)))
                 for engine, url, account in accounts]
        note_bytes = sum(len(json.dumps(note.row(dataset.OWNER), ensure_ascii=False).encode()) + 60 for note in notes)
        constants = {"/healthz": len('{"status":"ok"}'), "/api/": note_bytes // len(notes)}
        web = stack.enter_context(nginx(folder / "nginx", IO_THREADS, constants))
        yield Stage(folder, notes, sides, database, web)


@contextlib.contextmanager
def proxies(stage):
    """nginx with TLS before the server on PostgreSQL, and another before the constants: yields their addresses."""
    with tls_proxy(stage.folder / "proxy", IO_THREADS, stage.server("PostgreSQL").base) as before_server, \
            tls_proxy(stage.folder / "proxy-of-constants", IO_THREADS, stage.web.base) as before_web:
        yield before_server.base, before_web.base
