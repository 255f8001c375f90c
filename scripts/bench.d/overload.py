"""scripts/bench overload: what notes-server still does for its clients when five times as many ask as it can serve.

Clients that are told 503 ask again at once, so the load grows with the connections until it is five times the peak."""

import contextlib
import http.client
import pathlib
import tempfile
import threading
import time

import dataset
from loads import wrk
from processes import BenchError, say
from report import Row, machine
from rigs import migrate, notes_server, postgres

PEAK_CONNECTIONS = 64
CROWDS = (2000, 4000, 8000)
FACTOR = 5
LEAST_GOODPUT = 0.8
SLOWEST_HEALTH = 0.1


class HealthWatch:
    """Asks /healthz fifty times a second on a connection of its own; the slowest answer in seconds."""

    def __init__(self, port):
        self.port = port
        self.slowest = 0.0
        self.failed = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        while not self._stop.wait(0.02):
            begun = time.monotonic()
            try:
                connection.request("GET", "/healthz")
                answer = connection.getresponse()
                answer.read()
                self.failed += answer.status != 200
            except (OSError, http.client.HTTPException):
                self.failed += 1
                connection.close()
            self.slowest = max(self.slowest, time.monotonic() - begun)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()


def overload(server, targets, peak, options):
    """(offered/s, good/s, the watch) under the smallest crowd that is FACTOR times the peak; --quick is content with less."""
    seconds = options.seconds
    for connections in CROWDS[:1] if options.quick else CROWDS:
        with HealthWatch(server.port) as watch:
            sample = wrk(server, targets, connections=connections, seconds=seconds)
        total = sample.per_second * seconds
        good = max(total - sample.errors, 0) / seconds
        say(f"  {connections} connections: {sample.per_second:,.0f}/s offered, {good:,.0f}/s served, "
            f"/healthz at most {watch.slowest * 1000:.1f} ms")
        if sample.per_second >= FACTOR * peak:
            return sample.per_second, good, watch
    if options.quick:
        return sample.per_second, good, watch
    raise BenchError(f"{CROWDS[-1]} connections offered {sample.per_second:,.0f}/s: less than {FACTOR} times {peak:,.0f}/s")


def measure(engine, server, targets, options):
    peaks, goods, healths = [], [], []
    for _ in range(options.rounds):
        calm = wrk(server, targets, connections=PEAK_CONNECTIONS, seconds=options.seconds)
        if calm.errors:
            raise BenchError(f"{calm.errors} of the peak's requests were not answered 2xx: see {server.log}")
        peak = calm.per_second
        say(f"{engine}: peak {peak:,.0f}/s")
        offered, good, watch = overload(server, targets, peak, options)
        peaks.append({"value": peak})
        # A second is no time to judge by: thousands of connections are only being made.
        goods.append({"value": good, "errors": int(not options.quick and good < LEAST_GOODPUT * peak)})
        healths.append({"value": watch.slowest, "limit": SLOWEST_HEALTH,
                        "errors": int(not options.quick and (watch.slowest >= SLOWEST_HEALTH or watch.failed > 0))})
    load = f"of {CROWDS[0]:,} connections" if options.quick else f"at {FACTOR} × capacity"
    yield Row(f"goodput {load}, {engine}", "requests/s", goods, "its peak", peaks)
    yield Row(f"slowest /healthz meanwhile, {engine}", "s", healths)


def bench(options):
    with tempfile.TemporaryDirectory(prefix="notes-bench-") as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        facts = machine()
        targets = folder / "list.txt"
        targets.write_text("GET /api/v1/notes?limit=50\n")
        notes = dataset.make(options.notes // 10)
        database = stack.enter_context(postgres())
        sqlite_file = folder / "notes.db"
        for url in (database.url, f"sqlite:{sqlite_file}"):
            migrate(options.bin, url, folder)
        dataset.load_postgres(database, notes)
        dataset.load_sqlite(sqlite_file, notes)
        rows = []
        for engine, url in (("PostgreSQL", database.url), ("SQLite", f"sqlite:{sqlite_file}")):
            with notes_server(options.bin, folder / engine, url) as server:
                rows += measure(engine, server, targets, options)
    return {"benchmark": "overload", "machine": facts, "versions": {},
            "settings": {"rounds": options.rounds, "seconds": options.seconds, "notes": len(notes)},
            "results": [row.as_json() for row in rows]}
