#!/usr/bin/env python3
"""Seeds of szse_mddp_fuzz and szse_tick_channel_fuzz: packets of the golden messages, and schedules.

    szse_corpus.py FOLDER

Writes FOLDER/szse_mddp_fuzz and FOLDER/szse_tick_channel_fuzz. The golden messages are the seeds of
szse_decoder_fuzz; the packets are laid out here from the protocol notes (1.7), by no code of ours.
"""

import pathlib
import struct
import sys
import zlib

GOLDEN = pathlib.Path(__file__).resolve().parent / "corpus" / "szse_decoder_fuzz"
TRAILER = 4
APPLICATION, ZLIB, LENGTHS, FRAGMENT, CHECKSUM = 1 << 13, 1 << 10, 1 << 7, 1 << 6, 1 << 5
STREAM_END = 0xffff

# How a packet comes: bits of the byte before it in szse_mddp_fuzz.cc.
MEND, LINE_B, TEN_MS = 1, 2, 4


def packet(sequence, count, body, flag=APPLICATION, fields=b"", channel=1011):
    """A packet of `count` messages, whose first one has number `sequence`."""
    words = (20 + len(fields)) // 4
    head = struct.pack("!BBBBHHqHH", 0xff, 1, words, 1, 1, channel, sequence, count, flag)
    whole = head + fields + body
    return whole + struct.pack("!I", zlib.adler32(whole))


def step(data, how=0):
    """A packet as the fuzz target reads it."""
    return struct.pack("!HB", len(data), how) + data


def mddp_seeds(messages):
    """(name, bytes): each golden message alone, then the shapes and troubles of a stream."""
    for number, message in enumerate(messages):
        yield f"golden{number}", step(packet(1, 1, message))
    both = b"".join(messages[:2])
    lengths = b"".join(struct.pack("!I", len(m)) + m for m in messages[:2])
    deflated = zlib.compress(both)
    check = struct.pack("!I", zlib.adler32(both))
    yield "many", step(packet(1, len(messages), b"".join(messages)))
    yield "lengths", step(packet(1, 2, lengths, APPLICATION | LENGTHS))
    yield "compressed", step(packet(1, 2, deflated, APPLICATION | ZLIB | CHECKSUM, check))
    half = len(both) // 2
    pieces = [packet(1, 2, part, APPLICATION | FRAGMENT, struct.pack("!HH", 2, number))
              for number, part in ((1, both[:half]), (2, both[half:]))]
    yield "fragments", step(pieces[0]) + step(pieces[1], LINE_B)
    yield "fragment-alone", step(pieces[0], 63 * TEN_MS) + step(packet(3, 1, messages[0]))
    one, two, three = (packet(n, 1, messages[n % len(messages)]) for n in (1, 2, 3))
    yield "both-lines", step(one) + step(one, LINE_B) + step(two, LINE_B) + step(two)
    yield "hole-filled", step(one) + step(three) + step(two, LINE_B)
    yield "hole-lost", step(one) + step(three, 5 * TEN_MS) + step(two)
    yield "bad-checksum", step(one[:-1] + b"\x00") + step(two[:-4] + bytes(4), MEND)
    marks = packet(4, 0, b"") + packet(4, STREAM_END, b"")
    yield "marks", step(one) + step(marks[:24]) + step(marks[24:])
    yield "restart", step(packet(900_000, 1, messages[0])) + step(one) + step(two)


def tick_seeds():
    """(name, bytes): pairs of an action and its amount, as szse_tick_channel_fuzz.cc reads them."""
    come, last, give_up, anywhere, following = range(5)
    opened = [(anywhere, 1)]
    yield "in-order", opened + [(following, 0)] * 8
    yield "early-and-filled", opened + [(come, 9), (come, 10), (come, 8), (following, 0)]
    yield "given-up", opened + [(come, 12), (give_up, 0), (following, 0)]
    yield "beyond-the-window", opened + [(come, 10), (come, 40), (come, 255)]
    yield "duplicates", opened + [(following, 0)] * 4 + [(come, 5), (come, 7)]
    yield "last-number", opened + [(last, 3), (give_up, 0), (last, 0)]
    yield "far-jump", opened + [(anywhere, 200)] * 6


def main(folder):
    messages = [path.read_bytes()[:-TRAILER] for path in sorted(GOLDEN.glob("golden*"))]
    seeds = {"szse_mddp_fuzz": mddp_seeds(messages),
             "szse_tick_channel_fuzz": ((name, bytes(b for pair in pairs for b in pair))
                                        for name, pairs in tick_seeds())}
    for target, files in seeds.items():
        place = pathlib.Path(folder) / target
        place.mkdir(parents=True, exist_ok=True)
        for name, data in files:
            (place / name).write_bytes(data)


if __name__ == "__main__":
    main(*sys.argv[1:])
