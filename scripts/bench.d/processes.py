"""Programs that a benchmark starts: found, watched, measured, and ended whatever happens."""

import contextlib
import dataclasses
import os
import pathlib
import resource
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class BenchError(Exception):
    """What stops a benchmark: says which program, what it said, and the way out."""


def say(text):
    """Progress, for a person: standard output holds the result only."""
    print(text, file=sys.stderr, flush=True)


@dataclasses.dataclass
class Finished:
    """A program that has ended."""
    output: str
    seconds: float       # wall time
    cpu_seconds: float   # user and system, of the program and of its children


def children_cpu_seconds():
    """User and system time of all children that were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(command, *, environment=None, directory=None, input_text=None, output=subprocess.PIPE):
    """Runs a program to its end; one that fails stops the benchmark with what it said."""
    before = children_cpu_seconds()
    begun = time.perf_counter()
    done = subprocess.run([str(word) for word in command], env={**os.environ, **(environment or {})}, cwd=directory,
                          input=input_text, stdout=output, stderr=subprocess.PIPE, text=True, check=False)
    seconds = time.perf_counter() - begun
    cpu = children_cpu_seconds() - before
    if done.returncode != 0:
        raise BenchError(f"{command[0]} ended with {done.returncode}:\n{(done.stderr or done.stdout or '').strip()[-2000:]}")
    return Finished(done.stdout or "", seconds, cpu)


@contextlib.contextmanager
def background(command, *, environment=None, directory=None, **streams):
    """A program in a session of its own, so that Ctrl-C reaches it only through this: SIGTERM, then SIGKILL after 20 s."""
    process = subprocess.Popen([str(word) for word in command], env={**os.environ, **(environment or {})},
                               cwd=directory, start_new_session=True, **streams)
    try:
        yield process
    finally:
        if process.stdin:
            process.stdin.close()
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.stdout:
            process.stdout.close()


def free_port():
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, *, seconds=20, alive=None):
    """The first true value of condition(); a program that ends meanwhile, or the deadline, stops the benchmark."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        if alive is not None and alive.poll() is not None:
            raise BenchError(f"{what}: it ended with {alive.returncode}")
        time.sleep(0.002)
    raise BenchError(f"{what}: not within {seconds} s")


def _stat(pid):
    """The fields of /proc/PID/stat from the third on (proc(5)): the second may hold blanks."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def cpu_seconds(pid):
    """User and system time of a process, of its running children, and of those it has waited for."""
    while True:
        own = _stat(pid)[11:15]
        children = 0
        for entry in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):  # it ended while we looked
                fields = _stat(entry)
                if int(fields[1]) == pid:
                    children += sum(int(field) for field in fields[11:13])
        if _stat(pid)[13:15] == own[2:]:  # none of the children was waited for meanwhile, and counted nowhere
            return (sum(int(field) for field in own) + children) / TICKS_PER_SECOND


def machine_busy_seconds():
    """Time that all processors together have not been idle (proc(5): user, nice, system, irq, softirq, steal)."""
    fields = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    return sum(int(fields[n]) for n in (0, 1, 2, 5, 6, 7)) / TICKS_PER_SECOND


def memory_mib(pid, key="VmRSS"):
    """A size from /proc/PID/status in MiB: VmRSS is resident now, VmHWM the most it ever was."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) / 1024
    raise BenchError(f"/proc/{pid}/status has no {key}")


def find_program(name, *folders):
    """The newest program of that name in the folders (globs), else in PATH."""
    for pattern in folders:
        found = sorted(pathlib.Path("/").glob(f"{pattern.lstrip('/')}/{name}"), key=lambda path: path.parts)
        if found:
            return found[-1]
    for folder in [*os.environ["PATH"].split(os.pathsep), "/usr/sbin"]:
        if os.access(os.path.join(folder, name), os.X_OK):
            return pathlib.Path(folder, name)
    raise BenchError(f"{name} is not installed: scripts/install_packages bench")
