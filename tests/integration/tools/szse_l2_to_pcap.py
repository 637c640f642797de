#!/usr/bin/env python3
"""Turns the Level-2 snapshots of 5 Shenzhen shares into a capture of the gateway's 300111 messages.

    szse_l2_to_pcap.py SNAPSHOTS.zip OUT.pcap [--gateway HOST:PORT] [--limit N]

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
# The file's digits: opening auction, break, continuous, lunch, closing auction, closed.
PHASES = {"1": b"O0", "2": b"B0", "3": b"T0", "4": b"B0", "5": b"C0", "6": b"E0"}
LEVELS = 10
CHANNEL = 1011


class Snapshot:
    """One row. Prices are exact decimals: the file's binary floats carry noise in the 15th digit."""

    def __init__(self, row):
        self.code = row["SecurityID"].split(".")[0]
        self.instant = datetime.datetime.strptime(
            f"{row['MDDate']}T{row['MDTime']}", "%Y.%m.%dT%H:%M:%S.%f").replace(tzinfo=CHINA)
        self.phase = PHASES[row["TradingPhaseCode"]]
        self.pre_close = _price(row["PreClosePx"])
        self.last = _price(row["LastPx"])
        self.open, self.high, self.low = (_price(row[k]) for k in ("OpenPx", "HighPx", "LowPx"))
        self.upper, self.lower = _price(row["MaxPx"]), _price(row["MinPx"])
        self.volume = int(row["TotalVolumeTrade"])
        self.value = decimal.Decimal(row["TotalValueTrade"]).quantize(decimal.Decimal("0.01"))
        self.bids = _levels(row, "Buy")
        self.asks = _levels(row, "Sell")

    @property
    def time_ns(self):
        return int(self.instant.timestamp()) * 10**9 + self.instant.microsecond * 1000


def _price(text):
    return decimal.Decimal(text).quantize(decimal.Decimal("0.0001"))


def _levels(row, side):
    return [(_price(row[f"{side}Price{i}"]), int(row[f"{side}OrderQty{i}"]),
             int(row[f"{side}NumOrders{i}"])) for i in range(1, LEVELS + 1)]


def read_snapshots(path):
    """All snapshots of the zip in the order in which they go out."""
    with zipfile.ZipFile(path) as archive:
        with archive.open(archive.namelist()[0]) as raw:
            rows = csv.DictReader(io.TextIOWrapper(raw, "ascii"))
            snapshots = [Snapshot(row) for row in rows]
    snapshots.sort(key=lambda snapshot: snapshot.instant)
    return snapshots


def _message(kind, body):
    message = struct.pack("!II", kind, len(body)) + body
    return message + struct.pack("!I", sum(message) % 256)


def logon(sender, target):
    return _message(1, struct.pack("!20s20si16s32s", sender.ljust(20), target.ljust(20), 3,
                                   b" " * 16, b"1.02".ljust(32)))


def snapshot_message(snapshot):
    instant = snapshot.instant
    digits = int(instant.strftime("%Y%m%d%H%M%S")) * 1000 + instant.microsecond // 1000
    entries = _entries(snapshot)
    body = struct.pack(
        "!qH3s8s4s8sqqqqI", digits, CHANNEL, b"010", snapshot.code.encode().ljust(8), b"102 ",
        snapshot.phase.ljust(8), int(snapshot.pre_close * 10**4), 0, snapshot.volume * 100,
        int(snapshot.value * 10**4), len(entries)) + b"".join(entries)
    return _message(300111, body)


def _entry(kind, price, size=0, level=0, orders=0):
    return struct.pack("!2sqqHqI", kind.ljust(2), int(price * 10**6), size * 100, level, orders, 0)


def _entries(snapshot):
    entries = [_entry(b"xe", snapshot.upper), _entry(b"xf", snapshot.lower)]
    for kind, levels in ((b"0", snapshot.bids), (b"1", snapshot.asks)):
        entries += [_entry(kind, price, size, position, orders)
                    for position, (price, size, orders) in enumerate(levels, 1)
                    if price > 0 or size > 0]
    entries += [_entry(kind, price)
                for kind, price in ((b"2", snapshot.last), (b"4", snapshot.open),
                                    (b"7", snapshot.high), (b"8", snapshot.low)) if price > 0]
    return entries


def write_capture(snapshots, path, gateway=("127.0.0.1", 19016)):
    """Writes the session: handshake, logon, snapshots, logout by FIN."""
    client = ("127.0.0.1", 40124)
    with PcapFile(path) as capture:
        begin_ns = snapshots[0].time_ns - 10**9
        connection = TcpConnection(capture, begin_ns, client, gateway)
        connection.client_sends(begin_ns + 10_000, logon(b"VSS", b"MDGW"))
        connection.server_sends(begin_ns + 20_000, logon(b"MDGW", b"VSS"))
        last_ns = begin_ns + 20_000
        for snapshot in snapshots:
            last_ns = max(last_ns + 10_000, snapshot.time_ns)
            connection.server_sends(last_ns, snapshot_message(snapshot))
        connection.close(last_ns + 10_000)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("snapshots")
    parser.add_argument("out")
    parser.add_argument("--gateway", default="127.0.0.1:19016")
    parser.add_argument("--limit", type=int, help="only the first N snapshots")
    arguments = parser.parse_args()
    host, port = arguments.gateway.rsplit(":", 1)
    snapshots = read_snapshots(arguments.snapshots)[:arguments.limit]
    write_capture(snapshots, arguments.out, (host, int(port)))
    print(f"{len(snapshots)} snapshots")


if __name__ == "__main__":
    main()
