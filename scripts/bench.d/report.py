"""Medians of samples, the table for a person, the JSON object for a program, and the change between two of them."""

import dataclasses
import datetime
import os
import pathlib
import platform
import statistics
import subprocess

from processes import ROOT


@dataclasses.dataclass
class Target:
    """What a row is meant to keep; one that is missed fails no run."""
    text: str
    met: object  # of the row's JSON


@dataclasses.dataclass
class Row:
    """What one load measured on its subject, and beside what."""
    name: str
    unit: str                  # "requests/s": more is better; "s", "MiB", "% of a core": less is better
    samples: list              # of dicts of numbers, one per round
    reference: str = None      # what the reference is
    reference_samples: list = None
    by: str = "value"          # what the ratio is one of
    targets: tuple = ()

    def as_json(self):
        value = medians(self.samples)
        row = {"name": self.name, "unit": self.unit, **value, "samples": self.samples}
        if self.reference_samples:
            beside = medians(self.reference_samples)
            row |= {"reference": {"name": self.reference, **beside, "samples": self.reference_samples},
                    "ratio": value[self.by] / beside[self.by]}
            if self.by != "value":
                row["ratio_of"] = self.by
            if self.unit == "s":  # of the run that others disturbed least: noise only ever adds time
                least = [min(sample["value"] for sample in samples) for samples in (self.samples, self.reference_samples)]
                row |= {"least": least[0], "least_ratio": least[0] / least[1]}
                row["reference"]["least"] = least[1]
        if self.targets:
            row["targets"] = [{"text": target.text, "met": target.met(row)} for target in self.targets]
        return row


def medians(samples):
    """Field by field, of fields in fields too; errors are added up."""
    result = {}
    for key in samples[0]:
        values = [sample[key] for sample in samples if sample[key] is not None]
        if values and isinstance(values[0], dict):
            result[key] = {name: medians([value[name] for value in values]) for name in values[0]}
        elif values:
            result[key] = sum(values) if key == "errors" else statistics.median(values)
    return result


def machine():
    """What the figures depend on and what git cannot tell."""
    processor = memory = "unknown"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            processor = line.partition(":")[2].strip()
    for line in pathlib.Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemTotal"):
            memory = round(int(line.split()[1]) / 1024 / 1024, 1)
    commit = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True,
                            check=False).stdout.strip()
    return {"processor": processor, "cores": os.cpu_count(), "memory_gib": memory, "kernel": platform.release(),
            "load_average_before": round(os.getloadavg()[0], 2), "checkout": commit,
            "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")}


def verdicts(targets):
    return ", ".join(f"{target['text']} {'met' if target['met'] else 'MISSED'}" for target in targets)


COLUMNS = [  # heading, place in the row's JSON, how it is written
    ("value", ("value",), None),
    ("limit", ("limit",), None),
    ("reference", ("reference", "value"), None),
    ("ratio", ("ratio",), "{:.2f}"),
    ("target", ("targets",), verdicts),
    ("least", ("least",), None),
    ("its least", ("reference", "least"), None),
    ("ratio", ("least_ratio",), "{:.2f}"),
    ("CPU", ("cpu_s",), None),
    ("its CPU", ("reference", "cpu_s"), None),
    ("p50 ms", ("p50_ms",), "{:.2f}"),
    ("its p50", ("reference", "p50_ms"), "{:.2f}"),
    ("p99 ms", ("p99_ms",), "{:.2f}"),
    ("its p99", ("reference", "p99_ms"), "{:.2f}"),
    ("max ms", ("max_ms",), "{:.1f}"),
    ("batch", ("batch",), "{:.1f}"),
    ("wait ms", ("batch_wait_ms",), "{:.2f}"),
    ("CPU µs", ("subject_cpu_us",), "{:.1f}"),
    ("its db µs", ("database_cpu_us",), "{:.1f}"),
    ("load CPU", ("load_cpu",), "{:.0%}"),
    ("reference's", ("reference", "load_cpu"), "{:.0%}"),
    ("others", ("others_cpu",), "{:.0%}"),
    ("errors", ("errors",), "{:d}"),
]


def number(value, unit):
    """A value with its unit: something per second, memory, a share of a core, or seconds down to microseconds."""
    if unit == "requests/s":
        return f"{value:,.0f}/s"
    if unit.endswith("/s"):
        return f"{value:,.1f}/s"
    if unit == "MiB":
        return f"{value:.1f} MiB"
    if unit == "% of a core":
        return f"{value:.1f} %"
    if value < 1e-3:
        return f"{value * 1e6:.2f} µs"
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.1f} ms"


def cell(row, place, form):
    value = row
    for key in place:
        value = (value or {}).get(key)
    if value is None:
        return ""
    if callable(form):
        return form(value)
    return form.format(value) if form else number(value, row["unit"])


def lay_out(headings, lines):
    """Columns as wide as they need; the first and the last column to the left, numbers to the right."""
    widths = [max(len(line[n]) for line in [headings, *lines]) for n in range(len(headings))]
    def one(line):
        cells = [text.ljust(width) if n in (0, len(line) - 1) else text.rjust(width)
                 for n, (text, width) in enumerate(zip(line, widths))]
        return "  ".join(cells).rstrip()
    return "\n".join([one(headings), "  ".join("-" * width for width in widths), *map(one, lines)])


def table(report):
    rows = report["results"]
    used = [column for column in COLUMNS if any(cell(row, *column[1:]) for row in rows)]
    lines = [[row["name"], *(cell(row, *column[1:]) for column in used), row.get("reference", {}).get("name", "")]
             for row in rows]
    facts = [f"{key.replace('_', ' ')}: {value}" for part in ("machine", "versions", "settings")
             for key, value in report[part].items()]
    return lay_out(["", *(column[0] for column in used), "beside"], lines) + "\n\n" + "\n".join(facts)


def change(earlier, report):
    """Each row that both have: then, now, and by how much, as values and as ratios to the reference."""
    before = {row["name"]: row for row in earlier["results"]}
    lines = []
    for row in report["results"]:
        old = before.get(row["name"])
        if old is None or old["unit"] != row["unit"] or not old["value"]:
            continue
        ratios = ["", "", ""]
        if row.get("ratio") and old.get("ratio"):
            ratios = [f"{old['ratio']:.2f}", f"{row['ratio']:.2f}", f"{row['ratio'] / old['ratio'] - 1:+.1%}"]
        lines.append([row["name"], number(old["value"], row["unit"]), number(row["value"], row["unit"]),
                      f"{row['value'] / old['value'] - 1:+.1%}", *ratios, ""])
    return (f"against {earlier['machine']['checkout']} of {earlier['machine']['time']}\n\n" +
            lay_out(["", "then", "now", "change", "ratio then", "now", "change", ""], lines))
