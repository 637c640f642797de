"""What subscribers received is what the journal gives again, and what a capture of the day gives."""
import json
import re
import unittest

import harness
import recompute  # from deploy, which the harness puts in the path

SEED = 7
# Eleven minutes around the opening in about ten seconds.
DAY = {"begin": "09:29:00", "end": "09:40:00", "speed": 60.0}
# When the server ran and how fast it was: the only things that a replay may have otherwise.
TIMES = ("epoch", "calculation_time", "publish_time")


def without(record, names):
    return {key: value for key, value in record.items() if key not in names}


def last_levels(records):
    return {r["code"]: r["level"] for r in records}


def prices_of_feeds(records):
    """The accepted prices that moved an index, in order, for each index and feed."""
    prices = {}
    for r in records:
        if r["cause"] == "price":
            event = (r["cause_symbol"], r["cause_value"], r["exchange_time"])
            prices.setdefault((r["code"], r["cause_feed"]), []).append(event)
    return prices


class LiveEqualsReplay(harness.Case):
    def live(self, core=None, **simulator):
        """Plays the day to a server; returns (configuration, ready file, recorded levels)."""
        config = self.configure(journal={"enabled": True}, core=core or {},
                                simulator={**DAY, **simulator})
        server, ready = self.serve(config)
        recorder, recording = self.record(ready)
        self.start("simulate", "simulate", "--config", config, "--seed", SEED,
                   "--summary", self.folder / "simulated.json").wait()
        self.drain(ready, recording)
        self.metrics = harness.counters(ready["http"])
        recorder.end()
        server.end()
        return config, ready, harness.read_levels(recording)

    def applied(self):
        """Messages that became events, for each feed."""
        pattern = re.compile(r'indexcast_feed_applied_total\{feed="(\w+)"\}')
        return {found[1]: int(value) for name, value in self.metrics.items()
                if (found := pattern.match(name))}

    def test_the_journal_gives_every_published_level_again(self):
        self.compare_with_the_journal({"topology": "one_core", "idle": "backoff"})

    def test_and_so_it_does_with_a_thread_for_each_feed(self):
        self.compare_with_the_journal({"topology": "per_feed", "idle": "block"})

    def test_and_so_it_does_on_one_thread_that_never_rests(self):
        self.compare_with_the_journal({"topology": "one_core", "idle": "spin"})

    def compare_with_the_journal(self, core):
        config, ready, published = self.live(core)
        output = self.folder / "replay.jsonl"
        harness.run("replay", "--config", config, "--from-journal", ready["journal"],
                    "--output", output, check=0)
        replayed = harness.read_levels(output)
        self.assertGreater(len(published), 1000)
        again = {(r["code"], r["index_sequence"]): without(r, TIMES) for r in replayed}
        for record in published:
            key = (record["code"], record["index_sequence"])
            self.assertEqual(without(record, TIMES), again[key])
        self.assertEqual(last_levels(published), last_levels(replayed))
        baskets = {code: recompute.Basket(harness.ROOT / "deploy" / "indices" / f"{code}.toml")
                   for code in harness.CODES}
        self.assertEqual(recompute.check(baskets, replayed)[:3], [])

    def test_a_capture_of_the_same_day_gives_the_same_events_and_last_levels(self):
        config, _, published = self.live()
        capture, output = self.folder / "day.pcap", self.folder / "capture.jsonl"
        harness.run("simulate", "--config", config, "--seed", SEED, "--pcap", capture, check=0)
        done = harness.run("replay", "--config", config, capture, "--output", output, check=0)
        replayed = {name: int(count)
                    for name, count in re.findall(r"^(\w+): applied (\d+)", done.stderr,
                                                  re.MULTILINE)}
        self.assertEqual(self.applied(), replayed)
        again = harness.read_levels(output)
        self.assertEqual(last_levels(published), last_levels(again))
        # Between feeds the order is the network's; within a feed it is the exchange's.
        self.assertEqual(prices_of_feeds(published), prices_of_feeds(again))

    def test_losses_on_single_lines_lose_no_input(self):
        self.live(loss_a=0.05, loss_b=0.05)
        simulated = json.loads((self.folder / "simulated.json").read_text())
        self.assertGreater(simulated["packets"]["lost_a"], 0)
        self.assertGreater(simulated["packets"]["lost_b"], 0)
        self.assertEqual(self.metrics['indexcast_feed_sequence_lost_total{feed="hkex"}'], 0)
        self.assertGreater(self.metrics['indexcast_feed_duplicate_total{feed="hkex"}'], 0)


if __name__ == "__main__":
    unittest.main()
