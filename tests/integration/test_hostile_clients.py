"""Clients that mean harm, against a real server: what each is told, what it is counted as, and that
a subscriber of either kind beside it has every level all along.
"""
import contextlib
import hashlib
import http.client
import json
import os
import random
import select
import socket
import struct
import unittest
import urllib.parse

import certificate
import harness
import websocket
import witness
from raw_client import Patience, everything_of, hello
from websocket import CLOSE, PING, TEXT

zmq = witness.zmq

# Some hundred levels a second for as long as a test may take.
DAY = {"begin": "09:40:00", "end": "11:20:00", "speed": 10.0}
# Another address of this machine than the one that its friends come from.
ELSEWHERE = ("127.0.0.2", 0)
TOKEN = "token of the desk"
MEMORY_MAX = 64 << 20
GREETING_OF_ZEROMQ = b"\xff" + b"\0" * 8 + b"\x7f\x03\x01NULL" + b"\0" * 48
REPLAY = {"op": "replay", "code": "995366", "from": 1}


@unittest.skipIf(zmq is None, "python3-zmq is not installed")
class Hostile(harness.Case):
    THREADS = 1
    SETTINGS = {}

    def setUp(self):
        super().setUp()
        self.begin()

    def begin(self, **settings):
        config = self.configure(
            simulator=DAY, http={"threads": self.THREADS, **self.SETTINGS, **settings})
        self.server, self.ready = self.serve(config)
        self.address = urllib.parse.urlsplit(self.ready["http"])
        self.start("simulate", "simulate", "--config", config)
        self._watcher = self.connection()
        self.witnesses = [self.friend(), witness.ZmqWitness(self.ready["zmq"])]
        for each in self.witnesses:
            self.addCleanup(each.stop)
            each.start()
        harness.await_that(lambda: all(each.has_begun() for each in self.witnesses), "first levels")

    def connection(self):
        connection = http.client.HTTPConnection(*self.at(), timeout=harness.LIMIT_S)
        self.addCleanup(connection.close)
        return connection

    def friend(self):
        return witness.WebSocketWitness(self.ready["http"])

    def tearDown(self):
        published = {code: self.sample(f'indexcast_index_sequence{{code="{code}"}}')
                     for code in harness.CODES}
        for each in self.witnesses:
            harness.await_that(lambda one=each: one.has_all_of(published), "every level")
            self.assertIsNone(each.fault, type(each).__name__)
        self.assertGreater(min(published.values()), 1)
        self.assertTrue(self.server.running())

    def at(self):
        return self.address.hostname, self.address.port

    def samples(self):
        """/metrics, over the one connection that a test keeps for it."""
        self._watcher.request("GET", "/metrics")
        text = self._watcher.getresponse().read().decode()
        lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in lines}

    def sample(self, name):
        return self.samples()[name]

    def memory(self):
        with open(f"/proc/{self.server.child.pid}/status", encoding="ascii") as status:
            (line,) = [line for line in status if line.startswith("VmRSS:")]
        return int(line.split()[1]) << 10

    @contextlib.contextmanager
    def counted(self, **expected):
        """What is done within moves `indexcast_NAME_total` by the number expected, no more."""
        before = self.samples()
        yield
        names = {f"indexcast_{name}_total": count for name, count in expected.items()}
        moved = {}

        def all_done():
            now = self.samples()
            moved.update({name: now[name] - before[name] for name in names})
            return all(moved[name] >= count for name, count in names.items())

        harness.await_that(all_done, f"{names}, and not {moved}")
        self.assertEqual(moved, names)

    @contextlib.contextmanager
    def bounded(self):
        before = self.memory()
        yield
        self.assertLess(self.memory() - before, MEMORY_MAX)

    def raw(self, sent=b"", address=None):
        """A connection from elsewhere that has said so much."""
        sock = socket.create_connection(address or self.at(), harness.LIMIT_S, ELSEWHERE)
        self.addCleanup(sock.close)
        sock.sendall(sent)
        return sock

    def stream(self, **how):
        client = websocket.Client(self.ready["http"], limit_s=harness.LIMIT_S, **how)
        self.addCleanup(client.__exit__)
        return client

    def answers(self, client, count):
        """So many messages that are not heartbeats or levels."""
        found = []
        patience = Patience()
        while len(found) < count:
            patience.check()
            message = client.receive()
            if message["type"] not in ("heartbeat", "level", "skipped"):
                found.append(message)
        return found


