"""The rows of scripts/bench server: each a load, what it is held against, and what it is meant to keep."""

import dataclasses
import json
import random

import dataset
import statements
from loads import Sample
from report import Target
from stage import CLIENTS, ENGINES, POSTED

CONNECTIONS = 64
LIMIT = 51  # one more than shown tells whether there is a next page
MIX = {"get": 80, "list": 10, "search": 5, "write": 5}


@dataclasses.dataclass
class Case:
    """One row of the table: a load, and the one that it is held against."""
    name: str
    load: object              # seconds -> Sample
    reference: str = None
    reference_load: object = None
    by: str = "value"         # what the ratio is one of
    targets: tuple = ()
    posts_to: str = None      # the engine whose new notes go away after each round


def at_least(ratio):
    return Target(f"≥ {ratio}", lambda row: row["ratio"] >= ratio)


def most(ratio, what):
    return Target(f"{what} ≤ {ratio}", lambda row: row["ratio"] <= ratio)


class Requests:
    """Files of requests, for each engine where they differ (its cursors do)."""

    def __init__(self, stage):
        self.health = stage.file("health.txt", ["GET /healthz"])
        self.get = stage.file("get.txt", (f"GET /api/v1/notes/{note.id}" for note in stage.notes))
        self.newest = stage.file("newest.txt", ["GET /api/v1/notes?limit=50"])
        self.search = stage.file("search.txt", (
            f"GET /api/v1/notes/search?q={word}" for word in random.Random(3).sample(dataset.rare_words(), 1000)))
        posted = (json.dumps({"title": note.title, "body": note.body}) for note in stage.notes[:POSTED])
        self.post = stage.file("post.txt", (f"POST /api/v1/notes {body}" for body in posted))
        self.pages = {engine: stage.file(f"pages-{engine}.txt", (
            f"GET /api/v1/notes?limit=50&cursor={cursor}" for cursor in cursors(stage.server(engine), len(stage.notes) // 200)))
                      for engine in ENGINES}


def cursors(server, count):
    """The cursors of as many pages, a hundred notes apart."""
    cursor = ""
    for _ in range(count):
        cursor = server.get(f"/api/v1/notes?limit=100{cursor and '&cursor='}{cursor}")["next_cursor"]
        yield cursor


class Statements:
    """The same asked by pgbench."""

    def __init__(self, stage):
        self.stage = stage

    def _scripts(self, name, texts):
        return [self.stage.file(f"{name}-{n}.sql", [text]) for n, text in enumerate(texts)]

    def _walk(self, name, text, clients, **options):
        stage = self.stage
        start = {"begun": 0, "title": stage.notes[0].id, "stride": len(stage.notes) // (clients + 1),
                 "token": stage.token_digest()}
        return stage.pgbench(self._scripts(name, [text]), start, clients=clients, **options)

    def get(self, clients=CLIENTS):
        return self._walk("get", statements.walk(), clients)

    def authorized_get(self):
        """One client, and how long each of its transactions took."""
        return self._walk("authorized-get", statements.authorized_walk(), 1, latencies=True)

    def newest(self):
        return self.stage.pgbench(self._scripts("newest", [statements.newest()]), {"limit": LIMIT})

    def pages(self):
        return self.stage.pgbench(self._scripts("page", [statements.page()]), {"limit": LIMIT, "id": self.stage.notes[0].id})

    def posts(self, name, text_of):
        variables = {"no": 0, "one": 1, "count": 0, "begun": 0, "now": dataset.AFTER_ALL}
        for n, note in enumerate(self.stage.notes[:POSTED]):
            variables |= {f"title{n}": note.title, f"body{n}": note.body, f"terms{n}": self.stage.terms(note)}
        return self.stage.pgbench(self._scripts(name, map(text_of, range(POSTED))), variables)


def calm_cases(stage, requests, sql):
    """64 connections: every path by itself."""
    yield Case("GET /healthz", stage.wrk("SQLite", requests.health), "nginx, constant", stage.constant(requests.health),
               targets=(at_least(0.9),))
    yield Case("GET note, PostgreSQL", stage.wrk("PostgreSQL", requests.get), "pgbench -c 16 select", sql.get(),
               targets=(at_least(1.5),))
    yield Case("GET note, SQLite", stage.wrk("SQLite", requests.get), "nginx, constant", stage.constant(requests.get),
               targets=(at_least(0.7),))
    yield Case("list of 50, distinct, PostgreSQL", stage.wrk("PostgreSQL", requests.pages["PostgreSQL"]),
               "pgbench -c 16 list", sql.pages(), targets=(at_least(0.7),))
    yield Case("list of 50, identical, PostgreSQL", stage.wrk("PostgreSQL", requests.newest),
               "pgbench -c 16 list", sql.newest(), targets=(at_least(2.0),))
    yield Case("list of 50, distinct, SQLite", stage.wrk("SQLite", requests.pages["SQLite"]))
    yield Case("list of 50, identical, SQLite", stage.wrk("SQLite", requests.newest))
    for engine in ENGINES:
        yield Case(f"search for a word, {engine}", stage.wrk(engine, requests.search))
    post = stage.wrk("PostgreSQL", requests.post)
    yield Case("POST note, durable, PostgreSQL", post, "pgbench -c 16 create", sql.posts("create", statements.create),
               targets=(at_least(2.0),), posts_to="PostgreSQL")
    yield Case("POST note, durable, PostgreSQL (an owner each)", post, "pgbench -c 16 create, an owner each",
               sql.posts("create-for-own", statements.create_for_own), posts_to="PostgreSQL")
    yield Case("POST note, durable, PostgreSQL (bare)", post, "pgbench -c 16 bare insert",
               sql.posts("bare-insert", statements.bare_insert), targets=(at_least(2.0),), posts_to="PostgreSQL")
    yield Case("POST note, durable, SQLite", stage.wrk("SQLite", requests.post), "its own GET",
               stage.wrk("SQLite", requests.get), targets=(at_least(0.5),), posts_to="SQLite")
    for engine in ENGINES:
        yield mix_case(stage, requests, engine)


def mix(requests, engine):
    """Kind -> its share, and what is asked."""
    files = {"get": requests.get, "list": requests.pages[engine], "search": requests.search, "write": requests.post}
    return {kind: (share, files[kind]) for kind, share in MIX.items()}


def mix_case(stage, requests, engine):
    return Case(f"mixed load, {engine} (p99 of gets)", stage.mix(engine, mix(requests, engine)), "gets alone",
                stage.mix(engine, {"get": (100, requests.get)}), by="p99_ms",
                targets=(Target("< 3 × alone", lambda row: row["ratio"] < 3),), posts_to=engine)


def both_one_after_the_other(first, second):
    """As if each request did the one and then the other."""
    def load(seconds):
        a, b = first(seconds), second(seconds)
        return Sample(per_second=1 / (1 / a.per_second + 1 / b.per_second), p50_ms=a.p50_ms + b.p50_ms,
                      p99_ms=a.p99_ms + b.p99_ms, errors=a.errors + b.errors)
    return load


def few_cases(stage, requests, sql):
    one = stage.wrk("PostgreSQL", requests.get, connections=1)
    yield Case("GET note, PostgreSQL, 1 connection (p50)", one, "pgbench -c 1, token and select", sql.authorized_get(),
               by="p50_ms", targets=(most(1.0, "p50"),))
    yield Case("GET note, PostgreSQL, 1 connection (p50, HTTP)", one, "pgbench -c 1, token and select; then nginx -c 1",
               both_one_after_the_other(sql.authorized_get(), stage.constant(requests.get, connections=1)),
               by="p50_ms", targets=(most(1.0, "p50"),))
    yield Case("GET note, SQLite, 1 connection", stage.wrk("SQLite", requests.get, connections=1), "nginx, constant",
               stage.constant(requests.get, connections=1))
    yield Case("GET note, PostgreSQL, 8 connections", stage.wrk("PostgreSQL", requests.get, connections=8),
               "pgbench -c 8 select", sql.get(clients=8))
    yield Case("GET note, SQLite, 8 connections", stage.wrk("SQLite", requests.get, connections=8), "nginx, constant",
               stage.constant(requests.get, connections=8))


def crowd_cases(stage, requests):
    quick = Target("p99 < 100 ms", lambda row: row["p99_ms"] < 100)
    for engine in ENGINES:
        for connections, targets in ((256, ()), (1000, (at_least(0.8), quick))):
            yield Case(f"GET note, {engine}, {connections:,} connections",
                       stage.wrk(engine, requests.get, connections=connections), "its own GET with 64",
                       stage.wrk(engine, requests.get), targets=targets)


def tls_cases(stage, requests, addresses):
    server, constant = addresses
    yield Case("GET note, PostgreSQL, behind nginx with TLS", stage.wrk("PostgreSQL", requests.get, base=server),
               "the same before nginx, constant", stage.constant(requests.get, base=constant))
