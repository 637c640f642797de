"""Definitions of funds, from composition files and reference prices (METHODOLOGY 9)."""
import csv

from oracle.composition import Composition
from oracle.definition import (MARKETS, PRICE_SCALE, SHARE_SCALE, Definition, Member, half_up,
                               scaled)

CURRENCY, DECIMALS = "CNY", 4


def _closes(path):
    """(symbol, (currency, reference price, close, suspended)) of what no definition holds."""
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            reference = scaled(row["reference_price"], PRICE_SCALE)
            yield row["symbol"], (row["currency"], reference, reference, False)


def _references(indices, closes):
    """{symbol: (currency, where trading starts, close, suspended)}."""
    known = {m.symbol: (m.currency, m.reference, m.close, m.suspended)
             for index in indices for m in index.members}
    return known | dict(_closes(closes) if closes else ())


def _definition(fund, composition, references, tracked, date):
    members = [Member(symbol, references[symbol][0], scaled(quantity, SHARE_SCALE),
                      *references[symbol][1:])
               for symbol, quantity in composition.quantities.items()]
    foreign = {member.currency for member in members} - {CURRENCY}
    cash = (composition.substitutes + composition.estimated) * PRICE_SCALE * SHARE_SCALE
    return Definition(
        code=fund["code"], currency=CURRENCY, decimals=DECIMALS, version=1,
        date=date, divisor=composition.unit,
        previous_close=half_up(*(composition.nav * 10**DECIMALS).as_integer_ratio()),
        close_fx={c: tracked.close_fx[c] for c in foreign},
        day_fx={c: tracked.day_rate(c) for c in foreign},
        fx_series={c: tracked.fx_series[c] for c in sorted(foreign)},
        members=members, bid_ask=False, cash={CURRENCY: int(cash)},
        session=MARKETS["SH" if composition.is_shanghai else "SZ"])


def load_all(settings, folder, indices):
    """The funds that a configuration switches on, in its order, for the day of its indices."""
    date = indices[0].date
    by_code = {index.code: index for index in indices}
    for fund in settings:
        if not fund.get("enabled", True):
            continue
        path, closes = (fund.get(key, "").replace("{date}", date) for key in ("composition", "closes"))
        composition = Composition(folder / path, fund.get("cash_side", "creation"))
        references = _references(indices, folder / closes if closes else None)
        yield _definition(fund, composition, references, by_code.get(fund.get("tracks")), date)
