"""Recomputes a fund's indicative value from its composition file and prices, with fractions.

METHODOLOGY 9 and the exchanges' rules, written anew from the file itself: tests compare every value
that the server publishes with what this yields. Slow and plain on purpose.
"""
import csv
import xml.etree.ElementTree as ElementTree
from fractions import Fraction

SUFFIXES = {"101": "SH", "102": "SZ", "103": "HK"}
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


def _plain(element):
    """Children's texts by tag, without the namespace."""
    return {child.tag.rsplit("}")[-1]: (child.text or "").strip() for child in element}


class Fund:
    """A creation unit: quantities that are priced, and cash."""

    def __init__(self, path, references, rates):
        root = ElementTree.parse(path).getroot()
        shanghai = root.tag == "SSEPortfolioCompositionFile"
        head = _plain(root)
        self.code = head["FundInstrumentID" if shanghai else "SecurityID"]
        self.unit = Fraction(head["CreationRedemptionUnit"])
        self.estimated = Fraction(head["EstimatedCashComponent" if shanghai else "EstimateCashComponent"])
        self.substitutes = Fraction(0)
        self.quantities, self.prices, self.rates = {}, {}, dict(rates)
        for element in root.iter():
            if element.tag.rsplit("}")[-1] == "Component":
                (self._add_shanghai if shanghai else self._add_shenzhen)(_plain(element))
        for symbol in self.quantities:
            self.prices[symbol] = references[symbol]

    def _add_shanghai(self, row):
        market = row["UnderlyingSecurityID"]
        if row["SubstitutionFlag"] in "01" and market in SUFFIXES:
            self._price(row["InstrumentID"], market, row["Quantity"])
        else:
            self.substitutes += Fraction(row.get("SubstitutionCashAmount") or 0)

    def _add_shenzhen(self, row):
        code, market = row["UnderlyingSecurityID"], row["UnderlyingSecurityIDSource"]
        if row["SubstituteFlag"] in "01":
            self._price(code, market, row["ComponentShare"])
        elif (code, market) != ("159900", "102"):
            self.substitutes += Fraction(row["CreationCashSubstitute"])

    def _price(self, code, market, quantity):
        if Fraction(quantity):
            self.quantities[f"{code}.{SUFFIXES[market]}"] = Fraction(quantity)

    def value(self):
        total = self.substitutes + self.estimated
        for symbol, quantity in self.quantities.items():
            rate = self.rates["HKD"] if symbol.endswith(".HK") else 1
            total += self.prices[symbol] * quantity * rate
        return rounded(total / self.unit)
