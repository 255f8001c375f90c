"""What is measured, and what it is measured beside: notes-server, PostgreSQL, nginx. Each is a context manager."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import subprocess
import time
import urllib.parse

from processes import ROOT, BenchError, background, find_program, free_port, run, wait_until


class Postgres:
    """A throw-away cluster whose commits wait for the disk."""

    def __init__(self, url, control):
        self.url = url
        parts = urllib.parse.urlsplit(url)
        # By environment: a password in an argument is everybody's to read.
        self.environment = {"PGHOST": parts.hostname, "PGPORT": str(parts.port), "PGUSER": parts.username,
                            "PGPASSWORD": parts.password, "PGDATABASE": parts.path.lstrip("/")}
        data = re.search(r"-D (\S+)", control).group(1)
        self.pid = int(pathlib.Path(data, "postmaster.pid").read_text().split()[0])

    def psql(self, sql, *arguments):
        """Runs SQL text; the rows, a list of lists of text."""
        done = run([find_program("psql"), "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", *arguments],
                   environment=self.environment, input_text=sql)
        return [line.split("\t") for line in done.output.splitlines()]

    @contextlib.contextmanager
    def database(self, name):
        """A new, empty database of this cluster, dropped at the end: a Postgres that speaks to it."""
        self.psql(f"CREATE DATABASE {name};")
        other = Postgres.__new__(Postgres)
        other.url = self.url.rpartition("/")[0] + "/" + name
        other.environment = {**self.environment, "PGDATABASE": name}
        other.pid = self.pid
        try:
            yield other
        finally:
            self.psql(f"DROP DATABASE {name} WITH (FORCE);")


@contextlib.contextmanager
def postgres():
    """scripts/with_postgres around a command that hands its environment out and lives until its stdin ends."""
    hand_out = 'echo "$NOTES_TEST_POSTGRES_URL"; echo "$NOTES_TEST_POSTGRES_CONTROL"; exec cat >/dev/null'
    with background([ROOT / "scripts/with_postgres", "--durable", "sh", "-c", hand_out], stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE, text=True) as process:
        url, control = process.stdout.readline().strip(), process.stdout.readline().strip()
        if not url:
            raise BenchError("scripts/with_postgres gave no cluster; what it said stands above")
        yield Postgres(url, control)


NGINX = """
daemon off;
worker_processes {workers};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  default_type application/json;
  log_format full '$time_iso8601 $request_id $request_method $uri $status $body_bytes_sent $request_time $remote_addr';
  access_log {folder}/access.log full buffer=64k flush=1s;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/client; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    {locations}
  }}
}}
"""


class Nginx:
    """nginx answering constants, with an access log."""

    def __init__(self, pid, port, log):
        self.pid = pid
        self.base = f"http://127.0.0.1:{port}"
        self.log = log


@contextlib.contextmanager
def nginx(folder, workers, constants):
    """`constants`: path prefix -> size in bytes of the body that is answered."""
    port = free_port()
    folder.mkdir()
    locations = "\n    ".join(f"location {prefix} {{ return 200 '{'x' * size}'; }}" for prefix, size in constants.items())
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(workers=workers, folder=folder, port=port, locations=locations))
    with background([find_program("nginx"), "-c", configuration], stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: get_status(port, next(iter(constants))) == 200, "nginx", alive=process)
        yield Nginx(process.pid, port, folder / "access.log")


class NotesServer:
    """notes-server as in production, its JSON log in a file."""

    def __init__(self, process, port, log, seconds_to_ready):
        self.pid = process.pid
        self.process = process
        self.port = port
        self.base = f"http://127.0.0.1:{port}"
        self.log = log
        self.seconds_to_ready = seconds_to_ready

    def get(self, target):
        """The JSON of a 200 answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", target)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise BenchError(f"GET {target}: {answer.status} {body[:500]!r}")
        return json.loads(body)


@contextlib.contextmanager
def notes_server(binaries, folder, database_url, settings=None):
    """Migrated must it be already. It asks for no token: what that costs is not measured. `settings`: environment variables
    beyond those of this benchmark."""
    folder.mkdir()
    log = folder / "server.log"
    environment = {"APP_ENV": "production", "SECRET_KEY": os.urandom(32).hex(), "DATABASE_URL": database_url,
                   "PORT": "0", "NOTES_AUTH": "open", **(settings or {})}
    # Appending, so that the file may be emptied under it.
    with open(log, "ab") as stderr:
        begun = time.monotonic()
        with background([binaries / "notes-server"], environment=environment, directory=folder, stderr=stderr,
                        stdout=subprocess.DEVNULL) as process:
            port = int(wait_until(lambda: re.search(r'"listening".*"port":(\d+)', log.read_text()),
                                  f"notes-server (its log: {log})", alive=process).group(1))
            wait_until(lambda: get_status(port, "/readyz") == 200, "notes-server: /readyz 200", alive=process)
            yield NotesServer(process, port, log, time.monotonic() - begun)


def get_status(port, target):
    """The status of one GET, None while nobody listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", target)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def migrate(binaries, url, folder):
    """Brings a database to the head of the project's own migrations."""
    run([binaries / "notes-migrate", "upgrade", "--dir", ROOT / "migrations"], environment={"DATABASE_URL": url},
        directory=folder)
