#!/usr/bin/env python3
"""A real morning of 30 Shanghai shares, opening auction included, through `indexcast replay`: every
published level is compared with an independent recomputation.

INDEXCAST_BIN names the executable, INDEXCAST_DATA the folder of the real data (default: ../shared/data
beside the repository).
"""
import unittest

import harness
import sse_l2_to_pcap  # from tools, which the harness puts in the path

SNAPSHOTS = "sse-l2-30-shares-2021-12-01.zip"


@harness.needs_data(SNAPSHOTS)
class RealTicks(harness.RealDay):
    data, tool, venue, suffix = SNAPSHOTS, sse_l2_to_pcap, "sse", "SH"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.records = cls.replay()

    def test_every_level_equals_the_independent_recomputation(self):
        expected = self.expected_levels()
        self.assertGreater(len(expected), 10_000)
        self.assert_prices_make(self.records, expected)

    def test_no_price_of_a_real_day_is_doubted(self):
        self.assert_nothing_in_doubt(self.records)

    def test_index_sequences_have_no_hole(self):
        sequences = [int(record["index_sequence"]) for record in self.records]
        self.assertEqual(sequences, list(range(1, len(sequences) + 1)))

    def test_decode_shows_every_message_of_the_capture(self):
        snapshots = self.decoded("M102")
        self.assertEqual(len(snapshots), len(self.snapshots))
        for fields, snapshot in zip(snapshots, self.snapshots):
            last = [e["MDEntryPx"] for e in fields["MDEntries"] if e["MDEntryType"].strip() == "2"]
            self.assertEqual(fields["SecurityID"], snapshot.code)
            self.assertEqual(fields["TotalVolumeTraded"], snapshot.volume)
            self.assertEqual(fields["TradingPhaseCode"], snapshot.phase.decode())
            self.assertEqual(last, [f"{snapshot.last:.5f}"] if snapshot.last > 0 else [])


if __name__ == "__main__":
    unittest.main()
