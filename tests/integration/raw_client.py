"""What a test of hostile clients does on a bare socket, and how long it waits."""
import contextlib
import ssl
import time

import harness


class Patience:
    """Ends the wait for what does not come, where heartbeats do."""

    def __init__(self):
        self._end = time.monotonic() + harness.LIMIT_S

    def check(self):
        if time.monotonic() > self._end:
            raise AssertionError(f"waited {harness.LIMIT_S} s")


def everything_of(sock):
    """Until the server closes, which may be with a reset where it was still being spoken to."""
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while (more := sock.recv(65536)):
            data += more
    return data


def hello():
    """What a TLS client says first."""
    context = ssl.create_default_context()
    said = ssl.MemoryBIO()
    session = context.wrap_bio(ssl.MemoryBIO(), said, server_hostname="localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        session.do_handshake()
    return said.read()
