"""scripts/bench cron: notes-cron with 10,000 schedules, when it has nothing to do, and when its leader goes away.

Lateness is what notes-cron's own histogram says: from the moment a run was due to the moment a thread has it, its claim
committed. A quantile lies somewhere in a bucket and is interpolated, as Prometheus does; the maximum is its bucket's end."""

import contextlib
import datetime
import functools
import math
import pathlib
import re
import sqlite3
import statistics
import tempfile
import time
import types
import urllib.request

import failover
from processes import background, cpu_seconds, machine_busy_seconds, memory_mib, run, say, wait_until
from report import Row, machine
from rigs import migrate, postgres

SCHEDULES = 10_000
LIMITS = {"lateness": 0.020, "memory": 64, "idle": 2, "transactions": 4}
SETTLES = 8  # seconds after a start: the schedules are read, adopted, and some are run
NEXT_FIRES = 100_000


@contextlib.contextmanager
def database(engine, cluster, folder):
    """The URL of a new database with notes-cron's tables, and how to read it: SQL -> rows."""
    if engine == "PostgreSQL":
        with cluster.database("bench_cron") as own:
            yield own.url, own.psql, lambda: transactions(cluster)
        return
    file = folder / "cron.db"
    def rows(sql):
        with contextlib.closing(sqlite3.connect(file, timeout=30)) as connection:
            return connection.execute(sql).fetchall()
    yield f"sqlite:{file}", rows, None
    for rest in folder.glob("cron.db*"):
        rest.unlink()


def transactions(cluster):
    """Of notes-cron's database; asked from another one, so that the question is not among them."""
    return int(cluster.psql("SELECT xact_commit + xact_rollback FROM pg_stat_database "
                            "WHERE datname = 'bench_cron';")[0][0])


def schedules_of_a_minute(folder, jitter):
    """As many in each second as in any other, all at its beginning."""
    statement = folder / "one.sql"
    statement.write_text("SELECT 1;\n")
    return jobs_file(folder, (f'{{ schedule: "{n * 60 // SCHEDULES} * * * * *", sql: {statement}{jitter} }}'
                              for n in range(SCHEDULES)))


def schedules_far_away(folder):
    """Each at some moment of a day half a year from now."""
    month = (datetime.date.today().month + 5) % 12 + 1
    statement = folder / "one.sql"
    statement.write_text("SELECT 1;\n")
    return jobs_file(folder, (f'{{ schedule: "H H 15 {month} *", sql: {statement} }}' for _ in range(SCHEDULES)))


def jobs_file(folder, jobs):
    file = folder / "cron.yaml"
    file.write_text("jobs:\n" + "".join(f"  job-{n}: {job}\n" for n, job in enumerate(jobs)))
    return file


class Leader:
    """A notes-cron that leads."""

    def __init__(self, process, port):
        self.process, self.pid, self.port = process, process.pid, port

    def metrics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as answer:
            return answer.read().decode()

    def lateness(self):
        """Starts so far by the bucket that they fell into: upper bound in seconds -> those up to it."""
        found = re.findall(r'notes_cron_start_lateness_seconds_bucket\{le="([^"]+)"\} (\d+)', self.metrics())
        return {float(bound): int(count) for bound, count in found}


@contextlib.contextmanager
def leader(binaries, folder, url, jobs):
    log = folder / "cron.log"
    with open(log, "wb") as stderr, \
            background([binaries / "notes-cron", "run", "--jobs", jobs, "--health-address", "127.0.0.1:0"], stderr=stderr,
                       environment={"DATABASE_URL": url, "NOTES_LOG_FORMAT": "json"}, directory=folder) as process:
        port = int(wait_until(lambda: re.search(r'"health server listens".*"port":(\d+)', log.read_text()),
                              f"notes-cron (its log: {log})", alive=process).group(1))
        one = Leader(process, port)
        wait_until(lambda: "notes_cron_leader 1" in one.metrics(), f"notes-cron leads (its log: {log})", alive=process)
        yield one


