#!/usr/bin/env python3
"""Seeds of hkex_decoder_fuzz: one file a golden vector, and one packet of all that fit together.

    hkex_corpus.py FOLDER

Hand-made vectors stand in tests/golden; captured ones are taken from INDEXCAST_DATA (default:
../shared/data beside the repository) where they are there, and are never part of the repository.
"""

import json
import os
import pathlib
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("INDEXCAST_DATA", ROOT.parent / "shared" / "data"))
SOURCES = (ROOT / "tests" / "golden" / "hkex_handmade_vectors.jsonl",
           DATA / "hkex-omdc-vectors.jsonl")
HEADER = struct.Struct("<HBBIQ")
SIZE_MAX = 1472


def packet_of(messages, first):
    """One packet of as many messages as fit, in the header of the packet `first`."""
    taken = []
    for message in messages:
        if HEADER.size + sum(map(len, taken)) + len(message) <= SIZE_MAX:
            taken.append(message)
    _, _, filler, sequence, sent = HEADER.unpack_from(first)
    body = b"".join(taken)
    return HEADER.pack(HEADER.size + len(body), len(taken), filler, sequence, sent) + body


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    packets = []
    for source in filter(pathlib.Path.exists, SOURCES):
        with open(source, encoding="utf-8") as file:
            packets += [(f"{source.stem}-{number:02}-{vector['name']}", bytes.fromhex(vector["hex"]))
                        for number, vector in enumerate(map(json.loads, file))]
    messages = sorted((packet[HEADER.size:] for _, packet in packets), key=len)
    packets.append(("many-in-one", packet_of(messages, packets[0][1])))
    for name, packet in packets:
        (folder / name).write_bytes(packet)


if __name__ == "__main__":
    main(*sys.argv[1:])
