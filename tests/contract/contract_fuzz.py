#!/usr/bin/env python3
"""Sends requests made from the OpenAPI document to a real notes-server, and holds every answer against the document.

    contract_fuzz.py --bin DIR --migrations DIR [--requests N] [--seed SEED] [--database sqlite|postgresql]...

Half of the requests are as the document allows them, the others are broken in one way each. Nothing may be answered that
the document does not have for that operation: no other status, field, media type or body, and neither a 5xx (but 501 and
505, which are about the request) nor an answer without a request id. What the document allows must not be refused as
malformed or invalid. PostgreSQL is the cluster of NOTES_TEST_POSTGRES_URL. The same seed makes the same choices.
"""

import argparse
import collections
import contextlib
import gzip
import json
import os
import pathlib
import random
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

import contract
import request_maker

SHOWN = 20
ABOUT_THE_REQUEST = {501, 505}
# Of what is sent as the document allows it: the thing is gone, taken, or not in the state or version.
FAIR_REFUSALS = {404, 409, 410, 412}
# Whether these are right depends on what no document holds: a password, the time of day.
FAIR_BY_SECRET = {"create_session": 401, "change_password": 422, "create_token": 422}
# Who logs in is another user than the tokens': it revokes tokens that it comes upon.
EMAIL, PASSWORD, TOKEN_EMAIL = "login@example.org", "correct horse battery", "fuzz@example.org"
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def is_fair(answer):
    """Whether the refusal of what the document allows is one; of several things at once, by the status of each alone."""
    if answer.status != 422:
        return answer.status in FAIR_REFUSALS
    errors = json.loads(answer.body).get("errors", [])
    # A short Idempotency-Key comes twice by chance.
    return bool(errors) and all(error.get("status") in FAIR_REFUSALS or error.get("code") == "used_before" for error in errors)


class Pool:
    """What answers have told so far: ids, versions and tags that are worth something."""

    def __init__(self):
        self.ids, self.versions, self.files, self.types = [], [], [], []
        self.tags = {}  # by path

    def learn(self, request, answer):
        tag = answer.fields.get("etag", "")
        if tag:
            self.tags[request.target.partition("?")[0]] = tag
        if tag.strip('"').isdigit():
            self._add(self.versions, int(tag.strip('"')))
        if answer.fields.get("content-type", "").startswith("text/html"):
            for file in re.findall(rb'"/(?:page|docs)/([a-z.-]+)"', answer.body):
                self._add(self.files, file.decode())
        for name in re.findall(rb'"type":"/problems/([a-z-]+)"', answer.body[:200]):
            self._add(self.types, name.decode())
        if answer.fields.get("content-type") == "application/json" and len(answer.body) < 100_000:
            with contextlib.suppress(ValueError, AttributeError):
                value = json.loads(answer.body)
                for item in [value, *value.get("items", [])[:3]]:
                    self._add(self.ids, item.get("id"))

    @staticmethod
    def _add(values, value):
        if value and value not in values:
            values.append(value)
            del values[:-50]


class Answer:
    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, fields, body


class Connection:
    """One client; it connects again when the server has closed, or when bytes that nobody asked for may follow."""

    def __init__(self, port):
        self.port = port
        self.socket = None

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None

    def ask(self, request):
        """The answer; None when the server closed the connection without one."""
        if request.trouble != "none":
            self.close()
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=20)
            self.reader = self.socket.makefile("rb")
        try:
            self.socket.sendall(request.bytes())
            if request.trouble != "none":
                self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it may have answered and closed before it read everything
        answer = self.read(request.method == "HEAD")
        if answer is None or answer.fields.get("connection") == "close" or request.trouble != "none":
            self.close()
        return answer

    def read(self, to_head):
        try:
            line = self.reader.readline()
            if not line:
                return None
            status = int(line.split()[1])
            fields = {}
            while (line := self.reader.readline().rstrip(b"\r\n")) != b"":
                name, _, value = line.decode("utf-8").partition(":")
                fields[name.lower()] = value.strip()
            if status == 100:
                return self.read(to_head)
            size = 0 if to_head or status in (204, 304) else int(fields["content-length"])
            body = self.reader.read(size)
            if size > 0 and fields.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            return Answer(status, fields, body)
        except ConnectionError:
            return None


