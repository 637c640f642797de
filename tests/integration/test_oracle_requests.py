"""How the oracle judges operators' values, on figures by hand and on disturbed days."""
import sys
import unittest

import harness
from test_activation import FIRST, REFUSED, ActivationCase, members_of
from test_oracle import DAYS, OracleCase, followed_rate
from test_oracle_input_control import CLOSE, HK, LAST, PREVIOUS, SECOND, SH, SZ, Story, units

sys.path.insert(0, str(harness.ROOT / "tests"))
from oracle import compare, disturbance, inputs  # noqa: E402  (the line above finds it)
from oracle.inputs import Kind  # noqa: E402
from oracle.request import ANY_VERSION, Mode, Op  # noqa: E402
from oracle.status import BREAK, CLOSING, PRE_OPEN, SHUT, TRADING  # noqa: E402

CAREFUL, FORCE, PREVIEW = Mode
SERIES, PAR = 1, 10**8  # the series of the story and its rate
RATE_FEED = 3
APPLIES, NEEDS_FORCE, IMPOSSIBLE = "applies", "needs force", "impossible"
MODES_THAT_APPLY = {APPLIES: (CAREFUL, FORCE, 3, 257), NEEDS_FORCE: (FORCE,), IMPOSSIBLE: ()}

# Requests in each mode, near and beyond every limit, and reports of their targets' versions.
REQUEST_DISTURBANCES = [
    {"override": 0.01, "limits": 0.002, "versions": 0.0003},
    {"override": 0.01, "collar": 0.001, "jump": 0.002, "versions": 0.0003},
    {"waiting": 0.01, "far": 0.003, "answer": 0.03, "limits": 0.001, "versions": 0.0003},
    {"stated_close": 0.05, "answer": 0.02, "limits": 0.001, "versions": 0.0003},
    {"rate_in_session": 0.01, "wild_rate": 0.003, "rate_request": 0.005, "versions": 0.0003},
    {"day_rate": 0.02, "versions": 0.0002},
    {"day_rate": 0.02, "wild_rate": 0.003, "rate_request": 0.003, "market_phase": 0.002,
     "versions": 0.0002},
    {"day_rate": 0.02, "rate": 0.0005, "hold": 0.003, "override": 0.003, "correct_close": 0.001,
     "versions": 0.0002},
    {"day_rate": 0.01, "rate_request": 0.002, "stated_close": 0.02, "waiting": 0.003,
     "answer": 0.02, "override": 0.002, "limits": 0.0005, "belief_rule": 0.0005, "leap": 0.002,
     "lift_guard": 0.002, "hold": 0.001, "market_phase": 0.0005, "feed_state": 0.0005,
     "instrument_status": 0.001, "correct_close": 0.001, "versions": 0.0002},
]


class JudgedCase(unittest.TestCase):
    def assert_judged(self, expected, tell, target_of, op, target=0, **values):
        """Asserts the result of a request in every mode, by its target's version."""
        for mode in (CAREFUL, FORCE, PREVIEW, 3, 257):
            with self.subTest(op=op.name, mode=mode, **values):
                one = tell()
                before = target_of(one).version
                one.ask(op, target, mode=mode, **values)
                applied = target_of(one).version - before
                self.assertEqual(applied, mode in MODES_THAT_APPLY[expected])


