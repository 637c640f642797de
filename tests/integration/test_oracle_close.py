"""The end of a market, late closes and silent feeds as the oracle has them, on figures by hand."""
import sys
import unittest

import harness
from test_oracle_input_control import (BEGIN, CLOSE, HK, LAST, PREVIOUS, SECOND, SH, SZ, Story)

sys.path.insert(0, str(harness.ROOT / "tests"))
from oracle.clock import ExchangeClock, china_time  # noqa: E402  (the line above finds it)
from oracle.day import DOWN, LIVE  # noqa: E402
from oracle.channel import RECOVERING  # noqa: E402
from oracle.inputs import Kind  # noqa: E402
from oracle.price import Status  # noqa: E402
from oracle.status import CLOSED, CLOSING  # noqa: E402

MINUTE = 60 * SECOND


def ended(*markets):
    """A story in which these markets are over and owe their closes."""
    one = Story()
    for market in markets:
        one.phase(CLOSING, market, 1)
    return one


class Closes(unittest.TestCase):
    def test_the_last_close_ends_the_day_with_one_level(self):
        one = ended(SH, SZ, HK)
        one.price(100, 2, detail=CLOSE)
        one.price(50, 2, detail=CLOSE, member=SZ)
        [level] = one.price("10.1", 3, detail=CLOSE, member=HK)
        self.assertEqual((level.status, level.cause, level.close),
                         ("closed", "price", 10_033_333))

    def test_closes_before_the_end_end_the_day_with_it(self):
        one = Story()
        for member, price in ((SH, 100), (SZ, 50), (HK, 10)):
            one.price(price, 1, detail=CLOSE, member=member)
        for market in (SH, SZ):
            one.phase(CLOSING, market, 2)
        [level] = one.phase(CLOSING, HK, 3)
        self.assertEqual((level.status, level.cause), ("closed", "market"))

    def test_a_close_of_zero_keeps_the_price_in_force(self):
        one = ended(SH)
        one.price(0, 2, detail=CLOSE)
        self.assertEqual((one.in_force, one.first.kind), (100, CLOSE))
        self.assertEqual(one.day.markets[SH].phase, CLOSED)

    def test_a_close_of_zero_leaves_a_price_that_waits(self):
        one = Story()
        one.price(140, 0)
        one.price(0, 1, detail=CLOSE)
        self.assertIsNotNone(one.first.waiting)

    def test_a_halted_member_owes_no_close(self):
        one = ended(SH)
        one.status(Status.HALTED, 2)
        self.assertEqual(one.day.markets[SH].phase, CLOSED)


class LateCloses(unittest.TestCase):
    def test_a_price_that_differs_moves_nothing(self):
        one = ended(SH)
        one.price(101, 2, detail=CLOSE)
        for detail in (CLOSE, LAST):
            self.assertEqual(one.price(102, 3, detail=detail, volume=7), [])
            self.assertEqual((one.in_force, one.first.volume), (101, 0))

    def test_the_same_close_is_taken_after_the_deadline(self):
        one = ended(SH)
        one.timer(1_202)
        self.assertIn("carried_forward", one.level.flags)
        one.price(101, detail=CLOSE)
        self.assertEqual((one.in_force, one.first.kind), (100, LAST))
        one.price(100, detail=CLOSE)
        self.assertEqual(one.first.kind, CLOSE)


class RefusedMembers(unittest.TestCase):
    def tell(self, one, detail):
        return one.take(exchange=-BEGIN // SECOND, kind=Kind.FEED_STATE, feed=SH, market=SH,
                        instrument=SH, detail=detail)

    def test_a_member_with_prices_out_of_order_is_recovering(self):
        one = Story()
        [level] = self.tell(one, RECOVERING)
        self.assertEqual((level.flags, level.cause, level.cause_symbol, level.weight_live),
                         (("recovering",), "feed", "600001.SH", 6_667))
        [level] = self.tell(one, LIVE)
        self.assertEqual((level.flags, level.weight_live), ((), 10_000))


class Lags(unittest.TestCase):
    def lag(self, one, value, market=SH):
        return one.take(kind=Kind.CHANNEL_TIME, feed=SH, market=market, value=value)

    def test_the_largest_of_the_members_channels_is_in_the_next_level(self):
        for values, expected in (((250,), 250), ((250, -1), 250), ((70_000,), 65_535), ((9, 0), 0)):
            one = Story()
            for value in values:
                self.assertEqual(self.lag(one, value), [])
            one.price(101, 1)
            self.assertEqual(one.level.lag_ms, expected)

    def test_a_channel_that_is_down_has_none(self):
        one = Story()
        self.lag(one, 250)
        one.take(kind=Kind.FEED_STATE, feed=SH, market=SH, detail=DOWN)
        self.assertEqual(one.level.lag_ms, 0)

    def test_one_without_a_price_of_today_does_not_count(self):
        one = Story(opened=False)
        self.lag(one, 250)
        one.price(101, 1, detail=PREVIOUS)
        self.assertEqual(one.level.lag_ms, 0)


class SilentFeeds(unittest.TestCase):
    """The header of a day begins with date and midnight of 2 April 2025."""

    def test_after_a_minute_exchange_time_follows_the_timers(self):
        clock = ExchangeClock(20250402)
        clock.hear(BEGIN, BEGIN + 5)
        clock.hear(BEGIN, BEGIN + 7)  # two agree on it
        self.assertEqual(clock.time, BEGIN)
        clock.follow_timer(BEGIN + 7 + MINUTE - 1)
        self.assertEqual(clock.time, BEGIN)
        clock.follow_timer(BEGIN + 7 + MINUTE)
        self.assertEqual(clock.time, BEGIN + MINUTE)
        clock.hear(BEGIN + 5, BEGIN + 8 + MINUTE)
        self.assertEqual(clock.time, BEGIN + MINUTE)  # it does not go back

    def test_before_any_feed_speaks_it_is_the_receive_clock_of_the_trade_date(self):
        clock = ExchangeClock(20250402)
        clock.follow_timer(china_time(20250401, 0))
        clock.follow_timer(BEGIN)
        clock.follow_timer(BEGIN + MINUTE - 1)
        self.assertEqual(clock.time, 0)
        clock.follow_timer(BEGIN + MINUTE)
        self.assertEqual(clock.time, BEGIN + MINUTE)
        for received in (1, 2):
            clock.hear(BEGIN - MINUTE, BEGIN + MINUTE + received)
        self.assertEqual(clock.time, BEGIN - MINUTE)  # a feed replaces the estimate


if __name__ == "__main__":
    unittest.main()
