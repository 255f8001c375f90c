"""Jobs of every second under everything that goes wrong: was each tick run once, or its absence explained?"""

import collections
import math
import pathlib
import random
import signal
import subprocess
import tempfile
import time

import arena
from processes import say

# The jobs take turns: how a tick that is missed, and one that meets its predecessor, are treated.
POLICIES = [("all", "queue"), ("all", "allow"), ("latest", "skip"), ("none", "skip"), ("all", "skip")]

AUDIT = """CREATE TABLE audit (job TEXT, tick TEXT, run TEXT, attempt TEXT,
  written TIMESTAMPTZ DEFAULT clock_timestamp())"""

SQL = """INSERT INTO audit (job, tick, run, attempt) VALUES (current_setting('notes_cron.job'),
  current_setting('notes_cron.tick'), current_setting('notes_cron.run'), current_setting('notes_cron.attempt'));
SELECT pg_sleep({pause});
"""

# Ticks that should be there and are not: seconds between a job's first and last tick without a row.
MISSING = """SELECT count(*) FROM (SELECT job, generate_series(min(due_at), max(due_at), interval '1 second') AS due_at
  FROM cron_ticks GROUP BY job) AS wanted LEFT JOIN cron_ticks USING (job, due_at) WHERE cron_ticks.nominal IS NULL"""

DOUBLED = "SELECT count(*) FROM (SELECT job, tick FROM audit GROUP BY job, tick HAVING count(*) > 1) AS doubled"
LOST = """SELECT count(*) FROM cron_ticks t JOIN cron_runs r ON r.id = t.run_id WHERE t.outcome = 'run'
  AND r.state = 'succeeded' AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.job = t.job AND a.tick = t.nominal)"""
UNOWNED = """SELECT count(*) FROM audit a WHERE NOT EXISTS (SELECT 1 FROM cron_ticks t JOIN cron_runs r ON r.id = t.run_id
  WHERE t.job = a.job AND t.nominal = a.tick AND r.state = 'succeeded')"""


def jobs_file(directory, count):
    lines = ["jobs:"]
    for n in range(count):
        catch_up, overlap = POLICIES[n % len(POLICIES)]
        file = directory / f"job-{n}.sql"
        file.write_text(SQL.format(pause=(0, 0.05, 0.4)[n % 3]))
        lines.append(f"  job-{n}: {{ every: 1s, sql: {file}, catch_up: {catch_up}, overlap: {overlap} }}")
    path = directory / "cron.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


class Storm:
    """What goes wrong, by chance."""

    def __init__(self, cluster, replicas, pooler, seed):
        self.cluster, self.replicas, self.pooler = cluster, replicas, pooler
        self.random = random.Random(seed)
        self.done = collections.Counter()
        self.healing = []  # (when, what)

    def victim(self):
        """Most often the leader, where it hurts."""
        return (self.random.random() < 0.6 and arena.leader(self.cluster, self.replicas)) or self.random.choice(self.replicas)

    def later(self, seconds, what):
        self.healing.append((time.monotonic() + seconds, what))

    def heal(self, everything=False):
        due = [entry for entry in self.healing if everything or entry[0] <= time.monotonic()]
        self.healing = [entry for entry in self.healing if entry not in due]
        for _, what in due:
            what()
        for replica in self.replicas:
            status = replica.ensure_alive()
            if status not in (None, -signal.SIGKILL):
                self.done[f"ended by itself with {status}"] += 1

    def strike(self):
        kind = self.random.choices(["kill -9", "SIGSTOP", "silence", "reset", "PostgreSQL crash", "PgBouncer restart"],
                                   weights=[6, 6, 4, 4, 1, 2])[0]
        victim = self.victim()
        self.done[kind] += 1
        if kind == "kill -9":
            victim.kill()
        elif kind == "SIGSTOP":
            victim.signal(signal.SIGSTOP)
            self.later(math.exp(self.random.uniform(math.log(0.1), math.log(20))),
                       lambda: victim.signal(signal.SIGCONT))
        elif kind == "silence":
            victim.proxy.silence()
            self.later(self.random.uniform(0.5, 10), victim.proxy.restore)
        elif kind == "reset":
            victim.proxy.reset()
        elif kind == "PostgreSQL crash":
            self.cluster.crash(self.random.uniform(0.1, 2))
        else:
            self.pooler.restart()