def quantile(share, buckets):
    """By linear interpolation in the bucket where it lies."""
    below, least = 0, 0.0
    wanted = share * max(buckets.values())
    for bound, count in sorted(buckets.items()):
        if count >= wanted and count > below:
            return math.inf if math.isinf(bound) else least + (bound - least) * (wanted - below) / (count - below)
        below, least = count, bound
    return math.nan


def largest(buckets):
    """The end of the last bucket that anything fell into."""
    return min(bound for bound, count in buckets.items() if count == max(buckets.values()))


def exact(share, values):
    return values[min(len(values) - 1, math.ceil(share * len(values)) - 1)]


def spread(p50, p99, most, **limit):
    return {"value": p99, "p50_ms": p50 * 1000, "p99_ms": p99 * 1000, "max_ms": most * 1000, **limit}


@contextlib.contextmanager
def watched(process, cluster):
    """What notes-cron took in the body, what PostgreSQL did, in per cent of a core, and what all others did, in cores."""
    def now():
        return time.monotonic(), cpu_seconds(process.pid), cpu_seconds(cluster.pid), machine_busy_seconds()
    used, before = types.SimpleNamespace(), now()
    yield used
    used.seconds, own, database, everything = (after - then for after, then in zip(now(), before))
    used.percent, used.database_percent = own / used.seconds * 100, database / used.seconds * 100
    used.others = max(0, everything - own - database) / used.seconds


# Seconds from the moment a run was due to its end's moment, by the leader's clock.
ENDS = {"PostgreSQL": "SELECT extract(epoch FROM finished_at - due_at) FROM cron_runs WHERE due_at >= to_timestamp({since}) "
                      "AND state = 'succeeded' ORDER BY 1;",
        "SQLite": "SELECT (julianday(finished_at) - julianday(due_at)) * 86400 FROM cron_runs "
                  "WHERE julianday(due_at) >= {since} / 86400.0 + 2440587.5 AND state = 'succeeded' ORDER BY 1"}


def scale(title, stage, engine, jitter):
    """All schedules come once a minute."""
    rows = {what: Row(f"{title}, {what}", unit, []) for what, unit in
            (("start lateness p99", "s"), ("due to done p99", "s"), ("most memory", "MiB"), ("processor", "% of a core"),
             ("PostgreSQL's processor", "% of a core"), ("runs", "runs/s"))}
    if jitter:
        del rows["due to done p99"]  # the jitter is in it
    if engine == "SQLite":
        del rows["PostgreSQL's processor"]
    jobs = schedules_of_a_minute(stage.folder, f", jitter: {jitter}" if jitter else "")
    for _ in range(stage.rounds):
        with database(engine, stage.cluster, stage.folder) as (url, read, _):
            migrate(stage.binaries, url, stage.folder)
            with leader(stage.binaries, stage.folder, url, jobs) as one:
                time.sleep(SETTLES)
                before, since = one.lateness(), time.time()
                with watched(one.process, stage.cluster) as used:
                    time.sleep(stage.scale_seconds)
                after = one.lateness()
                memory = memory_mib(one.pid, "VmHWM")
            starts = {bound: after[bound] - before[bound] for bound in after}
            rows["start lateness p99"].samples.append(
                spread(quantile(0.5, starts), quantile(0.99, starts), largest(starts), limit=LIMITS["lateness"]))
            if not jitter:
                ends = [float(row[0]) for row in read(ENDS[engine].format(since=since))]
                rows["due to done p99"].samples.append(spread(exact(0.5, ends), exact(0.99, ends), ends[-1]))
        rows["most memory"].samples.append({"value": memory, "limit": LIMITS["memory"]})
        rows["processor"].samples.append({"value": used.percent, "others_cpu": used.others})
        if engine == "PostgreSQL":
            rows["PostgreSQL's processor"].samples.append({"value": used.database_percent})
        rows["runs"].samples.append({"value": max(starts.values()) / used.seconds})
    return list(rows.values())