class HalfOpen(Hostile):
    SETTINGS = {"handshake": "2s"}
    BEGINNINGS = (b"", b"G", b"GET /healthz HTTP/1.1\r\nHost: x\r\n",
                  b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
                  b"GET /v1/stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upg")

    def test_half_a_request_is_not_waited_for(self):
        with self.counted(client_timed_out=5 * len(self.BEGINNINGS)):
            socks = [self.raw(beginning) for beginning in self.BEGINNINGS for _ in range(5)]
            self.assertEqual([everything_of(sock) for sock in socks], [b""] * len(socks))

    def test_a_byte_at_a_time_does_not_buy_more(self):
        request = b"GET /healthz HTTP/1.1\r\n" + b"X-Header: slow\r\n" * 1000
        with self.counted(client_timed_out=5):
            socks = [self.raw() for _ in range(5)]
            open_ones = set(socks)
            for at in range(len(request)):
                for sock in open_ones:
                    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                        sock.send(request[at:at + 1])
                # Readable: the server has closed.
                ended, _, _ = select.select(open_ones, [], [], 0.05)
                open_ones -= set(ended)
                if not open_ones:
                    break
            self.assertFalse(open_ones)
            self.assertEqual([everything_of(sock) for sock in socks], [b""] * len(socks))

    def test_a_connection_that_is_kept_may_rest(self):
        """What is owed is a request that has begun, not the next one."""
        with self.counted(client_timed_out=1):
            sock = self.raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertTrue(sock.recv(12).endswith(b"200"))
            everything_of(self.raw())
            sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            self.assertEqual(everything_of(sock).count(b"HTTP/1.1 200"), 1)


@certificate.needs_openssl
class HalfTls(Hostile):
    SETTINGS = {"handshake": "2s"}

    def begin(self, **settings):
        tls, self.tls = certificate.make(self.folder)
        super().begin(tls=tls, **settings)

    def connection(self):
        connection = http.client.HTTPSConnection(*self.at(), timeout=harness.LIMIT_S,
                                                 context=self.tls)
        self.addCleanup(connection.close)
        return connection

    def friend(self):
        return witness.WebSocketWitness(self.ready["http"], tls=self.tls)

    def test_half_a_handshake_is_not_waited_for(self):
        whole = hello()
        with self.counted(client_timed_out=15):
            socks = [self.raw(said) for said in (b"", whole[:20], whole) for _ in range(5)]
            ends = [everything_of(sock) for sock in socks]
        # The server's own half where it had the client's, and nothing where not.
        self.assertEqual([end != b"" for end in ends], [False] * 10 + [True] * 5)


