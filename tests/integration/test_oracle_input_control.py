"""Input control as the oracle has it, rule by rule, on inputs and figures written by hand."""
import sys
import unittest
from fractions import Fraction

import harness

sys.path.insert(0, str(harness.ROOT / "tests"))
from oracle.day import DOWN, LIVE, Day, china_time  # noqa: E402  (the line above finds it)
from oracle.definition import Definition, Member  # noqa: E402
from oracle.inputs import NO_INSTRUMENT, NO_MARKET, START, Header, Kind  # noqa: E402
from oracle.price import PriceKind, Status  # noqa: E402
from oracle.request import ANY_VERSION, Mode, Op  # noqa: E402
from oracle.status import BREAK, PRE_OPEN, TRADING  # noqa: E402

DATE, UNIT, SECOND = 20250402, 10**6, 10**9
BEGIN = china_time(DATE, 9 * 3_600_000)
OPEN_DEADLINE_MS = 12 * 3_600_000  # later than anything here
SH, SZ, HK = range(3)  # numbers of the members, and of their markets
LAST, NOMINAL, CLOSE, PREVIOUS = (PriceKind.LAST, PriceKind.NOMINAL, PriceKind.CLOSE,
                                  PriceKind.PREVIOUS_CLOSE)


def units(price):
    return int(Fraction(str(price)) * UNIT)


class Story:
    """Three members of one index, worth 1,000,000 each where trading starts, level 1000."""

    def __init__(self, suspended=False, opened=True, phase=TRADING):
        members = [Member("600001.SH", "CNY", 10_000 * UNIT, units(100), units(100), suspended),
                   Member("000002.SZ", "CNY", 20_000 * UNIT, units(50), units(50)),
                   Member("00003.HK", "HKD", 100_000 * UNIT, units(10), units("10.5"))]
        definition = Definition(
            code="3", currency="CNY", decimals=4, version=1, date=str(DATE),
            divisor=Fraction(3_000), previous_close=10_000_000, close_fx={"HKD": 10**8},
            fx_series={"HKD": "HKDCNY"}, members=members, bid_ask=False, cash={})
        self.day = Day([definition], Header(b"", 0, 0, DATE, 80, OPEN_DEADLINE_MS, 1200 * SECOND, 9000,
                                            10, 0))
        self.level, self.at = self.day.start()[-1], 0
        for market in (SH, SZ, HK):
            self.take(kind=Kind.FEED_STATE, feed=market, market=market, detail=LIVE)
            self.phase(PRE_OPEN, market)
            self.take(kind=Kind.PRICE_COLLAR, feed=4, market=market, value=2500)
            self.phase(phase, market)
        for member, price in ((SH, 100), (SZ, 50), (HK, 10)) if opened else ():
            self.price(price, member=member)

    def take(self, at=None, exchange=None, **values):
        """One input, in seconds since the beginning; the newest level is kept."""
        self.at = self.at if at is None else at
        receive = BEGIN + int(Fraction(str(self.at)) * SECOND)
        stamp = receive if exchange is None else BEGIN + int(Fraction(str(exchange)) * SECOND)
        levels = self.day.take(START._replace(receive_time=receive, exchange_time=stamp, **values))
        self.level = levels[-1] if levels else self.level
        return levels

    def price(self, price, at=None, detail=LAST, volume=0, member=SH, **values):
        return self.take(at, kind=Kind.PRICE, feed=member, market=member, instrument=member,
                         value=units(price), second=volume, detail=detail, **values)

    def prices(self, *told, **values):
        """(seconds, price) or (seconds, price, volume) of the first member."""
        for at, price, *volume in told:
            self.price(price, at, volume=volume[0] if volume else 0, **values)

    def phase(self, phase, market, at=None):
        return self.take(at, kind=Kind.MARKET_PHASE, feed=market, market=market, detail=phase)

    def status(self, status, at=None):
        return self.take(at, kind=Kind.INSTRUMENT_STATUS, feed=SH, instrument=SH, detail=status)

    def limits(self, lower, upper, detail=0):
        return self.take(kind=Kind.LIMITS, feed=SH, instrument=SH, detail=detail,
                         value=units(lower), second=units(upper))

    def timer(self, at):
        levels = []
        for second in range(int(self.at) + 1, at + 1):
            levels += self.take(second, kind=Kind.TIMER, feed=255,
                                value=BEGIN + second * SECOND)
        return levels

    def rule(self, guard_bp, impact_bp=20, index=NO_INSTRUMENT):
        return self.take(kind=Kind.BELIEF_RULE, feed=4, market=NO_MARKET, instrument=index,
                         value=guard_bp, second=impact_bp)

    def ask(self, op, target=0, value=0, mode=Mode.CAREFUL, **values):
        return self.take(exchange=-BEGIN // SECOND, kind=Kind.CONTROL, feed=4, detail=op,
                         instrument=target, value=value, channel=mode,
                         **{"expected_version": ANY_VERSION, **values})

    @property
    def first(self):
        return self.day.instruments[SH]

    @property
    def in_force(self):
        return self.first.price / UNIT


