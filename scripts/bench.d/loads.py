"""The loads: wrk over HTTP, pgbench over PostgreSQL's protocol. Each returns one Sample."""

import dataclasses
import json
import pathlib
import re

from processes import BenchError, cpu_seconds, find_program, machine_busy_seconds, run

SCRIPT = pathlib.Path(__file__).with_name("requests.lua")


@dataclasses.dataclass
class Sample:
    """One run of one load. None: not measured by this kind of load."""
    per_second: float
    p50_ms: float = None
    p99_ms: float = None
    errors: int = 0
    subject_cpu_us: float = None   # CPU time of the program under load, per request
    database_cpu_us: float = None  # CPU time of PostgreSQL, per request
    load_cpu: float = None         # of one core, what the load itself took: near 1.0 the load was the bound
    others_cpu: float = None       # cores that programs took which have nothing to do with it


@dataclasses.dataclass
class Watched:
    """A load that has ended, and the CPU seconds that it cost whom."""
    done: object
    subject: float
    database: float
    others: float  # everybody who has nothing to do with it


def watch(command, subject, database, environment=None):
    """Runs a load; `subject` and `database` are what it loads, or None."""
    watched = [program for program in (subject, database) if program]
    busy, before = machine_busy_seconds(), [cpu_seconds(program.pid) for program in watched]
    done = run(command, environment=environment)
    spent = [cpu_seconds(program.pid) - earlier for program, earlier in zip(watched, before)]
    others = machine_busy_seconds() - busy - sum(spent) - done.cpu_seconds
    by_program = dict(zip(map(id, watched), spent))
    return Watched(done, by_program.get(id(subject)), by_program.get(id(database)), max(others, 0))


def wrk(subject, target, requests, *, method="GET", connections=64, seconds=5, database=None):
    """`requests`: a file of targets or bodies (requests.lua). One thread: there are two cores, and a server."""
    spent = watch([find_program("wrk"), "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", SCRIPT,
                   subject.base + target, "--", method, requests], subject, database)
    found = re.search(r"^result (\{.*\})$", spent.done.output, re.MULTILINE)
    if not found:
        raise BenchError(f"wrk printed no result:\n{spent.done.output}")
    result = json.loads(found.group(1))
    if not result["requests"]:
        raise BenchError(f"{subject.base + target} answered no request of wrk's {connections} connections in {seconds} s")
    return Sample(per_second=result["requests"] / (result["duration_us"] / 1e6),
                  p50_ms=result["p50_us"] / 1e3, p99_ms=result["p99_us"] / 1e3, errors=result["errors"],
                  subject_cpu_us=spent.subject / result["requests"] * 1e6,
                  database_cpu_us=spent.database / result["requests"] * 1e6 if database else None,
                  load_cpu=spent.done.cpu_seconds / spent.done.seconds, others_cpu=spent.others / spent.done.seconds)


def pgbench(postgres, scripts, variables, *, clients=16, seconds=5):
    """Scripts of one transaction each, chosen at random; statements are prepared once per connection. One thread."""
    command = [find_program("pgbench", "/usr/lib/postgresql/*/bin"), "-n", "-M", "prepared", "-c", clients, "-j", 1,
               "-T", seconds]
    for name, value in variables.items():
        command += ["-D", f"{name}={value}"]
    for script in scripts:
        command += ["-f", script]
    spent = watch(command, None, postgres, postgres.environment)
    output = spent.done.output
    rate = re.search(r"^tps = ([\d.]+) ", output, re.MULTILINE)
    count = re.search(r"^number of transactions actually processed: (\d+)", output, re.MULTILINE)
    failed = re.search(r"^number of failed transactions: (\d+)", output, re.MULTILINE)
    if not rate or not count or not int(count.group(1)):
        raise BenchError(f"pgbench printed no result:\n{output}")
    return Sample(per_second=float(rate.group(1)), errors=int(failed.group(1)) if failed else 0,
                  database_cpu_us=spent.database / int(count.group(1)) * 1e6,
                  load_cpu=spent.done.cpu_seconds / spent.done.seconds, others_cpu=spent.others / spent.done.seconds)
