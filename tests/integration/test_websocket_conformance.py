"""RFC 6455 and RFC 7692, case by case, by a client that sends what it wants to.

The cases are those of the Autobahn suite that concern a server. This server answers messages
instead of echoing them: a message counts as received when the `ping` that it is has its `pong`.
The tables are in websocket_cases.py.
"""
import http.client
import json
import socket
import unittest
import urllib.parse
import zlib

import harness
import websocket
from websocket import BINARY, CLOSE, CONTINUATION, PING, TEXT, frame
from websocket_cases import (CLOSES, FRAGMENTS, FRAMING, GOES_ON, LIMIT, LIMITS, NO_UTF8, OTHER_KIND,
                             PINGS, PROTOCOL_ERROR, RESERVED, TEXTS, TOO_LARGE, WHOLE, ping_text,
                             pong_to)


class Conformance(harness.Case):
    SETTINGS = {}

    def setUp(self):
        super().setUp()
        # A close that comes within a frame of 2^40 bytes is awaited for http.handshake.
        config = self.configure(
            http={"commands_per_second": 100000, "handshake": "2s", **self.SETTINGS})
        _, self.ready = self.serve(config)

    def connect(self, **how):
        client = websocket.Client(self.ready["http"], limit_s=20, **how)
        self.assertEqual(client.status, 101)
        return client

    def check(self, table):
        for name, sent, answers, end in table:
            with self.subTest(case=name, end=end), self.connect() as client:
                self.play(client, sent, answers, end)

    def play(self, client, sent, answers, end):
        try:
            for part in sent:
                client.send_bytes(part)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the server has said its last word already
        for answer in answers:
            self.assertEqual(self.next_of(client), answer)
        if end == GOES_ON:
            client.send_bytes(frame(TEXT, ping_text(number=99)))
            return self.assertEqual(self.next_of(client), pong_to(99))
        opcode, payload = self.frame_of(client)
        self.assertEqual(opcode, CLOSE, payload)
        number = int.from_bytes(payload[:2], "big") if payload else None
        self.assertIn(number, end if isinstance(end, tuple) else (end,), payload)
        payload[2:].decode()
        if number in (OTHER_KIND, TOO_LARGE):  # said by the server, which awaits the answer
            client.send_bytes(frame(CLOSE, payload[:2]))
        self.assertTrue(client.ended(), "more after the close")

    def frame_of(self, client):
        """The next frame that is no heartbeat, which may come at any time."""
        while True:
            opcode, payload = client.receive_frame()
            if client.compressed:
                payload = inflate(payload)
            if opcode != TEXT or b'"type":"heartbeat"' not in payload:
                return opcode, payload

    def next_of(self, client):
        opcode, payload = self.frame_of(client)
        if opcode != TEXT:
            return opcode, payload
        message = json.loads(payload)
        return ("pong", message.get("id", 0)) if message["type"] == "pong" else message["type"]

    def test_framing(self):
        self.check(FRAMING)

    def test_ping_and_pong(self):
        self.check(PINGS)

    def test_reserved_bits_and_opcodes(self):
        self.check(RESERVED)

    def test_fragments(self):
        self.check(FRAGMENTS)

    def test_utf8(self):
        self.check(TEXTS)

    def test_close(self):
        self.check(CLOSES)

    def test_limits(self):
        self.check(LIMITS)

    def test_binary_messages(self):
        """As text, over the subprotocol that is binary: any byte is right, text is not."""
        spoken = harness.websocket_messages()
        for size in (0, 125, 126, 127, 128, 65535, LIMIT):
            with self.subTest(size=size), self.connect(protocol="indexcast.v1.protobuf") as client:
                ask = spoken.ClientMessage(id=7)
                ask.ping.SetInParent()
                # A field that nobody knows yet.
                unknown = b"\xfa\x7f" + varint(size) + b"\xff" * size
                data = ask.SerializeToString() + unknown
                if len(data) > LIMIT:
                    data = ask.SerializeToString() + b"\xfa\x7f" + varint(size - 9) + b"\xff" * (size - 9)
                client.send_bytes(frame(BINARY, data))
                answer = None
                while answer is None or answer.WhichOneof("body") == "heartbeat":
                    opcode, payload = client.receive_frame()
                    answer = spoken.ServerMessage.FromString(payload)
                self.assertEqual((opcode, answer.id, answer.WhichOneof("body")), (BINARY, 7, "pong"))
        with self.connect(protocol="indexcast.v1.protobuf") as client:
            self.play(client, [frame(TEXT, b"{}")], [], OTHER_KIND)

    def test_a_thousand_messages_are_answered_in_their_order(self):
        with self.connect() as client:
            client.send_bytes(b"".join(frame(TEXT, ping_text(number=at)) for at in range(1, 1001)))
            for at in range(1, 1001):
                self.assertEqual(self.next_of(client), pong_to(at))

    def test_a_connection_that_ends_without_a_close(self):
        """It does not disturb the next one, and nothing answers it."""
        with self.connect() as client:
            client.send_bytes(frame(TEXT, WHOLE[:9], fin=False))
            client.half_close()
            self.assertTrue(client.ended_after_heartbeats())
        with self.connect() as client:
            client.send_bytes(frame(TEXT, ping_text()))
            self.assertEqual(self.next_of(client), pong_to())