class Noise(Hostile):
    SETTINGS = {"handshake": "2s"}

    def test_what_is_no_request_is_refused(self):
        seed = int.from_bytes(os.urandom(4), "big")
        print(f"seed {seed}", end=" ", flush=True)
        noise = random.Random(seed)
        ends = b"\r\n\r\n"
        said = [GREETING_OF_ZEROMQ + ends, hello() + ends, b"\0" * 64 + ends,
                *(noise.randbytes(noise.randrange(1, 4000)) + ends for _ in range(50))]
        with self.counted(http_bad_requests=len(said)):
            for bytes_ in said:
                self.assertRegex(everything_of(self.raw(bytes_)), rb"^HTTP/1.1 4\d\d ")

    def test_a_path_that_is_no_text_is_answered_in_text(self):
        with self.counted(http_bad_requests=1):
            answer = everything_of(self.raw(b"GET /\xff\"% HTTP/1.1\r\nHost: x\r\n"
                                            b"Connection: close\r\n\r\n"))
            problem = json.loads(answer.partition(b"\r\n\r\n")[2].decode())
            self.assertEqual((problem["status"], problem["instance"]), (404, "/%FF%22%"))

    def test_too_large_a_request_is_refused(self):
        head = b"GET / HTTP/1.1\r\nHost: x\r\n"
        with self.counted(http_bad_requests=2):
            long = self.raw(head + b"X-Header: " + b"x" * 9000 + b"\r\n\r\n")
            self.assertIn(b"HTTP/1.1 413 ", everything_of(long))
            self.assertIn(b"HTTP/1.1 413 ",
                          everything_of(self.raw(head + b"Content-Length: 100000\r\n\r\n")))

    def test_noise_at_zeromq(self):
        noise = random.Random(7)
        with self.bounded():
            for endpoint in (self.ready["zmq"], self.ready["zmq_query"]):
                address = urllib.parse.urlsplit(endpoint)
                for at in range(50):
                    said = (b"GET / HTTP/1.1\r\n\r\n", hello(), GREETING_OF_ZEROMQ,
                            noise.randbytes(4000))[at % 4]
                    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                        self.raw(said, (address.hostname, address.port))

    def test_what_is_no_question_is_refused(self):
        context = zmq.Context()
        self.addCleanup(context.term)
        dealer = context.socket(zmq.DEALER)
        self.addCleanup(dealer.close, 0)
        dealer.setsockopt(zmq.RCVTIMEO, harness.LIMIT_S * 1000)
        dealer.connect(self.ready["zmq_query"])
        before = self.sample('indexcast_questions_refused_total{reason="malformed"}')
        for _ in range(20):
            dealer.send(b"\xff" * 100)
            reply = harness.query_messages().Reply.FromString(dealer.recv())
            self.assertTrue(reply.HasField("refusal"))
        after = self.sample('indexcast_questions_refused_total{reason="malformed"}')
        self.assertEqual(after - before, 20)


