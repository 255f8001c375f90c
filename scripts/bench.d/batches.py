"""How many requests notes-server answered together, from its metrics."""

import re

SERIES = re.compile(r'^http_server_batch_(size|wait_seconds)_(sum|count)\{[^}]*lane="([^"]*)"[^}]*\} (\S+)$', re.MULTILINE)


class Batches:
    """The sums and counts of the histograms by lane, at one moment. Empty for a server without them."""

    def __init__(self, metrics=""):
        self.totals = {(lane, what, part): float(value) for what, part, lane, value in SERIES.findall(metrics)}

    def mean_since(self, earlier):
        """(size of a batch, milliseconds of waiting) in the mean, in the lane that took most; None where nothing is known."""
        grown = {key: value - earlier.totals.get(key, 0) for key, value in self.totals.items()}
        requests = {lane: value for (lane, what, part), value in grown.items() if (what, part) == ("size", "sum") and value}
        if not requests:
            return None, None
        lane = max(requests, key=requests.get)
        waits = grown.get((lane, "wait_seconds", "count"))
        return (requests[lane] / grown[lane, "size", "count"],
                grown[lane, "wait_seconds", "sum"] / waits * 1000 if waits else None)
