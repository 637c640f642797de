"""A WebSocket client in the standard library, as small as a test can do with (RFC 6455).

It holds what the server sends to the protocol, and sends whatever it is asked to.
"""
import base64
import hashlib
import json
import os
import socket
import struct
import urllib.parse

ACCEPT_KEY = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
LONGEST_CONTROL = 125


def _length(size, form):
    """The length as a header has it, in as few bytes as it takes unless told in which of the forms:
    7, 16 or 64 bits."""
    form = form or (7 if size < 126 else 16 if size < 65536 else 64)
    return {7: lambda: struct.pack(">B", size), 16: lambda: struct.pack(">BH", 126, size),
            64: lambda: struct.pack(">BQ", 127, size)}[form]()


def frame(opcode, payload=b"", fin=True, reserved=0, mask=b"mask", length=None, form=None):
    """The bytes of a frame. `reserved`: its three bits; `mask`: four bytes, or None for no mask;
    `length`: what the header claims, by default the payload's; `form`: the bits it claims it in."""
    size = bytearray(_length(len(payload) if length is None else length, form))
    first = bytes([fin << 7 | reserved << 4 | opcode])
    if mask is None:
        return first + bytes(size) + payload
    size[0] |= 0x80
    masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
    return first + bytes(size) + mask + masked


class Client:
    """Connects and shakes hands; messages are JSON objects, one per text frame."""

    def __init__(self, url, protocol="indexcast.v1.json", path="/v1/stream", limit_s=60,
                 headers=(), tls=None):
        """`headers`: more lines of the handshake; `tls`: an ssl.SSLContext for wss."""
        address = urllib.parse.urlsplit(url)
        self._socket = socket.create_connection((address.hostname, address.port), limit_s)
        if tls:
            self._socket = tls.wrap_socket(self._socket, server_hostname=address.hostname)
        self._bytes = self._socket.makefile("rb")
        key = base64.b64encode(os.urandom(16))
        self._socket.sendall(
            b"GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n"
            % (path.encode(), address.netloc.encode(), key)
            + (b"Sec-WebSocket-Protocol: %s\r\n" % protocol.encode() if protocol else b"")
            + b"".join(line.encode() + b"\r\n" for line in headers) + b"\r\n")
        self.status = int(self._bytes.readline().split()[1])
        self.headers = {}
        while (line := self._bytes.readline().strip()):
            name, _, value = line.decode().partition(":")
            self.headers[name.lower()] = value.strip()
        accept = base64.b64encode(hashlib.sha1(key + ACCEPT_KEY).digest()).decode()
        if self.status == 101 and self.headers.get("sec-websocket-accept") != accept:
            raise AssertionError(f"wrong handshake: {self.headers}")
        self.deflated = "permessage-deflate" in self.headers.get("sec-websocket-extensions", "")
        self.compressed = False  # the last frame

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._bytes.close()
        self._socket.close()

    def send(self, message):
        self.send_frame(TEXT, json.dumps(message).encode())

    def send_frame(self, opcode, payload):
        self.send_bytes(frame(opcode, payload, mask=os.urandom(4)))

    def send_bytes(self, data):
        self._socket.sendall(data)

    def half_close(self):
        """Nothing more is sent; what the server still sends can be read."""
        self._socket.shutdown(socket.SHUT_WR)

    def receive_frame(self):
        """(opcode, payload); a frame that a server may not send is an error."""
        first, second = self._exactly(2)
        opcode, size = first & 0x0F, second & 0x7F
        if size == 126:
            (size,) = struct.unpack(">H", self._exactly(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", self._exactly(8))
        # Fin set, no reserved bit, no mask, the shortest form of the length. This server sends no
        # fragments, and compresses only where it was asked to.
        plain = first & 0xF0 == 0x80 or (first & 0xF0 == 0xC0 and self.deflated and opcode < CLOSE)
        if not plain or second & 0x80 or 1 + len(_length(size, None)) != self._header_bytes(second):
            raise AssertionError(f"no frame of a server: {first:#04x} {second:#04x}")
        if opcode >= CLOSE and size > LONGEST_CONTROL:
            raise AssertionError(f"a control frame of {size} bytes")
        self.compressed = first & 0x40 != 0
        return opcode, self._exactly(size)

    @staticmethod
    def _header_bytes(second):
        return 2 + {126: 2, 127: 8}.get(second & 0x7F, 0)

    def ended(self):
        """The server has closed the connection, and said nothing more before."""
        try:
            return self._bytes.read(1) == b""
        except ConnectionResetError:
            return False

    def receive(self):
        """The next message, an object or bytes; control frames are answered on the way."""
        while True:
            opcode, payload = self.receive_frame()
            if opcode == TEXT:
                return json.loads(payload)
            if opcode == BINARY:
                return payload
            if opcode == PING:
                self.send_frame(PONG, payload)
            elif opcode == CLOSE:
                raise ConnectionError(f"closed by the server: {payload!r}")

    def ended_after_heartbeats(self):
        """The server has closed the connection, and sent only whole heartbeats before."""
        try:
            while self._bytes.peek(1):
                opcode, payload = self.receive_frame()
                if opcode != TEXT or json.loads(payload)["type"] != "heartbeat":
                    return False
        except ConnectionError:
            return False
        return True

    def answer(self):
        """The next message that is not a heartbeat."""
        while (message := self.receive())["type"] == "heartbeat":
            pass
        return message

    def _exactly(self, count):
        data = self._bytes.read(count)
        if len(data) != count:
            raise ConnectionError("the connection ended inside a frame")
        return data
