"""Net and gross total return beside their price index, each level recomputed from the definitions."""
import json
import unittest
from fractions import Fraction

import harness
import recompute  # from deploy, which the harness puts in the path

DAY = {"begin": "09:20:00", "end": "09:40:00"}
SEED = 11
SHIPPED = harness.ROOT / "deploy" / "indices"
EX = {"688041.SH": ("CNY", Fraction("1.5")), "00700.HK": ("HKD", Fraction("4.5"))}  # per share
TAX = {"net": Fraction(9, 10), "gross": Fraction(1)}
PRICE_CLOSE, TOTAL_CLOSE = Fraction(1000), Fraction("1234.5678")


class TotalBasket(recompute.Basket):
    """A price index with its dividends, from the two definitions' own files."""

    def __init__(self, path, kind):
        super().__init__(path)
        self.kind = kind
        self.divisor *= PRICE_CLOSE / TOTAL_CLOSE

    def level(self):
        total = Fraction(0)
        for symbol, (shares, currency) in self.members.items():
            rate = self.rates[self.series[currency]] if currency != self.currency else 1
            cash = EX[symbol][1] * TAX[self.kind] if symbol in EX else 0
            total += (self.prices[symbol] + cash) * shares * rate
        return recompute.half_up(total / self.divisor, self.decimals)


def write_definitions(folder):
    """995366 on a day on which two members go ex, and both its total return indices."""
    rows = (SHIPPED / "995366.csv").read_text(encoding="utf-8").splitlines()
    dividends = ["symbol,currency,cash_per_share,index_shares,tax_percent"]
    for place, row in enumerate(rows):
        fields = row.split(",")
        if fields[0] not in EX:
            continue
        currency, cash = EX[fields[0]]
        fields[-1] = str(float(fields[-1]) - float(cash))
        rows[place] = ",".join(fields)
        dividends.append(f"{fields[0]},{currency},{float(cash)},{fields[3]},10")
    if len(dividends) != 3:
        raise AssertionError(f"{EX} are not all members")
    (folder / "995366.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "dividends.csv").write_text("\n".join(dividends) + "\n")
    head = (SHIPPED / "995366.toml").read_text(encoding="utf-8")
    (folder / "price.toml").write_text(head, encoding="utf-8")
    for kind in TAX:
        total = head.replace('code = "995366"', f'code = "995366-{kind}"')
        total = total.replace('"1000.0000"', f'"{float(TOTAL_CLOSE):.4f}"')
        total += (f'\n[total_return]\nkind = "{kind}"\nprice_index = "995366"\n'
                  'price_previous_close = "1000.0000"\ndividends = "dividends.csv"\n')
        (folder / f"{kind}.toml").write_text(total, encoding="utf-8")


class TotalReturn(harness.Case):
    def test_every_level_is_the_price_index_with_its_dividends(self):
        write_definitions(self.folder)
        names = ["price.toml", "net.toml", "gross.toml"]
        config = self.configure(definitions=[str(self.folder / name) for name in names],
                                simulator=DAY)
        capture, output = self.folder / "day.pcap", self.folder / "levels.jsonl"
        harness.run("simulate", "--config", config, "--seed", SEED, "--pcap", capture, check=0)
        harness.run("replay", "--config", config, capture, "--output", output, check=0)
        records = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
        baskets = {"995366": recompute.Basket(self.folder / "price.toml")}
        for kind in TAX:
            baskets[f"995366-{kind}"] = TotalBasket(self.folder / f"{kind}.toml", kind)
        self.assertEqual(recompute.check(baskets, records), [])
        by_code = {code: [r for r in records if r["code"] == code] for code in baskets}
        self.assertGreater(len(by_code["995366"]), 500)
        # On every tick: a price that moves the price index moves these too, but for its last digit.
        inputs = {code: {r["input_sequence"] for r in rs} for code, rs in by_code.items()}
        self.assertEqual(inputs["995366"], inputs["995366-gross"])
        self.assertEqual(inputs["995366"], inputs["995366-net"])
        first = {code: rs[0]["level"] for code, rs in by_code.items()}
        self.assertLess(float(first["995366"]), 1000)  # the price index falls by what is paid
        self.assertEqual(first["995366-gross"], "1234.5678")
        self.assertLess(first["995366-net"], first["995366-gross"])


if __name__ == "__main__":
    unittest.main()