class WaitingPrices(unittest.TestCase):
    def assert_all(self, table, **story):
        """Rows: what it is about, prices of the first member, the one then in force."""
        for about, told, expected in table:
            with self.subTest(about):
                one = Story(**story)
                one.prices(*told)
                self.assertEqual(one.in_force, expected)
                self.assertEqual("price_pending" in one.level.flags, expected != told[-1][1])

    def test_three_witnesses_over_three_seconds_confirm_with_more_volume(self):
        self.assert_all([
            ("three", [(0, 140, 5), (1, 140, 5), (3, 140, 6)], 140),
            ("no volume more", [(0, 140, 5), (1, 140, 5), (3, 140, 5)], 100),
            ("over two seconds", [(0, 140, 5), (1, 140, 5), (2, 140, 6)], 100),
            ("the fourth", [(0, 140, 5), (1, 140, 5), (2, 140, 6), (3, 140, 6)], 140),
            ("too close to each other", [(0, 140, 5), (0.999, 140, 5), (3, 140, 6)],
             100),
            ("at one instant", [(0, 140, 5), (0, 140, 6), (0, 140, 7)], 100),
            ("each 2 % beside the one before", [(0, 130, 5), (1, 132.6, 5), (3, 135.252, 6)],
             135.252),
            ("more than 2 %", [(0, 130, 5), (1, 132.61, 5), (3, 132.61, 6)], 100),
            ("back inside", [(0, 140, 5), (1, 140, 5), (2, 100, 5), (3, 140, 6)], 100)])

    def test_both_clocks_must_show_the_time_between_witnesses(self):
        one = Story()
        for at in (0, 1, 3):
            one.price(140, at, volume=at, exchange=0)
        self.assertEqual(one.in_force, 100)

    def test_two_over_ten_seconds_confirm_where_a_better_price_could_have_come(self):
        one = Story()
        one.price(140, 0)
        one.timer(60)
        self.assertEqual(one.in_force, 100)
        one.price(140, 60)
        self.assertEqual(one.in_force, 140)
        self.assertEqual(one.level.cause_value, units(140))

    def test_time_does_not_count_while_the_channel_is_down(self):
        one = Story()
        one.price(140, 0)
        one.take(kind=Kind.FEED_STATE, feed=SH, market=SH, detail=DOWN)
        one.timer(20)
        one.take(kind=Kind.FEED_STATE, feed=SH, market=SH, detail=LIVE)
        one.price(140, 20)
        self.assertEqual(one.in_force, 100)

    def test_of_breaks_only_the_one_after_an_auction_counts(self):
        for before, expected in ((PRE_OPEN, 140), (TRADING, 100)):
            with self.subTest(before=before):
                one = Story(phase=before)
                one.price(140, 0)
                one.phase(BREAK, SH)
                one.timer(20)
                one.price(140, 20)
                self.assertEqual(one.in_force, expected)

    def test_nominal_prices_need_five_over_ten_seconds(self):
        for times, expected in (((0, 1, 2, 3, 10), 140), ((0, 1, 2, 3, 9.9), 100),
                                ((0, 1, 2, 10), 100)):
            with self.subTest(times):
                one = Story()
                one.phase(BREAK, SH)  # so that no time counts
                for at in times:
                    one.price(140, at, detail=NOMINAL)
                self.assertEqual(one.in_force, expected)

    def test_ten_on_one_side_over_a_minute_confirm_whatever_their_distance(self):
        up = [(7 * n, 130 + 14 * (n % 3)) for n in range(10)]
        self.assert_all([
            ("ten", up, up[-1][1]),
            ("nine", up[:-1], 100),
            ("over 59 s", [(6.55 * n, price) for n, (_, price) in enumerate(up)], 100),
            ("once below", up[:5] + [(34, 60)] + up[5:], 100)])

    def test_an_official_close_confirms_near_a_waiting_price(self):
        for waiting, expected in ((140, 141), (150, 100)):
            one = Story()
            one.price(waiting, 0)
            one.price(141, 0.1, detail=CLOSE)
            self.assertEqual(one.in_force, expected)

    def test_far_prices_wait_for_an_operator_unless_the_security_resumed(self):
        def resumed(one):
            one.status(Status.SUSPENDED)
            one.status(Status.TRADING)

        table = [
            ("176 alone", None, 176, 100), ("its upper edge", None, 175, 175),
            ("resumed", resumed, 176, 176), ("resumed, tenfold", resumed, 1000, 100),
            ("resumed, 951", resumed, 951, 100), ("resumed, 949", resumed, 949, 949),
            ("resumed, a tenth", resumed, 10.4, 100), ("resumed, 10.6", resumed, 10.6, 10.6),
            ("unlimited", lambda one: one.limits(0, 0, detail=1), 30, 30)]
        for about, prepare, price, expected in table:
            with self.subTest(about):
                one = Story()
                if prepare:
                    prepare(one)
                one.prices(*((15 * n, price) for n in range(5)))
                self.assertEqual(one.in_force, expected)
        one = Story(suspended=True, opened=False)
        one.prices(*((15 * n, 30) for n in range(4)))
        self.assertEqual(one.in_force, 100)
        one.price(30, 60)
        self.assertEqual(one.in_force, 30)

    def test_an_operator_accepts_and_refuses(self):
        one = Story()
        one.price(1000, 0)
        one.ask(Op.REFUSE_PRICE, mode=Mode.FORCE)
        self.assertEqual((one.in_force, one.level.flags), (100, ()))
        one.price(1000, 1)
        one.ask(Op.ACCEPT_PRICE, mode=Mode.FORCE)
        self.assertEqual((one.in_force, one.level.flags), (1000, ()))


