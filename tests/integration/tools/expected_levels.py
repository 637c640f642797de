"""Levels of one basket from its members' prices alone, where a test knows these from real files."""
import decimal
import fractions
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "deploy"))
import recompute  # noqa: E402  (found through the line above)


def usable_price(snapshot):
    """What a mainland snapshot contributes (METHODOLOGY 4): the last trade once there is one, the
    previous close before; never what an auction shows."""
    return snapshot.last if snapshot.last > 0 else snapshot.pre_close


def of_prices(path, prices):
    """(symbol that caused it, level) for every change among (symbol, price), in order.

    `path` is the definition, whose reference prices stand before."""
    basket = recompute.Basket(path)
    for symbol, price in prices:
        price = fractions.Fraction(price)
        if basket.prices[symbol] != price:
            basket.prices[symbol] = price
            yield symbol, decimal.Decimal(basket.level())
