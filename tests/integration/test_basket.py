"""`indexcast basket`: definitions checked, built and taken from one day to the next."""
import csv
import json
import re
import shutil
import unittest

import harness

INDICES = harness.ROOT / "deploy" / "indices"
CODES = harness.CODES
USAGE, CONFIG, INPUT, FAILURE = 2, 3, 4, 6

# METHODOLOGY 10, G2: three members in two currencies.
GOLDEN_HEAD = """code = "G2"
name = "Golden"
currency = "CNY"
decimals = 4
effective_date = "2025-04-02"
base_level = "1000.0000"
provenance = "a test"
[close_fx]
HKD = "0.92310"
[fx_series]
HKD = "HKDCNY"
"""
GOLDEN_SHARES = """symbol,name,currency,total_shares,free_shares,close
688041.SH,甲,CNY,1000000,900000,151.20
002261.SZ,乙,CNY,4000000,4000000,17.35
03896.HK,丙,HKD,9000000,9000000,5.91
"""
GOLDEN_CLOSES = "symbol,close\n688041.SH,151.20\n002261.SZ,17.35\n03896.HK,5.91\n"
BONUS = """[[action]]
kind = "bonus"
symbol = "002261.SZ"
date = "2025-04-03"
ratio = "5/10"
"""
CASH = """[[action]]
kind = "dividend"
symbol = "002261.SZ"
date = "2025-04-03"
cash = "3/10"
"""
LEAVE = """[[action]]
kind = "leave"
symbol = "002261.SZ"
date = "2025-04-03"
"""
SUSPENSION = """[[action]]
kind = "suspension"
symbol = "002261.SZ"
date = "2025-04-02"
"""
FACTORS = """[[action]]
kind = "cap_factor"
symbol = "002261.SZ"
date = "2025-04-02"
cap_factor = "0.731"
[[action]]
kind = "cap_factor"
symbol = "03896.HK"
date = "2025-04-02"
cap_factor = "0.512"
"""


def rows(path):
    with open(path, encoding="utf-8", newline="") as lines:
        return {row["symbol"]: row for row in csv.DictReader(lines)}


class Basket(harness.Case):
    def build(self, *arguments, check=0):
        return harness.run("basket", "build", *arguments, "--output", self.folder / "out",
                           check=check)

    def roll(self, definition, *arguments, check=0, closes=GOLDEN_CLOSES, date="2025-04-03",
             fx=("--close-fx", "HKD=0.92310")):
        return harness.run("basket", "roll", definition, "--date", date, "--closes",
                           self.write("closes.csv", closes), *fx,
                           *arguments, "--output", self.folder / "next", "--json", check=check)

    def continuity(self, done):
        report = json.loads(done.stdout)
        proof = report["continuity"]
        self.assertTrue(proof["holds"])
        self.assertEqual({proof["closing_level"], proof["gate_level"], proof["chain_level"]},
                         {report["tomorrow"]["previous_close"]})
        return report

    def golden(self):
        """The golden basket: its shares built, its cap factors set by a roll to 2025-04-02."""
        head = GOLDEN_HEAD.replace("2025-04-02", "2025-04-01")
        self.build("--head", self.write("head.toml", head),
                   "--shares", self.write("shares.csv", GOLDEN_SHARES))
        self.roll(self.folder / "out" / "G2.toml", "--actions",
                  self.write("factors.toml", FACTORS), date="2025-04-02")
        for name in ("G2.toml", "G2.csv"):
            (self.folder / "next" / name).rename(self.folder / name)
        path = self.folder / "G2.toml"
        self.assertIn('divisor = "227070.440768"', path.read_text(encoding="utf-8"))
        return path


