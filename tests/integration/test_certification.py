"""The certification holds on a simulated day, and fails where a feed fails."""
import argparse
import contextlib
import io
import time
import unittest
from unittest import mock

import certification_feeds
import harness


class Certification(unittest.TestCase):
    def setUp(self):
        if not harness.BINARY.is_file():
            self.fail(f"no executable at {harness.BINARY}; set INDEXCAST_BIN")
        self.feeds = certification_feeds.Simulated()
        self.addCleanup(self.feeds.close)

    def certify(self, heading):
        with contextlib.redirect_stdout(io.StringIO()) as said:
            failed = certification_feeds.certify(self.feeds, [heading])
        return failed, said.getvalue()

    def test_every_heading_holds(self):
        for heading in ("decoding", "recovery", "failover"):
            with self.subTest(heading):
                failed, said = self.certify(heading)
                self.assertEqual(failed, 0, said)

    def test_capacity_is_measured(self):
        # What a machine keeps up with is a measurement; that there is one is the test.
        _, said = self.certify("capacity")
        for feed in ("sse", "szse", "hkex"):
            self.assertRegex(said, feed + r": the kernel dropped nothing  \(peak [1-9][\d,]* messages/s\)")

    def test_a_feed_that_cannot_recover_fails(self):
        day = self.feeds.session

        def without_services(*arguments, **options):
            return day(*arguments, sections={"hkex": {
                "retransmission": {"servers": []},
                "channels": [{"id": 20, "line_a": "239.255.42.1:21020",
                              "line_b": "239.255.42.2:21021"}]}}, **options)

        self.feeds.session = without_services
        failed, said = self.certify("recovery")
        self.assertGreater(failed, 0, said)


class OwnFeed(unittest.TestCase):
    def test_what_happened_before_the_user_pressed_enter_is_seen(self):
        counts = dict.fromkeys((*certification_feeds.OUTCOMES, "sequence_recovered"), 0)

        class Server(certification_feeds.Feeds):
            def __init__(self, url):
                self.time = time.monotonic()
                self.by_name = {"hkex": {"state": "live", "channels": [], "counters": counts.copy()}}

        def drop_packets(_):
            counts["sequence_recovered"] += 3
            return ""

        feed = certification_feeds.OwnFeed(argparse.Namespace(
            url="http://127.0.0.1:1", seconds=0.0, capture=None, venue=None))
        with mock.patch.object(certification_feeds, "Feeds", Server), \
                mock.patch("builtins.input", drop_packets):
            with feed.session([{"ask": "drop packets on both lines"}]) as watch:
                watch.look()
                self.assertEqual(watch.grown("hkex", "sequence_recovered"), 3)


if __name__ == "__main__":
    unittest.main()