class Prices(JudgedCase):
    def first(self, one):
        return one.first

    def assert_override(self, expected, value, tell=Story):
        self.assert_judged(expected, tell, self.first, Op.OVERRIDE_PRICE, value=value)

    def test_a_far_price_needs_force(self):
        for value, expected in (("175", APPLIES), ("175.000001", NEEDS_FORCE),
                                ("57.142858", APPLIES), ("57.142857", NEEDS_FORCE),
                                ("100000.000999", NEEDS_FORCE), ("100000.001", IMPOSSIBLE),
                                ("0", IMPOSSIBLE), ("-1", IMPOSSIBLE)):
            self.assert_override(expected, units(value))

    def test_the_range_is_centred_on_the_last_price_of_today_or_the_base(self):
        def moved():
            one = Story()
            one.price(120, 0)
            return one

        def stated():  # which is in force and moves no centre
            one = Story(opened=False)
            one.price(120, detail=PREVIOUS)
            return one

        def confirmed():
            one = Story(opened=False)
            one.price(130, detail=PREVIOUS)
            one.ask(Op.CONFIRM_REFERENCE)
            return one

        for tell, last in ((moved, 210), (stated, 175), (confirmed, "227.5")):
            self.assert_override(APPLIES, units(last), tell)
            self.assert_override(NEEDS_FORCE, units(last) + 1, tell)

    def test_a_price_beyond_the_price_limits_needs_force(self):
        def limited(lower, upper):
            def tell():
                one = Story()
                one.limits(lower, upper)
                return one
            return tell

        self.assert_override(APPLIES, units(110), limited(90, 110))
        self.assert_override(NEEDS_FORCE, units(110) + 1, limited(90, 110))
        self.assert_override(NEEDS_FORCE, units(90) - 1, limited(90, 110))
        self.assert_override(APPLIES, units(90), limited(101, 120))

    def test_without_a_collar_no_price_needs_force(self):
        def free():
            one = Story()
            one.take(kind=Kind.PRICE_COLLAR, feed=4, instrument=SH, value=0)
            return one

        self.assert_override(APPLIES, units(1000), free)

    def test_a_price_cannot_be_overridden_after_its_market_closes(self):
        for phase in (CLOSING, SHUT):
            def ended():
                one = Story()
                one.phase(phase, SH)
                return one
            self.assert_override(IMPOSSIBLE, units(100), ended)

    def test_a_pending_price_far_from_the_last_needs_force_to_accept_or_refuse(self):
        for price, expected in ((None, IMPOSSIBLE), (175, APPLIES), (176, NEEDS_FORCE)):
            def waits():
                one = Story()
                one.price(price or 100, 0)
                return one
            for op in (Op.ACCEPT_PRICE, Op.REFUSE_PRICE):
                self.assert_judged(expected, waits, self.first, op)

    def test_a_stated_previous_close_far_from_the_base_needs_force(self):
        for price, expected in ((100, IMPOSSIBLE), (175, APPLIES), (176, NEEDS_FORCE)):
            def stated():
                one = Story(opened=False)
                one.price(price, detail=PREVIOUS)
                one.price(90, 1)
                return one
            self.assert_judged(expected, stated, self.first, Op.CONFIRM_REFERENCE)

    def test_an_override_expires_by_the_receive_time_of_the_request(self):
        for expiry_s, applied in ((2, True), (1, False)):
            one = Story()
            one.at = 3
            one.price(100)  # of another feed, whose receive time is later
            one.take(2, exchange=expiry_s, kind=Kind.CONTROL, feed=4, detail=Op.OVERRIDE_PRICE,
                     value=units(101), channel=CAREFUL, expected_version=ANY_VERSION,
                     instrument=SH)
            self.assertEqual(one.first.override is not None, applied)

    def test_a_preview_changes_nothing(self):
        one = Story()
        self.assertEqual(one.ask(Op.OVERRIDE_PRICE, value=units(101), mode=PREVIEW), [])
        self.assertEqual((one.in_force, one.first.version), (100, 0))
        one.ask(Op.OVERRIDE_PRICE, value=units(101))
        one.ask(Op.RELEASE_PRICE, mode=PREVIEW)  # which is not judged
        self.assertEqual((one.in_force, one.first.version), (100, 2))