class Limits(unittest.TestCase):
    def test_beyond_them_only_an_operator_accepts(self):
        one = Story()
        one.limits(90, 110)
        one.prices(*((10 * n, 111) for n in range(20)))
        self.assertEqual(one.in_force, 100)
        one.ask(Op.ACCEPT_PRICE, mode=Mode.FORCE)
        self.assertEqual(one.in_force, 111)

    def test_the_collar_stands_within_them(self):
        one = Story()
        one.limits(0, 200)
        one.price(130, 0)
        self.assertEqual(one.in_force, 100)

    def test_those_that_do_not_enclose_the_reference_do_not_count(self):
        one = Story()
        one.limits(101, 120)
        self.assertEqual(one.level.flags, ("reference_mismatch",))
        self.assertEqual((one.level.pending_impact, one.level.quotable), (0, True))
        one.price(90, 0)
        self.assertEqual(one.in_force, 90)
        one.limits(0, 120)
        self.assertEqual(one.level.flags, ())

    def test_without_limits_the_first_price_of_the_day_is_taken(self):
        one = Story(opened=False)
        one.limits(0, 0, detail=1)
        one.price(300, 0)
        one.price(500, 1)
        self.assertEqual(one.in_force, 300)


class PreviousCloses(unittest.TestCase):
    def test_inside_the_collar_the_exchange_is_used_at_once(self):
        one = Story(opened=False)
        one.price(101, detail=PREVIOUS)
        self.assertEqual((one.in_force, one.level.flags), (101, ("reference_mismatch",)))
        one.ask(Op.CONFIRM_REFERENCE)
        self.assertEqual((one.in_force, one.level.flags), (101, ()))
        one.price(101, detail=PREVIOUS)
        self.assertEqual(one.level.flags, ())
        one.price(126, 0)  # of 100, not of 101
        self.assertEqual(one.in_force, 101)

    def test_outside_it_is_ours_until_an_operator_confirms(self):
        one = Story(opened=False)
        one.limits(180, 220)
        one.price(200, detail=PREVIOUS)
        self.assertEqual((one.in_force, one.first.kind), (100, None))
        one.ask(Op.CONFIRM_REFERENCE, mode=Mode.FORCE)
        self.assertEqual((one.in_force, one.first.kind, one.level.flags), (200, PREVIOUS, ()))
        one.price(215, 0)
        self.assertEqual(one.in_force, 215)
        one.price(221, 1)
        self.assertEqual(one.in_force, 215)

    def test_hong_kong_has_two_references(self):
        for price, expected in (("10", ()), ("10.5", ()), ("10.501", ()), ("9.999", ()),
                                ("10.502", ("reference_mismatch",))):
            with self.subTest(price):
                one = Story(opened=False)
                one.price(price, detail=PREVIOUS, member=HK)
                self.assertEqual(one.level.flags, expected)


