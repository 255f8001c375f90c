"""The database goes away under notes-server in several ways: what is answered meanwhile, and how soon all is well again."""

import collections
import contextlib
import http.client
import json
import pathlib
import tempfile
import time

import arena
import service
from processes import say, wait_until

THREADS = 8
POOL = 12
# A network that is gone without a word holds requests up until their time is over.
SETTINGS = {"NOTES_SERVER_REQUEST_TIMEOUT": "1s", "NOTES_DATABASE_POOL_SIZE": str(POOL // 2),
            "NOTES_DATABASE_MAX_OVERFLOW": str(POOL // 2), "NOTES_DATABASE_CONNECT_TIMEOUT": "2s"}
BACK_WITHIN = 1.0


def load_step(port):
    def step(number, count):
        """(when it was sent, when answered, what): the status, or how the connection failed."""
        sent = time.monotonic()
        outcome = "no answer"
        with contextlib.suppress(OSError, http.client.HTTPException):
            if count % 2:
                outcome, fields, _ = service.ask(port, "POST", "/api/v1/notes", json.dumps({"title": f"{number} {count}"}),
                                                 {"Content-Type": "application/json"})
            else:
                outcome, fields, _ = service.ask(port, "GET", "/api/v1/notes?limit=5")
            if outcome == 503 and not fields["Retry-After"]:
                outcome = "503 without Retry-After"
        time.sleep(0.005)
        return sent, time.monotonic(), outcome
    return step


def disturbances(cluster, cable):
    """Name -> what takes the database away; it returns when the database is back."""
    def terminate():
        cluster.execute("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() "
                        "AND pid <> pg_backend_pid()")

    def restart():
        cluster.crash(0.5)

    def silence():
        cable.silence()
        time.sleep(3)
        cable.restore()

    return {"connections terminated": terminate, "connections reset": cable.reset, "network gone for 3 s": silence,
            "server restarted": restart}


def trial(name, disturb, load):
    load.wait_for(4 * THREADS)
    begun = time.monotonic()
    disturb()
    back = time.monotonic()
    load.wait_for(1)
    time.sleep(BACK_WITHIN + 0.5)
    load.wait_for(4 * THREADS)
    during = [result for result in load.results() if result[1] >= begun]
    outcomes = collections.Counter(str(outcome) for _, _, outcome in during)
    failed_after = [sent - back for sent, _, outcome in during if sent >= back and outcome not in (200, 201)]
    recovery = max(failed_after, default=0.0)
    say(f"  {name}: {dict(outcomes)}, well again after {recovery:.3f} s")
    allowed = {"200", "201", "503", "504"}
    broken = []
    if set(outcomes) - allowed:
        broken.append(f"{name}: answered {sorted(set(outcomes) - allowed)}")
    if recovery > BACK_WITHIN:
        broken.append(f"{name}: well again after {recovery:.2f} s, at most {BACK_WITHIN} s are promised")
    return {"answers": dict(outcomes), "recovery_s": round(recovery, 3)}, broken


def left_behind(cluster):
    """Connections beyond the pool, and transactions that nobody ends."""
    rows = cluster.rows("SELECT count(*), count(*) FILTER (WHERE state LIKE 'idle in transaction%') FROM pg_stat_activity "
                        "WHERE datname = current_database() AND application_name = 'notes-server'")
    return int(rows[0][0]), int(rows[0][1])


def measure(options):
    with tempfile.TemporaryDirectory(prefix="notes-chaos-") as name:
        cluster = arena.Cluster(options.bin)
        cable = arena.Proxy(cluster.port)
        server = service.Server("server", options.bin, pathlib.Path(name), cluster.url(cable.port), SETTINGS)
        results, broken = {}, []
        server.start()
        try:
            with service.Load(THREADS, load_step(server.port)) as load:
                for kind, disturb in disturbances(cluster, cable).items():
                    results[kind], problems = trial(kind, disturb, load)
                    broken += problems
            wait_until(lambda: left_behind(cluster)[1] == 0, "a transaction was left open", seconds=10)
            connections, _ = left_behind(cluster)
            results["connections afterwards"] = connections
            if connections > POOL:
                broken.append(f"{connections} connections, the pool has at most {POOL}")
            if (status := server.stop()) != 0:
                broken.append(f"it ended with {status}")
        finally:
            server.kill()
        return results, broken