class FullServer(Hostile):
    SETTINGS = {"max_clients": 8}
    FREE = 6  # without the two that the test itself holds
    WHY = "the server's limit of connections is reached"

    def test_more_than_there_is_room_for_are_told_to_come_later(self):
        held = [self.hold() for _ in range(self.FREE)]
        with self.counted(client_refused=10):
            for _ in range(10):
                answer = everything_of(self.raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"))
                head, _, body = answer.partition(b"\r\n\r\n")
                self.assertIn(b"HTTP/1.1 503 ", head)
                self.assertIn(b"\r\nRetry-After: 1", head)
                self.assertEqual(json.loads(body)["detail"], self.WHY)
        held.pop().close()
        harness.await_that(self.has_room, "the room that one left")

    def hold(self):
        sock = self.raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertIn(b"200", sock.recv(12))
        return sock

    def has_room(self):
        asked = self.raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return b"HTTP/1.1 200 " in everything_of(asked)


class FullAddress(FullServer):
    SETTINGS = {"max_per_address": 6}
    WHY = "the limit of connections for one address is reached"


class Commands(Hostile):
    SETTINGS = {"commands_per_second": 100000}

    def test_what_nobody_knows_is_refused_and_the_stream_goes_on(self):
        said = [{"op": "drop tables"}, {"op": "subscribe"}, {"op": 7}, {}, {"op": None},
                {"op": "subscribe", "codes": "995365"}, {"op": "subscribe", "codes": [1]},
                {"op": "subscribe", "codes": ["995365"], "mode": "all"},
                {"op": "subscribe", "codes": ["000000"]}, {"op": "replay", "code": ""},
                {"op": "replay", "code": "995365", "from": 9, "to": 1}, {"op": "authenticate"}]
        client = self.stream()
        with self.counted(client_bad_commands=len(said) + 3):
            for number, command in enumerate(said, 1):
                client.send({**command, "id": number})
            for text in (b"[]", b"[" * 60000, b'{"op":"ping"'):
                client.send_frame(TEXT, text)
            found = self.answers(client, len(said) + 3)
        self.assertEqual({message["type"] for message in found}, {"error"})
        self.assertEqual([message.get("id", 0) for message in found],
                         [*range(1, len(said) + 1), 0, 0, 0])
        client.send({"op": "ping", "id": 99})
        self.assertEqual(self.answers(client, 1)[0]["type"], "pong")

    def test_a_hundred_thousand_subscriptions(self):
        codes = [f"{number:06}" for number in range(100_000)]
        client = self.stream()
        with self.bounded(), self.counted(client_bad_commands=20):
            for at in range(0, len(codes), 5000):
                client.send({"op": "subscribe", "codes": codes[at:at + 5000], "mode": "tick"})
                (answer,) = self.answers(client, 1)
                self.assertEqual(answer["type"], "error")
                self.assertTrue(answer["reason"].startswith("unknown code: "), answer["reason"][:80])
        with self.bounded(), self.counted(client_bad_commands=0):
            for _ in range(20):
                client.send({"op": "subscribe", "codes": ["995365"] * 5000, "mode": "tick"})
                (answer,) = self.answers(client, 1)
                self.assertEqual((answer["type"], answer["code"]), ("snapshot", "995365"))


class FewSubscriptions(Hostile):
    SETTINGS = {"max_subscriptions": 2}
    WHY = "codes: at most 2 are followed at once"

    def test_no_more_than_the_limit(self):
        client = self.stream()
        with self.counted(client_bad_commands=2):
            client.send({"op": "subscribe", "codes": ["995365"] * 3, "mode": "tick", "id": 1})
            self.assertEqual(self.answers(client, 1)[0]["reason"], self.WHY)
            for number, code in enumerate(("995365", "995366"), 2):
                client.send({"op": "subscribe", "codes": [code], "mode": "grid", "id": number})
                self.assertEqual(self.answers(client, 1)[0]["type"], "snapshot")
            client.send({"op": "subscribe", "codes": ["995367"], "mode": "tick", "id": 4})
            self.assertEqual(self.answers(client, 1)[0]["reason"], self.WHY)
            # What is followed may be asked for again.
            client.send({"op": "subscribe", "codes": ["995366"], "mode": "grid", "id": 5})
            self.assertEqual(self.answers(client, 1)[0]["type"], "snapshot")

    def friend(self):
        """It follows two, as everybody here; of the third it hears from itself."""
        return witness.WebSocketWitness(self.ready["http"], codes=harness.CODES[:2])


class ManyCommands(Hostile):
    SETTINGS = {"commands_per_second": 10}

    def test_more_than_so_many_in_a_second_are_refused(self):
        client = self.stream()
        before = self.sample("indexcast_client_bad_commands_total")
        ping = websocket.frame(TEXT, b'{"op":"ping"}')
        client.send_bytes(ping * 500)
        found = [message["type"] for message in self.answers(client, 500)]
        refused = found.count("error")
        self.assertEqual(found.count("pong") + refused, 500)
        self.assertEqual(found[:10], ["pong"] * 10)
        self.assertGreater(refused, 100)
        self.assertEqual(self.sample("indexcast_client_bad_commands_total") - before, refused)


class Unread(Hostile):
    SETTINGS = {"commands_per_second": 100000, "client_stall": "2s"}

    def test_replays_of_everything_that_nobody_reads(self):
        said = websocket.frame(TEXT, json.dumps(REPLAY).encode()) * 1000
        with self.bounded(), self.counted(client_closed_slow=5):
            socks = [self.deaf_stream() for _ in range(5)]
            for sock in socks:
                sock.setblocking(False)
                with contextlib.suppress(BlockingIOError, ConnectionError):
                    for _ in range(100):
                        sock.send(said)

    def deaf_stream(self):
        """A stream whose client takes no more than the answer to the handshake."""
        sock = socket.socket()
        self.addCleanup(sock.close)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(harness.LIMIT_S)
        sock.connect(self.at())
        sock.sendall(b"GET /v1/stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                     b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        self.assertIn(b"101", sock.recv(12))
        return sock


class Silent(Hostile):
    SETTINGS = {"idle": "2s"}

    def test_who_never_answers_a_ping_is_left(self):
        with self.counted(client_closed_idle=5):
            clients = [self.stream() for _ in range(5)]
            for client in clients:
                pings, patience = 0, Patience()
                with contextlib.suppress(ConnectionError):
                    while True:
                        patience.check()
                        opcode, _ = client.receive_frame()
                        self.assertNotEqual(opcode, CLOSE)
                        pings += opcode == PING
                self.assertGreaterEqual(pings, 1)


class Tokens(Hostile):
    # Long enough for the friends to come first.
    SETTINGS = {"handshake": "5s"}

    def begin(self, **settings):
        digest = hashlib.sha256(TOKEN.encode()).hexdigest()
        path = self.write("tokens", f"desk {digest} operations=yes\n")
        path.chmod(0o600)
        self.forged = [TOKEN[:-1], TOKEN + "x", TOKEN.upper(), TOKEN[:-1] + "\x7e", digest, "desk",
                       "x" * 7000]
        super().begin(tokens=str(path), **settings)

    def friend(self):
        return witness.WebSocketWitness(self.ready["http"],
                                        headers=[f"Authorization: Bearer {TOKEN}"])

    def samples(self):
        self._watcher.request("GET", "/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        text = self._watcher.getresponse().read().decode()
        lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in lines}

    def test_forged_tokens_open_nothing(self):
        with self.counted(client_unauthorised=2 * len(self.forged),
                          http_bad_requests=2 * len(self.forged), client_closed_fault=0):
            for token in self.forged:
                head = f"Host: x\r\nAuthorization: Bearer {token}\r\n"
                asked = self.raw(f"GET /v1/indices HTTP/1.1\r\n{head}Connection: close\r\n\r\n".encode())
                self.assertIn(b"HTTP/1.1 401 ", everything_of(asked))
                refused = websocket.Client(self.ready["http"],
                                           headers=[f"Authorization: Bearer {token}"])
                self.addCleanup(refused.__exit__)
                self.assertEqual(refused.status, 401)
        with self.counted(client_unauthorised=0, http_bad_requests=1):
            head = f"Host: x\r\nAuthorization: Bearer {'x' * 9000}\r\n\r\n"
            self.assertIn(b"HTTP/1.1 413 ",
                          everything_of(self.raw(f"GET /v1/indices HTTP/1.1\r\n{head}".encode())))

    def test_a_forged_first_message_opens_nothing(self):
        said = [*self.forged, "x" * 60000]
        with self.counted(client_unauthorised=len(said) + 1, client_bad_commands=len(said) + 1,
                          client_closed_fault=1):
            client = self.stream()
            for token in said:
                client.send({"op": "authenticate", "token": token})
            client.send({"op": "subscribe", "codes": ["995365"]})
            found = [message["reason"] for message in self.answers(client, len(said) + 1)]
            self.assertEqual(found, ["token: not known"] * len(said) +
                             ["authenticate first: a token is needed"])
            self.assertEqual(self.close_code(client), 1008)

    def close_code(self, client):
        patience = Patience()
        while True:
            patience.check()
            opcode, payload = client.receive_frame()
            self.assertNotIn(b'"level"', payload)
            if opcode == CLOSE:
                return struct.unpack(">H", payload[:2])[0]


class UnreadOfThreads(Unread):
    THREADS = 3


class CommandsOfThreads(Commands):
    THREADS = 3


class FullServerOfThreads(FullServer):
    THREADS = 3


if __name__ == "__main__":
    unittest.main()
