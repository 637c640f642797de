"""Portfolio composition files of both exchanges: what of a creation unit is priced, and what is cash.

METHODOLOGY 9 and the exchanges' own field lists, read by tag.
"""
import xml.etree.ElementTree as ElementTree
from fractions import Fraction

SUFFIXES = {"101": "SH", "102": "SZ", "103": "HK"}
PRICED = ("0", "1")  # substitution flags
PSEUDO = ("159900", "102")  # Shenzhen's "cash": stands for components that are listed one by one
HONG_KONG_DIGITS = 5


def _plain(element):
    """Children's texts by tag, without the namespace."""
    return {child.tag.rsplit("}")[-1]: (child.text or "").strip() for child in element}


class Composition:
    """A creation unit as its file states it: exact numbers, `quantities` by symbol in its order."""

    def __init__(self, path, cash_side="creation"):
        root = ElementTree.parse(path).getroot()
        self.is_shanghai = root.tag.rsplit("}")[-1] == "SSEPortfolioCompositionFile"
        head = _plain(root)
        self.code = head["FundInstrumentID" if self.is_shanghai else "SecurityID"]
        self.unit = Fraction(head["CreationRedemptionUnit"])
        self.nav = Fraction(head["NAV"])
        self.estimated = Fraction(
            head["EstimatedCashComponent" if self.is_shanghai else "EstimateCashComponent"])
        self.substitutes = Fraction(0)
        self.quantities = {}
        self._cash_side = cash_side
        for element in root.iter():
            if element.tag.rsplit("}")[-1] == "Component":
                (self._add_shanghai if self.is_shanghai else self._add_shenzhen)(_plain(element))

    def _add_shanghai(self, row):
        market = row["UnderlyingSecurityID"]
        if row["SubstitutionFlag"] in PRICED and market in SUFFIXES:
            self._price(row["InstrumentID"], market, row["Quantity"])
        else:
            self.substitutes += Fraction(row.get("SubstitutionCashAmount") or 0)

    def _add_shenzhen(self, row):
        code, market = row["UnderlyingSecurityID"], row["UnderlyingSecurityIDSource"]
        if row["SubstituteFlag"] in PRICED:
            self._price(code, market, row["ComponentShare"])
        elif (code, market) != PSEUDO:
            amount = "Redemption" if self._cash_side == "redemption" else "Creation"
            self.substitutes += Fraction(row[amount + "CashSubstitute"])

    def _price(self, code, market, quantity):
        if not Fraction(quantity):
            return
        if market == "103":
            code = code.zfill(HONG_KONG_DIGITS)
        self.quantities[f"{code}.{SUFFIXES[market]}"] = Fraction(quantity)
