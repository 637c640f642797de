#!/usr/bin/env python3
"""Captured OMD-C messages through the built executable: `indexcast decode hkex --json`.

INDEXCAST_BIN names the executable, INDEXCAST_DATA the folder of the vectors (default: ../shared/data
beside the repository). Each vector becomes a UDP datagram in a capture; its expectations are raw,
unscaled values by the name of a getter, which name the specification's fields.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "integration" / "tools"))
from pcap_file import PcapFile  # noqa: E402

BINARY = os.environ.get("INDEXCAST_BIN")
DATA = pathlib.Path(os.environ.get("INDEXCAST_DATA", ROOT.parent / "shared" / "data"))
VECTORS = DATA / "hkex-omdc-vectors.jsonl"

# Getters that ask about a group, not for a field.
GROUP_GETTERS = {"count", "hasNext"}
# The vectors were named before bonds had a maturity date of their own (protocol notes 2.2, offsets
# 395 and 456): theirs is the warrant's.
RENAMED = {"maturitydate": "warrantmaturitydate"}


def field_name(getter):
    """securityCode() -> securitycode, getMarketCodeAsString() -> marketcode."""
    name = getter.removesuffix("()")
    if name.startswith("get") and name.endswith("AsString"):
        name = name[3:-len("AsString")]
    return RENAMED.get(name.lower(), name.lower())


def matches(shown, expected):
    """Whether a decoded value is the expectation's: text without its padding, decimals without their
    point, a character as its code where a number is expected."""
    if expected == "INT64_MIN":
        return shown == "null"
    if expected[0] in "\"'":
        return str(shown).strip() == expected[1:-1].strip()
    if isinstance(shown, str) and len(shown) <= 1 and shown != expected:
        return (ord(shown) if shown else 0) == int(expected)
    return int(str(shown).replace(".", "")) == int(expected)


class Fields:
    """The fields of one decoded message, asked for in the order of the expectations: each group is
    walked item by item, a field that is asked for again belongs to the next item."""

    def __init__(self, fields):
        self._plain = {}
        self._items = []
        for name, value in fields.items():
            if isinstance(value, list):
                self._items += [{k.lower(): v for k, v in item.items()} for item in value]
            else:
                self._plain[name.lower()] = value

    def take(self, name):
        """The value, or None when this message has no such field left."""
        if name in self._plain:
            return self._plain.pop(name)
        while self._items and name not in self._items[0]:
            self._items.pop(0)
        return self._items[0].pop(name) if self._items else None


@unittest.skipUnless(BINARY, "INDEXCAST_BIN is not set")
@unittest.skipUnless(VECTORS.exists(), f"{VECTORS} is absent")
class HkexVectors(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        with open(VECTORS, encoding="utf-8") as file:
            cls.vectors = [json.loads(line) for line in file]

    def decode(self, packets):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "vectors.pcap"
            with PcapFile(path) as capture:
                for number, packet in enumerate(packets):
                    capture.udp((1_700_000_000 + number) * 10**9, ("10.0.0.1", 40000),
                                ("239.1.1.1", 51000), packet)
            result = subprocess.run([BINARY, "decode", "hkex", "--json", path], text=True,
                                    capture_output=True, check=True)
        return [json.loads(line) for line in result.stdout.splitlines()], result.stderr

    def test_every_vector_decodes_to_its_expectations(self):
        compared = 0
        for vector in self.vectors:
            with self.subTest(vector["name"]):
                messages, _ = self.decode([bytes.fromhex(vector["hex"])])
                self.assertEqual(len(messages), 1)
                self.assertEqual(messages[0]["name"].replace(" ", ""), vector["name"])
                compared += self.compare(messages[0]["fields"], vector["expect"])
        self.assertGreater(compared, 120, "the vectors hold that many expectations")

    def compare(self, decoded, expectations):
        """Returns the number of fields compared. Expectations can go on into a second message that
        the vector does not hold: they end where the first field is asked for again."""
        fields = Fields(decoded)
        compared = 0
        first = field_name(expectations[0][1])
        for value, getter in expectations:
            name = field_name(getter)
            if getter.removesuffix("()") in GROUP_GETTERS:
                continue
            if compared and name == first:
                break
            shown = fields.take(name)
            self.assertIsNotNone(shown, f"{getter} is not among the decoded fields")
            self.assertTrue(matches(shown, value), f"{getter}: {shown!r}, expected {value}")
            compared += 1
        return compared

    def test_all_bytes_are_accounted_for(self):
        packets = [bytes.fromhex(vector["hex"]) for vector in self.vectors]
        messages, summary = self.decode(packets)
        self.assertEqual(len(messages), len(packets))
        size = sum(len(packet) for packet in packets)
        self.assertIn(f"decoded {len(packets)} ({size} bytes), skipped 0 (0 bytes), "
                      f"malformed 0 (0 bytes), bytes {size}", summary)


if __name__ == "__main__":
    unittest.main()
