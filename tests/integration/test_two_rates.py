"""A day that starts at another rate than the previous close had (METHODOLOGY 6, two rates)."""
import json
import pathlib
import unittest
from fractions import Fraction

import harness
import recompute  # from deploy, which the harness puts in the path
from test_basket import CODES, GOLDEN_CLOSES, INDICES, Basket, rows
from test_oracle import DAYS, OracleCase, followed_rate, site

from oracle import compare  # test_oracle puts it in the path

CLOSED_AT, FIXED_AT = "0.92310", "0.92586930"  # 0.3 % apart


def units(level):
    return int(level.replace(".", ""))


def with_day_rate(code, head):
    return head if code == "995365" else f'{head}\n[day_fx]\nHKD = "{FIXED_AT}"\n'


class RateOfTheDay(OracleCase):
    def first_levels(self, levels):
        first = {}
        with open(levels, encoding="utf-8") as lines:
            for record in map(json.loads, lines):
                first.setdefault(record["code"], record)
        return first

    def test_a_new_fixed_rate_is_in_the_change_of_the_day(self):
        config, journal, levels = self.play(DAYS["busier day"],
                                            definitions=self.changed(with_day_rate))
        self.assert_agrees(config, journal, levels, at_least=5_000)
        for code, level in self.first_levels(levels).items():
            members = rows(INDICES / f"{code}.csv").values()
            foreign = sum(Fraction(row["reference_price"]) * Fraction(row["calculation_shares"])
                          * Fraction(row["cap_factor"]) for row in members
                          if row["currency"] == "HKD")
            head = harness.site.tomllib.loads((INDICES / f"{code}.toml").read_text("utf-8"))
            move = foreign * (Fraction(FIXED_AT) - Fraction(CLOSED_AT)) / Fraction(head["divisor"])
            with self.subTest(code):
                self.assertEqual(level["previous_close"], "1000.0000")
                self.assertEqual(units(level["level"]) - 10_000_000, round(move * 10_000))
                self.assertEqual(bool(move), code != "995365")
        rates = {level.fx_rate for level in compare.published_levels(levels)
                 if level.code != "995365"}
        self.assertEqual(rates, {92_586_930}, "fixed: all day")

    def test_the_levels_follow_from_the_published_records_alone(self):
        _, _, levels = self.play(DAYS["busy morning"], definitions=self.changed(with_day_rate))
        baskets = {code: recompute.Basket(self.folder / f"{code}.toml") for code in CODES}
        with open(levels, encoding="utf-8") as lines:
            self.assertEqual(recompute.check(baskets, map(json.loads, lines)), [])

    def test_the_guard_stands_around_it_until_a_source_speaks(self):
        config, journal, _ = self.play(DAYS["busier day"], fx=followed_rate(stale_after_s=0),
                                       definitions=self.changed(with_day_rate))
        for seed, kinds in enumerate(({"rate": 0.02, "wild_rate": 0.02}, {"rate_in_session": 0.02,
                                      "hold": 0.005, "override": 0.003}), 1):
            with self.subTest(seed=seed, kinds=kinds):
                self.assert_agrees(*self.disturb(config, journal, seed, kinds), at_least=2_000)

    def test_a_journal_replays_with_its_own_rates_alone(self):
        definitions = self.changed(with_day_rate)
        config, journal, _ = self.play(DAYS["busy morning"], definitions=definitions)
        again = ("replay", "--config", config, "--from-journal", journal, "--output",
                 self.folder / "again.jsonl")
        harness.run(*again, check=0)
        for path in map(pathlib.Path, definitions):
            path.write_text(path.read_text("utf-8").replace(FIXED_AT, "0.92586931"), "utf-8")
        self.assertIn("written with other definitions", harness.run(*again, check=4).stderr)

    def test_a_fund_starts_at_the_rate_of_the_index_that_it_tracks(self):
        funds = [{**fund, "enabled": True} for fund in site.load()["funds"]]
        self.assert_agrees(*self.play(DAYS["busier day"], funds=funds,
                                      definitions=self.changed(with_day_rate)), at_least=5_000)

    def test_two_rates_of_one_series_on_one_day_are_refused(self):
        paths = self.changed(lambda code, head: head if code == "995366"
                             else with_day_rate(code, head))
        done = harness.run("serve", "--config", self.configure(definitions=paths), "--check",
                           check=3)
        self.assertIn("995367.toml:1:day_fx.HKD: HKDCNY begins the day at 0.9258693, and at 0.9231",
                      done.stderr)


class Rolls(Basket):
    def test_a_fixed_rate_closes_as_it_was_and_changes_in_the_morning(self):
        definition = self.golden()
        done = self.roll(definition, fx=("--day-fx", f"HKD={FIXED_AT}"))
        self.assertIn("warning: basket roll:1:--close-fx: HKD: 0.9231 is taken, today's day_fx",
                      done.stderr)
        report = self.continuity(done)
        self.assertEqual((report["close_fx"], report["day_fx"], report["day_fx_move_bp"]),
                         ({"HKD": "0.9231"}, {"HKD": "0.9258693"}, "3.32"))
        self.assertEqual(report["tomorrow"]["previous_close"], "1000.0000")
        self.assertEqual(report["continuity"]["reference_level"], "1000.3321")
        self.assertEqual(report["tomorrow"]["divisor"], report["today"]["divisor"])
        harness.run("basket", "check", self.folder / "next" / "G2.toml", check=0)
        (self.folder / "next").rename(self.folder / "first")
        done = self.roll(self.folder / "first" / "G2.toml", "--closing-level", "1000.3321", fx=(),
                         date="2025-04-04")
        self.assertEqual(done.stderr, "", "the closing level proves the rate")
        report = self.continuity(done)
        self.assertEqual((report["close_fx"], report["day_fx"], report["day_fx_move_bp"]),
                         ({"HKD": "0.9258693"}, {"HKD": "0.9258693"}, "0.00"))
        self.assertEqual(report["tomorrow"]["previous_close"], "1000.3321")

    def test_the_text_shows_both_rates_and_the_move(self):
        done = harness.run("basket", "roll", self.golden(), "--date", "2025-04-03", "--closes",
                           self.write("closes.csv", GOLDEN_CLOSES), "--close-fx", "HKD=0.93",
                           "--day-fx", "HKD=0.92310", "--output", self.folder / "next", check=0)
        self.assertIn("rate HKD: the day began at 0.9231, closed at 0.93, and the next begins at "
                      "0.9231\nthe next day's rates move the level by -8.27 bp\n", done.stdout)

    def test_help_says_what_each_rate_is(self):
        text = " ".join(harness.run("basket", "roll", "--help", check=0).stdout.split())
        self.assertIn("today's closing level was published with", text)
        self.assertIn("the next day starts at", text)
        self.assertNotIn("--fx", text)


if __name__ == "__main__":
    unittest.main()
