"""The certification holds on a simulated day, and fails where a feed fails."""
import argparse
import contextlib
import io
import pathlib
import socket
import tempfile
import time
import unittest
from unittest import mock

import certification
import certification_feeds
import harness


# The headings of the suite. tests/long/every_heading plays all of them and alone judges the others.
SHORT_HEADINGS = ("decoding", "recovery", "identity", "account", "hkex_senders", "hkex_null_values")
# Headings that fail on a feed without retransmission and refresh.
NEEDS_SERVICES = ("recovery", "hkex_lost_tail", "hkex_retransmission", "hkex_disaster_recovery")


class Certification(unittest.TestCase):
    # A selection; tests/long plays every heading.
    headings = SHORT_HEADINGS
    headings_without_services = ("recovery",)

    def setUp(self):
        if not harness.BINARY.is_file():
            self.fail(f"no executable at {harness.BINARY}; set INDEXCAST_BIN")
        self.feeds = certification.Simulated()
        self.addCleanup(self.feeds.close)

    def certify(self, heading):
        with contextlib.redirect_stdout(io.StringIO()) as said:
            failed = certification_feeds.certify(self.feeds, [heading])
        return failed, said.getvalue()

    def test_headings_pass_on_a_simulated_day(self):
        for heading in self.headings:
            with self.subTest(heading):
                failed, said = self.certify(heading)
                self.assertEqual(failed, 0, said)

    def test_capacity_is_measured(self):
        # Judges that the heading measures a rate; the rate depends on the machine.
        _, said = self.certify("capacity")
        for feed in ("sse", "szse", "hkex"):
            self.assertRegex(said, feed + r": the kernel dropped nothing  \(peak [1-9][\d,]* messages/s\)")

    def test_headings_fail_on_a_feed_without_recovery_services(self):
        day = self.feeds.session
        ports = harness.site.Ports()
        lines = {f"line_{name}": f"239.255.42.{i}:{ports.take(kind=socket.SOCK_DGRAM)}"
                 for i, name in enumerate("ab", 1)}

        def without_services(*arguments, **options):
            # Without services, nothing waits for an answer, so the day can be played fast.
            options.update(speed=30.0, sections={"hkex": {
                "retransmission": {"servers": []}, "channels": [{"id": 20, **lines}]}})
            return day(*arguments, **options)

        self.feeds.session = without_services
        for heading in self.headings_without_services:
            with self.subTest(heading):
                failed, said = self.certify(heading)
                self.assertGreater(failed, 0, said)


class OwnFeed(unittest.TestCase):
    def own_feed(self, counts, act=None):
        class Server(certification.Feeds):
            def __init__(self, url):
                self.time = time.monotonic()
                self.by_name = {"hkex": {"state": "live", "channels": [], "counters": counts.copy()}}

        replaced = mock.patch.object(certification, "Feeds", Server)
        replaced.start()
        self.addCleanup(replaced.stop)
        return certification.OwnFeed(argparse.Namespace(
            url="http://127.0.0.1:1", seconds=0.0, capture=None, venue=None, act=act,
            config=None))

    def counts(self):
        return dict.fromkeys((*certification.OUTCOMES, "sequence_recovered"), 0)

    def test_counts_what_happens_before_the_user_presses_enter(self):
        counts = self.counts()

        def drop_packets(_):
            counts["sequence_recovered"] += 3
            return ""

        feed = self.own_feed(counts)
        with mock.patch("sys.stdin") as terminal, mock.patch("builtins.input", drop_packets):
            terminal.isatty.return_value = True
            with feed.session([{"ask": "drop packets on both lines"}]) as watch:
                watch.look()
                self.assertEqual(watch.grown("hkex", "sequence_recovered"), 3)

    def test_runs_the_given_command_to_disturb_the_feed(self):
        with tempfile.TemporaryDirectory() as folder:
            words = pathlib.Path(folder) / "words"
            command = pathlib.Path(folder) / "act"
            command.write_text(f'#!/bin/sh\necho "$@" > {words}\n')
            command.chmod(0o755)
            fault = {"kind": "silence", "venue": "hkex", "line": "a", "ask": "take line A away"}
            with self.own_feed(self.counts(), act=str(command)).session([fault]):
                self.assertEqual(words.read_text(), "silence hkex a\n")

    def test_skips_a_heading_that_needs_a_person_without_a_terminal(self):
        feed = self.own_feed(self.counts())
        with mock.patch("sys.stdin") as nothing, contextlib.redirect_stdout(io.StringIO()) as said:
            nothing.isatty.return_value = False
            certification_feeds.certify(feed, ["recovery"])
        self.assertIn("SKIP  needs an action (take line A of Hong Kong away", said.getvalue())
        self.assertIn("1 headings skipped", said.getvalue())


if __name__ == "__main__":
    unittest.main()