class Check(Basket):
    def test_a_good_one_is_summed_up_in_a_line(self):
        done = harness.run("basket", "check", *(INDICES / f"{code}.toml" for code in CODES),
                           check=0)
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), 3)
        self.assertEqual(lines[1], f"{INDICES}/995366.toml: good: 995366 version 1 for 2025-04-02, "
                         "10 members, divisor 77640000.5396926, level 1000.0000 at the gate, "
                         "largest 688041.SH 12.8800 %")

    def test_a_byte_order_mark_is_skipped(self):
        for suffix in ("toml", "csv"):
            text = (INDICES / f"995365.{suffix}").read_text(encoding="utf-8")
            self.write(f"995365.{suffix}", "\ufeff" + text)
        harness.run("basket", "check", self.folder / "995365.toml", check=0)

    def test_every_fault_of_every_file_at_once(self):
        for path in INDICES.glob("99536[56].*"):
            shutil.copy(path, self.folder)
        first, second = self.folder / "995365.toml", self.folder / "995366.csv"
        first.write_text(first.read_text().replace("decimals = 4", "decimals = 9"))
        second.write_text(second.read_text().replace("00700.HK", "700.HK")
                          .replace(",7.00,7.00,7.00", ",7.00,0,7.00"))
        done = harness.run("basket", "check", first, self.folder / "995366.toml",
                           self.folder / "none.toml", INDICES / "995367.toml", check=CONFIG)
        for expected in (f"{first}:10:decimals: must be a whole number from 0 to 8",
                         f"{second}:5:base_price: must be positive, not 0",
                         f"{second}:6:symbol: 700.HK: a code of this venue has 5 digits",
                         f"{self.folder}/none.toml:1:: cannot be read"):
            self.assertIn(expected, done.stderr)
        self.assertIn("995367.toml: good", done.stdout)


class Build(Basket):
    def test_the_shipped_definitions_are_what_their_input_makes(self):
        for code in CODES:
            with self.subTest(code):
                self.build("--head", INDICES / "input" / f"{code}.toml",
                           "--weights", INDICES / "input" / f"{code}.csv")
                for suffix in ("toml", "csv"):
                    name = f"{code}.{suffix}"
                    self.assertEqual((self.folder / "out" / name).read_text(encoding="utf-8"),
                                     (INDICES / name).read_text(encoding="utf-8"))

    def test_every_shipped_definition_has_its_input(self):
        self.assertEqual(sorted(path.name for path in INDICES.iterdir() if path.is_file()),
                         sorted(path.name for path in (INDICES / "input").iterdir()))

    def test_weights_are_reported_with_what_rounding_took(self):
        done = self.build("--head", INDICES / "input" / "995366.toml",
                          "--weights", INDICES / "input" / "995366.csv", "--json")
        report = json.loads(done.stdout)
        member = next(each for each in report["members"] if each["symbol"] == "00700.HK")
        self.assertEqual(member["target_percent"], "9.65996909")  # 7.50 of 77.64
        self.assertEqual(member["weight_percent"], "9.65996916")
        self.assertEqual(member["off_by_percent"], "0.00000007")
        self.assertEqual(report["weights_given_percent"], "77.64000000")
        self.assertEqual(report["divisor"], "77640000.5396926")

    def test_shares_count_by_their_float_band(self):
        done = self.build("--head", self.write("head.toml", GOLDEN_HEAD), "--shares", self.write(
            "shares.csv", GOLDEN_SHARES.replace("1000000,900000", "100000,15001")), "--json")
        self.assertEqual(json.loads(done.stdout)["members"][0]["calculation_shares"], "20000")

    def test_golden_float_bands(self):
        bands = {1: 1, 4900: 5, 5000: 5, 14999: 15, 15000: 15, 15001: 20, 20000: 20, 20001: 30,
                 35000: 40, 80000: 80, 80001: 100, 100000: 100}
        lines = ["symbol,name,currency,total_shares,free_shares,close"]
        lines += [f"{600000 + free % 100000:06}.SH,{free},CNY,100000,{free},10.00" for free in bands]
        head = GOLDEN_HEAD[:GOLDEN_HEAD.index("[close_fx]")]
        self.build("--head", self.write("head.toml", head),
                   "--shares", self.write("shares.csv", "\n".join(lines) + "\n"))
        built = {int(row["name"]): int(row["calculation_shares"]) // 1000
                 for row in rows(self.folder / "out" / "G2.csv").values()}
        self.assertEqual(built, bands)

    def test_caps_are_met_and_said(self):
        lines = GOLDEN_SHARES.splitlines()
        capped = [lines[0] + ",cap_percent"] + [line + ",40" for line in lines[1:]]
        done = self.build("--head", self.write("head.toml", GOLDEN_HEAD), "--shares",
                          self.write("shares.csv", "\n".join(capped)), "--json")
        weights = [each["weight_percent"] for each in json.loads(done.stdout)["members"]]
        self.assertEqual(weights[0], "40.00000000")
        self.assertLessEqual(max(map(float, weights)), 40)
        self.assertAlmostEqual(sum(map(float, weights)), 100, places=7)
        done = self.build("--head", self.folder / "head.toml", "--shares",
                          self.write("shares.csv", "\n".join(capped).replace(",40", ",33")),
                          check=INPUT)
        self.assertIn("the caps sum to 99 %, and cannot hold 100 %", done.stderr)

    def test_every_fault_at_once_and_nothing_written(self):
        head = self.write("head.toml", GOLDEN_HEAD.replace("decimals = 4", "decimals = 9")
                          .replace("base_level", "base_levle"))
        shares = self.write("shares.csv", GOLDEN_SHARES.replace("900000,151.20", "1000001,x")
                            .replace("03896.HK", "103896.HK"))
        done = self.build("--head", head, "--shares", shares, check=INPUT)
        for expected in (f"{head}:4:decimals: must be", f"{head}:1:base_level: missing",
                         f"{head}:6:base_levle: unknown key",
                         f"{shares}:2:free_shares: must be at most total_shares",
                         f"{shares}:2:close: must be a positive decimal number with up to 6 places",
                         f"{shares}:4:symbol: 103896.HK: a code of this venue has 5 digits"):
            self.assertIn(expected, done.stderr)
        self.assertFalse((self.folder / "out").exists())

    def test_it_takes_weights_or_shares(self):
        head = self.write("head.toml", GOLDEN_HEAD)
        self.build("--head", head, check=USAGE)
        self.build("--head", head, "--weights", head, "--shares", head, check=USAGE)

    def test_a_folder_that_cannot_be_written(self):
        blocked = self.write("file", "")
        harness.run("basket", "build", "--head", self.write("head.toml", GOLDEN_HEAD), "--shares",
                    self.write("shares.csv", GOLDEN_SHARES), "--output", blocked / "out",
                    check=FAILURE)