class Judge:
    """Holds answers against the contract, and counts them."""

    def __init__(self, document):
        self.contract = contract.Contract(document)
        self.statuses = collections.Counter()
        self.seen = collections.defaultdict(collections.Counter)

    def faults(self, request, answer):
        self.statuses[answer.status] += 1
        if not REQUEST_ID.fullmatch(answer.fields.get("x-request-id", "")):
            yield "there is no request id"
        if answer.status >= 500 and not (answer.status in ABOUT_THE_REQUEST and request.trouble != "none"):
            yield f"{answer.status}"
        to_head = request.method == "HEAD"
        operation = self.operation(request)
        by_secret = operation is not None and FAIR_BY_SECRET.get(operation.id) == answer.status
        if request.trouble == "none" and answer.status >= 400 and not by_secret and not is_fair(answer):
            yield f"{answer.status} for what the document allows"
        if request.method == "OPTIONS" and answer.status == 204:
            if "allow" not in answer.fields:
                yield "OPTIONS without Allow"
            return
        if operation is not None:
            self.seen[operation.id][answer.status] += 1
        documented = operation.answers if operation is not None else self.contract.anywhere
        if answer.status not in documented and answer.status in self.contract.anywhere and request.trouble in (
                "break_path", "break_parameter", "break_framing", "break_method"):
            documented = self.contract.anywhere  # it is not that operation's address any more
        if answer.status not in documented:
            name = operation.id if operation is not None else "a path or method that is not there"
            yield f"{answer.status} is not documented for {name}"
            return
        yield from documented[answer.status].faults(answer, to_head)

    def operation(self, request):
        """What the request is for by its method and path; None for anything else."""
        target = request.target.partition("?")[0]
        if target.startswith("http://"):
            target = "/" + target.removeprefix("http://").partition("/")[2]
        there = self.contract.operations_at(target)
        return there.get("get" if request.method == "HEAD" else request.method.lower()) if request.method.isupper() else None

    def never_seen(self):
        return {operation.id: missing for operation in self.contract.operations
                if (missing := sorted(status for status in operation.answers
                                      if status < 400 and status not in self.seen[operation.id]))}


