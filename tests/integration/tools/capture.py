"""Reads a capture, moves its packets in time, changes what they hold, and writes it again.

Independent of the C++ code on purpose. Only what the simulator writes: Ethernet, IPv4 without options,
TCP segments of whole messages, UDP.
"""
import dataclasses
import datetime
import struct

import pcap_file

GLOBAL_BYTES, ETHERNET_BYTES, IP_BYTES, UDP_BYTES = 24, 14, 20, 8
TCP, UDP = 6, 17
CHINA = datetime.timezone(datetime.timedelta(hours=8))
SECOND = 10**9


@dataclasses.dataclass
class Frame:
    """One packet. `time_ns`: since 1970 UTC. `source` and `destination` are (host, port)."""
    time_ns: int
    data: bytearray
    protocol: int
    source: tuple
    destination: tuple
    payload_at: int

    @property
    def payload(self):
        return memoryview(self.data)[self.payload_at:]


def _frame(time_ns, data):
    protocol = data[ETHERNET_BYTES + 9]
    source, destination = (".".join(map(str, data[at:at + 4]))
                           for at in (ETHERNET_BYTES + 12, ETHERNET_BYTES + 16))
    transport = ETHERNET_BYTES + IP_BYTES
    from_port, to_port = struct.unpack_from("!HH", data, transport)
    header = UDP_BYTES if protocol == UDP else (data[transport + 12] >> 4) * 4
    # Short frames are padded; the IP header has the true length.
    [length] = struct.unpack_from("!H", data, ETHERNET_BYTES + 2)
    return Frame(time_ns, data[:ETHERNET_BYTES + length], protocol, (source, from_port),
                 (destination, to_port), transport + header)


def read(path):
    """(the file's header, its frames in order)."""
    with open(path, "rb") as file:
        data = file.read()
    assert struct.unpack_from("<I", data) == (0xA1B23C4D,), "stamps in nanoseconds"
    frames, at = [], GLOBAL_BYTES
    while at < len(data):
        seconds, nanoseconds, kept, length = struct.unpack_from("<IIII", data, at)
        assert kept == length, "a cut packet"
        at += 16
        frames.append(_frame(seconds * SECOND + nanoseconds, bytearray(data[at:at + kept])))
        at += kept
    return data[:GLOBAL_BYTES], frames


def write(path, header, frames):
    """Writes the frames in the order of their times."""
    with open(path, "wb") as file:
        file.write(header)
        for one in sorted(frames, key=lambda frame: frame.time_ns):
            file.write(struct.pack("<IIII", *divmod(one.time_ns, SECOND), len(one.data),
                                   len(one.data)) + one.data)


def delay(frames, is_late, delay_ns):
    """Moves the frames for which `is_late`, each by delay_ns(its time); none overtakes another of the
    same source and destination."""
    newest = {}
    for frame in frames:
        if not is_late(frame):
            continue
        path = (frame.protocol, *sorted((frame.source, frame.destination)))
        frame.time_ns = max(frame.time_ns + int(delay_ns(frame.time_ns)), newest.get(path, 0))
        newest[path] = frame.time_ns


# Shanghai's messages: 4 bytes of type, SendingTime, MsgSeqNum, BodyLength; then a sum of all bytes.
_SSE = struct.Struct("!4sQQI")
_SSE_SUM = struct.Struct("!I")
# In the body of M102.
_SSE_CODE, _SSE_VOLUME, _SSE_ENTRIES = slice(15, 23), 39, 71
_SSE_ENTRY = struct.Struct("!2sQQB")


class ShanghaiMessage:
    """One message, writable in place: `data` is a view of a frame's bytes."""

    def __init__(self, data):
        self.data = data
        self.kind, self.sending_time, self.number, self.body_bytes = _SSE.unpack_from(data)

    @property
    def security(self):
        """The code of an M102."""
        at = _SSE.size
        return bytes(self.data[at + _SSE_CODE.start:at + _SSE_CODE.stop]).decode().strip()

    def _last_at(self):
        at = _SSE.size + _SSE_ENTRIES
        [count] = struct.unpack_from("!H", self.data, at)
        for entry in range(count):
            place = at + 2 + entry * _SSE_ENTRY.size
            if self.data[place:place + 2] == b"2 ":
                return place + 2
        return None

    @property
    def last(self):
        """The last price of an M102 in 1e-5, 0 where it has none."""
        at = self._last_at()
        return 0 if at is None else struct.unpack_from("!Q", self.data, at)[0]

    @last.setter
    def last(self, price):
        struct.pack_into("!Q", self.data, self._last_at(), price)
        self.seal()

    def restamp(self, time_ns, number):
        """Another SendingTime and number, as of another connection."""
        struct.pack_into("!QQ", self.data, 4, digits(time_ns), number)
        self.seal()

    def seal(self):
        body = self.data[:-_SSE_SUM.size]
        _SSE_SUM.pack_into(self.data, len(body), sum(body) % 256)