class Closes(JudgedCase):
    def assert_correction(self, expected, value, first=1, last=1, guard_bp=100, tell=Story):
        def guarded():
            one = tell()
            one.rule(guard_bp)
            return one

        self.assert_judged(expected, guarded, lambda one: one.day.indices[0], Op.CORRECT_CLOSE,
                           value=value, second=first, third=last)

    def test_a_close_beyond_the_guard_needs_force(self):
        for value, expected in ((10_100_000, APPLIES), (10_100_001, NEEDS_FORCE),
                                (9_900_000, APPLIES), (9_899_999, NEEDS_FORCE), (0, IMPOSSIBLE)):
            self.assert_correction(expected, value)
        self.assert_correction(APPLIES, 1, guard_bp=0)

    def test_a_correction_must_name_published_levels(self):
        last = Story().day.indices[0].sequence
        for first, to in ((0, 1), (2, 1), (1, last + 2), (-1, 1)):
            self.assert_correction(IMPOSSIBLE, 10_000_000, first, to)
        self.assert_correction(APPLIES, 10_000_000, last, last)

    def test_a_correction_is_compared_with_the_close_after_the_close(self):
        def closed():
            one = Story()
            for member, price in ((SH, 100), (SZ, 50), (HK, 12)):
                one.price(price, 1, member=member, detail=CLOSE)
            for market in (SH, SZ, HK):
                one.phase(CLOSING, market, 2)
            self.assertEqual(one.level.status, "closed")
            one.phase(TRADING, SH, 3)  # its venue goes on, and the close stands
            one.ask(Op.OVERRIDE_PRICE, value=units(115))
            return one

        close = closed().level.close
        self.assertNotIn(close, (0, closed().level.level))
        self.assert_correction(APPLIES, close * 101 // 100, tell=closed)
        self.assert_correction(NEEDS_FORCE, close * 101 // 100 + 1, tell=closed)


class Rates(JudgedCase):
    def series(self, one):
        return one.day.series[SERIES]

    def story(self, *rates, **values):
        def tell():
            one = Story(**{"opened": False, "phase": PRE_OPEN, **values})
            for rate in rates:
                one.take(kind=Kind.FX, feed=RATE_FEED, instrument=SERIES, value=rate)
            return one
        return tell

    def assert_rate(self, expected, op, value=0, tell=None):
        self.assert_judged(expected, tell or self.story(), self.series, op, SERIES, value=value)

    def test_a_rate_beyond_the_guard_needs_force_and_extreme_rates_are_impossible(self):
        for value, expected in ((102_000_000, APPLIES), (102_000_001, NEEDS_FORCE),
                                (98_000_000, APPLIES), (97_999_999, NEEDS_FORCE),
                                (10 * PAR + 9, NEEDS_FORCE), (10 * PAR + 10, IMPOSSIBLE),
                                (PAR // 10, NEEDS_FORCE), (PAR // 10 - 1, IMPOSSIBLE),
                                (0, IMPOSSIBLE), (-1, IMPOSSIBLE)):
            self.assert_rate(expected, Op.OVERRIDE_RATE, value)

    def test_a_rate_is_compared_with_the_accepted_rate(self):
        tell = self.story(101_000_000)
        self.assert_rate(APPLIES, Op.OVERRIDE_RATE, 103_020_000, tell)
        self.assert_rate(NEEDS_FORCE, Op.OVERRIDE_RATE, 103_020_001, tell)

    def test_a_pending_rate_needs_force_and_an_impossible_rate_can_only_be_refused(self):
        for rate, accepted, refused in ((PAR, IMPOSSIBLE, IMPOSSIBLE),
                                        (103_000_000, NEEDS_FORCE, NEEDS_FORCE),
                                        (11 * PAR, IMPOSSIBLE, NEEDS_FORCE)):
            self.assert_rate(accepted, Op.ACCEPT_RATE, tell=self.story(rate))
            self.assert_rate(refused, Op.REFUSE_RATE, tell=self.story(rate))

    def test_the_day_rate_moves_by_a_tenth_at_most(self):
        for value, expected in ((102_000_000, APPLIES), (102_000_001, NEEDS_FORCE),
                                (110_000_000, NEEDS_FORCE), (110_000_001, IMPOSSIBLE),
                                (90_000_000, NEEDS_FORCE), (89_999_999, IMPOSSIBLE),
                                (PAR, IMPOSSIBLE), (0, IMPOSSIBLE)):
            self.assert_rate(expected, Op.SET_DAY_FX, value)

    def test_the_guard_is_centred_on_the_last_day_rate_and_the_tenth_on_the_definition(self):
        def tell():
            one = self.story()()
            one.ask(Op.SET_DAY_FX, SERIES, 108_000_000, FORCE)
            return one

        self.assert_rate(APPLIES, Op.SET_DAY_FX, 110_000_000, tell)
        self.assert_rate(NEEDS_FORCE, Op.SET_DAY_FX, PAR, tell)
        self.assert_rate(IMPOSSIBLE, Op.SET_DAY_FX, 110_000_001, tell)
        self.assert_rate(IMPOSSIBLE, Op.SET_DAY_FX, 108_000_000, tell)

    def test_the_day_rate_cannot_be_set_after_a_source_sent_a_rate(self):
        self.assert_rate(IMPOSSIBLE, Op.SET_DAY_FX, 101_000_000, self.story(PAR))
        self.assert_rate(APPLIES, Op.SET_DAY_FX, 101_000_000, self.story(103_000_000))

    def test_the_day_rate_cannot_be_set_after_an_index_opened(self):
        def reaching(*phases, held=False):
            def tell():
                one = self.story()()
                if held:
                    one.ask(Op.HOLD)
                for market, phase in zip((SH, SZ, HK), phases):
                    one.phase(phase, market)
                return one
            return tell

        def opened_before():
            one = Story()
            self.assertGreater(one.level.open, 0)
            for market in (SH, SZ, HK):
                one.phase(PRE_OPEN, market)
            return one

        for phases, expected in (((), APPLIES), ((TRADING, TRADING, PRE_OPEN), APPLIES),
                                 ((BREAK, BREAK, PRE_OPEN), IMPOSSIBLE),
                                 ((TRADING, TRADING, TRADING), IMPOSSIBLE),
                                 ((SHUT,) * 3, IMPOSSIBLE)):
            for held in (False, True):
                self.assert_rate(expected, Op.SET_DAY_FX, 101_000_000,
                                 reaching(*phases, held=held))
        self.assert_rate(IMPOSSIBLE, Op.SET_DAY_FX, 101_000_000, opened_before)

    def test_the_day_rate_applies_unless_an_override_does(self):
        one = self.story()()
        one.ask(Op.OVERRIDE_RATE, SERIES, 99_000_000)
        one.ask(Op.SET_DAY_FX, SERIES, 101_000_000)
        self.assertEqual(self.series(one).rate, 99_000_000)
        one.ask(Op.RELEASE_RATE, SERIES)
        self.assertEqual(self.series(one).rate, 101_000_000)
        one.price(100, 1, detail=LAST)
        self.assertEqual(one.level.level, 10_033_333)

    def test_the_day_rate_does_not_count_as_a_rate_of_a_source(self):
        one = self.story()()
        one.take(kind=Kind.FX_RULE, feed=4, instrument=SERIES, value=30 * SECOND)
        one.ask(Op.SET_DAY_FX, SERIES, 101_000_000)
        self.assertTrue(self.series(one).stale)
        one.take(kind=Kind.FX, feed=RATE_FEED, instrument=SERIES, channel=7, value=103_020_000)
        self.assertEqual(self.series(one).rate, 103_020_000)

    def test_a_new_version_keeps_a_set_day_rate_and_replaces_an_unset_one(self):
        for op, expected in ((None, 99_000_000), (Op.SET_DAY_FX, 101_000_000)):
            series = self.series(self.story()())
            if op is not None:
                series.set_day_rate(101_000_000)
            series.change_day_rate(99_000_000)
            self.assertEqual((series.rate, series.day_fx), (expected, 99_000_000))


class RequestedDays(OracleCase):
    """Days with many operators' requests near the limits of the permitted values."""

    def assert_days(self, kinds_of_days, first_seed, **sections):
        config, journal, _ = self.play(DAYS["busier day"], str(first_seed), **sections)
        for seed, kinds in self.disturbed_days(kinds_of_days, first_seed):
            with self.subTest(seed=seed, kinds=kinds):
                self.assert_agrees(*self.disturb(config, journal, seed, kinds), at_least=2_000)

    def test_no_level_differs_with_a_live_rate(self):
        self.assert_days(REQUEST_DISTURBANCES, 501, fx=followed_rate(stale_after_s=0))

    def test_no_level_differs_with_a_stale_or_a_fixed_rate(self):
        days = [kinds for kinds in REQUEST_DISTURBANCES if "day_rate" in kinds]
        self.assert_days(days, 601, fx=followed_rate(stale_after_s=30))
        self.assert_days(days, 701)

    def test_no_level_differs_before_the_open(self):
        config, journal, _ = self.play(DAYS["busy morning"])
        for guard_rules in (0, 0.001):
            kinds = {"correct_close": 0.02, "belief_rule": guard_rules, "versions": 0.002}
            with self.subTest(kinds=kinds):
                self.assert_agrees(*self.disturb(config, journal, 811, kinds), at_least=500)

    def test_no_level_differs_with_corrections_around_the_close(self):
        config, journal, levels = self.play(DAYS["busier day"])
        closes = {level.code: level.close for level in compare.published_levels(levels)}
        header, events = inputs.read(journal)
        told = disturbance.Disturbance(801, {"correct_close": 0.005, "versions": 0.0005},
                                       closes=[closes[code] for code in harness.CODES])
        path, output = self.folder / "told.journal", self.folder / "told.jsonl"
        inputs.write(path, header, told.run(events))
        harness.run("replay", "--config", config, "--from-journal", path, "--output", output,
                    check=0)
        self.assert_agrees(config, path, output, at_least=2_000)


class EditionsOfADay(ActivationCase):
    """Versions of one index with different day rates."""

    CODE = "995366"

    def put_day_rate(self, version, rate):
        return self.put_version(self.CODE, version, members_of(self.CODE),
                                ("[fx_series]", f'[day_fx]\nHKD = "{rate}"\n\n[fx_series]'))

    def set_rate(self, rate, *options, check=0):
        return self.ask(self.ready, "set_day_fx", "HKDCNY", rate, *options, check=check)

    def test_a_set_rate_stays_and_the_tenth_applies_to_the_newest_version(self):
        self.put(FIRST, [self.CODE])
        self.config = self.configure_days(admin=self.administration())
        self.server, self.ready = self.serve(self.config)
        self.assertIn("Level differs", self.activate(self.put_day_rate(2, "0.93"), check=REFUSED))
        self.activate(self.put_day_rate(3, "0.92310001"))  # the same level
        self.assertIn("Needs force", self.set_rate("0.9417", check=REFUSED))
        self.set_rate("0.9417", "--preview")
        self.set_rate("0.925")
        self.activate(self.put_day_rate(4, "0.93"))
        self.assertIn("Bad value", self.set_rate("1.02300001", "--force", check=REFUSED))
        self.set_rate("1.023", "--force")
        self.play_morning()
        self.playing.wait()
        day = self.finish()
        rates = [level.fx_rate for level in compare.published_levels(day[2])]
        self.assertEqual(list(dict.fromkeys(rates)),
                         [92_310_000, 92_310_001, 92_500_000, 102_300_000])
        self.assert_agrees(*day, at_least=500)


if __name__ == "__main__":
    unittest.main()
