"""scripts/bench search: what a search among a million notes takes on each database, and what its index costs.

The notes are sentences of made-up words, in the frequencies of a language (Zipf): half Latin, half Hangul. The index is
built as a deploy builds it, by the job index-notes. Each kind of query is asked one after the other on one connection."""

import contextlib
import datetime
import http.client
import itertools
import pathlib
import random
import sqlite3
import statistics
import tempfile
import time
import urllib.parse

from dataset import BEGIN, COLUMNS, OWNER
from processes import BenchError, run, say
from report import Row, machine
from rigs import build_index, migrate, notes_server, postgres

WORDS = 60_000
ASKED = 400          # queries of a kind
LIMIT_MS = 20        # what the median of a selective query is meant to keep
CHUNK = 5000


class Language:
    """Words by their rank, each as common as Zipf's law has it."""

    def __init__(self, chance):
        latin = ["".join(chance.choices("bcdfghklmnprstv", k=1) + chance.choices("aeiou", k=1)
                         + chance.choices("abcdefghiklmnoprstuvwy", k=chance.randint(2, 7))) for _ in range(WORDS // 2)]
        hangul = ["".join(chr(0xac00 + chance.randrange(11_172)) for _ in range(chance.randint(2, 4)))
                  for _ in range(WORDS // 2)]
        self.words = [word for pair in zip(latin, hangul) for word in pair]
        self.weights = list(itertools.accumulate(1 / (rank + 10) for rank in range(WORDS)))
        self.chance = chance

    def text(self, words):
        return " ".join(self.chance.choices(self.words, cum_weights=self.weights, k=words))


def rows(count):
    """Notes in the order of their creation, of 30 to 100 words."""
    chance = random.Random(7)
    language = Language(chance)
    for n in range(count):
        moment = BEGIN + datetime.timedelta(milliseconds=n * (300 * 86_400_000 // count))
        number = (int(moment.timestamp() * 1000) << 80) | 0x7 << 76 | 0b10 << 62 | n
        digits = f"{number:032x}"
        identity = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
        at = moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        yield (identity, OWNER, language.text(3), language.text(chance.randint(30, 100)), 1, at, at)


def queries(count):
    """Kind -> what is asked. The selective ones stand in some notes of a million, a common one in a third."""
    chance = random.Random(11)
    language = Language(random.Random(7))  # the words of rows()
    rare = [word for word in language.words[WORDS // 2:] if len(word) > 2]
    latin = [word for word in rare if word.isascii() and len(word) > 6]
    hangul = [word for word in rare if not word.isascii()]
    common = language.words[:20]
    pick = lambda words: [chance.choice(words) for _ in range(count)]
    return {
        "selective, a word": pick(latin),
        "selective, two syllables": [word[:2] for word in pick(hangul)],
        "selective, a phrase": [f'"{word[:3]}"' for word in pick(hangul)],
        "selective, a prefix": [word[:6] + "*" for word in pick(latin)],
        "selective and common": [f"{rare} {many}" for rare, many in zip(pick(latin), pick(common))],
        "common, a word": pick([word for word in common if word.isascii()]),
        "common, two syllables": [word[:2] for word in pick([word for word in common if not word.isascii()])],
        "two common that never stand together": [f'"{" ".join(chance.sample(common, 6))}"' for _ in range(count // 20)],
        "a prefix of two letters": pick(["ba*", "ke*", "so*", "ti*"])[:count // 20],
    }


def load_postgres(database, notes):
    with tempfile.NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8") as file:
        file.writelines("\t".join(map(str, row)) + "\n" for row in notes)
        file.flush()
        database.psql(f"\\copy notes ({COLUMNS}) FROM '{file.name}'\n")
    database.psql("VACUUM (ANALYZE, FREEZE) notes; CHECKPOINT;")


def load_sqlite(path, notes):
    connection = sqlite3.connect(path)
    with connection:
        connection.executemany(f"INSERT INTO notes ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", notes)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def sqlite_bytes(path):
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path.stat().st_size


class Asker:
    """One connection that is kept."""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)

    def ask(self, query):
        """Milliseconds, and how many were found."""
        target = "/api/v1/notes/search?limit=50&q=" + urllib.parse.quote(query)
        begun = time.perf_counter()
        self.connection.request("GET", target)
        answer = self.connection.getresponse()
        body = answer.read()
        took = (time.perf_counter() - begun) * 1000
        if answer.status != 200:
            raise BenchError(f"GET {target}: {answer.status} {body[:500]!r}")
        return took, body.count(b'"excerpt":')


def ask_all(title, server, asked):
    asker = Asker(server)
    for query in asked[:10]:
        asker.ask(query)
    answers = [asker.ask(query) for query in asked]
    took = sorted(answer[0] for answer in answers)
    found = statistics.median(answer[1] for answer in answers)
    median = statistics.median(took)
    sample = {"value": median / 1000, "p50_ms": median, "p99_ms": took[int(len(took) * 0.99)], "max_ms": took[-1]}
    if "selective" in title:
        sample["limit"] = LIMIT_MS / 1000
    say(f"  {title}: median {median:.2f} ms, p99 {sample['p99_ms']:.2f} ms, max {took[-1]:.1f} ms, {found:.0f} found")
    return Row(title, "s", [sample])


def measure(options, engine, url, folder, size_of_all):
    """`size_of_all()`: bytes of everything that the index takes."""
    before = size_of_all()
    seconds = build_index(options.bin, url, folder, CHUNK)
    size = (size_of_all() - before) / 1024 / 1024
    yield Row(f"{engine}: building the index", "s", [{"value": seconds}])
    yield Row(f"{engine}: size of the index", "MiB", [{"value": size}])
    say(f"  {engine}: index built in {seconds:.0f} s, {size:.0f} MiB")
    if engine == "PostgreSQL":
        options.database.psql("VACUUM (ANALYZE) notes, note_search; CHECKPOINT;")
    with notes_server(options.bin, folder / engine, url,
                      {"APP_ENV": "development", "NOTES_LOG_FORMAT": "json"}) as server:
        for kind, asked in queries(ASKED).items():
            if options.only in kind or options.only == engine:
                yield ask_all(f"{engine}: {kind}", server, asked)


def bench(options):
    with tempfile.TemporaryDirectory(prefix="notes-bench-") as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        facts = machine()
        results = []
        if options.only != "PostgreSQL":
            file = folder / "notes.db"
            migrate(options.bin, f"sqlite:{file}", folder)
            say(f"loading {options.notes:,} notes into SQLite")
            load_sqlite(file, rows(options.notes))
            results += measure(options, "SQLite", f"sqlite:{file}", folder, lambda: sqlite_bytes(file))
            file.unlink()
        cluster = stack.enter_context(postgres())
        if options.only != "SQLite":
            options.database = cluster
            migrate(options.bin, cluster.url, folder)
            say(f"loading {options.notes:,} notes into PostgreSQL")
            load_postgres(cluster, rows(options.notes))
            results += measure(options, "PostgreSQL", cluster.url, folder, lambda: int(
                cluster.psql("SELECT pg_total_relation_size('note_search');")[0][0]))
        parts = {"program": run([options.bin / "notes-server", "--version"]).output.strip(),
                 "PostgreSQL": cluster.psql("SHOW server_version;")[0][0], "SQLite": sqlite3.sqlite_version}
    return {"benchmark": "search", "machine": facts, "versions": parts,
            "settings": {"notes": options.notes, "queries of a kind": ASKED, "chunk": CHUNK},
            "results": [row.as_json() for row in results]}
