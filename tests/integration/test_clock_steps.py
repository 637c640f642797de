"""A running server whose wall clock is set (METHODOLOGY 5, Two clocks): forward by a day and soon back,
back by 40 s, back by an hour. Only the wall clock of the server steps: by libfaketime, which leaves the
monotonic clock and the kernel's stamps of packets alone."""
import glob
import time
import unittest

import harness

SEED = 4
DAY = {"begin": "09:31:00", "end": "11:29:00", "speed": 40.0, "halts": 0.0, "empty_auctions": 0.0}
LIBRARIES = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
DAY_S, HOUR_S = 86_400, 3_600
NS = 10**9
STEPS = "indexcast_wall_clock_steps_total"


@unittest.skipUnless(LIBRARIES, "libfaketime is not installed")
class ClockSteps(harness.Case):
    def setUp(self):
        super().setUp()
        self.clock = self.folder / "clock"
        self.set_wall_clock(0)
        self.server, self.ready = self.serve(
            self.configure(simulator=DAY, core={"idle": "block"}),
            {"LD_PRELOAD": LIBRARIES[0], "FAKETIME_TIMESTAMP_FILE": str(self.clock),
             "FAKETIME_CACHE_DURATION": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
        _, self.recording = self.record(self.ready)
        self.start("simulate", "simulate", "--config", self.folder / "indexcast.toml", "--seed", SEED)
        self.url = self.ready["http"]
        # Every member of the three was heard, and they are open.
        harness.await_that(lambda: len(self.quotable_now()) == len(harness.CODES), "the open")
        self.settled = len(harness.read_levels(self.recording))

    def set_wall_clock(self, ahead_s):
        """Seconds ahead of the machine's. Put in place whole, since the server reads it at any time."""
        draft = self.folder / "clock.draft"
        draft.write_text(f"{ahead_s:+d}\n", "ascii")
        draft.rename(self.clock)

    def quotable_now(self):
        indices = (harness.fetch(f"{self.url}v1/indices/{code}")[1] for code in harness.CODES)
        return [index["code"] for index in indices if (index["level"] or {}).get("quotable")]

    def await_steps(self, number):
        harness.await_that(lambda: harness.counters(self.url)[STEPS] == number, f"{number} steps")

    def await_levels(self, number):
        """So many levels more than there are now."""
        before = len(harness.read_levels(self.recording))
        harness.await_that(
            lambda: len(harness.read_levels(self.recording)) >= before + number, "levels")

    def await_published_at(self, offset_s):
        """A level whose publish time is that far from its receive time of before the steps."""
        def published():
            level = harness.read_levels(self.recording)[-1]
            ahead = int(level["publish_time"]) - time.time_ns()
            return abs(ahead - offset_s * NS) < 5 * NS
        harness.await_that(published, f"levels published at {offset_s:+d} s")

    def assert_nothing_happened(self):
        """But for published times: every feed is live, and every level since the open is quotable, of
        one epoch and without a hole."""
        levels = harness.read_levels(self.recording)
        since = levels[self.settled:]
        self.assertGreater(len(since), 200)
        for record in since:
            self.assertTrue(record["quotable"], record)
            # It came into a running day.
            self.assertEqual(record["flags"], ["statistics_partial"], record)
        self.assertEqual(len({(r["epoch"], r["trade_date"]) for r in levels}), 1)
        numbers = [int(r["stream_sequence"]) for r in levels]
        self.assertEqual(numbers, sorted(set(numbers)))
        for feed in harness.fetch(self.url + "v1/feeds")[1]["feeds"]:
            if feed["feed"] in ("sse", "szse", "hkex"):
                self.assertEqual(feed["state"], "live", feed)
        log = self.server.log.read_text()
        self.assertNotIn("is stale", log)
        self.assertEqual(len(self.quotable_now()), len(harness.CODES))

    def test_a_day_ahead_and_back_changes_nothing(self):
        self.set_wall_clock(DAY_S)
        self.await_steps(1)
        self.await_levels(100)
        self.set_wall_clock(0)
        self.await_steps(2)
        self.await_levels(300)
        self.await_published_at(0)
        self.assert_nothing_happened()
        self.assertIn("the wall clock stepped by +8", self.server.log.read_text())
        for record in harness.read_levels(self.recording):
            self.assertLess(int(record["publish_time"]) - time.time_ns(), 60 * NS)

    def test_back_and_for_good_changes_published_times_alone(self):
        for steps, (ahead_s, told) in enumerate(((-40, "-40."), (-HOUR_S, "-3560.")), 1):
            self.set_wall_clock(ahead_s)
            self.await_steps(steps)
            self.await_published_at(ahead_s)
            self.await_levels(300)
            self.assert_nothing_happened()
            self.assertIn(f"the wall clock stepped by {told}", self.server.log.read_text())
        self.assertAlmostEqual(harness.counters(self.url)["indexcast_wall_clock_ahead_seconds"],
                               -HOUR_S, delta=1)


if __name__ == "__main__":
    unittest.main()