@contextlib.contextmanager
def a_database(kind, folder):
    """The URL of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:{folder}/notes.db"
        return
    cluster = os.environ.get("NOTES_TEST_POSTGRES_URL")
    if not cluster:
        raise SystemExit("contract_fuzz: NOTES_TEST_POSTGRES_URL is not set: run this in scripts/with_postgres")
    name = f"contract_{os.getpid()}_{secrets.token_hex(4)}"
    psql = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", cluster, "-c"]
    subprocess.run([*psql, f"CREATE DATABASE {name} TEMPLATE template0"], check=True)
    try:
        yield urllib.parse.urlsplit(cluster)._replace(path="/" + name).geturl()
    finally:
        subprocess.run([*psql, f"DROP DATABASE {name} WITH (FORCE)"], check=True)


@contextlib.contextmanager
def a_server(binaries, environment, folder):
    """A server; its port and its document."""
    with open(folder / "server.log", "wb") as log:
        server = subprocess.Popen([binaries / "notes-server"], env=environment, cwd=folder, stderr=log)
    try:
        deadline = time.monotonic() + 30
        while not (found := re.search(r'"listening".*?"port":(\d+)|"port":(\d+).*?"listening"', (folder / "server.log").read_text())):
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("contract_fuzz: the server does not listen:\n" + (folder / "server.log").read_text())
            time.sleep(0.05)
        yield int(found[1] or found[2])
        if server.poll() is not None:
            raise SystemExit("contract_fuzz: the server ended:\n" + (folder / "server.log").read_text()[-4000:])
    finally:
        server.terminate()
        server.wait(timeout=60)


def make_token(binaries, environment, scopes):
    done = subprocess.run([binaries / "notes-server", "token", "create", TOKEN_EMAIL, "--scopes", scopes],
                          env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def prepare(binaries, migrations, url, folder):
    """A migrated database with a user, the environment of a server on it, and tokens."""
    environment = {**os.environ, "DATABASE_URL": url, "PORT": "0", "NOTES_LOG_FORMAT": "json", "NOTES_LOG_LEVEL": "warning",
                   "NOTES_AUTH": "required", "SECRET_KEY": "contract-fuzz-" + "0" * 32}
    environment["NOTES_LOG_LEVEL"] = "info"
    environment["NOTES_ACCOUNTS_PASSWORD_MEMORY"] = "1MiB"
    environment["NOTES_ACCOUNTS_LOGIN_QUOTA"] = environment["NOTES_ACCOUNTS_LOGIN_ADDRESS_QUOTA"] = "off"
    subprocess.run([binaries / "notes-migrate", "upgrade", "--dir", migrations], env=environment, check=True, cwd=folder,
                   stderr=subprocess.DEVNULL)
    subprocess.run([binaries / "notes-server", "user", "create", EMAIL, "--password-stdin"], env=environment, check=True,
                   cwd=folder, stdout=subprocess.DEVNULL, input=PASSWORD, text=True)
    subprocess.run([binaries / "notes-server", "user", "create", TOKEN_EMAIL, "--no-password"], env=environment, check=True,
                   cwd=folder, stdout=subprocess.DEVNULL)
    return environment, [make_token(binaries, environment, "notes:read,notes:write")]


def log_in(connection):
    """The cookie of a new session."""
    request = request_maker.Request("POST", "/api/v1/session", [("Content-Type", "application/json")])
    request.body = json.dumps({"email": EMAIL, "password": PASSWORD}).encode()
    answer = connection.ask(request)
    if answer is None or answer.status != 201:
        raise SystemExit(f"contract_fuzz: no login: {answer}")
    return answer.fields["set-cookie"].partition(";")[0]


def fuzz(kind, arguments):
    """The faults that were found, as text."""
    faults = []
    with tempfile.TemporaryDirectory() as name, a_database(kind, name) as url:
        folder = pathlib.Path(name)
        environment, tokens = prepare(arguments.bin, arguments.migrations, url, folder)
        document = json.loads(subprocess.run([arguments.bin / "notes-server", "openapi"], env=environment, check=True,
                                             capture_output=True).stdout)
        judge, pool = Judge(document), Pool()
        maker = request_maker.Maker(judge.contract, random.Random(arguments.seed), pool, tokens)
        began = time.monotonic()
        unanswered = 0
        with a_server(arguments.bin, environment, folder) as port:
            connection = Connection(port)
            maker.cookie = log_in(connection)
            for number in range(arguments.requests):
                request = maker.make()
                answer = connection.ask(request)
                if answer is None:
                    unanswered += 1
                    if request.trouble == "none":
                        faults.append(f"#{number}: no answer to {request}")
                    continue
                for fault in judge.faults(request, answer):
                    faults.append(f"#{number} {request.trouble}: {fault}\n    {request.bytes()[:600]!r}\n    {answer.status} "
                                  f"{answer.body[:400]!r}")
                pool.learn(request, answer)
                if answer.status == 204 and "set-cookie" in answer.fields:
                    maker.cookie = log_in(connection)
                if len(faults) >= SHOWN:
                    break
            connection.close()
        seconds = time.monotonic() - began
    print(f"{kind}: seed {arguments.seed}, {number + 1} requests in {seconds:.0f} s, {unanswered} connections ended without an answer, "
          f"{len(faults)} faults")
    print("  answers: " + ", ".join(f"{status}: {count}" for status, count in sorted(judge.statuses.items())))
    for operation, statuses in judge.never_seen().items():
        print(f"  never answered by {operation}: {', '.join(map(str, statuses))}")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--migrations", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", action="append", choices=("sqlite", "postgresql"))
    arguments = parser.parse_args()
    faults = [f"{kind} {fault}" for kind in arguments.database or ("sqlite", "postgresql") for fault in fuzz(kind, arguments)]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
