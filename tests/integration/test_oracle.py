"""Every level of simulated and disturbed days equals the level that tests/oracle computes.

The comparison covers every field and the inputs that produce a level.
"""
import json
import re
import sys
import typing
import unittest

import harness
import settings as site  # from deploy, which the harness puts in the path
from test_total_return import write_definitions

sys.path.insert(0, str(harness.ROOT / "tests"))
from oracle import compare, configuration, disturbance, inputs  # noqa: E402  (the line above finds it)

# A whole day of the three markets, about one second of processor time.
WHOLE_DAY = {"ticks_per_second": 0.02, "refresh": "1min", "empty_auctions": 0.0}
MORNING = {"begin": "09:10:00", "end": "09:45:00", "ticks_per_second": 0.5}
SHOWN = 10  # differences printed for a day


class Day(typing.NamedTuple):
    seed: int
    simulator: dict
    faults: object = ()  # a list as in deploy/faults.toml, or "seed:N"
    hong_kong: str = ""  # trading, half or shut by the calendar; empty: the shipped calendar


def followed_rate(stale_after_s):
    """The series of rates as a site with a source has it; replay does not read the source."""
    return [{"series": "HKDCNY", "mode": "realtime", "sources": ["rate.txt"],
             "stale_after": f"{stale_after_s}s"}]


def fault(kind, **keys):
    return {"kind": kind, **keys}


DAYS = {
    "busy morning": Day(43, {**MORNING, "empty_auctions": 0.3}),
    "quiet day": Day(51, WHOLE_DAY),
    "busier day": Day(2, {**WHOLE_DAY, "ticks_per_second": 0.05}),
    "halts and suspensions": Day(4, {**WHOLE_DAY, "suspensions": 0.1, "halts": 0.5}),
    "losses on the lines": Day(3, {**WHOLE_DAY, "suspensions": 0.1}, "seed:3"),
    "resets and losses": Day(5, WHOLE_DAY, "seed:5"),
    "bursts that nobody sends again": Day(32, WHOLE_DAY, [
        fault("burst_loss", venue="hkex", amount=20, begin="10:00:00", end="10:30:00", count=3,
              probability=0.01),
        fault("sequence_restart", begin="14:00:00", end="14:10:00")]),
    "a silent feed and a restarted one": Day(33, WHOLE_DAY, [
        fault("silence", venue="hkex", begin="15:00:00", end="15:05:00"),
        fault("publisher_restart", begin="10:00:00", end="10:30:00"),
        fault("disaster_recovery", begin="13:30:00", end="14:00:00")]),
    "what befalls securities": Day(35, WHOLE_DAY, [
        fault("halt"), fault("volatility_interruption"), fault("suspended_all_day"),
        fault("zero_price"), fault("first_listing_day"), fault("no_match_auction", venue="sse")]),
    "Hong Kong's half day": Day(24, WHOLE_DAY, [fault("hk_half_day")], "half"),
}

# The days of the suite; tests/long judges all of them.
SHORT_DAYS = ("busy morning", "losses on the lines", "a silent feed and a restarted one",
              "what befalls securities", "Hong Kong's half day")

# Disturbances that no simulated day contains, one by one and combined: probability per input.
DISTURBANCES = [
    {"unusable_price": 0.02},
    {"jump": 0.01, "limits": 0.003},
    {"jump": 0.01, "collar": 0.003},
    {"feed_state": 0.005},
    {"market_phase": 0.003},
    {"instrument_status": 0.01, "quote": 0.01},
    {"rate_in_session": 0.05, "close_after_all": 0.1},
    {"hold": 0.01, "exceptional_rule": 0.002},
    {"hold": 0.01, "exceptional_rule": 0.002, "feed_state": 0.005, "override": 0.002,
     "rate_in_session": 0.02},
    {"jump": 0.01, "feed_state": 0.01},
    {"jump": 0.01, "answer": 0.02},
    {"market_phase": 0.003, "override": 0.005},
    {"market_phase": 0.003, "feed_state": 0.002, "early_close": 0.0005, "limits": 0.001,
     "jump": 0.003, "instrument_status": 0.003, "unusable_price": 0.003, "collar": 0.001},
]

