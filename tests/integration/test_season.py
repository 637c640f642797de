"""`indexcast basket roll` with a season of corporate actions as data vendors deliver it."""
import unittest

import test_basket
from test_basket import GOLDEN_CLOSES, INPUT, LEAVE, rows

# As vendors deliver it: a byte order mark, CRLF, quotes, empty values in their words, plans, rows
# of other days and companies, Hong Kong's codes short.
SEASON = """\ufeffts_code,ann_date,div_proc,stk_bo_rate,stk_co_rate,cash_div_tax,currency,flag,ex_date\r
002261.SZ,20250320,实施,0.2,0.3,0.3,,,20250403\r
"688041.SH","20250320",实施,,,"0.12",CNY,final,20250403,\r
688041.SH,20250320,实施,,,0.08,CNY,special,2025/4/3\r
688041.SH,20250320,实施,,,0.12,CNY,final,2025-04-03\r
\r
3896.HK,20250320,实施,nan,nan,0.09231,RMB,,2025-04-03 00:00:00\r
3896.HK,20250320,实施,nan,nan,0.09231,RMB,,20250605\r
002261.SZ,20240320,实施,0,0,0.1,,,20240403\r
688041.SH,20250401,预案,0,0,0.5,,,None\r
600000.SH,20250401,实施,-,-,--,,,20250403\r
"""


class Season(test_basket.Basket):
    def test_vendors_rows(self):
        report = self.continuity(self.roll(self.golden(), "--actions",
                                           self.write("season.csv", SEASON)))
        self.assertEqual(report["actions_applied"], 5)
        self.assertEqual(report["actions_skipped"], {"no member": 1, "earlier date": 1,
                                                     "later date": 1, "repeated": 1, "no date": 1,
                                                     "no payment": 0})
        self.assertEqual(report["columns_not_used"], ["ann_date"])
        members = rows(self.folder / "next" / "G2.csv")
        self.assertEqual({symbol: row["reference_price"] for symbol, row in members.items()},
                         {"688041.SH": "151.00", "002261.SZ": "11.37", "03896.HK": "5.81"})
        self.assertEqual(report["tomorrow"]["divisor"], "227085.060768")

    def test_a_scheme_of_text(self):
        season = "symbol,ex_date,plan\n002261.SZ,2025-04-03,10送2转3派3元(含税)\n"
        report = self.continuity(self.roll(self.golden(), "--actions",
                                           self.write("season.csv", season)))
        self.assertEqual(report["tomorrow"]["divisor"], "227085.060768")
        self.assertEqual(report["continuity"]["reference_level"], "996.1371")

    def test_beside_the_decisions_about_the_index(self):
        season = "symbol,ex_date,cash_per_10\n300017.SZ,2025-04-03,10\n002261.SZ,2025-04-03,3\n"
        join = """[[action]]
kind = "join"
symbol = "300017.SZ"
date = "2025-04-03"
name = "丁"
currency = "CNY"
calculation_shares = "1000"
"""
        done = self.roll(self.golden(), "--actions", self.write("season.csv", season), "--actions",
                         self.write("actions.toml", LEAVE + join),
                         closes=GOLDEN_CLOSES + "300017.SZ,12.00\n")
        report = self.continuity(done)
        self.assertEqual((report["actions_applied"], report["actions_skipped"]["no member"]), (3, 1))
        self.assertEqual(rows(self.folder / "next" / "G2.csv")["300017.SZ"]["reference_price"], "11.00")

    def test_faults_have_file_line_and_key(self):
        definition = self.golden()
        head = "symbol,ex_date,status,cash,currency\n"
        for row, expected in (
                ("002261.SZ,2025-04-03,预案,1,", "2:status: 预案: 002261.SZ goes ex"),
                ("002261.SZ,2025-04-03,,x,", "2:cash: must be a decimal number"),
                ("002261.SZ,04/03/2025,,1,", "2:ex_date: must be a date"),
                ("002261.SZ,2025-04-03,,1,USD", "2:action.currency: 002261.SZ: no rate of USD"),
                ("002261.SZ,2025-04-03,,0.092,\n002261.SZ,2025-04-03,,0.0916667,",
                 "3:action.kind: 002261.SZ: a dividend of")):
            with self.subTest(row):
                actions = self.write("actions.toml", "")
                season = self.write("season.csv", head + row + "\n")
                done = self.roll(definition, "--actions", actions, "--actions", season, check=INPUT)
                self.assertIn(f"{season}:{expected}", done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        season = self.write("season.csv", "symbol,ex_date,cash\n002261.SZ,2025-04-03,1\n")
        done = self.roll(definition, "--actions", season, date="2025-04-07", check=INPUT)
        self.assertIn(f"{season}:2:action.date: 002261.SZ: 20250403 is between 20250402 and 20250407",
                      done.stderr)


if __name__ == "__main__":
    unittest.main()
