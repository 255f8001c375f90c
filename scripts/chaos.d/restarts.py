"""Two notes-servers behind nginx are restarted in turns under keep-alive load: no request may fail."""

import collections
import http.client
import json
import pathlib
import subprocess
import tempfile
import threading
import time
import uuid

import arena
import service
from processes import background, find_program, free_port, say, wait_until

THREADS = 8
SETTINGS = {"NOTES_SERVER_SHUTDOWN_DELAY": "150ms", "NOTES_SERVER_SHUTDOWN_TIMEOUT": "20s"}

# What deploy/nginx/notes.conf says of the upstream, with names of this place.
NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/client; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  keepalive_requests 1000000000;
  upstream notes {{
    {servers}
    keepalive 32;
  }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://notes;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_next_upstream error timeout http_502 http_503;
    }}
  }}
}}
"""


class Clients:
    """Each thread has one connection that it keeps, as a browser or an application does."""

    def __init__(self, port):
        self.port = port
        self._own = threading.local()

    def ask(self, method, target, body=None, fields=None):
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, target, body=body, headers=fields or {})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            return repr(error)

    def step(self, number, count):
        if count % 3 == 0:
            return "GET", self.ask("GET", "/api/v1/notes?limit=5")
        if count % 3 == 1:
            body = json.dumps({"title": f"{number} {count}"})
            return "PUT", self.ask("PUT", f"/api/v1/notes/{uuid.uuid4()}", body,
                                   {"Content-Type": "application/json", "If-None-Match": "*"})
        return "GET", self.ask("GET", "/api/v1/health")


def succeeded(kind, status):
    # A PUT that nginx sends again after the first one was done finds its note there.
    return status in ((200,) if kind == "GET" else (201, 412))


def measure(options):
    with tempfile.TemporaryDirectory(prefix="notes-chaos-") as name:
        folder = pathlib.Path(name)
        cluster = arena.Cluster(options.bin)
        servers = [service.Server(f"server-{n}", options.bin, folder, cluster.url(cluster.port), SETTINGS) for n in range(2)]
        port = free_port()
        upstream = "\n    ".join(f"server 127.0.0.1:{server.port} max_fails=0;" for server in servers)
        configuration = folder / "nginx.conf"
        configuration.write_text(NGINX.format(folder=folder, port=port, servers=upstream))
        statuses, slowest = collections.Counter(), 0.0
        try:
            for server in servers:
                server.start()
            with background([find_program("nginx"), "-c", configuration], stderr=subprocess.DEVNULL) as web:
                wait_until(lambda: service.is_ready(port), "nginx", alive=web)
                with service.Load(THREADS, Clients(port).step) as load:
                    for n in range(options.restarts):
                        server = servers[n % 2]
                        load.wait_for(THREADS)
                        begun = time.monotonic()
                        statuses[server.stop()] += 1
                        slowest = max(slowest, time.monotonic() - begun)
                        server.start()
                        if n % 20 == 19:
                            say(f"  {n + 1} restarts, {len(load.results())} requests")
        finally:
            for server in servers:
                if server.process:
                    server.kill()
        results = load.results()
        failed = collections.Counter(str(status) for kind, status in results if not succeeded(kind, status))
        ends = {str(status): count for status, count in statuses.items()}
        broken = []
        if failed:
            broken.append(f"{sum(failed.values())} of {len(results)} requests failed: {dict(failed)}")
        if set(ends) != {"0"}:
            broken.append(f"exit codes after SIGTERM: {ends}")
        return {"restarts": options.restarts, "requests": len(results), "failed": dict(failed), "exit_codes": ends,
                "slowest_stop_s": round(slowest, 3)}, broken