# Pending prices, and the prices seconds and minutes later that confirm or refute them.
INPUT_CONTROL_DISTURBANCES = [
    {"waiting": 0.01, "answer": 0.02},
    {"waiting": 0.01, "belief_rule": 0.002, "answer": 0.02, "limits": 0.001},
    {"waiting": 0.005, "forged_pair": 0.01, "answer": 0.01},
    {"ramp": 0.003, "answer": 0.02},
    {"far": 0.003, "answer": 0.01, "belief_rule": 0.001},
    {"nominal": 0.001, "waiting": 0.005, "far": 0.001, "ramp": 0.001, "answer": 0.01},
    {"stated_close": 0.03, "limits": 0.001, "answer": 0.02, "belief_rule": 0.001},
    {"leap": 0.01, "belief_rule": 0.002},
    {"leap": 0.01, "belief_rule": 0.002, "lift_guard": 0.02, "hold": 0.003},
    {"leap": 0.01, "belief_rule": 0.002, "feed_state": 0.001, "market_phase": 0.001,
     "instrument_status": 0.002, "override": 0.001},
    {"waiting": 0.005, "far": 0.001, "ramp": 0.001, "leap": 0.005, "stated_close": 0.01,
     "collar": 0.0005, "limits": 0.0005, "belief_rule": 0.001, "lift_guard": 0.003,
     "answer": 0.02, "quote": 0.005, "feed_state": 0.0005, "market_phase": 0.0005,
     "instrument_status": 0.001, "override": 0.0005, "hold": 0.001},
]

# Lagging and silent feeds, refused members, and markets with unusual closes.
END_DISTURBANCES = [
    {"channel_time": 0.02, "feed_state": 0.001},
    {"refused": 0.003, "leap": 0.003},
    {"owed_close": 0.003, "no_close": 0.003},
    {"owed_close": 0.001, "late_close": 0.02},
    {"silence": 0.001},
    {"late_feeds": 1},
    {"late_feeds": 1, "silence": 0.0005, "owed_close": 0.003, "late_close": 0.01},
    {"owed_close": 0.003, "late_close": 0.01, "instrument_status": 0.01, "channel_time": 0.005,
     "silence": 0.0002, "refused": 0.001},
]

QUOTE_DISTURBANCES = [
    {"quote": 0.1},
    {"quote": 0.05, "limits": 0.01, "jump": 0.01, "instrument_status": 0.003},
    {"quote": 0.02, "feed_state": 0.003, "market_phase": 0.003, "hold": 0.005, "override": 0.003},
    {"quote": 0.02, "override": 0.005, "rate": 0.01},
    {"quote": 0.05, "limits": 0.005, "waiting": 0.005, "stated_close": 0.01, "answer": 0.02},
]

FUND_DISTURBANCES = [
    {"rate": 0.02, "unusable_price": 0.01},
    {"market_phase": 0.003, "rate": 0.005, "early_close": 0.001},
    {"feed_state": 0.003, "hold": 0.01, "override": 0.003, "rate_in_session": 0.02},
    {"jump": 0.01, "instrument_status": 0.01, "previous_close": 0.001, "close_after_all": 0.1},
    {"waiting": 0.005, "leap": 0.005, "belief_rule": 0.002, "lift_guard": 0.005, "answer": 0.02,
     "rate": 0.02},
]


def each_kind(days):
    """The days of [(seed, kinds)] that together have every kind of disturbance, chosen greedily."""
    chosen, missing = [], {kind for _, kinds in days for kind in kinds}
    while missing:
        best = max(days, key=lambda day: len(missing & set(day[1])))
        chosen.append(best)
        missing -= set(best[1])
    return sorted(chosen, key=lambda day: day[0])


