"""The end of a connection under TLS: a close_notify tells it from one that was cut off (RFC 8446, 6.1)."""
import select
import signal
import socket
import ssl
import unittest
import urllib.parse

import certificate
import harness
from websocket import CLOSE, TEXT, frame

ASK = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
UPGRADE = (b"GET /v1/stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
NORMAL = b"\x03\xe8"


def everything_of(sock):
    """Until the server's close_notify; an end without one is an error of Python's ssl."""
    data = b""
    while (more := sock.recv(65536)):
        data += more
    return data


@certificate.needs_openssl
class TlsEnd(harness.Case):
    def setUp(self):
        super().setUp()
        tls, self.context = certificate.make(self.folder)
        # Python takes an end without a word for an end unless it is told not to.
        self.context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
        self.server, self.ready = self.serve(self.configure(http={"tls": tls}))

    def connect(self, said):
        address = urllib.parse.urlsplit(self.ready["http"])
        plain = socket.create_connection((address.hostname, address.port), harness.LIMIT_S)
        sock = self.context.wrap_socket(plain, server_hostname=address.hostname,
                                        suppress_ragged_eofs=False)
        self.addCleanup(sock.close)
        sock.sendall(said + b"\r\n")
        return sock

    def answer(self, sock, status):
        self.assertEqual(sock.recv(65536)[:12], b"HTTP/1.1 %d" % status)

    def test_after_the_last_answer(self):
        for said, status in ((ASK + b"Connection: close\r\n", 200),
                             (UPGRADE + b"Sec-WebSocket-Protocol: nobody.speaks.it\r\n", 400),
                             (ASK + b"X-Header: " + b"x" * 9000 + b"\r\n", 413)):
            with self.subTest(status=status):
                self.assertEqual(everything_of(self.connect(said))[:12], b"HTTP/1.1 %d" % status)

    def test_in_answer_to_the_clients(self):
        """Of a connection that is kept: both say that they send no more."""
        sock = self.connect(ASK)
        self.answer(sock, 200)
        sock.unwrap()

    def test_after_a_websocket_was_closed(self):
        sock = self.connect(UPGRADE)
        self.answer(sock, 101)
        sock.sendall(frame(CLOSE, NORMAL))
        self.assertTrue(everything_of(sock).endswith(frame(CLOSE, NORMAL, mask=None)))

    def test_after_a_websocket_broke_a_rule(self):
        sock = self.connect(UPGRADE)
        self.answer(sock, 101)
        sock.sendall(frame(TEXT, b"\xff"))
        self.assertIn(b"\x88", everything_of(sock))

    def test_when_the_server_stops(self):
        resting, stream = self.connect(ASK), self.connect(UPGRADE)
        self.answer(resting, 200)
        self.answer(stream, 101)
        self.server.child.send_signal(signal.SIGTERM)
        said = b""
        while b"the server stops" not in said:
            said += stream.recv(65536)
        stream.sendall(frame(CLOSE, b"\x03\xe9"))
        self.assertEqual((everything_of(stream), everything_of(resting)), (b"", b""))
        self.server.wait()

    def test_nobody_holds_it_for_long(self):
        sock = self.connect(ASK + b"Connection: close\r\n")
        everything_of(sock)
        plain = socket.socket(fileno=sock.detach())
        self.addCleanup(plain.close)
        # Whoever goes on is listened to for a second, and then reset.
        with self.assertRaises((BrokenPipeError, ConnectionResetError)):
            for _ in range(50 * harness.LIMIT_S):
                plain.send(b"\x17\x03\x03\x00\x01x")
                select.select([], [], [], 0.02)


if __name__ == "__main__":
    unittest.main()
