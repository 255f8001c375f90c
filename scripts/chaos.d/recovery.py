"""The database goes away under notes-server in several ways: what is answered meanwhile, and how soon all is well again."""

import collections
import contextlib
import http.client
import json
import pathlib
import tempfile
import time
import uuid

import arena
import service
from processes import say, wait_until
from writers import JSON, MERGE_PATCH, NOTES, stored

THREADS = 8
POOL = 12
# A network that is gone without a word holds requests up until their time is over.
SETTINGS = {"NOTES_SERVER_REQUEST_TIMEOUT": "1s", "NOTES_DATABASE_POOL_SIZE": str(POOL // 2),
            "NOTES_DATABASE_MAX_OVERFLOW": str(POOL // 2), "NOTES_DATABASE_CONNECT_TIMEOUT": "2s"}
BACK_WITHIN = 1.0


class Clients:
    """Each reads, lists, makes notes, and changes one of its own: what it is told was written is kept in mind."""

    def __init__(self, port):
        self.port = port
        self.made = {}      # id -> title
        self.patched = {}   # number -> (id, version, marks): what the last answer said
        self.unheard = {}   # number -> marks tried since then: one of them may have been written, or be written yet
        self.wrong = []

    def step(self, number, count):
        """(when it was sent, when answered, what): the status, or how the connection failed."""
        sent = time.monotonic()
        outcome = "no answer"
        with contextlib.suppress(OSError, http.client.HTTPException):
            outcome, fields, _ = (self.get, self.list, self.make, self.patch)[count % 4](number, count)
            if outcome == 503 and not fields["Retry-After"]:
                outcome = "503 without Retry-After"
        time.sleep(0.005)
        return sent, time.monotonic(), outcome

    def get(self, number, _):
        """Its note, which must have all that was acknowledged."""
        if number not in self.patched:
            return self.begin(number)
        note, version, marks = self.patched[number]
        answer = service.ask(self.port, "GET", f"{NOTES}/{note}")
        if answer[0] != 200:
            return answer
        found = json.loads(answer[2])
        there = found["body"].split()
        if there and there[:-1] == marks and there[-1] in self.unheard.get(number, []) and found["version"] == version + 1:
            self.written(number, there)
        elif there != marks or found["version"] != version:
            self.wrong.append(f"note {note} has version {found['version']} with {there}, "
                              f"and had {version} with {marks} and perhaps one of {self.unheard.get(number)}")
        return answer

    def written(self, number, marks):
        note, version, _ = self.patched[number]
        self.patched[number] = (note, version + 1, marks)
        self.unheard[number] = []

    def begin(self, number):
        note = str(uuid.uuid4())
        answer = service.ask(self.port, "PUT", f"{NOTES}/{note}", json.dumps({"title": f"patched {number} {note}"}),
                             {**JSON, "If-None-Match": "*"})
        if answer[0] == 201:
            self.patched[number] = (note, 1, [])
        return answer

    def list(self, _number, _count):
        return service.ask(self.port, "GET", f"{NOTES}?limit=5")

    def make(self, number, count):
        title = f"{number} {count}"
        answer = service.ask(self.port, "POST", NOTES, json.dumps({"title": title}), JSON)
        if answer[0] == 201:
            self.made[json.loads(answer[2])["id"]] = title
        return answer

    def patch(self, number, count):
        """Adds a mark to what it knows; refused, because an earlier one has been written after all, it reads."""
        if number not in self.patched:
            return self.begin(number)
        note, version, marks = self.patched[number]
        wanted = [*marks, f"m{count}"]
        earlier = self.unheard.setdefault(number, [])
        self.unheard[number] = [*earlier, wanted[-1]]
        answer = service.ask(self.port, "PATCH", f"{NOTES}/{note}", json.dumps({"body": " ".join(wanted)}),
                             {**MERGE_PATCH, "If-Match": f'"{version}"'})
        if answer[0] == 200:
            self.written(number, wanted)
        if answer[0] == 412 and earlier:
            return self.get(number, count)
        return answer

    def lost(self):
        """What was acknowledged and is not there."""
        notes, _ = stored(self.port)
        for number in self.patched:
            self.get(number, 0)
        return [f"acknowledged note {note} is not there" for note, title in self.made.items() if notes.get(note) != title]


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
            clients = Clients(server.port)
            with service.Load(THREADS, clients.step) as load:
                for kind, disturb in disturbances(cluster, cable).items():
                    results[kind], problems = trial(kind, disturb, load)
                    broken += problems
            wait_until(lambda: left_behind(cluster)[1] == 0, "a transaction was left open", seconds=10)
            lost = clients.lost() + clients.wrong
            broken += lost[:5]
            results["acknowledged"] = {"notes": len(clients.made),
                                       "changes": sum(len(marks) for _, _, marks in clients.patched.values()),
                                       "lost": len(lost)}
            connections, _ = left_behind(cluster)
            results["connections afterwards"] = connections
            if connections > POOL:
                broken.append(f"{connections} connections, the pool has at most {POOL}")
            if (status := server.stop()) != 0:
                broken.append(f"it ended with {status}")
        finally:
            server.kill()
        return results, broken