class OracleCase(harness.Case):
    every_day = False  # tests/long sets this: every day of a table, not only the short selection

    def days(self):
        """{name: day} of the undisturbed days to judge."""
        return {name: DAYS[name] for name in (DAYS if self.every_day else SHORT_DAYS)}

    def disturbed_days(self, table, first_seed=1):
        """[(seed, kinds)] of the disturbances of a table to judge; a seed belongs to its row."""
        rows = list(enumerate(table, first_seed))
        return rows if self.every_day else each_kind(rows)

    def play(self, day, name="day", **sections):
        """Plays a day into a capture and replays that; (configuration, journal, levels)."""
        if day.hong_kong:
            sections["calendar"] = self.calendar(day.hong_kong)
        config = self.configure(f"{name}.toml", simulator=day.simulator, **sections)
        journal, levels = self.folder / f"{name}-journal", self.folder / f"{name}.jsonl"
        self.simulate(day, config, self.folder / f"{name}.pcap")
        harness.run("replay", "--config", config, self.folder / f"{name}.pcap",
                    "--journal", journal, "--output", levels, check=0)
        return config, journal, levels

    def simulate(self, day, config, capture):
        arguments = ["--faults", day.faults] if isinstance(day.faults, str) else []
        if day.faults and not arguments:
            plan = self.write("faults.toml", site.dump({"fault": list(day.faults)}))
            arguments = ["--faults", plan]
        summary = json.loads(harness.run("simulate", "--config", config, "--seed", day.seed,
                                         "--pcap", capture, *arguments, check=0).stdout)
        for one in summary["faults"]:
            self.assertGreater(one["happened"], 0, one)

    def assert_agrees(self, config, journal, levels, at_least):
        header, events = inputs.read(journal)
        published = compare.by_input(compare.published_levels(levels))
        definitions = configuration.load(config, journal)
        expected = compare.expected_levels(definitions, header, events,
                                           configuration.editions(journal))
        found = [str(each) for each, _ in zip(compare.differences(published, expected),
                                              range(SHOWN))]
        self.assertFalse(found, "\n".join(found))
        with open(levels, encoding="utf-8") as lines:
            self.assertGreater(sum(1 for _ in lines), at_least)

    def disturb(self, config, journal, seed, kinds):
        """(configuration, disturbed copy of a journal, levels replayed from that copy)."""
        header, events = inputs.read(journal)
        disturbed, levels = self.folder / "disturbed.journal", self.folder / "disturbed.jsonl"
        inputs.write(disturbed, header, disturbance.Disturbance(seed, kinds).run(events))
        harness.run("replay", "--config", config, "--from-journal", disturbed,
                    "--output", levels, check=0)
        return config, disturbed, levels


    def changed(self, change):
        """The paths of copies of the shipped definitions, with heads from `change(code, head)`."""
        paths = []
        for path in site.load()["definitions"]:
            shipped = harness.ROOT / "deploy" / path
            head = change(shipped.stem, shipped.read_text("utf-8"))
            paths.append(str(self.write(shipped.name, head)))
            members = shipped.with_suffix(".csv")
            self.write(members.name, members.read_text("utf-8"))
        return paths


class SimulatedDays(OracleCase):
    def test_no_level_status_or_statistic_differs_from_the_oracle(self):
        for name, day in self.days().items():
            with self.subTest(day=name, seed=day.seed):
                self.assert_agrees(*self.play(day, str(day.seed)), at_least=5_000)


class DisturbedDays(OracleCase):
    def test_no_level_of_a_randomly_disturbed_day_differs(self):
        config, journal, _ = self.play(DAYS["busier day"], fx=followed_rate(stale_after_s=0))
        for seed, kinds in self.disturbed_days(DISTURBANCES):
            with self.subTest(seed=seed, kinds=kinds):
                self.assert_agrees(*self.disturb(config, journal, seed, kinds), at_least=2_000)


class DoubtfulDays(OracleCase):
    """Days with many pending prices and level guards."""

    def test_no_level_of_a_day_with_pending_prices_differs(self):
        config, journal, _ = self.play(DAYS["busier day"], fx=followed_rate(stale_after_s=0))
        flags = dict.fromkeys(("price_pending", "level_guard", "reference_mismatch"), 0)
        for seed, kinds in self.disturbed_days(INPUT_CONTROL_DISTURBANCES, 101):
            with self.subTest(seed=seed, kinds=kinds):
                disturbed = self.disturb(config, journal, seed, kinds)
                self.assert_agrees(*disturbed, at_least=2_000)
                text = disturbed[2].read_text("utf-8")
                flags = {flag: count + text.count(f'"{flag}"') for flag, count in flags.items()}
        self.assertGreater(min(flags.values()), 1_000 if self.every_day else 200, flags)


class EndingDays(OracleCase):
    """Days with missing, late or changed closing prices, and with lagging or silent feeds."""

    def test_no_level_of_a_day_with_a_disturbed_close_differs(self):
        config, journal, _ = self.play(DAYS["busier day"], fx=followed_rate(stale_after_s=0))
        for seed, kinds in self.disturbed_days(END_DISTURBANCES, 401):
            with self.subTest(seed=seed, kinds=kinds):
                self.assert_agrees(*self.disturb(config, journal, seed, kinds), at_least=2_000)


