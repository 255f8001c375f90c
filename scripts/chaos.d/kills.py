"""notes-server is killed while it writes: what it said was written must be there, once."""

import contextlib
import http.client
import json
import pathlib
import random
import tempfile
import threading
import time
import uuid

import arena
import service
from processes import run, say

THREADS = 6
ROOT = pathlib.Path(__file__).resolve().parents[2]


class Writers:
    """Each writes notes under ids of its own choice and asks again until it is told how that ended: retries do no harm."""

    def __init__(self, port):
        self.port = port
        self.stop = threading.Event()
        self.lock = threading.Lock()
        self.acknowledged = {}   # id -> title
        self.retried = 0
        self.wrong = []          # answers that are neither done nor "come back"

    def write(self, number, count):
        title, note = f"{number} {count}", str(uuid.uuid4())
        body = json.dumps({"title": title})
        attempts = 0
        while not self.stop.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException):
                attempts += 1
                status, _, answer = service.ask(self.port, "PUT", f"/api/v1/notes/{note}", body,
                                                {"Content-Type": "application/json", "If-None-Match": "*"})
                if status == 201 or (status == 412 and attempts > 1):
                    with self.lock:
                        self.acknowledged[note] = title
                        self.retried += attempts > 1
                    return
                if status != 503:
                    self.wrong.append((status, answer[:200]))
                    return
            time.sleep(0.01)


def stored(port):
    """Every note: id -> title, and how many rows there are."""
    notes, cursor, rows = {}, "", 0
    while cursor is not None:
        page = json.loads(service.ask(port, "GET", f"/api/v1/notes?limit=200{cursor and '&cursor='}{cursor}")[2])
        rows += len(page["items"])
        notes.update((item["id"], item["title"]) for item in page["items"])
        cursor = page["next_cursor"]
    return notes, rows


def on(engine, url, options, folder):
    server = service.Server(f"on-{engine}", options.bin, folder, url)
    writers = Writers(server.port)
    random.seed(options.seed)
    server.start()
    try:
        with service.Load(THREADS, writers.write):
            for n in range(options.kills):
                time.sleep(random.uniform(0.02, 0.25))
                server.kill()
                server.start()
                if n % 10 == 9:
                    say(f"  {engine}: {n + 1} kills, {len(writers.acknowledged)} notes")
            time.sleep(0.3)
            writers.stop.set()
        notes, rows = stored(server.port)
        left = server.stop()
    finally:
        server.kill()
    lost = [note for note, title in writers.acknowledged.items() if notes.get(note) != title]
    titles = list(notes.values())
    doubled = rows - len(notes) + len(titles) - len(set(titles))
    result = {"kills": options.kills, "acknowledged": len(writers.acknowledged), "retried": writers.retried, "lost": len(lost),
              "doubled": doubled, "wrong_answers": len(writers.wrong), "exit_code": left}
    broken = [f"{engine}: {what}" for what, wrong in
              ((f"{len(lost)} acknowledged notes are not there", lost), (f"{doubled} notes are there twice", doubled),
               (f"answers that were not expected: {writers.wrong[:3]}", writers.wrong),
               ("nothing was written", not writers.acknowledged), (f"it ended with {left}", left)) if wrong]
    return result, broken


def measure(options):
    with tempfile.TemporaryDirectory(prefix="notes-chaos-") as name:
        folder = pathlib.Path(name)
        cluster = arena.Cluster(options.bin)
        sqlite_url = f"sqlite:{folder / 'notes.db'}"
        run([options.bin / "notes-migrate", "upgrade", "--database-url", sqlite_url, "--dir", ROOT / "migrations"])
        results, broken = {}, []
        for engine, url in (("PostgreSQL", cluster.url(cluster.port)), ("SQLite", sqlite_url)):
            results[engine], problems = on(engine, url, options, folder)
            broken += problems
        return results, broken
