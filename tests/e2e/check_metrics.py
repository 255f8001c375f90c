#!/usr/bin/env python3
"""Reads metrics in Prometheus' text format on standard input with Prometheus' own parser, and holds them against the rules of
`promtool check metrics` and of histograms. Prints the names of the families; exit 1 and a line for each offence."""

import math
import re
import sys

from prometheus_client.parser import text_string_to_metric_families

# promtool: base units only, and no type or label in a name.
ABBREVIATIONS = re.compile(r"_(ms|msec|milliseconds|us|ns|minutes|kb|mb|kilobytes|megabytes|percent)(_|$)")


def key(sample, *without):
    return tuple(sorted((name, value) for name, value in sample.labels.items() if name not in without))


def offences_of_histogram(family):
    series = {}
    for sample in family.samples:
        series.setdefault(key(sample, "le"), []).append(sample)
    for labels, samples in series.items():
        buckets = [(float(s.labels["le"]), s.value) for s in samples if s.name.endswith("_bucket")]
        count = [s.value for s in samples if s.name.endswith("_count")]
        total = [s.value for s in samples if s.name.endswith("_sum")]
        if len(count) != 1 or len(total) != 1:
            yield f"{family.name}{labels}: expected one _count and one _sum"
        if buckets != sorted(buckets) or [b[1] for b in buckets] != sorted(b[1] for b in buckets):
            yield f"{family.name}{labels}: buckets do not grow"
        if not buckets or buckets[-1] != (math.inf, count[0]):
            yield f"{family.name}{labels}: the last bucket is not +Inf with the count"


def offences(text):
    seen = set()
    for family in text_string_to_metric_families(text):
        print(family.name)
        if not family.documentation:
            yield f"{family.name}: no help text"
        if family.type == "unknown":
            yield f"{family.name}: no type"
        if ABBREVIATIONS.search(family.name):
            yield f"{family.name}: not in a base unit"
        if family.name in seen:
            yield f"{family.name}: stands twice"
        seen.add(family.name)
        names = {sample.name for sample in family.samples}
        # The parser takes _total off a counter's family name: without it the sample has no such suffix.
        if family.type == "counter" and names != {family.name + "_total"}:
            yield f"{family.name}: a counter ends in _total"
        if family.type == "gauge" and family.name.endswith(("_total", "_bucket", "_sum", "_count")):
            yield f"{family.name}: a gauge has the suffix of another type"
        keys = [(sample.name, key(sample)) for sample in family.samples]
        if len(keys) != len(set(keys)):
            yield f"{family.name}: a series stands twice"
        if family.type == "histogram":
            yield from offences_of_histogram(family)


def main():
    found = list(offences(sys.stdin.read()))
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