def audit(cluster, expected):
    """What is there, against what was promised; `expected` ticks, or about that many, have come."""
    result = {
        "ticks": int(cluster.value("SELECT count(*) FROM cron_ticks")),
        "ticks run": int(cluster.value("SELECT count(*) FROM cron_ticks WHERE outcome = 'run'")),
        "ticks skipped": {reason: int(n) for reason, n in cluster.rows(
            "SELECT reason, count(*) FROM cron_ticks WHERE outcome = 'skipped' GROUP BY reason ORDER BY reason")},
        "runs": {state: int(n) for state, n in cluster.rows(
            "SELECT state, count(*) FROM cron_runs GROUP BY state ORDER BY state")},
        "runs taken over or tried again": int(cluster.value("SELECT count(*) FROM cron_runs WHERE attempt > 1")),
        "terms": int(cluster.value("SELECT epoch FROM cron_leases")),
        "ticks without a row": int(cluster.value(MISSING)),
        "effects lost": int(cluster.value(LOST)),
        "effects doubled": int(cluster.value(DOUBLED)),
        "effects without a successful run": int(cluster.value(UNOWNED)),
    }
    broken = [f"{name}: {result[name]}" for name in
              ("ticks without a row", "effects lost", "effects doubled", "effects without a successful run")
              if result[name]]
    if result["ticks"] < expected / 2:
        broken.append(f"ticks: {result['ticks']}, where about {expected} have come")
    unexplained = int(cluster.value("SELECT count(*) FROM cron_ticks WHERE outcome = 'skipped' AND COALESCE(reason, '') = ''"))
    unfinished = sum(n for state, n in result["runs"].items() if state in ("running", "retrying"))
    if unexplained:
        broken.append(f"ticks skipped without a reason: {unexplained}")
    if unfinished > 0:
        broken.append(f"runs that did not end: {unfinished}")
    for state in ("failed", "lost", "cancelled"):
        if result["runs"].get(state):
            result[f"why {state}"] = [row[0] for row in cluster.rows(
                f"SELECT DISTINCT left(error, 200) FROM cron_runs WHERE state = '{state}' LIMIT 5")]
            broken.append(f"runs that {state}: {result['runs'][state]}")
    return result, broken


def settle(cluster, replicas):
    """Waits until what was begun has ended."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for replica in replicas:
            replica.ensure_alive()
        try:
            late = cluster.value("SELECT count(*) FROM cron_runs WHERE state IN ('running', 'retrying', 'queued') "
                                 "AND created_at < now() - interval '8 seconds'")
            if late == "0" and arena.leader(cluster, replicas):
                return
        except subprocess.CalledProcessError:
            pass
        time.sleep(0.5)


def measure(options):
    directory = pathlib.Path(tempfile.mkdtemp(prefix="notes-chaos-"))
    directory.chmod(0o755)
    cluster = arena.Cluster(options.bin)
    cluster.execute(AUDIT)
    jobs = jobs_file(directory, options.jobs)
    pooler = arena.Pooler(cluster, directory)
    replicas = [arena.Replica(n, cluster, directory, jobs, pooler.port if n >= 3 else None) for n in range(5)]
    storm = Storm(cluster, replicas, pooler, options.seed)
    say(f"chaos: 5 replicas, 2 of them behind PgBouncer; {options.jobs} jobs each second; logs in {directory}")
    try:
        arena.wait_for_leader(cluster, replicas)
        end = time.monotonic() + options.seconds
        next_strike = time.monotonic() + 2
        while time.monotonic() < end:
            storm.heal()
            if time.monotonic() >= next_strike:
                storm.strike()
                next_strike = time.monotonic() + storm.random.uniform(0.5, 2.5)
            time.sleep(0.05)
        storm.heal(everything=True)
        settle(cluster, replicas)
        arena.stop_all(replicas)
        result, broken = audit(cluster, options.seconds * options.jobs)
    finally:
        pooler.stop()
        for replica in replicas:
            replica.kill()
    return {"what went wrong": dict(storm.done), **result}, broken
