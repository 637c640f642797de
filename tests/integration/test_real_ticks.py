#!/usr/bin/env python3
"""A real morning of 30 Shanghai shares, opening auction included, through `indexcast replay`: every
published level is compared with an independent recomputation.

INDEXCAST_BIN names the executable, INDEXCAST_DATA the folder of the real data (default: ../shared/data
beside the repository).
"""

import decimal
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
import sse_l2_to_pcap  # noqa: E402

BINARY = os.environ.get("INDEXCAST_BIN")
DATA = pathlib.Path(os.environ.get("INDEXCAST_DATA", ROOT.parent / "shared" / "data"))
SNAPSHOTS = DATA / "sse-l2-30-shares-2021-12-01.zip"

CODE = "900030"
SHARES = 1_000_000
LIMIT_S = 120

CONFIG = """definitions = ["basket.toml"]
log_level = "warning"
[sse]
gateways = ["127.0.0.1:19129"]
[szse]
enabled = false
[hkex]
enabled = false
[zmq]
enabled = false
[http]
enabled = false
"""

HEAD = """code = "{code}"
name = "Thirty shares, equal share counts"
currency = "CNY"
decimals = 4
version = 1
effective_date = "{day}"
divisor = "{divisor}"
previous_close = "1000.0000"
members = "basket.csv"
provenance = "A test's basket: one million shares of each of thirty companies."
"""

COLUMNS = "symbol,name,currency,calculation_shares,cap_factor,close,base_price,reference_price"


def write_basket(folder, snapshots):
    """An equal-share basket of every security in the data, at 1000 on the previous closes."""
    closes = {snapshot.code: snapshot.pre_close for snapshot in snapshots}
    divisor = sum(closes.values()) * SHARES / 1000
    day = snapshots[0].instant.strftime("%Y-%m-%d")
    (folder / "basket.toml").write_text(HEAD.format(code=CODE, day=day, divisor=divisor))
    rows = [f"{code}.SH,{code},CNY,{SHARES},1,{close},{close},{close}"
            for code, close in sorted(closes.items())]
    (folder / "basket.csv").write_text("\n".join([COLUMNS, *rows]) + "\n")
    (folder / "config.toml").write_text(CONFIG)


@unittest.skipUnless(BINARY, "INDEXCAST_BIN is not set")
@unittest.skipUnless(SNAPSHOTS.exists(), f"{SNAPSHOTS} is absent")
class RealTicks(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls._folder.cleanup)
        cls.folder = pathlib.Path(cls._folder.name)
        cls.snapshots = sse_l2_to_pcap.read_snapshots(SNAPSHOTS)
        cls.capture = cls.folder / "day.pcap"
        sse_l2_to_pcap.write_capture(cls.snapshots, cls.capture)
        write_basket(cls.folder, cls.snapshots)
        definition = oracle.load_definition(cls.folder / "basket.toml")
        cls.expected = list(oracle.levels(definition, cls.snapshots))

    def replay(self, output):
        result = subprocess.run(
            [BINARY, "replay", "--config", self.folder / "config.toml", "--output", output,
             "--format", "jsonl", self.capture], capture_output=True, text=True, timeout=LIMIT_S)
        self.assertEqual(result.returncode, 0, result.stderr)
        with open(output, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def test_every_level_equals_the_independent_recomputation(self):
        records = self.replay(self.folder / "levels.jsonl")
        published = [(record["cause_symbol"], decimal.Decimal(record["level"]))
                     for record in records if record["cause"] == "price"]
        self.assertGreater(len(self.expected), 10_000)
        for number, (got, wanted) in enumerate(zip(published, self.expected)):
            self.assertEqual(got, wanted, f"level {number + 1}")
        self.assertEqual(len(published), len(self.expected))

    def test_index_sequences_have_no_hole(self):
        records = self.replay(self.folder / "sequences.jsonl")
        sequences = [int(record["index_sequence"]) for record in records]
        self.assertEqual(sequences, list(range(1, len(sequences) + 1)))

    def test_decode_shows_every_message_of_the_capture(self):
        result = subprocess.run([BINARY, "decode", "sse", "--json", self.capture], text=True,
                                capture_output=True, check=True, timeout=LIMIT_S)
        shown = [json.loads(line) for line in result.stdout.splitlines()]
        snapshots = [line["fields"] for line in shown if line.get("type") == "M102"]
        self.assertEqual(len(snapshots), len(self.snapshots))
        for fields, snapshot in zip(snapshots, self.snapshots):
            last = [e["MDEntryPx"] for e in fields["MDEntries"] if e["MDEntryType"].strip() == "2"]
            self.assertEqual(fields["SecurityID"], snapshot.code)
            self.assertEqual(fields["TotalVolumeTraded"], snapshot.volume)
            self.assertEqual(fields["TradingPhaseCode"], snapshot.phase.decode())
            self.assertEqual(last, [f"{snapshot.last:.5f}"] if snapshot.last > 0 else [])


if __name__ == "__main__":
    unittest.main()
