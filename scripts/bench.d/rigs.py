"""What is measured, and what it is measured beside: notes-server, PostgreSQL, nginx. Each is a context manager."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import time
import urllib.parse
import urllib.request

from batches import Batches
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
  {upstream}
  server {{
    listen 127.0.0.1:{port} {listen};
    {locations}
  }}
}}
"""
# As deploy/nginx/notes.conf has it, before one server.
UPSTREAM = "upstream behind {{ server {address}; keepalive 64; keepalive_requests 1000000000; }}"
PROXY = """ssl_certificate {folder}/certificate.pem;
    ssl_certificate_key {folder}/key.pem;
    location / {{
      proxy_pass http://behind;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
    }}"""


class Nginx:
    """nginx answering constants or passing requests on, with an access log."""

    def __init__(self, pid, base, folder):
        self.pid = pid
        self.base = base
        self.log = folder / "access.log"
        self.headers = write_headers(folder, "notes_pat_" + "0" * 36)  # as long as a real one

    def batches(self):
        return Batches()


@contextlib.contextmanager
def nginx_of(folder, scheme, **parts):
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=folder, port=port, **parts))
    with background([find_program("nginx"), "-c", configuration], stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: accepts(port), "nginx", alive=process)
        yield Nginx(process.pid, f"{scheme}://127.0.0.1:{port}", folder)


def nginx(folder, workers, constants):
    """`constants`: path prefix -> size in bytes of the body that is answered."""
    folder.mkdir()
    locations = "\n    ".join(f"location {prefix} {{ return 200 '{'x' * size}'; }}" for prefix, size in constants.items())
    return nginx_of(folder, "http", workers=workers, upstream="", listen="backlog=1024", locations=locations)


def tls_proxy(folder, workers, base):
    """nginx that speaks TLS with clients and passes their requests on to `base`."""
    folder.mkdir()
    run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"])
    return nginx_of(folder, "https", workers=workers, upstream=UPSTREAM.format(address=base.removeprefix("http://")),
                    listen="ssl backlog=1024", locations=PROXY.format(folder=folder))


def write_headers(folder, token):
    """A file with the fields that every request of a load has (requests.lua)."""
    path = folder / "headers"
    path.touch(mode=0o600)
    path.write_text(f"Authorization: Bearer {token}\n" if token else "")
    return path


class Account:
    """A user of a database, and the token that its programs send."""

    def __init__(self, binaries, url, folder):
        environment = production(url)
        def ask(*words):
            return json.loads(run([binaries / "notes-server", *words, "bench@example.org", "--json"],
                                  environment=environment, directory=folder).output)
        self.id = ask("user", "create", "--no-password")["id"]
        self.token = ask("token", "create")["token"]


class NotesServer:
    """notes-server as in production, its JSON log in a file."""

    def __init__(self, process, ports, log, token, seconds_to_ready):
        self.pid = process.pid
        self.process = process
        self.port, self.admin_port = ports
        self.token = token
        self.headers = write_headers(log.parent, token)
        port = self.port
        self.base = f"http://127.0.0.1:{port}"
        self.log = log
        self.seconds_to_ready = seconds_to_ready

    def get(self, target):
        """The JSON of a 200 answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", target, headers={"Authorization": f"Bearer {self.token}"} if self.token else {})
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise BenchError(f"GET {target}: {answer.status} {body[:500]!r}")
        return json.loads(body)

    def batches(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin_port}/metrics", timeout=10) as answer:
            return Batches(answer.read().decode())


def production(database_url):
    """The environment variables that a program of this project cannot do without in production."""
    return {"APP_ENV": "production", "SECRET_KEY": os.urandom(32).hex(), "DATABASE_URL": database_url}


@contextlib.contextmanager
def notes_server(binaries, folder, database_url, settings=None, token=None):
    """Migrated must it be already. It asks for `token` if there is one, and for none otherwise. `settings`: environment
    variables beyond those of this benchmark."""
    folder.mkdir()
    log = folder / "server.log"
    environment = {**production(database_url), "PORT": "0", "NOTES_AUTH": "required" if token else "open",
                   "NOTES_ADMIN_ENABLED": "true", "NOTES_ADMIN_PORT": "0", **(settings or {})}
    # Appending, so that the file may be emptied under it.
    with open(log, "ab") as stderr:
        begun = time.monotonic()
        with background([binaries / "notes-server"], environment=environment, directory=folder, stderr=stderr,
                        stdout=subprocess.DEVNULL) as process:
            ports = [int(wait_until(lambda: re.search(rf'"{said}".*"port":(\d+)', log.read_text()),
                                    f"notes-server (its log: {log})", alive=process).group(1))
                     for said in ("listening", "the operators' listener is open")]
            wait_until(lambda: get_status(ports[0], "/readyz") == 200, "notes-server: /readyz 200", alive=process)
            yield NotesServer(process, ports, log, token, time.monotonic() - begun)


def accepts(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
    return False


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


def build_index(binaries, url, folder, chunk=5000):
    """Makes the terms of all notes that have none, as a deploy does; the seconds that took."""
    return run([binaries / "notes-cron", "exec", "index-notes", "--param", f"chunk={chunk}",
                "--jobs", ROOT / "config/cron.yaml"],
               environment={"DATABASE_URL": url, "APP_ENV": "development"}, directory=folder).seconds
