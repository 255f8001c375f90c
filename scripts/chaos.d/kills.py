"""notes-server is killed while it writes: what it said was written must be there, once."""

import pathlib
import random
import tempfile
import time

import arena
import service
from processes import run, say
from writers import Writers, stored

THREADS = 24
ROOT = pathlib.Path(__file__).resolve().parents[2]


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
        differ, asked_again = writers.replays_differ()
        changes_lost = writers.changes_lost()
        notes, rows = stored(server.port)
        left = server.stop()
    finally:
        server.kill()
    lost = [note for note, title in writers.acknowledged.items() if notes.get(note) != title]
    titles = list(notes.values())
    doubled = rows - len(notes) + len(titles) - len(set(titles))
    result = {"kills": options.kills, "acknowledged": len(writers.acknowledged) + writers.counts["patched"],
              **writers.counts, "asked_again": asked_again, "lost": len(lost), "changes_lost": changes_lost,
              "doubled": doubled, "replayed_as_others": differ, "wrong_answers": len(writers.wrong), "exit_code": left}
    counts = writers.counts
    broken = [f"{engine}: {what}" for what, wrong in
              ((f"{len(lost)} acknowledged notes are not there", lost), (f"{doubled} notes are there twice", doubled),
               (f"{changes_lost} notes are not what their patches made of them", changes_lost),
               (f"{differ} keys were not answered with the note that they made", differ),
               (f"answers that were not expected: {writers.wrong[:3]}", writers.wrong),
               ("nothing was written", not all(counts[kind] for kind in ("put", "posted", "patched"))),
               (f"it ended with {left}", left)) if wrong]
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