class QuotedDays(OracleCase):
    """Days on which two of the indices have bid and ask levels, and the third has none."""

    @staticmethod
    def quoted(code, head):
        return head if code == "995367" else head.replace("\ndivisor", "\nbid_ask = true\ndivisor", 1)

    def play_quoted(self, day):
        return self.play(day, str(day.seed), definitions=self.changed(self.quoted))

    def test_no_bid_ask_level_or_weight_differs(self):
        names = ("busier day", "losses on the lines", "what befalls securities")
        for name in names if self.every_day else names[1:]:
            with self.subTest(day=name):
                self.assert_agrees(*self.play_quoted(DAYS[name]), at_least=5_000)

    def test_no_bid_ask_level_of_a_disturbed_day_differs(self):
        config, journal, _ = self.play_quoted(DAYS["busier day"])
        for seed, kinds in self.disturbed_days(QUOTE_DISTURBANCES):
            with self.subTest(seed=seed, kinds=kinds):
                self.assert_agrees(*self.disturb(config, journal, seed, kinds), at_least=2_000)

    def test_the_level_is_between_bid_and_ask_while_shares_trade(self):
        _, _, levels = self.play_quoted(DAYS["busier day"])
        quoted = 0
        for line in levels.read_text("utf-8").splitlines():
            level = json.loads(line)
            self.assertEqual(level["code"] == "995367", level["bid"] is None, level)
            whole = level["weight_bid_quoted"] == level["weight_ask_quoted"] == 10_000
            if level["cause"] != "price" or level["cause_feed"] == "hkex" or not whole:
                continue
            quoted += 1
            self.assertLessEqual(float(level["bid"]), float(level["level"]), level)
            self.assertLessEqual(float(level["level"]), float(level["ask"]), level)
        self.assertGreater(quoted, 1_000)


class FixedRateDays(OracleCase):
    """A day in which one of the indices is computed at the definition's rate, whatever comes."""

    @staticmethod
    def fixed(code, head):
        if code != "995366":
            return head
        head = head.replace("\ndivisor", "\nfx_in_divisor = true\ndivisor", 1)
        return head.replace('[fx_series]\nHKD = "HKDCNY"\n', "")

    def test_no_rate_moves_it_and_nothing_of_it_differs(self):
        config, journal, _ = self.play(DAYS["busier day"], definitions=self.changed(self.fixed),
                                       fx=followed_rate(stale_after_s=30))
        disturbed = self.disturb(config, journal, 1, {"rate": 0.02, "rate_request": 0.002})
        self.assert_agrees(*disturbed, at_least=5_000)
        rates = {code: set() for code in harness.CODES}
        for level in compare.published_levels(disturbed[2]):
            rates[level.code].add(level.fx_rate)
        self.assertEqual(rates["995366"], {92_310_000})
        self.assertGreater(len(rates["995367"]), 10)


class TotalReturnDays(OracleCase):
    """A price index with its net and gross total return, on a day with dividends in two currencies."""

    def setUp(self):
        super().setUp()
        write_definitions(self.folder)
        self.definitions = [str(self.folder / f"{name}.toml") for name in ("price", "net", "gross")]

    def test_no_field_of_a_total_return_differs(self):
        self.assert_agrees(*self.play(DAYS["busier day"], definitions=self.definitions),
                           at_least=5_000)

    def test_no_total_return_of_a_disturbed_day_differs(self):
        config, journal, _ = self.play(DAYS["busier day"], definitions=self.definitions,
                                       fx=followed_rate(stale_after_s=0))
        kinds = {"rate": 0.02, "rate_in_session": 0.02, "jump": 0.005, "override": 0.003,
                 "feed_state": 0.002}
        self.assert_agrees(*self.disturb(config, journal, 1, kinds), at_least=2_000)


