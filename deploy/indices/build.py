#!/usr/bin/python3
"""Derives the shipped index definitions from the disclosed weights, so that a reader can check them.

What is a fact here: codes, names, members and weights, as disclosed on 2025-03-19 for the ten
largest members of each index. What is ours: the prices, the HKD rate and the base level, chosen so
that the arithmetic is easy to follow. No member, weight, divisor or level that the provider did not
disclose is used or made up.

    price x shares x fx  =  weight x CAP_PER_PERCENT        shares rounded to whole shares
    divisor              =  sum(price x shares x fx) / BASE_LEVEL, exactly

Usage: build.py [FOLDER]   writes CODE.toml and CODE.csv into FOLDER (default: this script's own).
"""
import pathlib
import sys
from decimal import Decimal, ROUND_HALF_UP, getcontext

getcontext().prec = 60

EFFECTIVE_DATE = "2025-04-02"
BASE_LEVEL = Decimal("1000.0000")
CAP_PER_PERCENT = Decimal(10) ** 9  # CNY of illustrative capitalisation for one percent of weight
CLOSE_FX = {"HKD": "0.92310"}       # illustrative, CNY for one HKD

# Illustrative prices in the listing currency: the right order of magnitude and round on purpose.
PRICES = {
    "002261.SZ": "30.00",
    "300017.SZ": "12.00",
    "300383.SZ": "16.00",
    "300738.SZ": "22.00",
    "600050.SH": "5.60",
    "600602.SH": "20.00",
    "601728.SH": "7.50",
    "688041.SH": "150.00",
    "688158.SH": "25.00",
    "688256.SH": "650.00",
    "688316.SH": "60.00",
    "688981.SH": "90.00",
    "00700.HK": "500.00",
    "01024.HK": "55.00",
    "03896.HK": "7.00",
    "09988.HK": "130.00",
}

# (code, name, disclosed members: symbol, name, weight in percent of the full index)
INDICES = [
    ("995365", "华证 AI 大模型", [
        ("688041.SH", "海光信息", "10.00"),
        ("688316.SH", "青云科技", "10.00"),
        ("688158.SH", "优刻得", "10.00"),
        ("688256.SH", "寒武纪-U", "7.50"),
        ("688981.SH", "中芯国际", "5.00"),
        ("002261.SZ", "拓维信息", "4.60"),
        ("601728.SH", "中国电信", "4.39"),
        ("300017.SZ", "网宿科技", "4.38"),
        ("600050.SH", "中国联通", "4.28"),
        ("300383.SZ", "光环新网", "3.98"),
    ]),
    ("995366", "华证沪深港 AI 大模型", [
        ("688041.SH", "海光信息", "10.00"),
        ("688158.SH", "优刻得", "10.00"),
        ("688316.SH", "青云科技", "10.00"),
        ("03896.HK", "金山云", "10.00"),
        ("00700.HK", "腾讯控股", "7.50"),
        ("01024.HK", "快手-W", "7.50"),
        ("688256.SH", "寒武纪-U", "7.50"),
        ("09988.HK", "阿里巴巴-W", "7.50"),
        ("002261.SZ", "拓维信息", "3.91"),
        ("300017.SZ", "网宿科技", "3.73"),
    ]),
    ("995367", "华证沪深港 AI 云计算", [
        ("688316.SH", "青云科技-U", "10.00"),
        ("688158.SH", "优刻得-W", "10.00"),
        ("03896.HK", "金山云", "10.00"),
        ("002261.SZ", "拓维信息", "7.50"),
        ("00700.HK", "腾讯控股", "7.50"),
        ("09988.HK", "阿里巴巴-W", "7.50"),
        ("300017.SZ", "网宿科技", "7.50"),
        ("300383.SZ", "光环新网", "7.50"),
        ("300738.SZ", "奥飞数据", "5.44"),
        ("600602.SH", "云赛智联", "4.20"),
    ]),
]

HEAD = """\
# {name} ({code}.SSI), written by build.py in this folder: change that, not this file.
#
# Facts: code, name, members and weights, as disclosed on 2025-03-19. The ten largest members were
# disclosed, {disclosed} % of the weight; they are rescaled to 100 % here. Illustrative and ours: prices,
# share counts, HKD rate, base level and divisor. The provider's own are not public. A licensed user
# puts the provider's constituent file in place of this one.
code = "{code}"
name = "{name}"
currency = "CNY"
decimals = 4               # of published levels
version = 1
effective_date = "{date}"
divisor = "{divisor}"
previous_close = "{base}"  # our own illustrative base, not a level of the provider
members = "{code}.csv"     # beside this file
provenance = "Ten largest members as disclosed on 2025-03-19, {disclosed} % of the weight, rescaled to 100 %. Prices, shares, FX, base and divisor are illustrative, not the provider's."
"""
FX = """
[close_fx]                 # CNY for one unit, the day before's; illustrative
HKD = "{hkd}"

[fx_series]                # listing currency -> the rate series this index follows
HKD = "HKDCNY"
"""
COLUMNS = "symbol,name,currency,calculation_shares,cap_factor,close,base_price,reference_price"


def currency_of(symbol):
    return "HKD" if symbol.endswith(".HK") else "CNY"


def rate_of(symbol):
    return Decimal(CLOSE_FX.get(currency_of(symbol), "1"))


def shares_for(symbol, weight):
    value = Decimal(weight) * CAP_PER_PERCENT
    shares = value / (Decimal(PRICES[symbol]) * rate_of(symbol))
    return shares.quantize(Decimal(1), ROUND_HALF_UP)


def member_rows(members):
    for symbol, name, weight in members:
        price = PRICES[symbol]
        shares = shares_for(symbol, weight)
        yield f"{symbol},{name},{currency_of(symbol)},{shares},1,{price},{price},{price}"


def divisor_of(members):
    cap = sum(Decimal(PRICES[s]) * shares_for(s, w) * rate_of(s) for s, _, w in members)
    return format((cap / BASE_LEVEL).normalize(), "f")


def write(folder, code, name, members):
    fields = {
        "code": code, "name": name, "date": EFFECTIVE_DATE, "base": BASE_LEVEL,
        "divisor": divisor_of(members), "hkd": CLOSE_FX["HKD"],
        "disclosed": sum(Decimal(weight) for _, _, weight in members),
    }
    foreign = any(currency_of(symbol) != "CNY" for symbol, _, _ in members)
    head = (HEAD + FX if foreign else HEAD).format(**fields)
    (folder / f"{code}.toml").write_text(head, encoding="utf-8")
    rows = [COLUMNS, *member_rows(members)]
    (folder / f"{code}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__)
    folder = folder if folder.is_dir() else folder.parent
    for code, name, members in INDICES:
        write(folder, code, name, members)


if __name__ == "__main__":
    main()
