"""Clients that write notes and ask again until they know how each ended, and what must be there after them."""

import contextlib
import http.client
import json
import random
import threading
import time
import uuid

import service

JSON = {"Content-Type": "application/json"}
MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}
NOTES = "/api/v1/notes"
# How many keys are asked for again when all is over.
SAMPLE = 300
# A note that was patched so often is left for a new one.
MOST_MARKS = 100


class Writers:
    """Three kinds, by the number of the thread: a note under an id of the client's own (PUT), a note under a key
    (POST), and a note that is changed again and again from the version that is known (PATCH)."""

    def __init__(self, port):
        self.port = port
        self.stop = threading.Event()
        self.lock = threading.Lock()
        self.acknowledged = {}   # id -> title, of PUT and POST
        self.keyed = {}          # key -> (request, id), of POST
        self.patched = {}        # id -> marks in their order, of PATCH: its version is their number
        self.current = {}        # number of a thread -> id of the note that it patches
        self.counts = {"put": 0, "posted": 0, "patched": 0, "retried": 0, "replayed": 0, "patched_unheard": 0}
        self.wrong = []          # answers that are neither done nor "come back"

    def write(self, number, count):
        kind = (self.put, self.post, self.patch)[number % 3]
        kind(number, count)

    def count(self, *names):
        with self.lock:
            for name in names:
                self.counts[name] += 1

    def ask(self, method, target, body=None, fields=None):
        """(status, fields, body, attempts) of the first answer that says how it ended; None when told to stop."""
        attempts = 0
        while not self.stop.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException):
                attempts += 1
                status, answered, text = service.ask(self.port, method, target, body, fields)
                if status != 503:
                    if attempts > 1:
                        self.count("retried")
                    return status, answered, text, attempts
            time.sleep(0.01)
        return None

    def refuse(self, status, answer):
        self.wrong.append((status, answer[:200]))

    def put(self, number, count):
        title, note = f"{number} {count}", str(uuid.uuid4())
        if not (answer := self.ask("PUT", f"{NOTES}/{note}", json.dumps({"title": title}), {**JSON, "If-None-Match": "*"})):
            return
        status, _, text, attempts = answer
        if status == 201 or (status == 412 and attempts > 1):
            with self.lock:
                self.acknowledged[note] = title
            self.count("put")
        else:
            self.refuse(status, text)

    def post(self, number, count):
        key, request = str(uuid.uuid4()), json.dumps({"title": f"{number} {count}", "tags": ["posted"]})
        if not (answer := self.ask("POST", NOTES, request, {**JSON, "Idempotency-Key": key})):
            return
        status, fields, text, attempts = answer
        replayed = fields["Idempotent-Replayed"] == "true"
        if status != 201 or (replayed and attempts == 1):
            self.refuse(status, text)
            return
        note = json.loads(text)
        with self.lock:
            self.acknowledged[note["id"]] = note["title"]
            self.keyed[key] = (request, note["id"])
        self.count("posted", *(["replayed"] if replayed else []))

    def patch(self, number, count):
        note = self.current.get(number)
        if note is None or len(self.patched[note]) == MOST_MARKS:
            note = str(uuid.uuid4())
        marks = self.patched.get(note, [])
        wanted = [*marks, f"m{number}x{count}"]
        body = " ".join(wanted)
        if not marks:
            answer = self.ask("PUT", f"{NOTES}/{note}", json.dumps({"title": f"patched {number} {count}", "body": body}),
                              {**JSON, "If-None-Match": "*"})
        else:
            answer = self.ask("PATCH", f"{NOTES}/{note}", json.dumps({"body": body}),
                              {**MERGE_PATCH, "If-Match": f'"{len(marks)}"'})
        if answer and answer[0] == 412 and answer[3] > 1:
            # It was done and nobody heard of it, or somebody else did something: the note says which.
            answer = self.ask("GET", f"{NOTES}/{note}")
            self.count("patched_unheard")
        if not answer:
            return
        status, _, text, _ = answer
        found = json.loads(text) if status in (200, 201) else {}
        if (found.get("version"), found.get("body")) != (len(wanted), body):
            self.refuse(status, text)
            return
        with self.lock:
            self.patched[note] = wanted
        self.current[number] = note
        self.count("patched")

    def replays_differ(self):
        """How many of the keys, asked for again, are not answered with the note that they made; and how many were asked."""
        sample = random.sample(sorted(self.keyed.items()), min(SAMPLE, len(self.keyed)))
        differ = 0
        for key, (request, note) in sample:
            status, fields, text = service.ask(self.port, "POST", NOTES, request, {**JSON, "Idempotency-Key": key})
            same = status == 201 and fields["Idempotent-Replayed"] == "true" and json.loads(text)["id"] == note
            differ += not same
        return differ, len(sample)

    def changes_lost(self):
        """How many of the notes that were patched are not what the last acknowledged patch made of them. The one that was
        under way at the end may have been done."""
        return sum(not is_patched(self.port, note, marks) for note, marks in self.patched.items())


def is_patched(port, note, acknowledged):
    """Whether the note has these marks, at most one more, and as many versions."""
    found = json.loads(service.ask(port, "GET", f"{NOTES}/{note}")[2])
    marks = found.get("body", "").split()
    return (marks[:len(acknowledged)] == acknowledged and len(marks) - len(acknowledged) in (0, 1)
            and found["version"] == len(marks))


def stored(port):
    """Every note: id -> title, and how many rows there are."""
    notes, cursor, rows = {}, "", 0
    while cursor is not None:
        page = json.loads(service.ask(port, "GET", f"{NOTES}?limit=200&fields=id,title{cursor and '&cursor='}{cursor}")[2])
        rows += len(page["items"])
        notes.update((item["id"], item["title"]) for item in page["items"])
        cursor = page["next_cursor"]
    return notes, rows
