"""One published level, in the numbers of the contract: the core's side and the file's side."""
import typing

STATUSES = ("pre_open", "indicative", "open", "break", "preliminary_close", "closed", "held")
FEEDS = ("sse", "szse", "hkex", "fx", "control")


class Level(typing.NamedTuple):
    """Levels in units of the index's last place, 0 for "none yet"; turnover 1e-4; rates 1e-8."""
    input_sequence: int
    code: str
    index_sequence: int
    trade_date: int
    status: str
    flags: tuple
    quotable: bool
    decimals: int
    level: int
    previous_close: int
    open: int
    high: int
    low: int
    close: int
    change: int
    change_percent: int
    bid: int
    ask: int
    turnover: int
    cause: str
    cause_symbol: str
    cause_value: int
    cause_feed: str
    cause_feed_sequence: int
    exchange_time: int
    receive_time: int
    weight_opened: int
    weight_fresh: int
    weight_suspended: int
    weight_live: int
    weight_bid_quoted: int
    weight_ask_quoted: int
    pending_impact: int  # 0.01 bp
    fx_rate: int
    fx_rate_2: int
    definition_version: int
    lag_ms: int


# Decimal text, and text that carries a whole number: both are digits and at most one point.
_NUMBERS = {"level", "previous_close", "open", "high", "low", "close", "change", "change_percent",
            "bid", "ask", "turnover", "cause_value", "cause_feed_sequence", "exchange_time", "receive_time",
            "fx_rate", "fx_rate_2"}


def _plain(name, value):
    if name in _NUMBERS:
        return int(value.replace(".", "")) if value else 0
    return tuple(value) if name == "flags" else value


def of_record(record):
    """The level of one line of a replay's or recorder's file."""
    return Level._make([_plain(name, record[name]) for name in Level._fields])