class Roll(Basket):
    def test_golden_bonus(self):
        done = self.roll(self.golden(), "--actions", self.write("actions.toml", BONUS))
        report = self.continuity(done)
        self.assertEqual(report["tomorrow"], {"effective_date": "2025-04-03", "version": 3,
                                              "divisor": "227085.060768",
                                              "previous_close": "1000.0000"})
        step, = report["steps"]
        self.assertEqual(step["capitalisation_before"], "227070440.768")
        self.assertEqual(step["capitalisation_after"], "227085060.768")
        self.assertEqual(step["level_under_divisor_before"], "1000.0644")
        row = rows(self.folder / "next" / "G2.csv")["002261.SZ"]
        self.assertEqual((row["calculation_shares"], row["cap_factor"], row["close"],
                          row["base_price"], row["reference_price"]),
                         ("6000000", "0.731", "17.35", "11.57", "11.57"))
        harness.run("basket", "check", self.folder / "next" / "G2.toml", check=0)

    def test_golden_bonus_with_cash(self):
        done = self.roll(self.golden(), "--actions", self.write("actions.toml", BONUS + CASH))
        report = self.continuity(done)
        self.assertEqual(report["tomorrow"]["divisor"], "227085.060768")
        self.assertEqual(report["continuity"]["reference_level"], "996.1371")
        row = rows(self.folder / "next" / "G2.csv")["002261.SZ"]
        self.assertEqual((row["base_price"], row["reference_price"]), ("11.57", "11.37"))

    def absorbing(self):
        """The golden basket at the day's rate, which its divisor takes in."""
        head = self.golden()
        text = head.read_text("utf-8")
        series = '\n[fx_series]\nHKD = "HKDCNY"\n'
        self.assertIn(series, text)
        text = text.replace(series, "").replace("\n[close_fx]", "fx_in_divisor = true\n\n[close_fx]")
        head.write_text(text, "utf-8")
        return head

    def test_a_rate_that_the_divisor_takes_in_is_a_step_of_its_own(self):
        definition = self.absorbing()
        report = self.continuity(self.roll(definition, fx=("--day-fx", "HKD=0.93")))
        step, = report["steps"]
        self.assertEqual(step, {
            "what": "HKD: rate 0.9231 becomes 0.93", "capitalisation_before": "227070440.768",
            "capitalisation_after": "227258350.4", "divisor_before": "227070.440768",
            "divisor_after": "227258.3504", "level_before": "1000.0000",
            "level_after": "1000.0000", "level_under_divisor_before": "1000.8275"})
        self.assertEqual(report["tomorrow"]["divisor"], "227258.3504")
        self.assertEqual((report["close_fx"], report["day_fx"]), ({"HKD": "0.93"}, {"HKD": "0.93"}))
        self.assertEqual(report["day_fx_move_bp"], "0.00")
        harness.run("basket", "check", self.folder / "next" / "G2.toml", check=0)
        done = self.roll(definition, fx=())
        self.assertEqual(done.stderr, "")
        report = self.continuity(done)
        self.assertEqual((report["steps"], report["close_fx"]), ([], {"HKD": "0.9231"}))
        done = self.roll(definition, fx=("--close-fx", "HKD=0.93"), check=USAGE)
        self.assertIn("basket roll:1:--close-fx: HKD: the level closed at 0.9231, the rate in the "
                      "divisor; give a new one as --day-fx", done.stderr)
        text = (self.folder / "next" / "G2.toml").read_text("utf-8")
        unequal = self.write("next/G2.toml", text + '\n[day_fx]\nHKD = "0.93"\n')
        done = harness.run("basket", "check", unequal, check=CONFIG)
        line = text.count("\n") + 3
        self.assertIn(f"{unequal}:{line}:day_fx.HKD: 0.93 is not 0.9231, the rate in the divisor",
                      done.stderr)

    def test_without_the_key_a_rate_is_no_event_of_the_divisor(self):
        report = self.continuity(self.roll(self.golden(), fx=("--close-fx", "HKD=0.93")))
        self.assertEqual(report["steps"], [])
        self.assertEqual(report["tomorrow"]["divisor"], "227070.440768")
        self.assertEqual(report["tomorrow"]["previous_close"], "1000.8275")

    def test_without_actions_the_divisor_stays_and_the_server_takes_the_next_day(self):
        for code in CODES:
            with self.subTest(code):
                closes = "symbol,close\n" + "".join(
                    f"{symbol},{row['close']}\n"
                    for symbol, row in rows(INDICES / f"{code}.csv").items())
                done = self.roll(INDICES / f"{code}.toml", closes=closes,
                                 fx=("--close-fx", "HKD=0.92310") if code != "995365" else ())
                report = self.continuity(done)
                self.assertEqual(report["today"]["divisor"], report["tomorrow"]["divisor"])
                self.assertEqual(report["tomorrow"]["previous_close"], "1000.0000")
                self.assertEqual(report["tomorrow"]["version"], 2)
        config = self.configure(definitions=[str(self.folder / "next" / f"{code}.toml")
                                             for code in CODES])
        done = harness.run("serve", "--config", config, "--check", check=0)
        self.assertIn("3 indices for 20250403", done.stdout)

    def test_the_published_close_is_kept_and_must_be_the_closes_own(self):
        definition = self.golden()
        report = self.continuity(self.roll(definition, "--closing-level", "1000.0000"))
        self.assertTrue(report["closing_level_given"])
        done = self.roll(definition, "--closing-level", "1000.0001", check=USAGE)
        self.assertIn("basket roll:1:--closing-level: closes and rates give 1000.0000, "
                      "not 1000.0001", done.stderr)

    def test_everything_of_a_day_together(self):
        actions = BONUS + CASH + """[[action]]
kind = "join"
symbol = "300017.SZ"
date = "2025-04-03"
name = "丁"
currency = "CNY"
total_shares = "1000000"
free_shares = "150001"
[[action]]
kind = "rights"
symbol = "300017.SZ"
date = "2025-04-03"
ratio = "3/10"
price = "8.00"
[[action]]
kind = "float_band"
symbol = "002261.SZ"
date = "2025-04-03"
total_shares = "6000000"
free_shares = "3000000"
[[action]]
kind = "suspension"
symbol = "03896.HK"
date = "2025-04-02"
[review]
cap_percent = "100"
[review.caps]
"688041.SH" = "50"
"""
        closes = GOLDEN_CLOSES.replace("03896.HK,5.91\n", "300017.SZ,12.00\n000001.SZ,9.99\n")
        report = self.continuity(self.roll(self.golden(), "--actions",
                                           self.write("actions.toml", actions), closes=closes))
        self.assertEqual([re.split(r"[;:] ?", step["what"])[1].split()[0]
                          for step in report["steps"]],
                         ["suspended,", "joins", "bonus", "rights", "float_band", "1"])
        self.assertEqual(report["closes_of_no_member"], 1)
        members = {each["symbol"]: each for each in report["members"]}
        self.assertEqual(members["688041.SH"]["weight_percent"], "50.0000")
        # (12.00 + 0.3 x 8.00) / 1.3 = 11.0769...
        self.assertEqual(members["300017.SZ"]["reference_price"], "11.08")
        self.assertEqual(members["300017.SZ"]["calculation_shares"], "260000")
        self.assertEqual(members["002261.SZ"]["calculation_shares"], "3000000")
        self.assertEqual(members["03896.HK"]["close"], "5.91")

    def test_every_fault_at_once_and_nothing_written(self):
        definition = self.golden()
        shutil.rmtree(self.folder / "next")
        actions = self.write("actions.toml", LEAVE.replace("002261.SZ", "300017.SZ")
                             + LEAVE.replace("04-03", "04-04") + CASH.replace("3/10", "-1")
                             + BONUS.replace("ratio", "raito").replace("002261.SZ", "03896.HK")
                             + CASH.replace("002261.SZ", "03896.HK").replace("3/10", "5.91"))
        closes = GOLDEN_CLOSES.replace("17.35", "17.355").replace("688041.SH,151.20\n", "")
        done = self.roll(definition, "--actions", actions, closes=closes, fx=("--close-fx", "HKD=1.08331"), check=INPUT)
        at = self.folder
        for expected in (
                "basket roll:1:--close-fx: HKD 1.08331 is further than 10 % from 0.9231",
                f"{at}/closes.csv:1:close: 688041.SH: no close",
                f"{at}/closes.csv:2:close: 002261.SZ: 17.355 is not on the tick of 0.01",
                f"{at}/actions.toml:3:action.symbol: 300017.SZ: is no member of G2",
                f"{at}/actions.toml:7:action.date: 002261.SZ: 20250404 is not 20250403",
                f"{at}/actions.toml:13:action.cash: must be a positive decimal number or ratio",
                f"{at}/actions.toml:18:action.raito: unknown key",
                f"{at}/actions.toml:14:action.ratio: missing",
                f"{at}/actions.toml:21:action: 03896.HK: dividend 591/100 at 5.91 leaves no price"):
            self.assertIn(expected, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 9, done.stderr)
        self.assertFalse((self.folder / "next").exists())

    def test_a_refused_definition_and_a_wrong_command_line(self):
        definition = self.golden()
        definition.write_text(definition.read_text().replace("227070.440768", "227070.5"))
        done = self.roll(definition, closes="symbol,close\n1,x\n", check=CONFIG)
        self.assertIn("divisor: base prices give 999.9997", done.stderr)
        self.assertIn("closes.csv:2:close: must be a positive", done.stderr)
        definition = self.golden()
        done = self.roll(definition, date="2025-04-02", fx=("--close-fx", "HKD", "--day-fx", "HKD="),
                         check=USAGE)
        self.assertIn("basket roll:1:--date: must be after 20250402", done.stderr)
        self.assertIn("basket roll:1:--close-fx: HKD: must be CURRENCY=RATE", done.stderr)
        self.assertIn("basket roll:1:--day-fx: HKD=: must be CURRENCY=RATE", done.stderr)

    def test_closes_that_cannot_be_read_are_one_fault(self):
        definition = self.golden()
        done = harness.run("basket", "roll", definition, "--date", "2025-04-03", "--closes",
                           self.folder / "none.csv", "--close-fx", "HKD=0.92310", "--output",
                           self.folder / "next", check=INPUT)
        self.assertEqual(done.stderr, f"{self.folder}/none.csv:1:: cannot be read\n")
        done = self.roll(definition, closes="symbol,close\n", check=INPUT)
        self.assertEqual(done.stderr.count("no close"), 3)

    def test_hong_kongs_reference_price_has_three_decimals(self):
        split = BONUS.replace("002261.SZ", "03896.HK").replace("5/10", "1/3")
        self.continuity(self.roll(self.golden(), "--actions", self.write(
            "actions.toml", split + CASH.replace("002261.SZ", "03896.HK").replace("3/10", "0.1"))))
        row = rows(self.folder / "next" / "G2.csv")["03896.HK"]
        # (5.91 - 0.1) / (4/3) = 4.3575, and 5.91 / (4/3).
        self.assertEqual((row["reference_price"], row["base_price"]), ("4.358", "4.4325"))

    def test_a_suspension_is_of_its_day(self):
        definition = self.golden()
        closes = GOLDEN_CLOSES.replace("002261.SZ,17.35\n", "")
        actions = self.write("actions.toml", SUSPENSION)
        self.continuity(self.roll(definition, "--actions", actions, closes=closes))
        marks = {symbol: row["suspended"] for symbol, row in rows(self.folder / "next" / "G2.csv").items()}
        self.assertEqual(marks, {"688041.SH": "false", "002261.SZ": "true", "03896.HK": "false"})
        members = self.folder / "G2.csv"
        marked = members.read_text(encoding="utf-8").replace("reference_price\n", "reference_price,suspended\n")
        members.write_text(re.sub(r"(?m)^(\d.*)$", r"\1,true", marked), encoding="utf-8")
        self.continuity(self.roll(definition))
        self.assertNotIn("suspended", rows(self.folder / "next" / "G2.csv")["002261.SZ"], "of the day before")
        for day in ("2025-04-01", "2025-04-03"):
            with self.subTest(day):
                shutil.rmtree(self.folder / "next", ignore_errors=True)
                actions = self.write("actions.toml", SUSPENSION.replace("2025-04-02", day))
                done = self.roll(definition, "--actions", actions, closes=closes, check=INPUT)
                self.assertIn(f"{actions}:3:action.date: 002261.SZ: {day.replace('-', '')} is not "
                              "20250402, the day that the closes are of", done.stderr)
                self.assertFalse((self.folder / "next").exists())
        report = self.continuity(self.roll(definition, "--actions", actions,
                                           closes=GOLDEN_CLOSES.replace("17.35", "18.00")))
        self.assertEqual((report["actions_applied"], report["actions_skipped"]["later date"]), (0, 1))
        actions = self.write("actions.toml", SUSPENSION.replace('date = "2025-04-02"\n', ""))
        done = self.roll(definition, "--actions", actions, check=INPUT)
        self.assertIn(f"{actions}:1:action.date: missing", done.stderr)

    def test_a_weekend_is_refused(self):
        definition = self.golden()
        for date, name in (("2025-04-05", "Saturday"), ("2025-04-06", "Sunday")):
            done = self.roll(definition, date=date, check=USAGE)
            self.assertIn(f"basket roll:1:--date: {date.replace('-', '')} is a {name}", done.stderr)

    def test_a_holiday_of_the_calendars_is_warned_of(self):
        definition = self.golden()
        calendar = harness.ROOT / "deploy" / "calendars" / "2025.toml"
        done = self.roll(definition, "--calendar", calendar, date="2025-04-04")
        for expected in ("warning: basket roll:1:--date: sse is shut on 2025-04-04: Qingming",
                         "warning: basket roll:1:--date: hkex is shut on 2025-04-04: Ching Ming",
                         "sse trades on 2025-04-03 before, and no definition is for it"):
            self.assertIn(expected, done.stderr)
        self.assertEqual(json.loads(done.stdout)["warnings"], done.stderr.splitlines())
        self.assertEqual(self.roll(definition, "--calendar", calendar).stderr, "")
        done = self.roll(definition, "--calendar", calendar, date="2026-04-02")
        self.assertIn("no calendar covers 2026-04-02", done.stderr)
        self.roll(definition, "--calendar", self.folder / "none.toml", check=INPUT)

    def test_text_says_what_json_says(self):
        definition = self.golden()
        actions = self.write("actions.toml", BONUS)
        done = harness.run("basket", "roll", definition, "--date", "2025-04-03", "--closes",
                           self.write("closes.csv", GOLDEN_CLOSES), "--actions", actions, "--close-fx",
                           "HKD=0.92310", "--output", self.folder / "next", check=0)
        for expected in ("G2 Golden: 2025-04-02 version 2 becomes 2025-04-03 version 3",
                         "002261.SZ: bonus 1/2; 17.35 becomes 11.57, base 11.57; "
                         "shares 4000000 become 6000000",
                         "capitalisation 227070440.768 -> 227085060.768",
                         "divisor 227070.440768 -> 227085.060768",
                         "level 1000.0000 -> 1000.0000 (under the divisor before: 1000.0644)",
                         "continuity holds: closes 1000.0000, gate 1000.0000, chain form 1000.0000"):
            self.assertIn(expected, done.stdout)


if __name__ == "__main__":
    unittest.main()
