"""notes-server as the chaos of it needs it: on a port of its own that it keeps, started, stopped and killed again and again."""

import contextlib
import http.client
import os
import signal
import subprocess
import threading
import time

from processes import BenchError, free_port, wait_until


def ask(port, method, target, body=None, fields=None, timeout=20):
    """One request on a connection of its own: (status, fields, body)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, target, body=body, headers=fields or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def is_ready(port):
    with contextlib.suppress(OSError, http.client.HTTPException):
        return ask(port, "GET", "/readyz", timeout=2)[0] == 200
    return False


class Server:
    """One notes-server. `settings`: environment variables."""

    def __init__(self, name, binaries, directory, database_url, settings=None):
        self.name = name
        self.port = free_port()
        self.command = [str(binaries / "notes-server")]
        self.directory = directory
        self.log = directory / f"{name}.log"
        self.environment = {**os.environ, "DATABASE_URL": database_url, "PORT": str(self.port), "NOTES_LOG_FORMAT": "json",
                            "NOTES_LOG_LEVEL": "warning", **(settings or {})}
        self.process = None

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, cwd=self.directory, env=self.environment, stdout=log, stderr=log,
                                            start_new_session=True)
        wait_until(lambda: is_ready(self.port), f"{self.name} (its log: {self.log})", alive=self.process, seconds=60)

    def stop(self):
        """SIGTERM; returns the status it ended with."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise BenchError(f"{self.name} did not end within 60 s of SIGTERM") from None

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()


class Load:
    """Threads that run `step(number, client)` again and again until the end of the block; what a step returns is kept."""

    def __init__(self, threads, step):
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._results = []
        self._step = step
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(threads)]

    def _run(self, number):
        count = 0
        while not self._stop.is_set():
            result = self._step(number, count)
            count += 1
            with self._lock:
                self._results.append(result)

    def results(self):
        with self._lock:
            return list(self._results)

    def wait_for(self, more, seconds=60):
        """Until that many more steps are done."""
        wanted = len(self.results()) + more
        deadline = time.monotonic() + seconds
        while len(self.results()) < wanted:
            if time.monotonic() > deadline:
                raise BenchError(f"the load made fewer than {more} steps in {seconds} s")
            time.sleep(0.005)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()
