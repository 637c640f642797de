"""Recomputes index levels from a definition and prices, with decimals and nothing else.

METHODOLOGY sections 2 and 4, written anew: tests compare every level that the server publishes with
what this yields. Slow and plain on purpose.
"""

import csv
import dataclasses
import decimal
import pathlib
import tomllib

Decimal = decimal.Decimal
# Sums of products of 18-digit numbers, divided by a divisor with 16 places, in full.
CONTEXT = decimal.Context(prec=100, rounding=decimal.ROUND_HALF_UP)


def half_up(value, places):
    """`value` rounded half up (towards plus infinity at the half) to `places`."""
    step = Decimal(1).scaleb(-places)
    mode = decimal.ROUND_HALF_UP if value >= 0 else decimal.ROUND_HALF_DOWN
    return value.quantize(step, rounding=mode, context=CONTEXT)


@dataclasses.dataclass
class Member:
    symbol: str
    currency: str
    shares: Decimal  # index shares: calculation shares x cap factor, half up to 1e-6
    reference_price: Decimal


@dataclasses.dataclass
class Definition:
    code: str
    currency: str
    decimals: int
    divisor: Decimal
    previous_close: Decimal
    close_fx: dict
    members: list


def load_definition(path):
    """Reads the TOML head and the member file beside it."""
    path = pathlib.Path(path)
    with open(path, "rb") as file:
        head = tomllib.load(file)
    with open(path.parent / head["members"], encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    members = [
        Member(row["symbol"], row["currency"],
               half_up(CONTEXT.multiply(Decimal(row["calculation_shares"]),
                                        Decimal(row["cap_factor"])), 6),
               Decimal(row["reference_price"])) for row in rows
    ]
    close_fx = {currency: Decimal(rate) for currency, rate in head.get("close_fx", {}).items()}
    return Definition(head["code"], head["currency"], head["decimals"], Decimal(head["divisor"]),
                      Decimal(head["previous_close"]), close_fx, members)


class Oracle:
    """One index. Every price it is given is usable; a member's price before its first is the
    definition's reference price."""

    def __init__(self, definition):
        self._definition = definition
        self._fx = dict(definition.close_fx) | {definition.currency: Decimal(1)}
        self._prices = {member.symbol: member.reference_price for member in definition.members}

    def level(self):
        """The level at the present prices, summed anew."""
        total = Decimal(0)
        for member in self._definition.members:
            value = CONTEXT.multiply(self._prices[member.symbol], member.shares)
            value = CONTEXT.multiply(value, self._fx[member.currency])
            total = CONTEXT.add(total, value)
        return half_up(CONTEXT.divide(total, self._definition.divisor), self._definition.decimals)

    def price(self, symbol, price):
        """Applies a price; the new level, or None when nothing changed or nobody holds it."""
        if self._prices.get(symbol) in (None, price):
            return None
        self._prices[symbol] = price
        return self.level()


def usable_prices(snapshots):
    """The price that each Shanghai snapshot contributes (METHODOLOGY 4): the last trade once there
    is one, the previous close before; never what an auction shows."""
    for snapshot in snapshots:
        yield f"{snapshot.code}.SH", snapshot.last if snapshot.last > 0 else snapshot.pre_close


def levels(definition, snapshots):
    """(symbol that caused it, level) for every price change, in order."""
    oracle = Oracle(definition)
    for symbol, price in usable_prices(snapshots):
        level = oracle.price(symbol, price)
        if level is not None:
            yield symbol, level
