#!/usr/bin/env python3
"""Turns the Level-2 snapshots of 30 Shanghai shares into a capture of the gateway's M102 messages.

    sse_l2_to_pcap.py SNAPSHOTS.zip OUT.pcap [--gateway HOST:PORT] [--limit N]

An encoder of its own, written from the protocol notes: it shares nothing with the C++ code that the
capture is for. Snapshots go out in the order of their time, those of one instant in the order of the
file, each in a segment of its own, ten microseconds apart.
"""

import argparse
import csv
import datetime
import decimal
import io
import pathlib
import struct
import sys
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from pcap_file import PcapFile, TcpConnection  # noqa: E402

CHINA = datetime.timezone(datetime.timedelta(hours=8))
PHASES = {"OCALL": b"C111", "TRADE": b"T111"}
# (China time, TradingSessionID): before the opening auction's end, after it, continuous trading.
MARKET_STATUS = [("09:25:00", b"S1"), ("09:30:00", b"T100")]
LEVELS = 5


class Snapshot:
    """One row. Prices are exact decimals: the file's binary floats carry noise in the 15th digit."""

    def __init__(self, row):
        self.code = row["SecurityID"]
        self.instant = datetime.datetime.strptime(
            row["DateTime"], "%Y.%m.%dT%H:%M:%S.%f").replace(tzinfo=CHINA)
        self.phase = PHASES[row["InstrumentStatus"]]
        self.pre_close = _price(row["PreClosePx"])
        self.last = _price(row["LastPx"])
        self.open, self.high, self.low = (_price(row[k]) for k in ("OpenPx", "HighPx", "LowPx"))
        self.volume = int(row["TotalVolumeTrade"])
        self.value = decimal.Decimal(row["TotalValueTrade"]).quantize(decimal.Decimal("0.01"))
        self.trades = int(row["NumTrades"])
        self.bids = _levels(row, "BidPrice", "BidOrderQty")
        self.asks = _levels(row, "OfferPrice", "OfferOrderQty")

    @property
    def time_ns(self):
        return int(self.instant.timestamp()) * 10**9 + self.instant.microsecond * 1000


def _price(text):
    return decimal.Decimal(text).quantize(decimal.Decimal("0.001"))


def _levels(row, price, quantity):
    return [(_price(row[f"{price}{i}"]), int(row[f"{quantity}{i}"])) for i in range(LEVELS)]


def read_snapshots(path):
    """All snapshots of the zip in the order in which they go out."""
    with zipfile.ZipFile(path) as archive:
        with archive.open(archive.namelist()[0]) as raw:
            rows = csv.DictReader(io.TextIOWrapper(raw, "ascii"))
            snapshots = [Snapshot(row) for row in rows]
    snapshots.sort(key=lambda snapshot: snapshot.instant)
    return snapshots


def _digits(instant):
    return int(instant.strftime("%Y%m%d%H%M%S")) * 1000 + instant.microsecond // 1000


class Encoder:
    """Messages of one direction of an MDGW BINARY session."""

    def __init__(self):
        self._sequence = 0

    def _message(self, kind, instant, body):
        self._sequence += 1
        message = struct.pack("!4sQQI", kind, _digits(instant), self._sequence, len(body)) + body
        return message + struct.pack("!I", sum(message) % 256)

    def logon(self, instant, sender, target):
        body = struct.pack("!32s32sH8s", sender.ljust(32), target.ljust(32), 3, b"0.60    ")
        return self._message(b"S001", instant, body)

    def market_status(self, instant, session):
        return self._message(b"M101", instant, struct.pack("!BB8sI", 1, 3, session.ljust(8), 30))

    def snapshot(self, snapshot):
        entries = _entries(snapshot)
        body = struct.pack(
            "!BBII5s8s8sQQQQ8sH", 1, 3, int(snapshot.instant.strftime("%Y%m%d")),
            _digits(snapshot.instant) % 10**9, b"MD002", snapshot.code.encode().ljust(8),
            b" " * 8, _scaled(snapshot.pre_close), snapshot.volume, snapshot.trades,
            int(snapshot.value * 100), snapshot.phase.ljust(8), len(entries)) + b"".join(entries)
        return self._message(b"M102", snapshot.instant, body)


def _scaled(price):
    return int(price * 100000)


def _entry(kind, price, size=0, position=0):
    return struct.pack("!2sQQB", kind.ljust(2), _scaled(price), size, position)


def _entries(snapshot):
    entries = [_entry(kind, price)
               for kind, price in ((b"2", snapshot.last), (b"4", snapshot.open),
                                   (b"7", snapshot.high), (b"8", snapshot.low)) if price > 0]
    for kind, levels in ((b"0", snapshot.bids), (b"1", snapshot.asks)):
        entries += [_entry(kind, price, size, position)
                    for position, (price, size) in enumerate(levels) if price > 0 or size > 0]
    return entries


def _events(snapshots, encoder):
    """(time in ns, message) in order: the market's status first, then the snapshots of an instant."""
    day = snapshots[0].instant.strftime("%Y-%m-%d")
    pending = [(snapshots[0].instant, b"S000")]
    pending += [(datetime.datetime.fromisoformat(f"{day}T{time}+08:00"), session)
                for time, session in MARKET_STATUS]
    last_ns = 0
    for snapshot in snapshots:
        while pending and pending[0][0] <= snapshot.instant:
            instant, session = pending.pop(0)
            last_ns = max(last_ns + 10_000, int(instant.timestamp()) * 10**9)
            yield last_ns, encoder.market_status(instant, session)
        last_ns = max(last_ns + 10_000, snapshot.time_ns)
        yield last_ns, encoder.snapshot(snapshot)


def write_capture(snapshots, path, gateway=("127.0.0.1", 19129)):
    """Writes the session: handshake, logon, statuses and snapshots, logout by FIN."""
    client = ("127.0.0.1", 40123)
    to_server, to_client = Encoder(), Encoder()
    with PcapFile(path) as capture:
        begin = snapshots[0].instant - datetime.timedelta(seconds=1)
        begin_ns = snapshots[0].time_ns - 10**9
        connection = TcpConnection(capture, begin_ns, client, gateway)
        connection.client_sends(begin_ns + 10_000, to_server.logon(begin, b"VSS", b"MDGW"))
        connection.server_sends(begin_ns + 20_000, to_client.logon(begin, b"MDGW", b"VSS"))
        time_ns = begin_ns
        for time_ns, message in _events(snapshots, to_client):
            connection.server_sends(time_ns, message)
        connection.close(time_ns + 10_000)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("snapshots")
    parser.add_argument("out")
    parser.add_argument("--gateway", default="127.0.0.1:19129")
    parser.add_argument("--limit", type=int, help="only the first N snapshots")
    arguments = parser.parse_args()
    host, port = arguments.gateway.rsplit(":", 1)
    snapshots = read_snapshots(arguments.snapshots)[:arguments.limit]
    write_capture(snapshots, arguments.out, (host, int(port)))
    print(f"{len(snapshots)} snapshots")


if __name__ == "__main__":
    main()