class Opening(unittest.TestCase):
    def begun(self):
        one = Story(opened=False)
        one.price(50, 0, member=SZ)
        one.price(10, 0, member=HK)
        one.price(140, 1)
        self.assertEqual((one.level.open, one.level.flags), (0, ("price_pending",)))
        return one

    def test_it_waits_for_a_price_that_waits(self):
        one = self.begun()
        one.price(110, 5)
        self.assertEqual((one.level.open, one.level.flags), (10_333_333, ()))

    def test_it_does_not_wait_for_that_of_a_suspended_member_and_says_so(self):
        one = self.begun()
        one.status(Status.SUSPENDED, 2)
        self.assertEqual((one.level.open, one.level.flags),
                         (10_000_000, ("price_pending", "statistics_partial")))

    def test_nor_beyond_its_deadline(self):
        one = self.begun()
        deadline = OPEN_DEADLINE_MS // 1000 - 9 * 3600
        for at in range(1_000, deadline, 1_000):
            one.price(50, at, member=SZ)
        self.assertEqual(one.level.open, 0)
        one.price(50, deadline, member=SZ)
        self.assertEqual((one.level.open, one.level.flags),
                         (10_000_000, ("price_pending", "statistics_partial")))


class PendingImpact(unittest.TestCase):
    def test_moves_are_added_and_end_quotable(self):
        one = Story()
        one.rule(0, impact_bp=1333)
        self.assertTrue(one.level.quotable)
        one.price(130, 0)  # 0.3 of 3 millions: 1000 bp
        self.assertEqual((one.level.pending_impact, one.level.quotable), (100_000, True))
        one.price(5, 1, member=HK, volume=5)  # half a million less: 1666.67 bp more
        self.assertEqual((one.level.pending_impact, one.level.quotable), (266_667, False))
        one.rule(0, impact_bp=2667)
        self.assertTrue(one.level.quotable)
        one.rule(0, impact_bp=2666)
        self.assertFalse(one.level.quotable)

    def test_a_reference_in_doubt_counts_and_an_override_does_not(self):
        one = Story(opened=False)
        one.price("100.03", detail=PREVIOUS)  # 300 of 3,000,300
        self.assertEqual(one.level.pending_impact, 100)
        one.price(130, 0)
        self.assertGreater(one.level.pending_impact, 90_000)
        one.ask(Op.OVERRIDE_PRICE, value=units(100))
        self.assertEqual(one.level.pending_impact, 100)

    def test_no_level_comes_of_it_alone(self):
        one = Story()
        one.price(140, 0)
        self.assertEqual(one.price(141, 0.5), [])


