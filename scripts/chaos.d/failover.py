"""How long nobody leads: after a leader was killed, after it was stopped, and when it hands over."""

import os
import pathlib
import signal
import statistics
import tempfile
import time

import arena
from processes import say

# Seconds, in the median and at most.
LIMITS = {"killed": (1.5, 2.5), "stopped": (1.5, 2.5), "handed over": (0.15, 0.15)}
SIGNALS = {"killed": signal.SIGKILL, "stopped": signal.SIGSTOP, "handed over": signal.SIGTERM}


def epoch(cluster):
    return int(cluster.value("SELECT COALESCE((SELECT epoch FROM cron_leases), 0)"))


def next_leader(cluster, before):
    """When the next one took the lease, by the database's clock. Asked rarely: each question is a process beside it."""
    def acquired():
        time.sleep(0.2)
        return cluster.rows(f"SELECT extract(epoch FROM acquired_at) FROM cron_leases WHERE epoch > {before}")
    return float(arena.wait_until(acquired, "nobody took the lease")[0][0])


def trial(kind, cluster, replicas):
    """Seconds from the signal to the row of the next leader; the database is on this machine and has the same clock."""
    victim = arena.wait_for_leader(cluster, replicas)
    time.sleep(1.5)  # it renews, the others stand by
    before = epoch(cluster)
    process = victim.process.pid
    sent = time.time()
    os.kill(process, SIGNALS[kind])
    seconds = next_leader(cluster, before) - sent
    if kind == "stopped":
        victim.signal(signal.SIGCONT)
    else:
        victim.process.wait()
        victim.start()
    return seconds


def trials(binaries, url, directory, count):
    """Each kind with the seconds of its trials; three replicas, one job each second."""
    cluster = arena.Cluster(binaries, url)
    file = directory / "nothing.sql"
    file.write_text("SELECT 1;\n")
    jobs = directory / "each-second.yaml"
    jobs.write_text(f"jobs:\n  each-second: {{ every: 1s, sql: {file} }}\n")
    replicas = [arena.Replica(n, cluster, directory, jobs) for n in range(3)]
    try:
        for kind in LIMITS:
            seconds = []
            for n in range(count):
                seconds.append(trial(kind, cluster, replicas))
                say(f"  {kind} {n + 1}: {seconds[-1]:.3f} s")
            yield kind, seconds
        arena.stop_all(replicas)
    finally:
        for replica in replicas:
            replica.kill()


def measure(options):
    directory = pathlib.Path(tempfile.mkdtemp(prefix="notes-chaos-"))
    result, broken = {}, []
    for kind, seconds in trials(options.bin, None, directory, options.trials):
        most_median, most = LIMITS[kind]
        result[kind] = {"trials": len(seconds), "median": round(statistics.median(seconds), 3),
                        "maximum": round(max(seconds), 3)}
        if statistics.median(seconds) > most_median or max(seconds) > most:
            broken.append(f"{kind}: expected a median of {most_median} s and {most} s at most")
    return result, broken
