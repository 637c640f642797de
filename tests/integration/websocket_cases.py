"""The cases of test_websocket_conformance.py, as a table: (name, what is sent, what comes back, how it
ends). What is sent is whole frames, or parts of them; an end is a close code, or that the stream goes on.
"""
from websocket import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, frame

LIMIT = 65536  # http.client_message, as it is by default
GOES_ON = "goes on"  # the stream does, after all that was expected
PROTOCOL_ERROR, OTHER_KIND, NO_UTF8, TOO_LARGE = 1002, 1003, 1007, 1009


def code(number):
    return number.to_bytes(2, "big")


def ping_text(size=None, number=7, note=b""):
    """A `ping` of the contract, padded to `size` bytes, or with a note in it."""
    head, tail = b'{"op":"ping","id":%d,"note":"' % number, b'"}'
    pad = b"" if size is None else b"*" * (size - len(head) - len(tail) - len(note))
    return head + note + pad + tail


def pong_to(number=7):
    """Matches the answer to ping_text."""
    return ("pong", number)


def split(data, *sizes):
    """The data in parts of these sizes, the rest last."""
    parts = []
    for size in sizes:
        parts, data = [*parts, data[:size]], data[size:]
    return [*parts, data]


def fragments(data, count, opcode=TEXT):
    """One message in so many frames of about the same size."""
    step = -(-len(data) // count)
    parts = [data[at * step:(at + 1) * step] for at in range(count)]
    return [frame(opcode if at == 0 else CONTINUATION, part, fin=at == count - 1)
            for at, part in enumerate(parts)]


def octets(data):
    return [data[at:at + 1] for at in range(len(data))]


FRAMING = (
    *((f"text of {size} bytes", [frame(TEXT, ping_text(size))], [pong_to()], GOES_ON)
      for size in (64, 125, 126, 127, 128, 1000, 65535, LIMIT)),
    ("text of 64 KiB in parts of 997 bytes",
     split(frame(TEXT, ping_text(LIMIT)), *[997] * 65), [pong_to()], GOES_ON),
    ("text, octet by octet", octets(frame(TEXT, ping_text(200))), [pong_to()], GOES_ON),
    ("two messages in one part", [frame(TEXT, ping_text()) + frame(TEXT, ping_text(number=8))],
     [pong_to(), pong_to(8)], GOES_ON),
    ("an empty text is no command", [frame(TEXT)], ["error"], GOES_ON),
    ("a mask of zeros", [frame(TEXT, ping_text(), mask=bytes(4))], [pong_to()], GOES_ON),
    ("binary on a text stream", [frame(BINARY, ping_text())], [], OTHER_KIND),
    ("no mask", [frame(TEXT, ping_text(), mask=None)], [], PROTOCOL_ERROR),
    ("no mask on a ping", [frame(PING, b"x", mask=None)], [], PROTOCOL_ERROR),
    ("no mask on a close", [frame(CLOSE, code(1000), mask=None)], [], PROTOCOL_ERROR),
    ("a short length in 16 bits", [frame(TEXT, ping_text(100), form=16)], [], PROTOCOL_ERROR),
    ("a short length in 64 bits", [frame(TEXT, ping_text(100), form=64)], [], PROTOCOL_ERROR),
    ("a 16 bit length in 64 bits", [frame(TEXT, ping_text(1000), form=64)], [], PROTOCOL_ERROR),
)

PINGS = (
    ("ping of nothing", [frame(PING)], [(PONG, b"")], GOES_ON),
    ("ping with text", [frame(PING, b"Hello, world!")], [(PONG, b"Hello, world!")], GOES_ON),
    ("ping with bytes that are no text", [frame(PING, b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff")],
     [(PONG, b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff")], GOES_ON),
    ("ping of 125 bytes", [frame(PING, b"\xfe" * 125)], [(PONG, b"\xfe" * 125)], GOES_ON),
    ("ping of 126 bytes", [frame(PING, b"\xfe" * 126)], [], PROTOCOL_ERROR),
    ("ping of 125 bytes, octet by octet", octets(frame(PING, b"\xfe" * 125)),
     [(PONG, b"\xfe" * 125)], GOES_ON),
    ("a pong nobody asked for", [frame(PONG)], [], GOES_ON),
    ("a pong with payload, and a ping", [frame(PONG, b"unasked"), frame(PING, b"asked")],
     [(PONG, b"asked")], GOES_ON),
    ("a pong of 126 bytes", [frame(PONG, b"x" * 126)], [], PROTOCOL_ERROR),
    ("ten pings", [frame(PING, b"%d" % at) for at in range(10)],
     [(PONG, b"%d" % at) for at in range(10)], GOES_ON),
    ("ten pings in one part, octet by octet",
     octets(b"".join(frame(PING, b"%d" % at) for at in range(10))),
     [(PONG, b"%d" % at) for at in range(10)], GOES_ON),
)

RESERVED = (
    *((f"reserved bits {bits:03b} on text", [frame(TEXT, ping_text(), reserved=bits)], [],
       PROTOCOL_ERROR) for bits in range(1, 8)),
    ("reserved bit after a good message",
     [frame(TEXT, ping_text()), frame(TEXT, ping_text(), reserved=1)], [pong_to()], PROTOCOL_ERROR),
    ("reserved bits on a ping", [frame(PING, b"x", reserved=6)], [], PROTOCOL_ERROR),
    ("reserved bits on a close", [frame(CLOSE, code(1000), reserved=7)], [], PROTOCOL_ERROR),
    *((f"opcode {opcode}", [frame(opcode)], [], PROTOCOL_ERROR)
      for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)),
    *((f"opcode {opcode} with payload after a good message",
       [frame(TEXT, ping_text()), frame(opcode, b"reserved"), frame(PING)], [pong_to()],
       PROTOCOL_ERROR) for opcode in (3, 5, 11, 13)),
)

WHOLE = ping_text(300)
FRAGMENTS = (
    ("two fragments", fragments(WHOLE, 2), [pong_to()], GOES_ON),
    ("two fragments, octet by octet", octets(b"".join(fragments(WHOLE, 2))), [pong_to()], GOES_ON),
    ("three hundred fragments of one byte", fragments(WHOLE, 300), [pong_to()], GOES_ON),
    ("empty fragments before, between and after",
     [frame(TEXT, fin=False), frame(CONTINUATION, WHOLE[:9], fin=False),
      frame(CONTINUATION, fin=False), frame(CONTINUATION, WHOLE[9:], fin=False),
      frame(CONTINUATION)], [pong_to()], GOES_ON),
    ("ten thousand empty fragments",
     [frame(TEXT, WHOLE, fin=False) + frame(CONTINUATION, fin=False) * 10000 + frame(CONTINUATION)],
     [pong_to()], GOES_ON),
    ("three empty fragments are an empty text",
     [frame(TEXT, fin=False), frame(CONTINUATION, fin=False), frame(CONTINUATION)], ["error"],
     GOES_ON),
    ("a ping between fragments",
     [fragments(WHOLE, 2)[0], frame(PING, b"between"), fragments(WHOLE, 2)[1]],
     [(PONG, b"between"), pong_to()], GOES_ON),
    ("five pings between fragments",
     [part for at, each in enumerate(fragments(WHOLE, 6))
      for part in ([each] if at == 5 else [each, frame(PING, b"%d" % at)])],
     [*((PONG, b"%d" % at) for at in range(5)), pong_to()], GOES_ON),
    ("a ping in fragments", [frame(PING, b"a", fin=False), frame(CONTINUATION, b"b")], [],
     PROTOCOL_ERROR),
    ("a pong in fragments", [frame(PONG, b"a", fin=False), frame(CONTINUATION, b"b")], [],
     PROTOCOL_ERROR),
    ("a close in fragments", [frame(CLOSE, code(1000), fin=False)], [], PROTOCOL_ERROR),
    ("a continuation of nothing", [frame(CONTINUATION, WHOLE)], [], PROTOCOL_ERROR),
    ("a continuation of nothing, to be continued", [frame(CONTINUATION, WHOLE, fin=False)], [],
     PROTOCOL_ERROR),
    ("a continuation after a whole message",
     [frame(TEXT, ping_text()), frame(CONTINUATION, b"more")], [pong_to()], PROTOCOL_ERROR),
    ("another text before the first has ended",
     [frame(TEXT, WHOLE[:9], fin=False), frame(TEXT, WHOLE)], [], PROTOCOL_ERROR),
    ("a binary before the text has ended",
     [frame(TEXT, WHOLE[:9], fin=False), frame(BINARY, b"x")], [], PROTOCOL_ERROR),
)

GOOD_UTF8 = {
    "two bytes": "µ@ßöäüàá".encode(),
    "three bytes": "κόσμε".encode(),
    "four bytes": "\U0001f4c8".encode(),
    "first of two bytes": b"\xc2\x80",
    "first of three bytes": b"\xe0\xa0\x80",
    "first of four bytes": b"\xf0\x90\x80\x80",
    "last of one byte": b"\x7f",
    "last of two bytes": b"\xdf\xbf",
    "last of three bytes": b"\xef\xbf\xbf",
    "last of all": b"\xf4\x8f\xbf\xbf",
    "before the surrogates": b"\xed\x9f\xbf",
    "after the surrogates": b"\xee\x80\x80",
    "the replacement character": b"\xef\xbf\xbd",
    "no characters, and valid": b"\xef\xbf\xbe\xf0\x9f\xbf\xbe\xf4\x8f\xbf\xbe",
}
BAD_UTF8 = {
    "a continuation byte alone": b"\x80",
    "the last continuation byte alone": b"\xbf",
    "six continuation bytes": b"\x80\xbf\x80\xbf\x80\xbf",
    "starts of two bytes, each alone": b"\xc2 \xdf ",
    "starts of three bytes, each alone": b"\xe0 \xef ",
    "starts of four bytes, each alone": b"\xf0 \xf4 ",
    "two of three bytes": b"\xe2\x82",
    "three of four bytes": b"\xf0\x9f\x93",
    "two of four bytes": b"\xf0\x9f",
    "five bytes": b"\xf8\x88\x80\x80\x80",
    "six bytes": b"\xfc\x84\x80\x80\x80\x80",
    "bytes that are never any": b"\xfe\xfe\xff\xff",
    "a slash in two bytes": b"\xc0\xaf",
    "a slash in three bytes": b"\xe0\x80\xaf",
    "a slash in four bytes": b"\xf0\x80\x80\xaf",
    "the longest of one byte in two": b"\xc1\xbf",
    "the longest of two bytes in three": b"\xe0\x9f\xbf",
    "the longest of three bytes in four": b"\xf0\x8f\xbf\xbf",
    "nothing in two bytes": b"\xc0\x80",
    "the first surrogate": b"\xed\xa0\x80",
    "the last surrogate": b"\xed\xbf\xbf",
    "a pair of surrogates": b"\xed\xa0\x80\xed\xb0\x80",
    "beyond the last of all": b"\xf4\x90\x80\x80",
}


def in_fragments_of_one(note):
    text = ping_text(note=note)
    return fragments(text, len(text))


def before_the_end(note):
    """The message is wrong already, and never comes to its end."""
    return [frame(TEXT, ping_text(note=note)[:-1] + b"  ", fin=False)]


TEXTS = (
    *((f"{name}", [frame(TEXT, ping_text(note=note))], [pong_to()], GOES_ON)
      for name, note in GOOD_UTF8.items()),
    *((f"{name}, in fragments of a byte", in_fragments_of_one(note), [pong_to()], GOES_ON)
      for name, note in GOOD_UTF8.items()),
    *((f"{name}", [frame(TEXT, ping_text(note=note))], [], NO_UTF8)
      for name, note in BAD_UTF8.items()),
    *((f"{name}, in fragments of a byte", in_fragments_of_one(note), [], NO_UTF8)
      for name, note in BAD_UTF8.items()),
    *((f"{name}, and the text not yet at its end", before_the_end(note), [], NO_UTF8)
      for name, note in BAD_UTF8.items()),
    ("a character over two fragments",
     [frame(TEXT, ping_text(note=b"\xe2\x82\xac")[:30], fin=False),
      frame(CONTINUATION, ping_text(note=b"\xe2\x82\xac")[30:])], [pong_to()], GOES_ON),
    ("half a character at the end of the text", [frame(TEXT, b"\xe2\x82")], [], NO_UTF8),
    ("half a character at the end of the last fragment",
     [frame(TEXT, b"{", fin=False), frame(CONTINUATION, b"\xe2\x82")], [], NO_UTF8),
)

GOOD_CODES = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999)
BAD_CODES = (0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999)
CLOSES = (
    *((f"code {number}", [frame(CLOSE, code(number))], [], number) for number in GOOD_CODES),
    *((f"code {number} with a reason", [frame(CLOSE, code(number) + b"why")], [], number)
      for number in GOOD_CODES),
    *((f"code {number}, which none may send", [frame(CLOSE, code(number))], [], PROTOCOL_ERROR)
      for number in BAD_CODES),
    # RFC 6455 says nothing of these.
    *((f"code {number}, beyond all ranges", [frame(CLOSE, code(number))], [],
       (number, PROTOCOL_ERROR)) for number in (5000, 65535)),
    ("no code", [frame(CLOSE)], [], (None, 1000)),
    ("half a code", [frame(CLOSE, b"\x03")], [], PROTOCOL_ERROR),
    ("a reason of 123 bytes", [frame(CLOSE, code(1000) + b"x" * 123)], [], 1000),
    ("a reason of 124 bytes", [frame(CLOSE, code(1000) + b"x" * 124)], [], PROTOCOL_ERROR),
    ("a reason in Greek", [frame(CLOSE, code(1000) + "κόσμε".encode())], [], 1000),
    # 1007 is about a message, and a close is none.
    *((f"a reason that is no text: {name}", [frame(CLOSE, code(1000) + note)], [], PROTOCOL_ERROR)
      for name, note in BAD_UTF8.items()),
    ("a message, then close", [frame(TEXT, ping_text()), frame(CLOSE, code(1000))], [pong_to()], 1000),
    ("close twice", [frame(CLOSE, code(1000)) * 2], [], 1000),
    ("close, then a ping", [frame(CLOSE, code(1000)) + frame(PING)], [], 1000),
    ("close, then a message", [frame(CLOSE, code(1000)) + frame(TEXT, ping_text())], [], 1000),
    ("close within a message",
     [frame(TEXT, WHOLE[:9], fin=False), frame(CLOSE, code(1000)) + frame(CONTINUATION, WHOLE[9:])],
     [], 1000),
    ("close after 64 KiB", [frame(TEXT, ping_text(LIMIT)) + frame(CLOSE, code(1000))], [pong_to()], 1000),
)

LIMITS = (
    ("a byte too many", [frame(TEXT, ping_text(LIMIT + 1))], [], TOO_LARGE),
    ("a byte too many, in fragments", fragments(ping_text(LIMIT + 1), 4), [], TOO_LARGE),
    *((f"a claim of 2^{bits} bytes", [frame(TEXT, b"x" * (LIMIT + 1), length=1 << bits, form=64)], [],
       TOO_LARGE) for bits in (40, 63)),
    ("a message without an end", [frame(TEXT, fin=False),
                                  frame(CONTINUATION, b" " * 1000, fin=False) * 70], [], TOO_LARGE),
    ("64 KiB in fragments of a byte", fragments(ping_text(LIMIT), LIMIT), [pong_to()], GOES_ON),
)