def shanghai_messages(payload):
    """The messages of one segment."""
    at = 0
    while at < len(payload):
        size = _SSE.size + _SSE.unpack_from(payload, at)[3] + _SSE_SUM.size
        yield ShanghaiMessage(payload[at:at + size])
        at += size


# Shenzhen's messages: type, BodyLength; then a sum.
def shenzhen_messages(payload):
    """(type, body) of the messages of one segment."""
    at = 0
    while at < len(payload):
        kind, size = struct.unpack_from("!II", payload, at)
        yield kind, payload[at + 8:at + 8 + size]
        at += 8 + size + 4


# Hong Kong's packets: size, count, filler, number of the first message, SendTime.
HONG_KONG = struct.Struct("<HBxIQ")


def hong_kong_messages(payload):
    """(type, body) of the messages of one packet."""
    at = HONG_KONG.size
    while at < len(payload):
        size, kind = struct.unpack_from("<HH", payload, at)
        yield kind, payload[at + 4:at + size]
        at += size


def digits(time_ns):
    """YYYYMMDDHHMMSSsss of China."""
    instant = datetime.datetime.fromtimestamp(time_ns // SECOND, CHINA)
    return int(instant.strftime("%Y%m%d%H%M%S")) * 1000 + time_ns % SECOND // 10**6


def nanoseconds(value):
    """The opposite of digits()."""
    instant = datetime.datetime.strptime(str(value // 1000), "%Y%m%d%H%M%S")
    return int(instant.replace(tzinfo=CHINA).timestamp()) * SECOND + value % 1000 * 10**6


def reconnect(frames, server, at_ns, between_ns, replayed):
    """Shanghai's connection to `server` ends at `between_ns`, and one that begins at `at_ns` has what
    came later, with `replayed`: (time, message's bytes) of before, in order, as its first messages.

    Returns the frames of the whole capture. SendingTimes of the replayed messages are their own.
    """
    def of_connection(frame):
        return server in (frame.source, frame.destination)

    kept = [f for f in frames if not of_connection(f) or f.time_ns < between_ns]
    own = [f for f in frames if of_connection(f)]
    client = next(f.source for f in own if f.destination == server)
    logons = [bytes(f.payload) for f in own if len(f.payload)][:2]  # of the client, of the server
    messages = list(replayed)
    for frame in own:
        if frame.source == server and frame.time_ns >= at_ns:
            messages += [(frame.time_ns, bytes(m.data)) for m in shanghai_messages(frame.payload)]
    messages.sort(key=lambda message: message[0])
    writer = _Collector()
    _end(writer, kept, client, server, between_ns)
    connection = pcap_file.TcpConnection(writer, at_ns, (client[0], client[1] + 100), server)
    connection.client_sends(at_ns + 10_000, logons[0])
    connection.server_sends(at_ns + 20_000, logons[1])
    for number, (time_ns, data) in enumerate(messages, 2):
        message = ShanghaiMessage(memoryview(bytearray(data)))
        message.restamp(nanoseconds(message.sending_time), number)
        connection.server_sends(max(time_ns, at_ns + 30_000), bytes(message.data))
    return kept + writer.frames


def _end(writer, frames, client, server, time_ns):
    """The server closes the connection that `frames` hold so far."""
    sequence = acknowledged = 0
    for frame in frames:
        if frame.source == server:
            transport = ETHERNET_BYTES + IP_BYTES
            sequence, acknowledged = struct.unpack_from("!II", frame.data, transport + 4)
            sequence += len(frame.payload)
    writer.tcp(time_ns, server, client, sequence, acknowledged, 0x11, b"")
    writer.tcp(time_ns + 1000, client, server, acknowledged, sequence + 1, 0x11, b"")


class _Collector(pcap_file.PcapFile):
    """A writer that keeps frames instead of writing them."""

    def __init__(self):
        self.frames = []

    def _keep(self, time_ns, data):
        self.frames.append(_frame(time_ns, bytearray(data)))
