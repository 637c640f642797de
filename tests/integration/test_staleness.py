"""A channel that says nothing while its market trades, or whose clock stands: from the exchange's bytes
to the levels of the indices that depend on it, and back (METHODOLOGY 5, Staleness)."""
import collections
import datetime
import json
import re
import signal
import time
import unittest

import certification
import harness
import settings as site  # from deploy, which the harness puts in the path

from test_market_scenarios import ALL_MARKETS, MAINLAND, Scenario

CHINA = datetime.timezone(datetime.timedelta(hours=8))
MORNING = {"begin": "09:50:00", "end": "10:15:00", "halts": 0.0}
NOON = {"begin": "11:20:00", "end": "13:05:00", "halts": 0.0}
STALE_AFTER_S = 30
VENUES = ("sse", "szse", "hkex")


def seconds(clock):
    hour, minute, second = map(int, clock.split(":"))
    return hour * 3600 + minute * 60 + second


def received(record):
    """Second of the China day, on the capture's clock."""
    instant = datetime.datetime.fromtimestamp(int(record["receive_time"]) // 10**9, CHINA)
    return instant.hour * 3600 + instant.minute * 60 + instant.second


def spells(levels, code):
    """[(from, to)] in which an index was flagged feed_stale, after it was first without the flag and
    until the sessions end with the capture, when every feed is down."""
    found, since, clean = [], None, False
    end = received(levels[-1])
    for record in levels:
        if record["code"] != code or received(record) >= end:
            continue
        flagged = "feed_stale" in record["flags"]
        clean |= not flagged
        if clean and flagged and since is None:
            since = received(record)
        if not flagged and since is not None:
            found.append((since, received(record)))
            since = None
    return found if since is None else [*found, (since, None)]


class Staleness(Scenario):
    def fault(self, kind, venue, begin="10:00:00", end="10:05:00"):
        return {"kind": kind, "venue": venue, "begin": begin, "end": end}

    def assert_one_spell(self, levels, code, begin="10:00:00", end="10:05:00"):
        found = spells(levels, code)
        self.assertEqual(len(found), 1, (code, found))
        since, until = found[0]
        # The last data came within some seconds before the fault.
        self.assertTrue(seconds(begin) + STALE_AFTER_S - 5 <= since
                        <= seconds(begin) + STALE_AFTER_S + 1, found)
        self.assertTrue(seconds(end) <= until <= seconds(end) + 5, found)
        quotable = [r["quotable"] for r in levels
                    if r["code"] == code and since < received(r) < until]
        self.assertNotIn(True, quotable)

    def test_heartbeats_alone_are_stale_and_the_next_data_ends_it(self):
        for venue in VENUES:
            with self.subTest(venue):
                levels, _ = self.play([self.fault("heartbeats_only", venue)], MORNING)
                self.assert_one_spell(levels, ALL_MARKETS)
                if venue == "hkex":
                    self.assertEqual(spells(levels, MAINLAND), [])

    def test_a_clock_that_stands_is_stale_though_data_flows(self):
        for venue in VENUES:
            with self.subTest(venue):
                levels, _ = self.play([self.fault("frozen_clock", venue)], MORNING)
                self.assert_one_spell(levels, ALL_MARKETS)

    def test_nothing_is_stale_over_lunch(self):
        faults = [self.fault("heartbeats_only", venue, begin, "12:59:30")
                  for venue, begin in (("sse", "11:30:10"), ("szse", "11:30:10"),
                                       ("hkex", "12:00:10"))]
        levels, _ = self.play(faults, NOON)
        for code in (MAINLAND, ALL_MARKETS):
            self.assertEqual(spells(levels, code), [], code)
        # Hong Kong made levels while the mainland had lunch.
        self.assertTrue(any(seconds("11:45:00") < received(r) < seconds("11:55:00")
                            for r in levels if r["code"] == ALL_MARKETS))

    def test_a_whole_day_without_faults_is_never_stale(self):
        levels, _ = self.play([], {"halts": 0.0, "ticks_per_second": 0.05})
        self.assertEqual({code: spells(levels, code) for code in harness.CODES},
                         dict.fromkeys(harness.CODES, []))

    def test_the_journal_repeats_it_and_the_oracle_follows(self):
        config = self.configure(simulator=MORNING)
        plan = self.write("faults.toml", site.dump(
            {"fault": [self.fault("heartbeats_only", "hkex"), self.fault("frozen_clock", "sse")]}))
        capture, journal = self.folder / "day.pcap", self.folder / "journal"
        harness.run("simulate", "--config", config, "--seed", 5, "--faults", plan, "--pcap", capture,
                    check=0)
        outputs = [self.folder / name for name in ("capture.jsonl", "journal.jsonl")]
        harness.run("replay", "--config", config, capture, "--journal", journal, "--output",
                    outputs[0], check=0)
        harness.run("replay", "--config", config, "--from-journal", journal, "--output", outputs[1],
                    check=0)
        first, second = (path.read_text() for path in outputs)
        self.assertEqual(first, second)
        flagged = collections.Counter(
            r["code"] for r in map(json.loads, first.splitlines())
            if "feed_stale" in r.get("flags", ()))
        self.assertGreater(min(flagged[code] for code in harness.CODES), 100)


class OwnPause(harness.Case):
    """A server that was paused (METHODOLOGY 5): the data in its sockets is old."""

    QUIET = {"begin": "14:00:00", "end": "14:10:00", "speed": 1.0, "halts": 0.0}

    def test_a_stopped_process_is_recovering_until_its_sockets_were_read_empty(self):
        config = self.configure(simulator=self.QUIET)
        server, ready = self.serve(config)
        simulator = self.start("simulate", "simulate", "--config", config, "--seed", 3)
        watch = certification.Watch(ready["http"])
        self.assertTrue(watch.until(lambda: all(watch.settled(feed) for feed in VENUES),
                                    harness.LIMIT_S))
        watch.look()
        before = server.log.stat().st_size
        server.child.send_signal(signal.SIGSTOP)
        try:
            time.sleep(1.5)  # the pause itself
        finally:
            server.child.send_signal(signal.SIGCONT)

        def told():
            with open(server.log, "rb") as log:
                log.seek(before)
                return log.read().decode()

        for feed in VENUES:
            pattern = re.compile(rf"feed {feed} is recovering.*feed {feed} is live", re.DOTALL)
            harness.await_that(lambda: pattern.search(told()), f"{feed} recovers: {told()}")
        watch.look()
        for feed in ("sse", "szse"):
            self.assertEqual(watch.grown(feed, "disconnects"), 0, feed)
            self.assertEqual(watch.grown(feed, "sequence_lost"), 0, feed)
        simulator.kill()
        server.end()


if __name__ == "__main__":
    unittest.main()
