"""Replicas of notes-cron, each with a network of its own that can be cut, on a database that can be restarted."""

import asyncio
import contextlib
import os
import pathlib
import shlex
import signal
import socket
import struct
import subprocess
import threading
import time
import urllib.parse

from processes import BenchError, find_program, free_port, run, say, wait_until


class Cluster:
    """A database of one's own in the cluster that with_postgres has started."""

    def __init__(self, bin_directory, url=None):
        self.bin = bin_directory
        server = urllib.parse.urlsplit(url or os.environ["NOTES_TEST_POSTGRES_URL"])
        self.user, self.password, self.port = server.username, server.password, server.port
        self.name = f"chaos_{os.getpid()}"
        self._psql(f"CREATE DATABASE {self.name} TEMPLATE template0", database="postgres")
        run([self.bin / "notes-migrate", "upgrade", "--database-url", self.url(self.port), "--dir",
             pathlib.Path(__file__).resolve().parents[2] / "migrations"])

    def url(self, port, parameters=""):
        return f"postgresql://{self.user}:{self.password}@127.0.0.1:{port}/{self.name}{parameters}"

    def _psql(self, statement, database=None):
        url = self.url(self.port) if database is None else self.url(self.port).rpartition("/")[0] + "/" + database
        return subprocess.run(["psql", "-X", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", statement],
                              capture_output=True, text=True, check=True, timeout=60).stdout

    def rows(self, statement):
        """The rows of a query, as lists of text."""
        return [line.split("\t") for line in self._psql(statement).splitlines()]

    def value(self, statement):
        return self.rows(statement)[0][0]

    def execute(self, statement):
        self._psql(statement)

    def crash(self, down_seconds):
        """Stops the server without a shutdown, and starts it again."""
        control = shlex.split(os.environ["NOTES_TEST_POSTGRES_CONTROL"])
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, stdout=subprocess.DEVNULL)
        time.sleep(down_seconds)
        subprocess.run([*control, "start"], check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


class Proxy:
    """A network cable: passes bytes between whoever connects and a port, holds them back, or breaks the connections."""

    def __init__(self, target_port):
        self.target = target_port
        self.port = free_port()
        self._writers = set()
        self._loop = asyncio.new_event_loop()
        self._flows = asyncio.Event()
        self._flows.set()
        started = threading.Event()
        threading.Thread(target=self._serve, args=(started,), daemon=True).start()
        started.wait()

    def _serve(self, started):
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(asyncio.start_server(self._connect, "127.0.0.1", self.port))
        started.set()
        self._loop.run_forever()

    async def _connect(self, reader, writer):
        with contextlib.suppress(OSError):
            await self._flows.wait()
            other_reader, other_writer = await asyncio.open_connection("127.0.0.1", self.target)
            self._writers |= {writer, other_writer}
            await asyncio.gather(self._pass(reader, other_writer), self._pass(other_reader, writer))

    async def _pass(self, reader, writer):
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        self._writers.discard(writer)
        writer.close()

    def silence(self):
        """Nothing arrives any more, and nobody is told."""
        self._loop.call_soon_threadsafe(self._flows.clear)

    def restore(self):
        self._loop.call_soon_threadsafe(self._flows.set)

    def reset(self):
        """Every connection ends with RST."""
        def cut():
            for writer in list(self._writers):
                connection = writer.get_extra_info("socket")
                with contextlib.suppress(OSError):
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
        self._loop.call_soon_threadsafe(cut)


class Pooler:
    """PgBouncer in transaction mode in front of the cluster."""

    def __init__(self, cluster, directory):
        self.port = free_port()
        self.file = directory / "pgbouncer.ini"
        self.file.write_text(
            f"[databases]\n{cluster.name} = host=127.0.0.1 port={cluster.port} dbname={cluster.name} "
            f"user={cluster.user} password={cluster.password}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            "auth_type = any\npool_mode = transaction\ndefault_pool_size = 20\nserver_login_retry = 1\n")
        self.process = None
        self.start()

    def start(self):
        as_user = ["runuser", "-u", "nobody", "--"] if os.geteuid() == 0 else []
        self.file.chmod(0o644)
        self.process = subprocess.Popen([*as_user, str(find_program("pgbouncer")), "-q", str(self.file)],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def restart(self):
        self.stop()
        self.start()

    def stop(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Replica:
    """One notes-cron behind a proxy of its own."""

    def __init__(self, number, cluster, directory, jobs, upstream=None):
        self.number = number
        self.proxy = Proxy(upstream or cluster.port)
        parameters = "?prepared_statements=false" if upstream else ""
        self.command = [str(cluster.bin / "notes-cron"), "run", "--jobs", str(jobs), "--database-url",
                        cluster.url(self.proxy.port, parameters)]
        self.log = directory / f"replica-{number}.log"
        self.process = None
        self.start()

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, start_new_session=True,
                                            env={**os.environ, "NOTES_LOG_FORMAT": "json"})

    def kill(self):
        self.signal(signal.SIGKILL)
        self.process.wait()

    def signal(self, number):
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)

    def ensure_alive(self):
        """Starts it again when it has ended, as an orchestrator would; returns the status it ended with."""
        status = self.process.poll()
        if status is not None:
            self.start()
        return status


def leader(cluster, replicas):
    """The replica that leads by the row; None when nobody does, or the database is away."""
    try:
        found = cluster.rows("SELECT holder_name FROM cron_leases WHERE expires_at > clock_timestamp()")
    except subprocess.CalledProcessError:
        return None
    for replica in replicas:
        # The name is of host and process.
        if found and str(replica.process.pid) in found[0][0].replace(":", " ").replace("/", " ").split():
            return replica
    return None


def wait_for_leader(cluster, replicas, seconds=30):
    return wait_until(lambda: leader(cluster, replicas), "nobody leads", seconds=seconds)


def stop_all(replicas):
    for replica in replicas:
        replica.signal(signal.SIGCONT)
        replica.signal(signal.SIGTERM)
    for replica in replicas:
        try:
            replica.process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            say(f"replica {replica.number} did not end: see {replica.log}")
            replica.kill()
            raise BenchError(f"replica {replica.number} did not end within 40 s of SIGTERM") from None
