"""Indicative values of funds: a subscriber, the page of a fund, and a recomputation of both."""
import time
import unittest
from fractions import Fraction

import harness
import settings as site  # from deploy, which the harness puts in the path
from tools import fund_oracle

try:
    import zmq
except ImportError:
    zmq = None

DAY = {"begin": "14:00:00", "end": "14:20:00", "speed": 120.0}
FUNDS = harness.ROOT / "deploy" / "funds"
STAR, ABROAD = "588999", "159099"
FILES = {STAR: FUNDS / "ssepcf_588999_20250402.xml", ABROAD: FUNDS / "pcf_159099_20250402.xml"}
NANOSECONDS = 1_000_000_000
# A grid that a test can wait for; its rule is that of the 15 s.
GRID_S = 1


def shipped_funds():
    """The shipped funds, switched on."""
    return [{**fund, "enabled": True} for fund in site.load()["funds"]]


def references():
    """Where trading starts in everything that the shipped indices and closes hold."""
    prices = fund_oracle.read_closes(FUNDS / "closes_20250402.csv")
    for code in harness.CODES:
        prices |= fund_oracle.read_closes(harness.ROOT / "deploy" / "indices" / f"{code}.csv")
    return prices


def oracles():
    rates = {"HKD": Fraction("0.92310")}
    return {code: fund_oracle.Fund(path, references(), rates) for code, path in FILES.items()}


class Inav(harness.Case):
    def enabled(self, **changes):
        return self.configure(simulator=DAY, funds=shipped_funds(), zmq={"inav_grid": f"{GRID_S}s"},
                              **changes)

    def published(self, level):
        return fund_oracle.rounded(Fraction(level.level, 10**level.decimals))


@unittest.skipIf(zmq is None, "python3-zmq is not installed")
class Subscriber(Inav):
    def setUp(self):
        super().setUp()
        self.messages = harness.stream_messages()
        self.context = zmq.Context()
        self.addCleanup(self.context.term)
        self.config = self.enabled()
        _, self.ready = self.serve(self.config)
        self.socket = self.context.socket(zmq.SUB)
        self.addCleanup(self.socket.close, 0)
        self.socket.setsockopt(zmq.RCVHWM, 0)
        self.socket.setsockopt(zmq.RCVTIMEO, harness.LIMIT_S * 1000)
        for topic in ("inav/", "level/", "heartbeat/"):
            self.socket.subscribe(topic)
        self.socket.connect(self.ready["zmq"])
        while self.socket.recv_multipart()[0] != b"heartbeat/":
            pass  # the subscription stands

    def receive(self):
        """Messages of the whole day, to the first table that the server published after it."""
        self.start("simulate", "simulate", "--config", self.config, "--seed", "3").wait()
        ended, published = time.time_ns(), 0
        while published < ended:
            topic, payload = self.socket.recv_multipart()
            if topic == b"heartbeat/":
                if harness.is_table(payload):
                    published = self.messages.Heartbeat.FromString(payload).publish_time
                continue
            name = topic.decode().split("/")
            kind = self.messages.Inav if name[0] == "inav" else self.messages.Level
            yield name, kind.FromString(payload)

    def test_every_tick_and_every_instant_of_the_grid_recomputes(self):
        funds, levels, last, grids = oracles(), {}, {}, {}
        moved = {code: set() for code in FILES}
        for (stream, code, _), message in self.receive():
            if stream == "level":
                levels[code] = message
                continue
            fund, level = funds[code], message.level
            self.assertEqual(level.code, code)
            self.assertEqual(Fraction(message.cash_substitutes, 10**6), fund.substitutes)
            self.assertEqual(Fraction(message.estimated_cash, 10**6), fund.estimated)
            self.assertEqual(message.creation_unit, fund.unit)
            if message.pace == self.messages.INAV_PACE_GRID:
                self.check_grid(message, last.get(code), grids.get(code))
                grids[code] = message
                continue
            self.assertEqual(message.grid_instant, 0)
            # The same bytes as on the stream of levels, which came just before.
            self.assertEqual(level.SerializeToString(),
                             levels[code].SerializeToString())
            if code in last:
                self.assertEqual(level.index_sequence, last[code].level.index_sequence + 1)
            if level.cause == self.messages.CAUSE_PRICE:
                fund.prices[level.cause_symbol] = Fraction(level.cause_value, 10**6)
            self.assertEqual(self.published(level), fund.value())
            last[code] = message
            moved[code].add(level.level)
        for code in FILES:
            self.assertGreater(len(moved[code]), 20, code)
            self.assertIn(code, grids)

    def check_grid(self, message, tick, before):
        """The newest tick before the instant, and no instant left out."""
        self.assertEqual(message.grid_instant % (GRID_S * NANOSECONDS), 0)
        if tick is not None:
            self.assertEqual(message.level.index_sequence, tick.level.index_sequence)
            self.assertEqual(message.level.level, tick.level.level)
        if before is not None:
            self.assertEqual(message.grid_instant - before.grid_instant, GRID_S * NANOSECONDS)

    def test_the_page_of_a_fund_is_one_picture_that_recomputes(self):
        seen = {code: {} for code in FILES}
        pages = []
        simulate = self.start("simulate", "simulate", "--config", self.config)
        while simulate.running():
            pages += [harness.fetch(f"{self.ready['http']}v1/indices/{code}")[1] for code in FILES]
            while self.socket.poll(0):
                topic, payload = self.socket.recv_multipart()
                if topic.startswith(b"inav/"):
                    level = self.messages.Inav.FromString(payload).level
                    seen[level.code][level.index_sequence] = self.published(level)
        compared = 0
        for page in pages:
            level = page["level"]
            self.assertEqual(self.recomputed(page), level["level"])
            if level["index_sequence"] in seen[page["code"]]:
                compared += 1
                self.assertEqual(seen[page["code"]][level["index_sequence"]], level["level"])
        self.assertGreater(compared, 10)

    def recomputed(self, page):
        """The value from nothing but the page."""
        fund = page["fund"]
        total = Fraction(fund["estimated_cash"])
        total += sum(Fraction(cash["amount"]) for cash in fund["cash_components"])
        for member in page["members"]:
            self.assertIn(member["status"], ("trading", "halted", "suspended"))
            total += (Fraction(member["price"]) * Fraction(member["quantity"])
                      * Fraction(member["fx_rate"]))
        return fund_oracle.rounded(total / fund["creation_unit"])


