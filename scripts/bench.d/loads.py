"""The loads: wrk over HTTP, pgbench over PostgreSQL's protocol. Each returns one Sample."""

import dataclasses
import json
import pathlib
import re
import statistics
import tempfile

from processes import BenchError, cpu_seconds, find_program, machine_busy_seconds, run

SCRIPTS = pathlib.Path(__file__).parent


@dataclasses.dataclass
class Sample:
    """One run of one load. None: not measured by this kind of load."""
    per_second: float
    p50_ms: float = None
    p99_ms: float = None
    errors: int = 0
    batch: float = None            # requests that the server answered by one statement, in the mean
    batch_wait_ms: float = None    # how long they had waited for each other
    subject_cpu_us: float = None   # CPU time of the program under load, per request
    database_cpu_us: float = None  # CPU time of PostgreSQL, per request
    load_cpu: float = None         # of one core, what the load itself took: near 1.0 the load was the bound
    others_cpu: float = None       # cores that programs took which have nothing to do with it
    kinds: dict = None             # of a mix: kind -> its share, p50 and p99


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


def wrk_command(base, script, arguments, connections, seconds):
    """One thread: there are two cores, and a server."""
    return [find_program("wrk"), "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", SCRIPTS / script, base,
            "--", *arguments]


def wrk_result(command, output):
    """What the script printed at its end."""
    found = re.search(r"^result (\{.*\})$", output, re.MULTILINE)
    if not found:
        raise BenchError(f"wrk printed no result:\n{output}")
    result = json.loads(found.group(1))
    if not result["requests"]:
        raise BenchError(f"no request was answered: {' '.join(map(str, command))}")
    return result


def measured(subject, command, database):
    """Runs wrk: what its script printed, and the Sample in it."""
    batches = subject.batches()
    spent = watch(command, subject, database)
    result = wrk_result(command, spent.done.output)
    batch, wait = subject.batches().mean_since(batches)
    return result, Sample(
        per_second=result["requests"] / (result["duration_us"] / 1e6),
        p50_ms=result["p50_us"] / 1e3, p99_ms=result["p99_us"] / 1e3, errors=result["errors"],
        batch=batch, batch_wait_ms=wait,
        subject_cpu_us=spent.subject / result["requests"] * 1e6,
        database_cpu_us=spent.database / result["requests"] * 1e6 if database else None,
        load_cpu=spent.done.cpu_seconds / spent.done.seconds, others_cpu=spent.others / spent.done.seconds)


def wrk(subject, requests, *, connections=64, seconds=5, database=None, base=None):
    """`requests`: a file of requests (requests.lua). `base`: of a proxy before the subject."""
    command = wrk_command(base or subject.base, "requests.lua", [subject.headers, requests], connections, seconds)
    return measured(subject, command, database)[1]


def mix_command(subject, kinds, *, connections=64, seconds=5):
    """`kinds`: name -> (share, file of requests)."""
    arguments = [word for name, (share, requests) in kinds.items() for word in (name, share, requests)]
    return wrk_command(subject.base, "mix.lua", [subject.headers, *arguments], connections, seconds)


def by_kind(result):
    """What mix.lua printed of each kind: its share of the requests, and its latencies."""
    total = sum(kind["requests"] for kind in result["kinds"].values()) or 1
    return {name: {"share": kind["requests"] / total, "p50_ms": kind["p50_us"] / 1e3, "p99_ms": kind["p99_us"] / 1e3}
            for name, kind in result["kinds"].items()}


def wrk_mix(subject, kinds, *, database=None, **options):
    """The Sample's latencies are those of the first kind."""
    result, sample = measured(subject, mix_command(subject, kinds, **options), database)
    sample.kinds = by_kind(result)
    first = sample.kinds[next(iter(kinds))]
    sample.p50_ms, sample.p99_ms = first["p50_ms"], first["p99_ms"]
    return sample


def pgbench(postgres, scripts, variables, *, clients=16, seconds=5, latencies=False):
    """Scripts of one transaction each, chosen at random; statements are prepared once per connection. One thread.
    `latencies`: of each transaction, which pgbench then writes to a file."""
    command = [find_program("pgbench", "/usr/lib/postgresql/*/bin"), "-n", "-M", "prepared", "-c", clients, "-j", 1,
               "-T", seconds]
    for name, value in variables.items():
        command += ["-D", f"{name}={value}"]
    for script in scripts:
        command += ["-f", script]
    with tempfile.TemporaryDirectory(prefix="notes-bench-") as folder:
        log = pathlib.Path(folder, "latency")
        if latencies:
            command += ["--log", f"--log-prefix={log}"]
        spent = watch(command, None, postgres, postgres.environment)
        took = [int(line.split()[2]) / 1e3 for file in pathlib.Path(folder).iterdir() for line in open(file)]
    output = spent.done.output
    rate = re.search(r"^tps = ([\d.]+) ", output, re.MULTILINE)
    count = re.search(r"^number of transactions actually processed: (\d+)", output, re.MULTILINE)
    failed = re.search(r"^number of failed transactions: (\d+)", output, re.MULTILINE)
    if not rate or not count or not int(count.group(1)):
        raise BenchError(f"pgbench printed no result:\n{output}")
    return Sample(per_second=float(rate.group(1)), errors=int(failed.group(1)) if failed else 0,
                  p50_ms=statistics.median(took) if took else None,
                  p99_ms=sorted(took)[int(len(took) * 0.99)] if took else None,
                  database_cpu_us=spent.database / int(count.group(1)) * 1e6,
                  load_cpu=spent.done.cpu_seconds / spent.done.seconds, others_cpu=spent.others / spent.done.seconds)
