"""A million rows filled in by chunks while whoever does it is killed again and again: is every row done exactly once?"""

import pathlib
import random
import tempfile
import time

import arena
from processes import BenchError, run, say

# Their ids grow with time, as the service's do (RFC 9562, version 7): rows that follow each other lie beside each other.
USERS = """INSERT INTO users (id, email, display_name, role, created_at, updated_at)
  SELECT CAST('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0') AS UUID), 'user' || n || '@example.org', 'User ' || n,
  'member', now(), now() FROM generate_series(1, {rows}) AS n"""

# How often each row was written, kept by the database itself.
COUNTER = """CREATE TABLE touched (id UUID, times INTEGER);
CREATE FUNCTION count_touch() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN INSERT INTO touched VALUES (NEW.id, 1); RETURN NULL; END';
CREATE TRIGGER touch AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION count_touch()"""


def done(cluster):
    """Rows that are committed; None when the run has succeeded."""
    found = cluster.rows("SELECT state, COALESCE(CAST(counters AS JSON) ->> 'processed', '0') FROM cron_runs")
    if not found:
        return 0
    (state, processed), = found
    return None if state == "succeeded" else int(processed)


def measure(options):
    directory = pathlib.Path(tempfile.mkdtemp(prefix="notes-chaos-"))
    cluster = arena.Cluster(options.bin)
    cluster.execute(USERS.format(rows=options.rows))
    rows = int(cluster.value("SELECT count(*) FROM users WHERE slug IS NULL"))
    cluster.execute(COUNTER)
    cluster.execute("ANALYZE users")
    jobs = directory / "cron.yaml"
    jobs.write_text("jobs:\n  backfill-user-slugs: { params: { chunk: 2000 } }\n")
    chance = random.Random(options.seed)
    replicas = [arena.Replica(n, cluster, directory, jobs) for n in range(2)]
    # As many rows done, then a kill: everywhere, and some before the next leader has come far.
    places = sorted(chance.randrange(rows) for _ in range(options.kills))
    begun = time.monotonic()
    kills = 0
    try:
        arena.wait_for_leader(cluster, replicas)
        run([cluster.bin / "notes-cron", "trigger", "backfill-user-slugs", "--jobs", jobs, "--database-url",
                   cluster.url(cluster.port)])
        while (progress := done(cluster)) is not None:
            if time.monotonic() - begun > 1800:
                raise BenchError(f"the backfill did not end; logs in {directory}")
            if kills < len(places) and progress >= places[kills]:
                time.sleep(chance.uniform(0, 0.5))  # anywhere in a chunk
                if victim := arena.leader(cluster, replicas):
                    victim.kill()
                    victim.start()
                    kills += 1
                    say(f"chaos: killed {kills} times, {progress:,} rows done")
            time.sleep(0.3)
        arena.stop_all(replicas)
    finally:
        for replica in replicas:
            replica.kill()
    once, more = (int(n) for n in cluster.rows(
        "SELECT count(*) FILTER (WHERE n = 1), count(*) FILTER (WHERE n > 1) "
        "FROM (SELECT count(*) AS n FROM touched GROUP BY id) AS t")[0])
    result = {"rows": rows, "kills": kills, "seconds": round(time.monotonic() - begun, 1),
              "attempts": int(cluster.value("SELECT max(attempt) FROM cron_runs")),
              "counters": cluster.value("SELECT counters FROM cron_runs ORDER BY created_at DESC LIMIT 1"),
              "rows written once": once, "rows written more often": more,
              "rows left": int(cluster.value("SELECT count(*) FROM users WHERE slug IS NULL"))}
    broken = [] if once == rows and more == 0 else [f"{rows} rows, {once} written once, {more} more often"]
    if kills < options.kills:
        broken.append(f"the backfill ended after {kills} of {options.kills} kills: nothing is shown by that")
    return result, broken
