"""A WebSocket client in the standard library, as small as a test can do with (RFC 6455)."""
import base64
import hashlib
import json
import os
import socket
import struct
import urllib.parse

ACCEPT_KEY = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


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

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._bytes.close()
        self._socket.close()

    def send(self, message):
        self.send_frame(TEXT, json.dumps(message).encode())

    def send_frame(self, opcode, payload):
        mask = os.urandom(4)
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
        masked = bytes(b ^ mask[i % 4] for i, b in enumerate(payload))
        self._socket.sendall(bytes([0x80 | opcode]) + length + mask + masked)

    def receive_frame(self):
        first, second = self._exactly(2)
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack(">H", self._exactly(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", self._exactly(8))
        return first & 0x0F, self._exactly(size)

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

    def _exactly(self, count):
        data = self._bytes.read(count)
        if len(data) != count:
            raise ConnectionError("the connection ended inside a frame")
        return data