class Files(Inav):
    def refused(self, old, new):
        """What is said of the STAR Market fund's file with `old` replaced."""
        text = FILES[STAR].read_text(encoding="utf-8")
        self.assertIn(old, text)
        path = self.write("pcf.xml", text.replace(old, new))
        config = self.configure(funds=[{**shipped_funds()[0], "composition": str(path)}])
        return harness.run("serve", "--config", config, "--check", check=3).stderr

    def test_the_shipped_ones_are_good(self):
        done = harness.run("serve", "--config", self.enabled(), "--check", check=0)
        self.assertIn("5 indices", done.stdout)
        for fund, value in ((STAR, "0.9977"), (ABROAD, "1.0381")):
            self.assertEqual(oracles()[fund].value(), value)

    def test_a_fund_that_is_not_worth_its_nav_does_not_start(self):
        text = self.refused("<NAVperCU>998000.00", "<NAVperCU>1010000.00")
        self.assertIn("pcf.xml:1:NAVperCU: a creation unit is worth 997734.56 at reference prices, "
                      "1.21 % below its NAV less dividend of 1010000.00; 0.5 % is allowed", text)

    def test_the_grid_must_fall_on_the_timer(self):
        config = self.configure(funds=shipped_funds(), core={"timer": "700ms"})
        text = harness.run("serve", "--config", config, "--check", check=3).stderr
        self.assertIn("inav_grid must be a multiple of core.timer", text)


class HongKongHoliday(Inav):
    """The calendar shuts Hong Kong: an index of three markets is open, the fund indicative."""

    def calendar(self):
        path = harness.ROOT / "deploy" / "calendars" / "2025.toml"
        dates = site.tomllib.loads(path.read_text("utf-8"))
        day = {"date": "2025-04-02", "state": "shut", "confirmed": False, "source": "a test"}
        others = [each for each in dates["hkex"]["dates"] if each["date"] != day["date"]]
        dates["hkex"]["dates"] = sorted([*others, day], key=lambda each: each["date"])
        return [str(self.write("calendar.toml", site.dump(dates)))]

    def test_a_fund_that_prices_hong_kong_is_indicative_there(self):
        config = self.enabled(calendar=self.calendar())
        faults = self.write("faults.toml", site.dump(
            {"fault": [{"kind": "market_closed", "venue": "hkex", "amount": 0}]}))
        capture = self.folder / "day.pcap"
        harness.run("simulate", "--config", config, "--faults", faults, "--pcap", capture, check=0)
        output = self.folder / "levels.jsonl"
        harness.run("replay", "--config", config, capture, "--output", output, check=0)
        statuses = {record["code"]: (record["status"], "partial_market" in record["flags"])
                    for record in harness.read_levels(output) if record["cause"] == "price"}
        self.assertEqual(statuses, {STAR: ("open", False), ABROAD: ("indicative", True),
                                    "995365": ("open", False), "995366": ("open", True),
                                    "995367": ("open", True)})


if __name__ == "__main__":
    unittest.main()
