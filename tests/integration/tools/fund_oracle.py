"""Recomputes a fund's indicative value from its composition file and prices, with fractions.

METHODOLOGY 9, written anew: tests compare every value that the server publishes with what this
yields. Slow and plain on purpose.
"""
import csv
import pathlib
import sys
from fractions import Fraction

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from oracle.composition import Composition  # noqa: E402  (found through the line above)

PLACES = 4


def rounded(value):
    """Half up to the published places, nothing below zero, as published text."""
    units = (max(value, Fraction(0)) * 10**PLACES * 2 + 1) // 2
    return f"{units // 10**PLACES}.{units % 10**PLACES:0{PLACES}}"


def read_closes(path):
    """{symbol: reference price} of a closes file, or of an index's members."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {row["symbol"]: Fraction(row["reference_price"]) for row in rows}


class Fund(Composition):
    """A creation unit with the prices and rates of a moment."""

    def __init__(self, path, references, rates):
        super().__init__(path)
        self.rates = dict(rates)
        self.prices = {symbol: references[symbol] for symbol in self.quantities}

    def value(self):
        total = self.substitutes + self.estimated
        for symbol, quantity in self.quantities.items():
            rate = self.rates["HKD"] if symbol.endswith(".HK") else 1
            total += self.prices[symbol] * quantity * rate
        return rounded(total / self.unit)
