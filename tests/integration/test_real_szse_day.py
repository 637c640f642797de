#!/usr/bin/env python3
"""A real day of 5 Shenzhen shares, from the opening auction to the close, through `indexcast replay`:
the phases of the day, and every published level against an independent recomputation.

INDEXCAST_BIN names the executable, INDEXCAST_DATA the folder of the real data (default: ../shared/data
beside the repository).
"""

import decimal
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "integration" / "tools"))
import oracle  # noqa: E402
import szse_l2_to_pcap  # noqa: E402

BINARY = os.environ.get("INDEXCAST_BIN")
DATA = pathlib.Path(os.environ.get("INDEXCAST_DATA", ROOT.parent / "shared" / "data"))
SNAPSHOTS = DATA / "szse-l2-5-shares-2022-06-01.zip"

SHARES = 1_000_000
LIMIT_S = 300

CONFIG = """definitions = ["basket.toml"]
log_level = "warning"
[sse]
enabled = false
[szse]
gateways = ["127.0.0.1:19016"]
[hkex]
enabled = false
[zmq]
enabled = false
[http]
enabled = false
"""

HEAD = """code = "900005"
name = "Five shares, equal share counts"
currency = "CNY"
decimals = 4
version = 1
effective_date = "{day}"
divisor = "{divisor}"
previous_close = "1000.0000"
members = "basket.csv"
provenance = "A test's basket: one million shares of each of five companies."
"""

COLUMNS = "symbol,name,currency,calculation_shares,cap_factor,close,base_price,reference_price"


def write_basket(folder, snapshots):
    """An equal-share basket of every security in the data, at 1000 on the previous closes."""
    closes = {snapshot.code: snapshot.pre_close for snapshot in snapshots}
    divisor = sum(closes.values()) * SHARES / 1000
    day = snapshots[0].instant.strftime("%Y-%m-%d")
    (folder / "basket.toml").write_text(HEAD.format(day=day, divisor=divisor))
    rows = [f"{code}.SZ,{code},CNY,{SHARES},1,{close},{close},{close}"
            for code, close in sorted(closes.items())]
    (folder / "basket.csv").write_text("\n".join([COLUMNS, *rows]) + "\n")
    (folder / "config.toml").write_text(CONFIG)


def expected_levels(folder, snapshots):
    """(symbol, level) of every price change: entry 2 once there is one, else the previous close."""
    index = oracle.Oracle(oracle.load_definition(folder / "basket.toml"))
    for snapshot in snapshots:
        symbol = f"{snapshot.code}.SZ"
        price = snapshot.last if snapshot.last > 0 else snapshot.pre_close
        level = index.price(symbol, price)
        if level is not None:
            yield symbol, level


@unittest.skipUnless(BINARY, "INDEXCAST_BIN is not set")
@unittest.skipUnless(SNAPSHOTS.exists(), f"{SNAPSHOTS} is absent")
class RealShenzhenDay(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls._folder.cleanup)
        cls.folder = pathlib.Path(cls._folder.name)
        cls.snapshots = szse_l2_to_pcap.read_snapshots(SNAPSHOTS)
        cls.capture = cls.folder / "day.pcap"
        szse_l2_to_pcap.write_capture(cls.snapshots, cls.capture)
        write_basket(cls.folder, cls.snapshots)
        output = cls.folder / "levels.jsonl"
        subprocess.run(
            [BINARY, "replay", "--config", cls.folder / "config.toml", "--output", output,
             "--format", "jsonl", cls.capture], capture_output=True, check=True, timeout=LIMIT_S)
        with open(output, encoding="utf-8") as file:
            cls.records = [json.loads(line) for line in file]

    def test_the_day_has_its_phases(self):
        statuses = [status for status, _ in itertools.groupby(r["status"] for r in self.records)]
        self.assertEqual(statuses, ["pre_open", "break", "open", "break", "open",
                                    "preliminary_close", "closed"])

    def test_every_level_equals_the_independent_recomputation(self):
        published = [(record["cause_symbol"], decimal.Decimal(record["level"]))
                     for record in self.records if record["cause"] == "price"]
        expected = list(expected_levels(self.folder, self.snapshots))
        self.assertGreater(len(expected), 5_000)
        for number, (got, wanted) in enumerate(zip(published, expected)):
            self.assertEqual(got, wanted, f"level {number + 1}")
        self.assertEqual(len(published), len(expected))

    def test_the_close_is_that_of_the_closing_prices(self):
        closes = {s.code: s.last for s in self.snapshots if s.phase == b"E0"}
        self.assertEqual(len(closes), 5)
        index = oracle.Oracle(oracle.load_definition(self.folder / "basket.toml"))
        for code, price in closes.items():
            index.price(f"{code}.SZ", price)
        self.assertEqual(self.records[-1]["status"], "closed")
        self.assertEqual(decimal.Decimal(self.records[-1]["close"]), index.level())

    def test_decode_shows_every_message_of_the_capture(self):
        result = subprocess.run([BINARY, "decode", "szse", "--json", self.capture], text=True,
                                capture_output=True, check=True, timeout=LIMIT_S)
        shown = [json.loads(line) for line in result.stdout.splitlines()]
        messages = [line["fields"] for line in shown if line.get("type") == "300111"]
        self.assertEqual(len(messages), len(self.snapshots))
        for fields, snapshot in zip(messages, self.snapshots):
            entries = {}
            for entry in fields["MDEntries"]:
                entries.setdefault(entry["MDEntryType"].strip(), []).append(entry)
            self.assertEqual(fields["SecurityID"], snapshot.code)
            self.assertEqual(fields["TradingPhaseCode"], snapshot.phase.decode())
            self.assertEqual(fields["PrevClosePx"], f"{snapshot.pre_close:.4f}")
            self.assertEqual(fields["TotalVolumeTrade"], f"{snapshot.volume}.00")
            self.assertEqual(fields["TotalValueTrade"], f"{snapshot.value:.4f}")
            self.assertEqual([e["MDEntryPx"] for e in entries.get("2", [])],
                             [f"{snapshot.last:.6f}"] if snapshot.last > 0 else [])
            for kind, levels in (("0", snapshot.bids), ("1", snapshot.asks)):
                self.assertEqual(
                    [(e["MDEntryPx"], e["MDEntrySize"], e["NumberOfOrders"])
                     for e in entries.get(kind, [])],
                    [(f"{price:.6f}", f"{size}.00", orders)
                     for price, size, orders in levels if price > 0 or size > 0])


if __name__ == "__main__":
    unittest.main()
