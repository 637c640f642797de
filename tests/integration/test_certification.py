"""The certification holds on a simulated day, and fails where a feed fails."""
import contextlib
import io
import unittest

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


if __name__ == "__main__":
    unittest.main()
