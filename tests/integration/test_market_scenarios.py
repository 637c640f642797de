"""What happens to markets and securities, from the exchange's bytes to levels and their status."""
import collections
import datetime
import json
import unittest

import harness
import recompute  # from deploy, which the harness puts in the path
import settings as site  # from deploy, which the harness puts in the path

SEED = 5
MAINLAND, ALL_MARKETS = "995365", "995366"
SHANGHAI, SHENZHEN = "688256", "300383"
MORNING = {"begin": "09:10:00", "end": "10:10:00", "ticks_per_second": 0.05, "refresh": "1min",
           "halts": 0.0, "empty_auctions": 0.0}
WHOLE_DAY = {**MORNING, "end": "00:00:00", "ticks_per_second": 0.01}
CHINA = datetime.timezone(datetime.timedelta(hours=8))


def last_price(levels):
    """The last level that a price gave: behind it the sessions end."""
    return [record for record in levels if record["cause"] == "price"][-1]


def clock(record):
    """Exchange time of a level as HH:MM:SS of China."""
    seconds = int(record["exchange_time"]) // 1_000_000_000
    return datetime.datetime.fromtimestamp(seconds, CHINA).strftime("%H:%M:%S")


def reference_weight(code, symbols):
    """What the symbols weigh together in a shipped index at the day's reference prices, in bp."""
    basket = recompute.Basket(harness.ROOT / "deploy" / "indices" / f"{code}.toml")
    values = {}
    for symbol, (shares, currency) in basket.members.items():
        rate = basket.rates[basket.series[currency]] if currency != basket.currency else 1
        values[symbol] = basket.prices[symbol] * shares * rate
    part = sum(value for symbol, value in values.items() if symbol in symbols)
    return int(recompute.half_up(part / sum(values.values()) * 10_000, 0))


class Scenario(harness.Case):
    def setUp(self):
        super().setUp()
        self.count = 0

    def play(self, faults, day, **sections):
        """(levels, capture) of a day with `faults`, each of which happened."""
        self.count += 1
        stem = self.folder / f"day-{self.count}"
        config = self.configure(f"{stem.name}.toml", simulator=day, **sections)
        arguments = ["simulate", "--config", config, "--seed", SEED, "--pcap", f"{stem}.pcap"]
        if faults:
            plan = self.write(f"{stem.name}-faults.toml", site.dump({"fault": faults}))
            arguments += ["--faults", plan]
        summary = json.loads(harness.run(*arguments, check=0).stdout)
        for fault in summary["faults"]:
            self.assertGreater(fault["happened"], 0, fault)
        harness.run("replay", "--config", config, f"{stem}.pcap", "--output", f"{stem}.jsonl",
                    check=0)
        levels = harness.read_levels(f"{stem}.jsonl")
        for record in levels:
            self.assertGreater(float(record["level"]), 0)
            if record["cause"] == "price":
                self.assertGreater(float(record["cause_value"]), 0)
        return levels, f"{stem}.pcap"


