"""Definitions as their files have them, in exact numbers (METHODOLOGY 2, 7)."""
import csv
import dataclasses
import pathlib
import tomllib
from decimal import Decimal
from fractions import Fraction

PRICE_SCALE, SHARE_SCALE, RATE_SCALE, DIVISOR_SCALE = 10**6, 10**6, 10**8, 10**16
MARKETS = {"SH": 0, "SZ": 1, "HK": 2}


def half_up(numerator, denominator):
    """The whole number nearest to a quotient, the half upwards (四舍五入)."""
    return (2 * numerator + denominator) // (2 * denominator)


def half_away(numerator, denominator):
    """The same for signed values: the half away from zero."""
    if numerator < 0:
        return -half_up(-numerator, denominator)
    return half_up(numerator, denominator)


def scaled(text, scale):
    """Decimal text as a whole number of 1/scale; the text must not have more places."""
    value = Fraction(text) * scale
    if value.denominator != 1:
        raise ValueError(f"{text}: more places than 1/{scale}")
    return value.numerator


@dataclasses.dataclass
class Member:
    symbol: str
    currency: str
    shares: int  # index shares, 1e-6
    reference: int  # price, 1e-6
    close: int  # of the day before, 1e-6
    suspended: bool = False  # on the day before

    @property
    def market(self):
        return MARKETS[self.symbol.rpartition(".")[2]]


@dataclasses.dataclass
class Definition:
    code: str
    currency: str
    decimals: int
    version: int
    date: str  # YYYYMMDD
    divisor: Fraction
    previous_close: int  # in the index's decimals
    close_fx: dict  # currency: rate of the previous close, 1e-8
    fx_series: dict  # currency: name, in the order of the currencies
    members: list
    bid_ask: bool  # whether its levels carry a bid and an ask
    cash: dict  # currency: beside the prices all day, 1e-12; what goes ex today, a fund's cash
    fx_in_divisor: bool = False  # computed at close_fx, without a series
    session: int = None  # of a fund: the market where it is listed
    day_fx: dict = dataclasses.field(default_factory=dict)  # in force until a source speaks

    def close_rate(self, currency):
        return RATE_SCALE if currency == self.currency else self.close_fx[currency]

    def day_rate(self, currency):
        return self.day_fx.get(currency) or self.close_rate(currency)


def _members(path):
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            exact = Fraction(row["calculation_shares"]) * Fraction(row["cap_factor"]) * SHARE_SCALE
            yield Member(row["symbol"], row["currency"], half_up(*exact.as_integer_ratio()),
                         scaled(row["reference_price"], PRICE_SCALE),
                         scaled(row["close"], PRICE_SCALE), row.get("suspended") == "true")


def _dividends(path, kind):
    """(currency, cash of one dividend, less tax in a net index)."""
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            tax = Fraction(row.get("tax_percent") or 0) / 100 if kind == "net" else 0
            cash = Fraction(row["cash_per_share"]) * Fraction(row["index_shares"]) * (1 - tax)
            yield row["currency"], half_up(*(cash * PRICE_SCALE * SHARE_SCALE).as_integer_ratio())


def _total_return(table, folder, divisor, previous_close):
    """(divisor, cash by currency) of a total return index on its price index's divisor."""
    cash = {}
    if table.get("dividends"):
        for currency, amount in _dividends(folder / table["dividends"], table["kind"]):
            cash[currency] = cash.get(currency, 0) + amount
    exact = divisor * Fraction(table["price_previous_close"]) / previous_close * DIVISOR_SCALE
    return Fraction(half_up(*exact.as_integer_ratio()), DIVISOR_SCALE), cash


def _rates(head, table):
    return {currency: scaled(text, RATE_SCALE) for currency, text in head.get(table, {}).items()}


def load(path):
    """One definition: the TOML head and the files beside it."""
    path = pathlib.Path(path)
    head = tomllib.loads(path.read_text(encoding="utf-8"))
    decimals = head["decimals"]
    divisor, cash = Fraction(Decimal(head["divisor"])), {}
    if "total_return" in head:
        divisor, cash = _total_return(head["total_return"], path.parent, divisor,
                                      Fraction(head["previous_close"]))
    return Definition(
        code=head["code"], currency=head["currency"], decimals=decimals,
        version=head.get("version", 1), date=head["effective_date"].replace("-", ""),
        divisor=divisor,
        previous_close=scaled(head["previous_close"], 10**decimals),
        close_fx=_rates(head, "close_fx"),
        fx_series=dict(sorted(head.get("fx_series", {}).items())),
        members=list(_members(path.parent / head["members"])),
        bid_ask=head.get("bid_ask", False), cash=cash,
        fx_in_divisor=head.get("fx_in_divisor", False),
        day_fx=_rates(head, "day_fx"))
