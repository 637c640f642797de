#!/usr/bin/env python3
"""A real day of 5 Shenzhen shares, from the opening auction to the close, through `indexcast replay`:
the phases of the day, and every published level against an independent recomputation.

INDEXCAST_BIN names the executable, INDEXCAST_DATA the folder of the real data (default: ../shared/data
beside the repository).
"""
import decimal
import itertools
import unittest

import harness
import szse_l2_to_pcap  # from tools, which the harness puts in the path

SNAPSHOTS = "szse-l2-5-shares-2022-06-01.zip"


@harness.needs_data(SNAPSHOTS)
class RealShenzhenDay(harness.RealDay):
    data, tool, venue, suffix = SNAPSHOTS, szse_l2_to_pcap, "szse", "SZ"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.records = cls.replay()

    def test_the_day_has_its_phases(self):
        statuses = [status for status, _ in itertools.groupby(r["status"] for r in self.records)]
        self.assertEqual(statuses, ["pre_open", "break", "open", "break", "open",
                                    "preliminary_close", "closed"])

    def test_every_level_equals_the_independent_recomputation(self):
        expected = self.expected_levels()
        self.assertGreater(len(expected), 5_000)
        self.assert_prices_make(self.records, expected)

    def test_no_price_of_a_real_day_is_doubted(self):
        self.assert_nothing_in_doubt(self.records)

    def test_the_close_is_that_of_the_closing_prices(self):
        closes = {s.code: s.last for s in self.snapshots if s.phase == b"E0"}
        self.assertEqual(len(closes), 5)
        prices = [(self.symbol(code), price) for code, price in closes.items()]
        _, level = self.expected_levels(prices)[-1]
        self.assertEqual(self.records[-1]["status"], "closed")
        self.assertEqual(decimal.Decimal(self.records[-1]["close"]), level)

    def test_decode_shows_every_message_of_the_capture(self):
        messages = self.decoded("300111")
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