class Securities(Scenario):
    """One of Shanghai's and one of Shenzhen's, between 09:40 and 09:50."""

    def happen(self, kind, begin="09:40:00", end="09:50:00"):
        faults = [{"kind": kind, "venue": venue, "security": code, "begin": begin, "end": end}
                  for venue, code in (("sse", SHANGHAI), ("szse", SHENZHEN))]
        definition = str(harness.ROOT / "deploy" / "indices" / f"{MAINLAND}.toml")
        return self.play(faults if kind else [], MORNING, hkex={"enabled": False},
                         definitions=[definition])

    def messages(self, capture, venue, code):
        """The fields of every message about one security that has a phase."""
        for line in harness.run("decode", venue, "--json", capture, check=0).stdout.splitlines():
            fields = json.loads(line).get("fields", {})
            if fields.get("SecurityID") == code and fields.get("TradingPhaseCode"):
                yield fields

    def phases(self, capture, venue, code):
        """How often each phase was sent of it, by its first letter."""
        return collections.Counter(fields["TradingPhaseCode"][0]
                                   for fields in self.messages(capture, venue, code))

    def previous_closes(self, capture, venue, code):
        name = {"sse": "PreClosePx", "szse": "PrevClosePx"}[venue]
        return {float(fields[name]) for fields in self.messages(capture, venue, code)}

    def assert_lasts(self, records, key, begin, end):
        """The weight of the two is in `key` (or missing there) just between the instants."""
        levels = [(clock(r), r[key]) for r in records if r["cause"] == "price"]
        ordinary = [value for at, value in levels if at < begin][-1]
        within = {value for at, value in levels if begin < at < end}
        self.assertNotIn(ordinary, {value for at, value in levels if "09:41:00" < at < end})
        self.assertTrue(within)
        self.assertEqual(last_price(records)[key], ordinary)

    def test_a_halt_takes_the_security_out_of_the_live_weight_until_it_is_over(self):
        levels, capture = self.happen("halt")
        self.assertGreater(self.phases(capture, "sse", SHANGHAI)["M"], 0)
        self.assertGreater(self.phases(capture, "szse", SHENZHEN)["H"], 0)
        self.assert_lasts(levels, "weight_live", "09:40:00", "09:49:00")

    def test_so_does_an_interruption_of_volatility(self):
        levels, capture = self.happen("volatility_interruption")
        self.assertGreater(self.phases(capture, "sse", SHANGHAI)["M"], 0)
        self.assertGreater(self.phases(capture, "szse", SHENZHEN)["V"], 0)
        self.assert_lasts(levels, "weight_live", "09:40:00", "09:44:00")

    def test_a_security_that_is_suspended_all_day_never_moves_the_level(self):
        levels, capture = self.happen("suspended_all_day")
        phases = self.phases(capture, "sse", SHANGHAI)
        self.assertGreater(phases["P"], 0)
        self.assertEqual(phases["T"], 0)
        moved = {r["cause_symbol"] for r in levels if r["cause"] == "price"}
        self.assertFalse(moved & {f"{SHANGHAI}.SH", f"{SHENZHEN}.SZ"})
        self.assertTrue(moved)
        last = last_price(levels)
        self.assertEqual(last["weight_suspended"],
                         reference_weight(last["code"], {f"{SHANGHAI}.SH", f"{SHENZHEN}.SZ"}))
        self.assertEqual(last["weight_live"] + last["weight_suspended"], 10_000)

    def test_an_auction_without_a_match_gives_no_price(self):
        levels, capture = self.happen("no_match_auction", "09:10:00", "10:10:00")
        auction, later = collections.defaultdict(set), set()
        for record in (r for r in levels if r["cause"] == "price"):
            if clock(record) < "09:30:00":
                auction[record["cause_symbol"]].add(float(record["cause_value"]))
            else:
                later.add(record["cause_symbol"])
        self.assertGreater(len(auction), 2)  # the others found theirs
        for venue, code, symbol in (("sse", SHANGHAI, f"{SHANGHAI}.SH"),
                                    ("szse", SHENZHEN, f"{SHENZHEN}.SZ")):
            # Shenzhen says the previous close, which the level stood on before.
            self.assertLessEqual(auction[symbol], self.previous_closes(capture, venue, code))
            self.assertIn(symbol, later)

    def test_price_zero_is_not_a_price(self):
        plain, _ = self.happen(None)
        blank, capture = self.happen("zero_price")
        same = ("level", "cause", "cause_symbol", "cause_value", "exchange_time", "status")
        self.assertEqual([[r[key] for key in same] for r in blank],
                         [[r[key] for key in same] for r in plain])
        decoded = harness.run("decode", "sse", "--json", capture, check=0).stdout
        self.assertIn('"MDEntryPx":"0.00000"', decoded)

    def test_a_cancelled_trade_and_a_first_day_are_taken_as_they_are_sent(self):
        for kind in ("cancelled_trade", "first_listing_day"):
            levels, _ = self.happen(kind)
            self.assertEqual(last_price(levels)["weight_live"], 10_000, kind)
            self.assertEqual(last_price(levels)["status"], "open", kind)


class Markets(Scenario):
    def statuses(self, levels, code=ALL_MARKETS):
        """[(time, status, whether a market is missing)] as they changed."""
        changes = []
        for record in (r for r in levels if r["code"] == code and r["exchange_time"] != "0"):
            state = (record["status"], "partial_market" in record["flags"])
            if not changes or changes[-1][1:] != state:
                changes.append((clock(record), *state))
        return changes

    def test_hong_kongs_half_day_leaves_a_break_at_noon_and_an_open_afternoon(self):
        levels, _ = self.play([{"kind": "hk_half_day"}], WHOLE_DAY, calendar=self.calendar("half"))
        changes = self.statuses(levels)
        noon = [change for change in changes if "11:00:00" < change[0] < "13:30:00"]
        self.assertEqual([status for _, status, _ in noon], ["break", "open"], changes)
        self.assertTrue("12:08:00" <= noon[0][0] <= "12:10:00", noon)  # its auction's random end
        self.assertEqual(noon[1][0], "13:00:00")
        self.assertEqual(changes[-1][1], "closed")
        self.assertLess(changes[-1][0], "15:21:00")

    def test_a_market_that_the_calendar_shuts_is_left_out(self):
        shut = self.calendar("shut")
        for amount in (0, 1):  # nothing there at all; lines up without data
            levels, _ = self.play([{"kind": "market_closed", "venue": "hkex", "amount": amount}],
                                  WHOLE_DAY, calendar=shut)
            changes = self.statuses(levels)
            self.assertIn(("open", True), {change[1:] for change in changes}, changes)
            self.assertNotIn("indicative", {change[1] for change in changes})
            self.assertEqual(changes[-1][1], "closed")
            self.assertLess(changes[-1][0], "15:21:00")

    def test_one_that_nobody_called_off_is_awaited_until_its_end(self):
        levels, _ = self.play([{"kind": "market_closed", "venue": "hkex"}], WHOLE_DAY)
        changes = self.statuses(levels)
        self.assertNotIn("open", {change[1] for change in changes}, changes)
        self.assertIn("indicative", {change[1] for change in changes})
        self.assertGreater(changes[-1][0], "16:00:00")
        self.assertEqual(changes[-1][1:], ("closed", True))


if __name__ == "__main__":
    unittest.main()