def idle(title, stage, engine):
    """None of the schedules is due."""
    rows = {what: Row(f"{title}, {what}", unit, []) for what, unit in
            (("processor", "% of a core"), ("memory", "MiB"), ("transactions", "transactions/s"))}
    if engine == "SQLite":
        del rows["transactions"]  # it counts none
    jobs = schedules_far_away(stage.folder)
    for _ in range(stage.rounds):
        with database(engine, stage.cluster, stage.folder) as (url, _, count):
            migrate(stage.binaries, url, stage.folder)
            with leader(stage.binaries, stage.folder, url, jobs) as one:
                time.sleep(SETTLES)
                before = count() if count else 0
                with watched(one.process, stage.cluster) as used:
                    time.sleep(stage.idle_seconds)
                done = count() - before if count else 0
                rows["memory"].samples.append({"value": memory_mib(one.pid), "limit": LIMITS["memory"]})
        rows["processor"].samples.append({"value": used.percent, "limit": LIMITS["idle"],
                                           "others_cpu": used.others})
        if count:
            rows["transactions"].samples.append({"value": done / used.seconds, "limit": LIMITS["transactions"]})
    return list(rows.values())


def gone_leader(title, stage):
    """Seconds that nobody leads."""
    rows = []
    for kind, seconds in failover.trials(stage.binaries, stage.cluster.url, stage.folder, stage.trials):
        median, _ = failover.LIMITS[kind]
        rows.append(Row(f"{title} {kind}: median without one", "s",
                        [{"value": statistics.median(seconds), "max_ms": max(seconds) * 1000, "limit": median}]))
    return rows


def next_fire(title, stage):
    """Per fire of a five-field schedule, formatting and printing included: more than the calculation alone."""
    row = Row(title, "s", [])
    schedule = 'schedule: "*/5 9-17 * * mon-fri", timezone: America/New_York'
    jobs = jobs_file(stage.folder, [f"{{ {schedule}, job: analyze-database }}"])
    for _ in range(max(3, stage.rounds)):
        one, many = (run([stage.binaries / "notes-cron", "next", "job-0", "-n", count, "--jobs", jobs],
                         directory=stage.folder).seconds for count in (1, NEXT_FIRES))
        row.samples.append({"value": (many - one) / (NEXT_FIRES - 1)})
    return [row]


def plan(stage):
    for engine in ("PostgreSQL", "SQLite"):
        title = f"{SCHEDULES:,} in a minute, {engine}"
        yield title, functools.partial(scale, title, stage, engine, None)
        title = f"{SCHEDULES:,} idle, {engine}"
        yield title, functools.partial(idle, title, stage, engine)
    title = f"{SCHEDULES:,} in a minute with jitter, PostgreSQL"
    yield title, functools.partial(scale, title, stage, "PostgreSQL", "1s")
    yield "leader", functools.partial(gone_leader, "leader", stage)
    title = "a fire of notes-cron next, printed"
    yield title, functools.partial(next_fire, title, stage)


def bench(options):
    with tempfile.TemporaryDirectory(prefix="notes-bench-") as name, postgres() as cluster:
        facts = machine()
        stage = types.SimpleNamespace(
            folder=pathlib.Path(name), cluster=cluster, binaries=options.bin, rounds=options.rounds,
            scale_seconds=5 if options.quick else 60, idle_seconds=5 if options.quick else 30,
            trials=2 if options.quick else 30)
        rows = []
        for title, work in plan(stage):
            if options.only not in title:
                continue
            say(title)
            for row in work():
                rows.append(row.as_json())
                say(f"  {row.name}: {rows[-1]['value']:.4g} {row.unit}")
        parts = {"program": run([options.bin / "notes-cron", "--version"]).output.strip(),
                 "PostgreSQL": cluster.psql("SHOW server_version;")[0][0], "SQLite": sqlite3.sqlite_version}
    return {"benchmark": "cron", "machine": facts, "versions": parts,
            "settings": {"rounds": stage.rounds, "seconds": stage.scale_seconds, "idle seconds": stage.idle_seconds,
                         "trials": stage.trials},
            "results": rows}
