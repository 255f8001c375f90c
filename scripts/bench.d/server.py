"""scripts/bench server: notes-server's paths in alternation with what each could at most be.

Beside nginx answering a constant stands what a web server without a database costs; beside pgbench sending the same
statements to the same tables, what the database costs without a web server."""

import contextlib
import dataclasses
import pathlib
import subprocess
import tempfile
import time

from cases import CONNECTIONS, MIX, Requests, Statements, calm_cases, crowd_cases, few_cases, mix, tls_cases
from loads import by_kind, mix_command, wrk_result
from processes import BenchError, background, find_program, memory_mib, run, say
from report import Row, Target, machine
from rigs import Account, migrate, notes_server, postgres
from stage import ENGINES, IO_THREADS, proxies, set_up

MOST_MEMORY = Target("< 40 MiB", lambda row: row["value"] < 40)
SLOWEST_START = Target("< 100 ms", lambda row: row["value"] < 0.1)
STARTS = 5
SOAK_READINGS = 10
LOG_SECONDS = 10  # of a soak's logs that are kept: an hour's would fill a disk


def measure(cases, options, stage):
    """Rounds of every case, load and reference taking turns in who goes first."""
    cases = [case for case in cases if options.only in case.name]
    if not cases:
        return []
    rows = {case.name: Row(case.name, "requests/s", [], case.reference, [] if case.reference else None, case.by, case.targets)
            for case in cases}
    for n in range(-1, options.rounds):
        seconds = options.seconds if n >= 0 else min(1, options.seconds)
        say(f"round {n + 1} of {options.rounds}" if n >= 0 else "warming up")
        for case in cases:
            turns = [(case.load, rows[case.name].samples)]
            if case.reference:
                turns.append((case.reference_load, rows[case.name].reference_samples))
            for load, samples in turns if n % 2 == 0 else reversed(turns):
                sample = dataclasses.asdict(load(seconds))
                sample["value"] = sample.pop("per_second")
                stage.empty_logs()
                if n >= 0:
                    samples.append(sample)
            if case.posts_to:
                stage.remove_posted(case.posts_to)
            if n >= 0:
                say(f"  {case.name}: {rows[case.name].samples[-1]['value']:,.0f}/s")
    return list(rows.values())


def memory(stage):
    for engine in ENGINES:
        pid = stage.server(engine).pid
        yield Row(f"memory after {CONNECTIONS} connections, {engine}", "MiB", [{"value": memory_mib(pid)}],
                  targets=(MOST_MEMORY,))
        yield Row(f"most memory until then, {engine}", "MiB", [{"value": memory_mib(pid, "VmHWM")}])


def rounds(options, stage):
    requests, sql = Requests(stage), Statements(stage)
    rows = measure(calm_cases(stage, requests, sql), options, stage)
    rows += memory(stage)  # before there are a thousand connections
    with proxies(stage) as addresses:
        others = [*few_cases(stage, requests, sql), *crowd_cases(stage, requests), *tls_cases(stage, requests, addresses)]
        rows += measure(others, options, stage)
    return rows


def readings(options, stage, engines):
    """What memory the servers have at each tenth of a soak: engine -> MiB."""
    found = {engine: [] for engine in engines}
    begun = time.monotonic()
    while len(found[engines[0]]) < SOAK_READINGS:
        # Each a little early, so that the last one is of a server under load.
        due = begun + options.soak * (len(found[engines[0]]) + 1) / SOAK_READINGS - 0.1
        while (left := due - time.monotonic()) > 0:
            time.sleep(min(left, LOG_SECONDS))
            stage.empty_logs()
        for engine in engines:
            found[engine].append(memory_mib(stage.server(engine).pid))
        say(f"  {time.monotonic() - begun:,.0f} s: " + ", ".join(f"{engine} {found[engine][-1]:.1f} MiB" for engine in engines))
    return found


def soak(options, stage):
    """Both servers under the mixed load at once, and their memory."""
    requests = Requests(stage)
    engines = [engine for engine in ENGINES if options.only in engine]
    if not engines:
        raise BenchError(f"--soak: --only is one of {', '.join(ENGINES)}")
    with contextlib.ExitStack() as stack:
        commands = [mix_command(stage.server(engine), mix(requests, engine), seconds=options.soak) for engine in engines]
        loads = [stack.enter_context(background(command, stdout=subprocess.PIPE, text=True)) for command in commands]
        found = readings(options, stage, engines)
        results = [wrk_result(command, load.communicate()[0]) for command, load in zip(commands, loads)]
    for engine, result in zip(engines, results):
        memory = found[engine]
        for what, value in (("least", min(memory)), ("most", max(memory)), ("last", memory[-1])):
            yield Row(f"memory, {engine}: {what}", "MiB", [{"value": value}])
        kinds = by_kind(result)
        yield Row(f"mixed load, {engine} (p50 and p99 of gets)", "requests/s", [
            {"value": result["requests"] / result["duration_us"] * 1e6, "errors": result["errors"],
             "p50_ms": kinds["get"]["p50_ms"], "p99_ms": kinds["get"]["p99_ms"], "kinds": kinds}])


def starts(options, folder):
    """From exec to the first ready answer, on a new database that is migrated, each time a new process."""
    def measured(engine, url):
        migrate(options.bin, url, folder)
        account = Account(options.bin, url, folder)
        samples = []
        for n in range(STARTS):
            with notes_server(options.bin, folder / f"start-{engine}-{n}", url, token=account.token) as server:
                samples.append({"value": server.seconds_to_ready})
        return Row(f"start: exec to ready, {engine}", "s", samples, targets=(SLOWEST_START,))
    yield measured("SQLite", f"sqlite:{folder / 'start.db'}")
    with postgres() as database:
        yield measured("PostgreSQL", database.url)


def versions(stage, binaries):
    return {"program": run([binaries / "notes-server", "--version"]).output.strip(),
            "PostgreSQL": stage.database.psql("SHOW server_version;")[0][0],
            "nginx": run(["sh", "-c", '"$0" -v 2>&1', find_program("nginx")]).output.strip().rpartition("/")[2],
            "wrk": run(["sh", "-c", '"$0" -v | head -1; true', find_program("wrk")]).output.split("Copyright")[0].strip()}


def bench(options):
    with tempfile.TemporaryDirectory(prefix="notes-bench-") as name:
        folder = pathlib.Path(name)
        facts = machine()
        with set_up(options, folder) as stage:
            rows = list(soak(options, stage)) if options.soak else rounds(options, stage)
            parts = versions(stage, options.bin)
        if not options.soak and options.only in "start: exec to ready":
            rows += starts(options, folder)
    settings = {"rounds": options.rounds, "seconds": options.seconds, "notes": options.notes, "connections": CONNECTIONS,
                "io_threads": IO_THREADS, "mix": ", ".join(f"{share} % {kind}" for kind, share in MIX.items())}
    if options.soak:
        settings |= {"rounds": 1, "seconds": options.soak}
    return {"benchmark": "server", "machine": facts, "versions": parts, "settings": settings,
            "results": [row.as_json() for row in rows]}
