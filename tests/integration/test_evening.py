"""After the day gateways disconnect and Hong Kong's channels are silent, heartbeats included (OMD-C 1.4,
End); neither is a fault. Also a server that starts shortly before the end of the day."""
import re
import unittest

import harness

# Shanghai and Shenzhen have closed, Hong Kong closes in eighteen minutes.
LATE = {"begin": "15:50:00", "speed": 60.0, "halts": 0.0}


class Evening(harness.Case):
    def setUp(self):
        super().setUp()
        config = self.configure(simulator=LATE, hkex={"silence": "2s"})
        self.server, ready = self.serve(config)
        self.url = ready["http"]
        simulator = self.start("simulate", "simulate", "--config", config)
        simulator.wait()

    def get(self, path):
        return harness.fetch(self.url + path)

    def feeds(self):
        return {feed["feed"]: feed["state"] for feed in self.get("v1/feeds")[1]["feeds"]}

    def levels(self):
        return [index["level"] for index in self.get("v1/indices")[1]["indices"]]

    def test_a_day_that_has_closed_stays_ready_and_knows_its_close_alone(self):
        harness.await_that(lambda: set(self.feeds().values()) == {"ended"}, "the feeds' end")
        self.assertEqual(self.get("readyz"), (200, {"status": "ready"}))
        states = harness.counters(self.url)
        self.assertEqual(states['indexcast_feed_state{feed="hkex",state="ended"}'], 1)
        self.assertEqual(states['indexcast_feed_state{feed="hkex",state="stale"}'], 0)
        for level in self.levels():
            self.assertEqual(level["status"], "closed")
            self.assertIn("statistics_partial", level["flags"])
            self.assertEqual([level[name] for name in ("open", "high", "low")], [None] * 3)
            self.assertIsNotNone(level["close"])
        self.server.end()
        log = self.server.log.read_text("utf-8")
        self.assertIn("market hkex is closed", log)
        after = log[log.index("market hkex is closed"):]
        self.assertFalse(re.findall(r"feed hkex.* is (?:down|connecting|stale)", after), after)
        after = log[log.index("market sse is closed"):]
        self.assertFalse(re.findall(r"feed sse.* is (?:down|connecting|stale)", after), after)


if __name__ == "__main__":
    unittest.main()