def varint(number):
    out = b""
    while number > 127:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])


def deflate(data):
    """As RFC 7692 7.2.1 has it."""
    packer = zlib.compressobj(wbits=-15)
    return (packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


def inflate(data):
    return zlib.decompressobj(wbits=-15).decompress(data + b"\x00\x00\xff\xff")


COMPRESSED = (
    *((f"compressed text of {size} bytes", [frame(TEXT, deflate(ping_text(size)), reserved=4)],
       [pong_to()], GOES_ON) for size in (64, 127, 1000, 65535, LIMIT)),
    ("a text that is not compressed", [frame(TEXT, ping_text())], [pong_to()], GOES_ON),
    ("compressed, in fragments",
     [frame(TEXT, deflate(ping_text(500))[:9], fin=False, reserved=4),
      frame(CONTINUATION, deflate(ping_text(500))[9:])], [pong_to()], GOES_ON),
    ("the bit on a continuation",
     [frame(TEXT, deflate(ping_text(500))[:9], fin=False, reserved=4),
      frame(CONTINUATION, deflate(ping_text(500))[9:], reserved=4)], [], PROTOCOL_ERROR),
    ("the bit on a ping", [frame(PING, b"x", reserved=4)], [], PROTOCOL_ERROR),
    ("another bit", [frame(TEXT, deflate(ping_text()), reserved=2)], [], PROTOCOL_ERROR),
    ("compressed, and no UTF-8", [frame(TEXT, deflate(ping_text(note=b"\xc0\xaf")), reserved=4)], [],
     NO_UTF8),
    ("a hundred megabytes in a hundred kilobytes",
     [frame(TEXT, deflate(b"*" * 100_000_000), reserved=4)], [], TOO_LARGE),
)
OFFERS = {  # offered -> agreed to
    "permessage-deflate": True,
    "permessage-deflate; client_max_window_bits": True,
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover": True,
    "permessage-unknown": False,
    "permessage-deflate; unknown_parameter": False,
    "permessage-deflate; server_max_window_bits=7": False,
    "permessage-deflate; server_max_window_bits=16": False,
}


class Compression(Conformance):
    """RFC 7692, on a server that offers it. All cases without it hold there too."""
    SETTINGS = {"deflate": True}

    def test_compressed_messages(self):
        for name, sent, answers, end in COMPRESSED:
            with self.subTest(case=name), self.connect(
                    headers=["Sec-WebSocket-Extensions: permessage-deflate"]) as client:
                self.assertTrue(client.deflated)
                self.play(client, sent, answers, end)

    def test_what_is_no_compressed_data_ends_the_stream(self):
        with self.connect(headers=["Sec-WebSocket-Extensions: permessage-deflate"]) as client:
            client.send_bytes(frame(TEXT, b"\xff\xff\xff\xff\xff", reserved=4))
            try:
                self.assertEqual(self.frame_of(client)[0], CLOSE)
            except ConnectionError:
                pass  # RFC 7692 lets the connection be failed

    def test_offers(self):
        for offer, agreed in OFFERS.items():
            with self.subTest(offer=offer), self.connect(
                    headers=["Sec-WebSocket-Extensions: " + offer]) as client:
                self.assertEqual(client.deflated, agreed)
                client.send_bytes(frame(TEXT, ping_text()))
                self.assertEqual(self.next_of(client), pong_to())


KEY = "dGhlIHNhbXBsZSBub25jZQ=="
UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
           "Sec-WebSocket-Key": KEY}
