"""How often operators are called: never on a normal day, a few times on one of a crash."""
import collections
import datetime
import json
import re
import unittest

import harness
import settings as site  # from deploy, which the harness puts in the path

SEEDS = (1, 2, 3)
# From before the auctions to the end of Hong Kong's day, with the usual halts and empty auctions.
DAY = {"begin": "09:00:00", "end": "00:00:00", "ticks_per_second": 0.02, "refresh": "1min"}
CHINA = datetime.timezone(datetime.timedelta(hours=8))
# METHODOLOGY 8: below it a level is not quotable.
LIVE_BP = 9_000


def clock(record):
    return datetime.datetime.fromtimestamp(int(record["receive_time"]) / 1e9, CHINA).time()


class AlarmBudget(harness.Case):
    def play(self, seed, faults=()):
        """(alarms, levels by index) of a day from its bytes."""
        stem = self.folder / f"day-{seed}"
        config = self.configure(f"{stem.name}.toml", simulator=DAY)
        arguments = ["simulate", "--config", config, "--seed", seed, "--pcap", f"{stem}.pcap"]
        if faults:
            plan = self.write(f"{stem.name}-faults.toml", site.dump({"fault": list(faults)}))
            arguments += ["--faults", plan]
        summary = json.loads(harness.run(*arguments, check=0).stdout)
        for fault in summary["faults"]:
            self.assertGreater(fault["happened"], 0, fault)
        done = harness.run("replay", "--config", config, f"{stem}.pcap", "--output",
                           f"{stem}.jsonl", check=0)
        [alarms] = re.findall(r"alarms (\d+)", done.stderr)
        levels = collections.defaultdict(list)
        for record in harness.read_levels(f"{stem}.jsonl"):
            levels[record["code"]].append(record)
        self.assertEqual(set(levels), {"995365", "995366", "995367"})
        return int(alarms), levels, done.stdout + done.stderr

    def ends_of_quotable(self, levels):
        """Levels that are open and no longer quotable, though the one before was."""
        return [now for before, now in zip(levels, levels[1:])
                if before["quotable"] and not now["quotable"] and now["status"] == "open"]

    def test_a_normal_day_calls_nobody_and_stays_quotable_but_for_its_halts(self):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                alarms, levels, told = self.play(seed)
                self.assertEqual(alarms, 0, told)
                for code, records in levels.items():
                    self.assertTrue(any(r["quotable"] for r in records), code)
                    self.assertEqual(records[-1]["status"], "closed")
                    for end in self.ends_of_quotable(records):
                        self.assertLess(end["weight_live"], LIVE_BP, (code, clock(end), end))

    def test_a_crash_calls_three_times_at_most(self):
        falls = [{"kind": "limit_open", "venue": venue, "security": security, "amount": 0}
                 for venue, security in (("sse", "688041"), ("sse", "688256"), ("szse", "300383"))]
        falls.append({"kind": "slump", "venue": "hkex", "begin": "09:30:00", "end": "11:00:00",
                      "amount": 900})
        for seed in SEEDS:
            with self.subTest(seed=seed):
                alarms, levels, told = self.play(seed, falls)
                self.assertLessEqual(alarms, 3, told)
                last = levels["995367"][-1]
                moved = float(last["close"]) / float(last["previous_close"]) - 1
                self.assertLess(moved, -0.04, "Hong Kong is about half of it")
                for code, records in levels.items():
                    for end in self.ends_of_quotable(records):
                        self.assertLess(end["weight_live"], LIVE_BP, (code, clock(end), end))


if __name__ == "__main__":
    unittest.main()
