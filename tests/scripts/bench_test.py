import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts/bench.d"))

import dataset  # noqa: E402
import report  # noqa: E402
import statements  # noqa: E402
from batches import Batches  # noqa: E402


def metrics(lane, *, requests, batches, waited, buckets=()):
    """What the histograms of a lane say, in Prometheus' text format."""
    lines = [f'http_server_batch_size_bucket{{lane="{lane}",le="{end}"}} {count}' for end, count in buckets]
    return "\n".join(lines + [
        f'http_server_batch_size_sum{{lane="{lane}"}} {requests}', f'http_server_batch_size_count{{lane="{lane}"}} {batches}',
        f'http_server_batch_wait_seconds_sum{{lane="{lane}"}} {waited}',
        f'http_server_batch_wait_seconds_count{{lane="{lane}"}} {batches}', ""])


class MeanBatches(unittest.TestCase):
    def test_only_what_came_between_two_moments_counts(self):
        before = Batches(metrics("note_reads", requests=10, batches=10, waited=1))
        after = Batches(metrics("note_reads", requests=110, batches=15, waited=1.01, buckets=[(1, 10), (16, 15)]))
        size, wait_ms = after.mean_since(before)
        self.assertEqual(size, 20)
        self.assertAlmostEqual(wait_ms, 2)

    def test_the_lane_that_took_most_requests_speaks_for_the_load(self):
        after = Batches(metrics("note_writes", requests=6, batches=2, waited=0) +
                        metrics("note_reads", requests=100, batches=50, waited=0.1))
        self.assertEqual(after.mean_since(Batches()), (2, 2))

    def test_a_server_without_them_and_one_without_work_have_no_mean(self):
        quiet = Batches(metrics("note_reads", requests=5, batches=5, waited=1))
        self.assertEqual(Batches("notes_build_info 1\n").mean_since(Batches()), (None, None))
        self.assertEqual(quiet.mean_since(quiet), (None, None))


class Rows(unittest.TestCase):
    def test_a_row_is_the_median_of_its_rounds_and_the_sum_of_their_errors(self):
        row = report.Row("GET", "requests/s", [{"value": 10, "errors": 1, "batch": None}, {"value": 30, "errors": 0, "batch": None},
                                               {"value": 20, "errors": 2, "batch": None}]).as_json()
        self.assertEqual((row["value"], row["errors"], "batch" in row), (20, 3, False))

    def test_the_ratio_is_of_what_the_row_says_and_the_target_is_held_against_it(self):
        row = report.Row("mix", "requests/s", [{"value": 100, "p99_ms": 6}], "alone", [{"value": 400, "p99_ms": 3}], by="p99_ms",
                         targets=(report.Target("< 3", lambda row: row["ratio"] < 3),
                                  report.Target("p99 < 5 ms", lambda row: row["p99_ms"] < 5))).as_json()
        self.assertEqual(row["ratio"], 2)
        self.assertEqual(report.verdicts(row["targets"]), "< 3 met, p99 < 5 ms MISSED")

    def test_what_a_mix_kept_by_kind_has_its_medians_by_kind(self):
        samples = [{"value": 1, "kinds": {"get": {"p99_ms": p99}}} for p99 in (4, 9, 5)]
        self.assertEqual(report.Row("mix", "requests/s", samples).as_json()["kinds"], {"get": {"p99_ms": 5}})

    def test_a_change_is_shown_for_the_rows_that_both_runs_have(self):
        def run(**values):
            return {"machine": {"checkout": "abc", "time": "now"},
                    "results": [report.Row(name, "requests/s", [{"value": value}]).as_json() for name, value in values.items()]}
        lines = report.change(run(GET=100, gone=1), run(GET=150, new=1)).splitlines()
        self.assertEqual(lines[-1].split(), ["GET", "100/s", "150/s", "+50.0%"])


class Notes(unittest.TestCase):
    def test_the_titles_lead_through_all_notes_and_back(self):
        notes = {note.id: note for note in dataset.make(50)}
        first = place = next(iter(notes))
        seen = set()
        while place not in seen:
            seen.add(place)
            place = notes[place].title
        self.assertEqual((len(seen), place), (50, first))


class Scripts(unittest.TestCase):
    def test_a_script_ends_each_statement_the_way_pgbench_wants_it(self):
        self.assertEqual(statements.script(r"\set n 1", "BEGIN", r"SELECT 1 AS n \gset", "COMMIT"),
                         "\\set n 1\nBEGIN;\nSELECT 1 AS n \\gset\nCOMMIT;\n")

    def test_the_three_statements_of_a_create_are_one_transaction(self):
        lines = statements.create(2).splitlines()
        self.assertEqual([line.split(" ")[0] for line in lines], ["\\set", "BEGIN;", "INSERT", "INSERT", "INSERT", "COMMIT;"])
        self.assertIn(":terms2", lines[4])


if __name__ == "__main__":
    unittest.main()
