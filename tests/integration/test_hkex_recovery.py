"""Hong Kong's packets lost on both lines, over real sockets: what retransmission and refresh make of it,
that subscribers are told while it lasts, and that server and simulator count the same."""
import json
import unittest

import harness
import settings as site  # from deploy, which the harness puts in the path

SEED = 11
# Four minutes in about ten seconds; nothing is lost in the last one, so that every hole shows.
DAY = {"begin": "14:00:00", "end": "14:04:00", "speed": 25.0, "refresh_round": "10s"}
BURSTS = {"kind": "burst_loss", "venue": "hkex", "line": "both", "begin": "14:01:00",
          "end": "14:03:00", "probability": 0.02, "count": 6}
REFUSED = {"kind": "retransmission_refuse", "venue": "hkex", "amount": 2}
# What stands between two runs that may differ: when things happened, and how they are numbered.
TIMES = ("epoch", "calculation_time", "publish_time")
OUTCOMES = ("applied", "duplicate", "filtered", "rejected", "malformed")
FLAGGED = ("feed_stale", "recovering")


def last_levels(records):
    return {r["code"]: r["level"] for r in records}


class HkexRecovery(harness.Case):
    def play(self, *faults, **hkex):
        """A day with `faults`: recorded levels, and the counts of both sides, are kept."""
        self.config = self.configure(journal={"enabled": True}, simulator=DAY)
        if hkex:
            chosen = site.load(self.config)
            chosen["hkex"]["retransmission"].update(hkex)
            self.config.write_text(site.dump(chosen), encoding="utf-8")
        plan = self.write("faults.toml", site.dump({"fault": list(faults)}))
        server, self.ready = self.serve(self.config)
        recorder, recording = self.record(self.ready)
        summary = self.folder / "simulated.json"
        # Its exit code says whether every fault happened.
        self.start("simulate", "simulate", "--config", self.config, "--seed", SEED,
                   "--faults", plan, "--summary", summary).wait()
        self.drain(self.ready, recording)
        self.metrics = harness.counters(self.ready["http"])
        _, self.feeds = harness.fetch(self.ready["http"] + "v1/feeds")
        recorder.end()
        server.end()
        self.simulated = json.loads(summary.read_text())
        self.published = harness.read_levels(recording)

    def counted(self, name):
        return int(self.metrics[f'indexcast_feed_{name}_total{{feed="hkex"}}'])

    def outcomes(self):
        return sum(self.counted(name) for name in OUTCOMES)

    def messages_sent(self):
        """Hong Kong's messages of the day, each once."""
        return sum(self.simulated["messages"]["hkex"].values())

    def expect_flags_while_it_lasted(self):
        """Levels said so after they had been clean, and were clean again before the day was over."""
        for code in {r["code"] for r in self.published if r["cause_feed"] == "hkex"}:
            flags = [set(r["flags"]) & set(FLAGGED) for r in self.published if r["code"] == code]
            clean = flags.index(set())
            recovering = [i for i, each in enumerate(flags) if "recovering" in each and i > clean]
            self.assertGreater(len(recovering), 0, code)
            self.assertGreater(flags[recovering[-1]:].count(set()), 100, code)
        hkex = next(f for f in self.feeds["feeds"] if f["feed"] == "hkex")
        self.assertEqual(hkex["state"], "live")

    def expect_levels_of_a_whole_day(self):
        """The last levels are those of the same day without faults, and of our own journal."""
        capture, output = self.folder / "whole.pcap", self.folder / "whole.jsonl"
        harness.run("simulate", "--config", self.config, "--seed", SEED, "--pcap", capture, check=0)
        harness.run("replay", "--config", self.config, capture, "--output", output, check=0)
        self.assertEqual(last_levels(self.published), last_levels(harness.read_levels(output)))
        again = self.folder / "journal.jsonl"
        harness.run("replay", "--config", self.config, "--from-journal", self.ready["journal"],
                    "--output", again, check=0)
        replayed = {(r["code"], r["index_sequence"]): r for r in harness.read_levels(again)}
        for record in self.published:
            twin = replayed[record["code"], record["index_sequence"]]
            for key in record.keys() - set(TIMES):
                self.assertEqual(record[key], twin[key], key)

    def expect_numbers_add_up(self, unseen):
        """Every message of every packet that was sent ended somewhere, every number too."""
        resets = self.counted("sequence_resets")
        numbers = sum(self.counted(f"sequence_{name}") for name in ("received", "recovered", "lost"))
        self.assertEqual(numbers, self.messages_sent() - resets)
        self.assertEqual(self.counted("kernel_drops"), 0)
        self.assertEqual(self.counted("malformed"), 0)
        # Bursts take the same packets from both lines.
        on_lines = 2 * (self.messages_sent() - unseen)
        self.assertEqual(self.outcomes(), on_lines + self.simulated["retransmission"]["messages"])
        packets = self.simulated["packets"]
        self.assertEqual(packets["lost_a"], packets["lost_b"])
        self.assertEqual(packets["lost_a"], packets["unseen"])
        self.assertGreater(packets["unseen"], 0)

    def sent(self):
        packets, refresh = self.simulated["packets"], self.simulated["refresh"]
        return sum(packets[f"sent_{line}"] + refresh[f"sent_{line}"] for line in ("a", "b"))

    def test_retransmission_brings_what_both_lines_lost(self):
        self.play(BURSTS)
        recovered = self.counted("sequence_recovered")
        self.assertGreater(recovered, 0)
        self.assertEqual(self.counted("sequence_lost"), 0)
        self.assertGreaterEqual(self.simulated["retransmission"]["messages"], recovered)
        self.assertEqual(self.counted("retransmission_requests"),
                         self.simulated["retransmission"]["requests"])
        self.assertEqual(self.counted("retransmission_refused"), 0)
        self.assertGreater(self.counted("packets"), self.sent())  # and reads of the session
        self.expect_numbers_add_up(unseen=recovered)
        self.expect_flags_while_it_lasted()
        self.expect_levels_of_a_whole_day()

    def test_a_refresh_does_when_the_service_refuses(self):
        self.play(BURSTS, REFUSED)
        channels = self.counted("sequence_resets")
        self.assertGreater(self.counted("refreshes"), channels)  # beside those that began the day
        self.assertGreater(self.counted("retransmission_refused"), 0)
        self.assertEqual(self.simulated["retransmission"]["refused"],
                         self.counted("retransmission_refused"))
        self.assertEqual(self.counted("sequence_recovered"), 0)
        self.expect_numbers_add_up(unseen=self.counted("sequence_lost"))
        self.expect_flags_while_it_lasted()
        self.expect_levels_of_a_whole_day()

    def test_a_refresh_does_where_there_is_no_service(self):
        self.play(BURSTS, servers=[])
        self.assertGreater(self.counted("refreshes"), self.counted("sequence_resets"))
        self.assertEqual(self.counted("packets"), self.sent())
        self.assertEqual(self.counted("refresh_messages"),
                         2 * (self.simulated["refresh"]["messages"]
                              + self.counted("sequence_resets")))  # each opens with a reset
        self.expect_numbers_add_up(unseen=self.counted("sequence_lost"))
        self.expect_flags_while_it_lasted()
        self.expect_levels_of_a_whole_day()


if __name__ == "__main__":
    unittest.main()