class FundDays(OracleCase):
    """The shipped funds beside the indices, with cash, a creation unit and their own session."""

    def play_funds(self, day, **sections):
        funds = [{**fund, "enabled": True} for fund in site.load()["funds"]]
        config, journal, levels = self.play(day, str(day.seed), funds=funds, **sections)
        codes = {level.code for level in compare.published_levels(levels)}
        self.assertLessEqual({fund["code"] for fund in funds}, codes)
        return config, journal, levels

    def test_no_value_status_or_statistic_of_a_fund_differs(self):
        names = ("busy morning", "what befalls securities", "busier day", "resets and losses")
        for name in names if self.every_day else names[:2]:
            with self.subTest(day=name):
                self.assert_agrees(*self.play_funds(DAYS[name]), at_least=5_000)

    def written(self, name, *replacements):
        """A fund whose composition file is a shipped one with replacements."""
        path = next((harness.ROOT / "deploy" / "funds").glob(name))
        text = path.read_text("utf-8")
        for old, new in replacements:
            text, count = re.subn(old, new, text)
            self.assertEqual(count, 1, old)
        [fund] = [f for f in site.load()["funds"] if f["code"] in name]
        return {**fund, "enabled": True, "composition": str(self.write(path.name, text))}

    def test_a_fund_with_a_negative_value_is_published_as_zero(self):
        poor = self.written("ssepcf_588999_*.xml", ("(<EstimatedCashComponent>)[^<]*", r"\g<1>-995500"),
                            ("(<NAVperCU>)[^<]*", r"\g<1>1000"), ("(<NAV>)[^<]*", r"\g<1>0.0010"))
        config, journal, _ = self.play(DAYS["busier day"], funds=[poor])
        disturbed = self.disturb(config, journal, 1, {"override": 0.005})
        self.assert_agrees(*disturbed, at_least=5_000)
        *_, levels = disturbed
        values = {level.level for level in compare.published_levels(levels) if level.code == "588999"}
        self.assertEqual(min(values), 0)
        self.assertGreater(len(values), 4)

    def test_a_fund_without_members_of_a_market_agrees_with_the_oracle(self):
        component = r"(?s)<Component>\s*<UnderlyingSecurityID>{}<.*?</Component>"
        # Without 1,200 and 1,500 Shenzhen shares, worth 54,000 at their base prices.
        abroad = self.written("pcf_159099_*.xml", (component.format("002261"), ""),
                              (component.format("300017"), ""), ("(<TotalRecordNum>)9", r"\g<1>7"),
                              ("(<NAVperCU>)520500", r"\g<1>466500"))
        self.assert_agrees(*self.play(DAYS["busier day"], funds=[abroad]), at_least=5_000)

    def test_no_fund_value_differs_while_hong_kong_is_closed(self):
        self.assert_agrees(*self.play_funds(
            Day(22, WHOLE_DAY, [fault("market_closed", venue="hkex")])), at_least=2_000)

    def test_no_fund_value_of_a_disturbed_day_differs(self):
        config, journal, _ = self.play_funds(DAYS["losses on the lines"],
                                             fx=followed_rate(stale_after_s=30))
        for seed, kinds in self.disturbed_days(FUND_DISTURBANCES):
            with self.subTest(seed=seed, kinds=kinds):
                self.assert_agrees(*self.disturb(config, journal, seed, kinds), at_least=2_000)


class FineRules(OracleCase):
    """Rules that only a disturbed day exercises."""

    def play_disturbed(self, kinds, stale_after_s=0):
        config, journal, _ = self.play(DAYS["busier day"], fx=followed_rate(stale_after_s))
        self.assert_agrees(*self.disturb(config, journal, 1, kinds), at_least=2_000)

    def test_the_open_of_an_incomplete_index_is_its_level_at_the_deadline(self):
        self.assert_agrees(*self.play(Day(22, WHOLE_DAY, [fault("market_closed", venue="hkex")])),
                           at_least=2_000)

    def test_turnover_follows_the_exchange_after_a_cancelled_trade(self):
        self.assert_agrees(*self.play(Day(21, WHOLE_DAY, [fault("cancelled_trade")])),
                           at_least=2_000)

    def test_a_new_rate_applies_to_every_later_level(self):
        self.play_disturbed({"rate": 0.05})

    def test_a_rate_becomes_stale_by_timer(self):
        self.play_disturbed({"rate": 0.001}, stale_after_s=30)

    def test_a_reference_mismatch_lasts_until_an_operator_confirms_it(self):
        self.play_disturbed({"previous_close": 0.002, "answer": 0.001})

    def test_all_overrides_end_at_the_close(self):
        self.play_disturbed({"override": 0.005})


if __name__ == "__main__":
    unittest.main()