HANDSHAKES = (  # what is other than in UPGRADE -> status
    ({}, 101),
    ({"Connection": "keep-alive, Upgrade"}, 101),
    ({"Connection": "upgrade", "Upgrade": "WebSocket"}, 101),
    ({"Sec-WebSocket-Protocol": "another, indexcast.v1.protobuf"}, 101),
    ({"Sec-WebSocket-Version": "12"}, 426),
    ({"Sec-WebSocket-Version": None}, 400),
    ({"Sec-WebSocket-Key": None}, 400),
    ({"Sec-WebSocket-Key": "short"}, 400),
    ({"Upgrade": None}, 426),
    ({"Upgrade": "h2c"}, 426),
    ({"Connection": "close"}, 426),
    ({"Sec-WebSocket-Protocol": "another"}, 400),
)


class Handshake(harness.Case):
    def setUp(self):
        super().setUp()
        _, self.ready = self.serve(self.configure())
        self.address = urllib.parse.urlsplit(self.ready["http"])

    def ask(self, method, headers):
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=20)
        connection.request(method, "/v1/stream", headers=headers)
        answer = connection.getresponse()
        self.addCleanup(connection.close)
        return answer

    def test_headers(self):
        for change, status in HANDSHAKES:
            headers = {k: v for k, v in {**UPGRADE, **change}.items() if v is not None}
            with self.subTest(change=change):
                answer = self.ask("GET", headers)
                self.assertEqual(answer.status, status)
                if status == 101:
                    # The example of RFC 6455, 1.3.
                    self.assertEqual(answer.getheader("Sec-WebSocket-Accept"),
                                     "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
                if status == 426:
                    self.assertEqual(answer.getheader("Sec-WebSocket-Version"), "13")
                if status == 426 and "Sec-WebSocket-Version" not in change:
                    self.assertEqual(answer.getheader("Upgrade"), "websocket")
        self.assertEqual(self.ask("POST", UPGRADE).status, 405)

    def test_a_key_is_never_answered_over_http_1_0(self):
        with socket.create_connection((self.address.hostname, self.address.port), 20) as raw:
            lines = "".join(f"{name}: {value}\r\n" for name, value in UPGRADE.items())
            raw.sendall(f"GET /v1/stream HTTP/1.0\r\nHost: x\r\n{lines}\r\n".encode())
            self.assertNotIn(b" 101 ", raw.makefile("rb").readline())

    def test_frames_may_come_with_the_handshake(self):
        with socket.create_connection((self.address.hostname, self.address.port), 20) as raw:
            lines = "".join(f"{name}: {value}\r\n" for name, value in UPGRADE.items())
            raw.sendall(f"GET /v1/stream HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode()
                        + frame(TEXT, ping_text()))
            answer = raw.makefile("rb")
            while answer.readline().strip():
                pass
            self.assertEqual(answer.read(1), b"\x81")


if __name__ == "__main__":
    unittest.main()
