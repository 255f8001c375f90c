"""How long nobody leads: after a leader was killed, after it was stopped, and when it hands over."""

import pathlib
import signal
import statistics
import tempfile
import time

import arena
from processes import say

LIMITS = {"killed": (1.5, 2.5), "stopped": (1.5, 2.5), "handed over": (0.15, 0.15)}


def epoch(cluster):
    return int(cluster.value("SELECT COALESCE((SELECT epoch FROM cron_leases), 0)"))


def trial(kind, cluster, replicas):
    """Seconds by the database's clock from the end of one leader to the row of the next."""
    victim = arena.wait_for_leader(cluster, replicas)
    time.sleep(1.5)  # it renews, the others stand by
    before = epoch(cluster)
    asked = float(cluster.value("SELECT extract(epoch FROM clock_timestamp())"))
    if kind == "killed":
        victim.kill()
    elif kind == "stopped":
        victim.signal(signal.SIGSTOP)
    else:
        victim.signal(signal.SIGTERM)
    acquired = arena.wait_until(
        lambda: cluster.rows(f"SELECT extract(epoch FROM acquired_at) FROM cron_leases WHERE epoch > {before}"),
        "nobody took the lease")
    if kind == "stopped":
        victim.signal(signal.SIGCONT)
    victim.process.poll() if kind == "stopped" else victim.process.wait()
    victim.ensure_alive()
    return float(acquired[0][0]) - asked


def measure(options):
    directory = pathlib.Path(tempfile.mkdtemp(prefix="notes-chaos-"))
    cluster = arena.Cluster(options.bin)
    file = directory / "nothing.sql"
    file.write_text("SELECT 1;\n")
    jobs = directory / "cron.yaml"
    jobs.write_text(f"jobs:\n  each-second: {{ every: 1s, sql: {file} }}\n")
    replicas = [arena.Replica(n, cluster, directory, jobs) for n in range(3)]
    result, broken = {}, []
    try:
        for kind, (most_median, most) in LIMITS.items():
            seconds = []
            for n in range(options.trials):
                seconds.append(trial(kind, cluster, replicas))
                say(f"chaos: {kind} {n + 1}: {seconds[-1]:.3f} s")
            result[kind] = {"trials": options.trials, "median": round(statistics.median(seconds), 3),
                            "maximum": round(max(seconds), 3)}
            if statistics.median(seconds) > most_median or max(seconds) > most:
                broken.append(f"{kind}: expected a median of {most_median} s and {most} s at most")
        arena.stop_all(replicas)
    finally:
        for replica in replicas:
            replica.kill()
    return result, broken