class LevelGuard(unittest.TestCase):
    """A tenth more of one member is 333 bp of the level."""

    def test_one_price_too_far_at_once_guards_the_level(self):
        for about, guard_bp, told, expected in (
                ("at once", 330, [(0, 100), (0.5, 110)], True),
                ("a larger guard", 340, [(0, 100), (0.5, 110)], False),
                ("exactly the guard", 500, [(0, 100), (0.5, 115)], False),
                ("in two steps", 330, [(0.1, 100), (0.5, 105), (1.5, 110)], True),
                ("in two steps and three seconds", 330, [(0.1, 100), (0.5, 105), (2.5, 110)],
                 False),
                ("from one image to the next", 330, [(0, 100), (9, 110)], True),
                ("no guard", 0, [(0, 100), (0.5, 110)], False)):
            with self.subTest(about):
                one = Story()
                one.rule(guard_bp)
                one.prices(*told)
                self.assertEqual("level_guard" in one.level.flags, expected)
                self.assertNotEqual(one.level.quotable, expected)

    def test_some_prices_are_not_judged_by_it(self):
        for about, disturb in (
                ("after a halt", lambda one: (one.status(Status.HALTED), one.status(0))),
                ("after a break", lambda one: (one.phase(BREAK, SH), one.phase(TRADING, SH))),
                ("after a loss", lambda one: (
                    one.take(kind=Kind.FEED_STATE, feed=SH, market=SH, detail=DOWN),
                    one.take(kind=Kind.FEED_STATE, feed=SH, market=SH, detail=LIVE))),
                ("on another channel", lambda one: one.take(
                    kind=Kind.FEED_STATE, feed=SH, market=SH, channel=1, detail=LIVE))):
            with self.subTest(about):
                one = Story()
                one.rule(100)
                disturb(one)
                one.price(110, 1, channel="channel" in about)
                self.assertEqual(one.level.flags, ())
        one = Story(opened=False)
        one.rule(100)
        one.price(110, 0)
        self.assertNotIn("level_guard", one.level.flags)

    def guarded(self, *told):
        """High and low 1000, and a price of 110 at second 0."""
        one = Story()
        one.rule(100)
        one.prices((0, 110), *told)
        self.assertIn("level_guard", one.level.flags)
        self.assertEqual((one.level.high, one.level.low), (10_000_000, 10_000_000))
        return one

    def test_a_witness_lifts_it_after_ten_seconds_and_its_levels_count(self):
        one = self.guarded((2, 111))
        self.assertEqual(one.timer(9), [])
        [level] = one.timer(10)
        self.assertEqual((level.flags, level.cause, level.quotable), ((), "timer", True))
        self.assertEqual((level.level, level.high), (10_366_667, 10_366_667))

    def test_a_price_that_returns_lifts_it_and_its_levels_do_not_count(self):
        one = self.guarded((2.5, 102), (5, 102))
        self.assertEqual(one.timer(9), [])
        one.timer(10)
        self.assertEqual((one.level.flags, one.level.high), ((), 10_066_667))
        [level] = one.ask(Op.LIFT_GUARD, value=1)
        self.assertEqual((level.cause, level.high), ("control", 10_333_333))
        self.assertEqual(one.ask(Op.LIFT_GUARD, value=1), [])

    def test_a_return_that_moves_the_level_too_far_itself_is_no_jump(self):
        one = self.guarded((2.5, 101))
        one.timer(10)
        self.assertEqual((one.level.flags, one.level.high), ((), 10_033_333))

    def test_without_either_a_minute_lifts_it(self):
        one = self.guarded()
        self.assertEqual(one.timer(59), [])
        [level] = one.timer(60)
        self.assertEqual((level.flags, level.high), ((), 10_333_333))  # that of the lift itself

    def test_an_operator_ends_it(self):
        for value, high in ((0, 10_366_667), (1, 10_400_000)):
            with self.subTest(value):
                one = self.guarded((0.5, 112), (2, 111))
                one.ask(Op.LIFT_GUARD, value=value)
                self.assertEqual((one.level.flags, one.level.high), ((), high))
        one = self.guarded()
        self.assertEqual(one.ask(Op.LIFT_GUARD, value=2), [])

    def test_a_price_that_waited_is_judged_unless_an_operator_accepted_it(self):
        one = Story()
        one.rule(100)
        one.prices((0, 140, 1), (1, 140, 1), (3, 140, 2))
        self.assertEqual(one.level.flags, ("level_guard",))
        one = Story()
        one.rule(100)
        one.price(140, 0)
        one.ask(Op.ACCEPT_PRICE)
        self.assertEqual(one.level.flags, ())

    def test_a_rule_out_of_range_is_no_rule(self):
        one = Story()
        for wrong in ((10_001, 20, 0), (-1, 20, 0), (0, 10_001, 0), (100, 20, 1)):
            one.rule(*wrong)
        one.prices((0, 100), (0.5, 120))
        self.assertEqual(one.level.flags, ())


if __name__ == "__main__":
    unittest.main()
