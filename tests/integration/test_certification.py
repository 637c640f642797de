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


class Certification(unittest.TestCase):
    def setUp(self):
        if not harness.BINARY.is_file():
            self.fail(f"no executable at {harness.BINARY}; set INDEXCAST_BIN")
        self.feeds = certification.Simulated()
        self.addCleanup(self.feeds.close)

    def certify(self, heading):
        with contextlib.redirect_stdout(io.StringIO()) as said:
            failed = certification_feeds.certify(self.feeds, [heading])
        return failed, said.getvalue()

    def test_every_heading_holds(self):
        for heading in set(certification_feeds.HEADINGS) - {"capacity"}:
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
        ports = harness.site.Ports()
        lines = {f"line_{name}": f"239.255.42.{i}:{ports.take(kind=socket.SOCK_DGRAM)}"
                 for i, name in enumerate("ab", 1)}

        def without_services(*arguments, **options):
            # Nothing waits for an answer of a service, so that days may pass quickly.
            options.update(speed=30.0, sections={"hkex": {
                "retransmission": {"servers": []}, "channels": [{"id": 20, **lines}]}})
            return day(*arguments, **options)

        self.feeds.session = without_services
        for heading in ("recovery", "hkex_lost_tail", "hkex_retransmission", "hkex_disaster_recovery"):
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

    def test_what_happened_before_the_user_pressed_enter_is_seen(self):
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

    def test_a_command_disturbs_the_feed_where_no_person_does(self):
        with tempfile.TemporaryDirectory() as folder:
            words = pathlib.Path(folder) / "words"
            command = pathlib.Path(folder) / "act"
            command.write_text(f'#!/bin/sh\necho "$@" > {words}\n')
            command.chmod(0o755)
            fault = {"kind": "silence", "venue": "hkex", "line": "a", "ask": "take line A away"}
            with self.own_feed(self.counts(), act=str(command)).session([fault]):
                self.assertEqual(words.read_text(), "silence hkex a\n")

    def test_a_heading_that_needs_a_person_is_skipped_without_a_terminal(self):
        feed = self.own_feed(self.counts())
        with mock.patch("sys.stdin") as nothing, contextlib.redirect_stdout(io.StringIO()) as said:
            nothing.isatty.return_value = False
            certification_feeds.certify(feed, ["recovery"])
        self.assertIn("SKIP  needs an action (take line A of Hong Kong away", said.getvalue())
        self.assertIn("1 headings skipped", said.getvalue())


if __name__ == "__main__":
    unittest.main()
