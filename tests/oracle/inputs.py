"""Reads a journal: the inputs that the core accepted, before any input control.

The layout is that of calc/event.h and server/journal/README.md, read with `struct` alone.
"""
import enum
import pathlib
import struct
import typing

HEADER = struct.Struct("<8sQQIIqqIIQ")
RECORD = struct.Struct("<QBBBBIqqqqqQIIQ")
MAGIC = b"IDXJRNL2"
FNV_START, FNV_PRIME, MASK = 0xCBF29CE484222325, 0x100000001B3, (1 << 64) - 1

NO_INSTRUMENT = 0xFFFFFFFF
NO_MARKET = 0xFF


class Kind(enum.IntEnum):
    """What an input is."""
    PRICE = 1
    QUOTE = 2
    LIMITS = 3
    INSTRUMENT_STATUS = 4
    MARKET_PHASE = 5
    FX = 6
    FEED_STATE = 7
    TIMER = 8
    CONTROL = 9
    TIMETABLE = 10
    PRICE_COLLAR = 11
    FX_RULE = 12
    STATISTICS_RULE = 13
    BELIEF_RULE = 14
    CHANNEL_TIME = 15


class Header(typing.NamedTuple):
    magic: bytes
    epoch: int
    universe_digest: int
    trade_date: int
    record_bytes: int
    open_deadline_ms: int
    close_deadline_ns: int
    quotable_live_bp: int
    pending_wait_s: int
    checksum: int


class Input(typing.NamedTuple):
    """One record. Prices in 1e-6, rates in 1e-8, turnover in 1e-4, times in ns."""
    sequence: int
    kind: int
    detail: int
    market: int
    feed: int
    instrument: int
    value: int
    second: int
    third: int
    exchange_time: int
    receive_time: int
    feed_sequence: int
    channel: int
    expected_version: int
    checksum: int


START = Input(0, 0, 0, NO_MARKET, 0, NO_INSTRUMENT, 0, 0, 0, 0, 0, 0, 0, 0, 0)


def checksum(record):
    """FNV-1a over the words before the last, of a header or a record."""
    value = FNV_START
    for (word,) in struct.iter_unpack("<Q", record[:-8]):
        value = ((value ^ word) * FNV_PRIME) & MASK
    return value


def _signed(record):
    return record[:-8] + checksum(record).to_bytes(8, "little")


def newest(place):
    """The newest journal of a folder, or the file itself."""
    place = pathlib.Path(place)
    return max(place.glob("*.journal")) if place.is_dir() else place


def read(place):
    """(header, iterator over the inputs); raises ValueError where it is not a whole journal."""
    data = newest(place).read_bytes()
    header = Header._make(HEADER.unpack_from(data))
    if header.magic != MAGIC or header.record_bytes != RECORD.size:
        raise ValueError(f"{place}: not a journal of {RECORD.size}-byte records")
    body = memoryview(data)[HEADER.size:]
    if len(body) % RECORD.size:
        raise ValueError(f"{place}: ends inside a record")
    for offset in range(0, len(body), 1000 * RECORD.size):  # one in a thousand: the reader is slow
        record = body[offset:offset + RECORD.size]
        if checksum(record) != RECORD.unpack(record)[-1]:
            raise ValueError(f"{place}: damaged record at {HEADER.size + offset}")
    return header, map(Input._make, RECORD.iter_unpack(body))


def write(path, header, inputs):
    """A journal of these inputs, numbered anew from 1, under the header of another."""
    with open(path, "wb") as file:
        file.write(_signed(HEADER.pack(*header)))
        for sequence, event in enumerate(inputs, 1):
            file.write(_signed(RECORD.pack(*event._replace(sequence=sequence, checksum=0))))
