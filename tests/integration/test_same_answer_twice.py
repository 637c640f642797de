"""The same capture gives the same bytes, every time and in either format."""
import unittest

import harness
import recompute  # from deploy, which the harness puts in the path

DAY = {"begin": "09:20:00", "end": "09:40:00"}
SEED = 7


class SameAnswerTwice(harness.Case):
    def capture(self, config, name):
        path = self.folder / name
        harness.run("simulate", "--config", config, "--seed", SEED, "--pcap", path, check=0)
        return path

    def replay(self, config, capture, name, form="jsonl"):
        path = self.folder / name
        harness.run("replay", "--config", config, capture, "--output", path, "--format", form,
                    check=0)
        return path.read_bytes()

    def test_replays_are_byte_identical(self):
        config = self.configure(simulator=DAY)
        capture = self.capture(config, "day.pcap")
        first = self.replay(config, capture, "first.jsonl")
        self.assertGreater(first.count(b"\n"), 1000)
        self.assertEqual(first, self.replay(config, capture, "second.jsonl"))
        csv = self.replay(config, capture, "first.csv", "csv")
        self.assertEqual(csv, self.replay(config, capture, "second.csv", "csv"))

    def test_the_journal_of_a_replay_gives_the_same_bytes(self):
        config = self.configure(simulator=DAY)
        capture = self.capture(config, "day.pcap")
        journals = self.folder / "first", self.folder / "second"
        levels = self.folder / "captured.jsonl", self.folder / "journaled.jsonl"
        for journal in journals:
            harness.run("replay", "--config", config, capture, "--journal", journal,
                        "--output", levels[0], check=0)
        # No hole, which the command would say, and the same file from the same capture.
        harness.run("replay", "--config", config, "--from-journal", journals[0],
                    "--output", levels[1], check=0)
        self.assertEqual(levels[0].read_bytes(), levels[1].read_bytes())
        first, second = (next(journal.iterdir()).read_bytes() for journal in journals)
        self.assertGreater(len(first), 100_000)
        self.assertEqual(first, second)
        # A journal that is there already is never written over.
        again = harness.run("replay", "--config", config, capture, "--journal", journals[0])
        self.assertNotEqual(again.returncode, 0)
        self.assertIn("File exists", again.stderr)

    def test_a_seed_is_a_day(self):
        config = self.configure(simulator=DAY)
        first = self.capture(config, "a.pcap").read_bytes()
        self.assertEqual(first, self.capture(config, "b.pcap").read_bytes())
        harness.run("simulate", "--config", config, "--seed", SEED + 1, "--pcap",
                    self.folder / "c.pcap", check=0)
        self.assertNotEqual(first, (self.folder / "c.pcap").read_bytes())

    def test_every_level_is_what_its_inputs_make(self):
        config = self.configure(simulator=DAY)
        self.replay(config, self.capture(config, "day.pcap"), "day.jsonl")
        baskets = {code: recompute.Basket(harness.ROOT / "deploy" / "indices" / f"{code}.toml")
                   for code in harness.CODES}
        levels = harness.read_levels(self.folder / "day.jsonl")
        self.assertGreater(len({r["level"] for r in levels}), 1000)
        self.assertEqual(recompute.check(baskets, levels)[:3], [])

    def test_losses_on_single_lines_change_nothing(self):
        whole = self.configure("whole.toml", simulator=DAY)
        text = whole.read_text().replace("loss_a = 0.0", "loss_a = 0.2")
        lossy = self.write("lossy.toml", text.replace("loss_b = 0.0", "loss_b = 0.2"))
        answers = []
        for config in (whole, lossy):
            capture = self.capture(config, config.stem + ".pcap")
            self.replay(config, capture, config.stem + ".jsonl")
            answers.append(harness.read_levels(self.folder / (config.stem + ".jsonl")))
        self.assertLess((self.folder / "lossy.pcap").stat().st_size,
                        (self.folder / "whole.pcap").stat().st_size)
        # A packet that only line B brings comes a little later, so markets may interleave
        # otherwise; each market's prices and their order, and where the day ends, may not change.
        for what in (self.prices_of_each_market, self.last_levels):
            self.assertEqual(what(answers[0]), what(answers[1]))

    def prices_of_each_market(self, records):
        prices = {}
        for record in records:
            if record["cause"] == "price":
                key = (record["code"], record["cause_feed"])
                prices.setdefault(key, []).append((record["cause_symbol"], record["cause_value"]))
        return prices

    def last_levels(self, records):
        return {record["code"]: record["level"] for record in records}


if __name__ == "__main__":
    unittest.main()
