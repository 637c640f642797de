#!/usr/bin/env python3
"""Captured OMD-C messages, and hand-made ones of the types that no capture holds, through the built
executable: `indexcast decode hkex --json`.

INDEXCAST_BIN names the executable, INDEXCAST_DATA the folder of the captured vectors (default:
../shared/data beside the repository; skipped when absent). Each vector becomes a UDP datagram in a capture; its expectations are raw,
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
HANDMADE = pathlib.Path(__file__).with_name("hkex_handmade_vectors.jsonl")

# Getters that ask about a group, not for a field.
GROUP_GETTERS = {"count", "hasNext"}
# The captured vectors were named before bonds had a maturity date of their own (protocol notes 2.2,
# offsets 395 and 456): theirs is the warrant's.
RENAMED = {"maturitydate": "warrantmaturitydate"}


def field_name(getter):
    """securityCode() -> securitycode, getMarketCodeAsString() -> marketcode."""
    name = getter.removesuffix("()")
    if name.startswith("get") and name.endswith("AsString"):
        name = name[3:-len("AsString")]
    return name.lower()


def matches(shown, expected):
    """Whether a decoded value is the expectation's: text without its padding, decimals without their
    point, a character as its code where a number is expected."""
    if expected == "INT64_MIN":
        return shown is None
    if expected[0] in "\"'":
        return str(shown).strip() == expected[1:-1].strip()
    if isinstance(shown, str) and len(shown) <= 1 and shown != expected:
        return (ord(shown) if shown else 0) == int(expected)
    return int(str(shown).replace(".", "")) == int(expected)


class Fields:
    """The fields of one decoded message, asked for in the order of the expectations: each group is
    walked item by item, a field that is asked for again belongs to the next item."""

    ABSENT = object()

    def __init__(self, fields):
        self._plain = {}
        self._items = []
        for name, value in fields.items():
            if isinstance(value, list):
                self._items += [{k.lower(): v for k, v in item.items()} for item in value]
            else:
                self._plain[name.lower()] = value

    def take(self, name):
        """The value, or ABSENT when this message has no such field left."""
        if name in self._plain:
            return self._plain.pop(name)
        while self._items and name not in self._items[0]:
            self._items.pop(0)
        return self._items[0].pop(name) if self._items else self.ABSENT


def load(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


@unittest.skipUnless(BINARY, "INDEXCAST_BIN is not set")
class HkexVectors(unittest.TestCase):

    def decode(self, packets):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "vectors.pcap"
            with PcapFile(path) as capture:
                for number, packet in enumerate(packets):
                    capture.udp((1_700_000_000 + number) * 10**9, ("10.0.0.1", 40000),
                                ("239.1.1.1", 51000), packet)
            result = subprocess.run([BINARY, "decode", "hkex", "--json", path], text=True,
                                    capture_output=True, check=True)
        *messages, account = map(json.loads, result.stdout.splitlines())
        return messages, account

    def check(self, vectors, renamed):
        """Returns the number of fields that were compared."""
        messages, _ = self.decode([bytes.fromhex(vector["hex"]) for vector in vectors])
        self.assertEqual(len(messages), len(vectors))
        compared = 0
        for vector, message in zip(vectors, messages):
            with self.subTest(vector["name"]):
                self.assertEqual(message["name"].replace(" ", ""), vector["name"])
                compared += self.compare(message["fields"], vector["expect"], renamed)
        return compared

    def compare(self, decoded, expectations, renamed):
        """Returns the number of fields compared. Expectations can go on into a second message that
        the vector does not hold: they end where the first field is asked for again at the top."""
        fields = Fields(decoded)
        compared = 0
        for value, getter in expectations:
            name = renamed.get(field_name(getter), field_name(getter))
            if getter.removesuffix("()") in GROUP_GETTERS:
                continue
            shown = fields.take(name)
            if shown is Fields.ABSENT and compared and getter == expectations[0][1]:
                break
            self.assertIsNot(shown, Fields.ABSENT, f"{getter} is not among the decoded fields")
            self.assertTrue(matches(shown, value), f"{getter}: {shown!r}, expected {value}")
            compared += 1
        return compared

    @unittest.skipUnless(VECTORS.exists(), f"{VECTORS} is absent")
    def test_every_captured_vector_decodes_to_its_expectations(self):
        self.assertGreater(self.check(load(VECTORS), RENAMED), 120)

    def test_every_hand_made_vector_decodes_to_its_expectations(self):
        vectors = load(HANDMADE)
        self.assertEqual(self.check(vectors, {}), sum(len(vector["expect"]) for vector in vectors))

    def test_all_bytes_are_accounted_for(self):
        vectors = load(HANDMADE) + (load(VECTORS) if VECTORS.exists() else [])
        packets = [bytes.fromhex(vector["hex"]) for vector in vectors]
        messages, account = self.decode(packets)
        self.assertEqual(len(messages), len(packets))
        totals = account["totals"]
        parts = [totals[name] for name in ("decoded", "undescribed", "named_only")]
        self.assertEqual(sum(part["bytes"] for part in parts), sum(map(len, packets)))
        self.assertEqual(totals["decoded"]["items"] + totals["named_only"]["items"], len(packets))


if __name__ == "__main__":
    unittest.main()
