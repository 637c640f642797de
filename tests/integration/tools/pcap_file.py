"""Writes pcap files with nanosecond stamps: Ethernet, IPv4, UDP and a TCP connection.

Independent of the C++ code on purpose: tests hold that code against these bytes.
"""

import struct


def _checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _host(text):
    return bytes(int(part) for part in text.split("."))


class PcapFile:
    """A capture being written. `path` is overwritten; times are nanoseconds since 1970 UTC."""

    _ETHERNET = b"\x02\0\0\0\0\x02" + b"\x02\0\0\0\0\x01" + b"\x08\x00"

    def __init__(self, path):
        self._file = open(path, "wb")
        # Nanosecond magic, version 2.4, zone, accuracy, snapshot length, LINKTYPE_ETHERNET.
        self._file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def _packet(self, time_ns, protocol, source, destination, segment):
        header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(segment), 0, 0x4000, 64, protocol, 0,
                             _host(source[0]), _host(destination[0]))
        header = header[:10] + struct.pack("!H", _checksum(header)) + header[12:]
        self._keep(time_ns, self._ETHERNET + header + segment)

    def _keep(self, time_ns, frame):
        self._file.write(struct.pack("<IIII", time_ns // 10**9, time_ns % 10**9, len(frame),
                                     len(frame)))
        self._file.write(frame)

    def udp(self, time_ns, source, destination, payload):
        """One datagram; addresses are (host, port)."""
        header = struct.pack("!HHHH", source[1], destination[1], 8 + len(payload), 0)
        self._packet(time_ns, 17, source, destination, header + payload)

    def tcp(self, time_ns, source, destination, sequence, acknowledged, flags, payload):
        """One segment."""
        header = struct.pack("!HHIIBBHHH", source[1], destination[1], sequence & 0xFFFFFFFF,
                             acknowledged & 0xFFFFFFFF, 5 << 4, flags, 65535, 0, 0)
        self._packet(time_ns, 6, source, destination, header + payload)


class TcpConnection:
    """A connection from `client` to `server`, its handshake written at `time_ns`."""

    _FIN, _SYN, _ACK, _PUSH = 0x01, 0x02, 0x10, 0x08

    def __init__(self, capture, time_ns, client, server):
        self._capture = capture
        self._ends = {True: client, False: server}
        self._next = {True: 1000, False: 5000}
        self._send(time_ns, True, self._SYN, b"", 1)
        self._send(time_ns + 1000, False, self._SYN | self._ACK, b"", 1)
        self._send(time_ns + 2000, True, self._ACK, b"")

    def _send(self, time_ns, from_client, flags, payload, consumes=0):
        self._capture.tcp(time_ns, self._ends[from_client], self._ends[not from_client],
                          self._next[from_client],
                          self._next[not from_client] if flags & self._ACK else 0, flags, payload)
        self._next[from_client] += len(payload) + consumes

    def client_sends(self, time_ns, payload):
        self._send(time_ns, True, self._ACK | self._PUSH, payload)

    def server_sends(self, time_ns, payload):
        self._send(time_ns, False, self._ACK | self._PUSH, payload)

    def close(self, time_ns):
        self._send(time_ns, False, self._FIN | self._ACK, b"", 1)
        self._send(time_ns + 1000, True, self._FIN | self._ACK, b"", 1)
        self._send(time_ns + 2000, False, self._ACK, b"")
