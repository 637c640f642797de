"""Computes levels again from published records and definition files alone (METHODOLOGY 2).

Shares nothing with the server but the definitions: other language, other number types, no
incremental sum. Every level names the price or rate that caused it, so the records of an index from
its first level on hold everything that its levels are made of.
"""
import csv
import pathlib
import tomllib
from decimal import Decimal, ROUND_HALF_UP
from fractions import Fraction

SHARE = Decimal("0.000001")


def half_up(value, places):
    """A positive fraction rounded half up, as text with that many places."""
    units = (value * 10**places * 2 + 1) // 2
    text = str(int(units)).rjust(places + 1, "0")
    return f"{text[:-places]}.{text[-places:]}" if places else text


class Basket:
    """One index: what its definition says, and the prices and rates in force."""

    def __init__(self, path):
        path = pathlib.Path(path)
        head = tomllib.loads(path.read_text(encoding="utf-8"))
        self.code = head["code"]
        self.currency = head["currency"]
        self.decimals = head["decimals"]
        self.divisor = Fraction(head["divisor"])
        self.series = head.get("fx_series", {})
        rates = head.get("close_fx", {}) | head.get("day_fx", {})
        self.rates = {self.series[c]: Fraction(x) for c, x in rates.items() if c in self.series}
        self.members, self.prices = {}, {}
        with open(path.parent / head["members"], encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(line for line in rows if not line.startswith("#")):
                self._add(row)

    def _add(self, row):
        shares = Decimal(row["calculation_shares"]) * Decimal(row["cap_factor"])
        shares = shares.quantize(SHARE, ROUND_HALF_UP)
        self.members[row["symbol"]] = (Fraction(shares), row["currency"])
        self.prices[row["symbol"]] = Fraction(row["reference_price"])

    def take(self, record):
        """Puts the input that caused a level in force."""
        if record["cause"] == "price":
            self.prices[record["cause_symbol"]] = Fraction(record["cause_value"])
        elif record["cause"] == "fx":
            self.rates[record["cause_symbol"]] = Fraction(record["cause_value"])

    def level(self):
        """The level now, as published text."""
        total = Fraction(0)
        for symbol, (shares, currency) in self.members.items():
            rate = self.rates[self.series[currency]] if currency != self.currency else 1
            total += self.prices[symbol] * shares * rate
        return half_up(total / self.divisor, self.decimals)


def check(baskets, records):
    """Levels of complete, ordered records that are not what their inputs make: (record, expected).

    `baskets` maps codes to baskets at their start; `records` begin with the first level of each.
    """
    wrong, next_sequence = [], dict.fromkeys(baskets, 1)
    for record in records:
        basket = baskets[record["code"]]
        sequence = int(record["index_sequence"])
        if sequence != next_sequence[basket.code]:
            wrong.append((record, f"sequence {next_sequence[basket.code]}"))
        next_sequence[basket.code] = sequence + 1
        basket.take(record)
        expected = basket.level()
        if record["level"] != expected:
            wrong.append((record, expected))
    return wrong
