"""Questions over ROUTER with nothing but ZeroMQ and the published contract, held against HTTP."""
import decimal
import unittest

import harness

try:
    import zmq
except ImportError:
    zmq = None

DAY = {"begin": "10:00:00", "end": "10:05:00", "speed": 60.0}
# The questions of a test come faster than a subscriber's.
FAST = {"requests_per_s": 100_000}


def decimal_of(raw, places):
    return f"{decimal.Decimal(raw).scaleb(-places):.{places}f}"


@unittest.skipIf(zmq is None, "python3-zmq is not installed")
class Questions(harness.Case):
    def setUp(self):
        super().setUp()
        self.messages = harness.query_messages()
        self.context = zmq.Context()
        self.addCleanup(self.context.term)
        self.config = self.configure(simulator=DAY, zmq=FAST)
        _, self.ready = self.serve(self.config)
        self.asker = self.socket(zmq.REQ, self.ready["zmq_query"])

    def socket(self, kind, endpoint):
        socket = self.context.socket(kind)
        self.addCleanup(socket.close, 0)
        socket.setsockopt(zmq.RCVTIMEO, harness.LIMIT_S * 1000)
        socket.connect(endpoint)
        return socket

    def ask(self, **question):
        request = self.messages.Request(request_id=7, **question)
        self.asker.send(request.SerializeToString())
        reply = self.messages.Reply.FromString(self.asker.recv())
        self.assertEqual(reply.request_id, 7)
        self.assertEqual(reply.epoch, self.ready["epoch"])
        return reply

    def play(self):
        """The whole day, and what a subscriber had of one index from its beginning."""
        stream = harness.stream_messages()
        subscriber = self.socket(zmq.SUB, self.ready["zmq"])
        subscriber.setsockopt(zmq.RCVHWM, 0)
        for topic in ("level/995366/", "heartbeat/"):
            subscriber.subscribe(topic)
        subscriber.recv_multipart()
        self.start("simulate", "simulate", "--config", self.config, "--seed", "3").wait()
        levels, quiet = {}, 0
        while quiet < 2:
            topic, payload = subscriber.recv_multipart()
            quiet += 1
            if topic != b"heartbeat/":
                level = stream.Level.FromString(payload)
                levels[level.index_sequence] = level
                quiet = 0
        return levels

    def test_snapshot_replay_and_members_agree_with_the_stream_and_http(self):
        streamed = self.play()
        snapshots = self.ask(snapshot={}).snapshot
        self.assertEqual([one.code for one in snapshots.snapshots], sorted(harness.CODES))
        self.assertEqual(snapshots.next, "")
        for one in snapshots.snapshots:
            page = harness.fetch(f"{self.ready['http']}v1/indices/{one.code}")[1]
            self.assertEqual(one.complete_to, page["level"]["index_sequence"])
            self.assertEqual(decimal_of(one.level.level, one.level.decimals),
                             page["level"]["level"])
            self.check_members(self.ask(members={"code": one.code}).members, page)
        self.check_replay(streamed)
        asked = harness.counters(self.ready["http"])
        self.assertEqual(asked['indexcast_questions_total{question="members"}'], 3)

    def check_members(self, reply, page):
        self.assertEqual(reply.definition.code, page["code"])
        self.assertEqual(reply.definition.member_count, len(reply.members))
        shown = {member["symbol"]: member for member in page["members"]}
        self.assertEqual({member.symbol for member in reply.members}, set(shown))
        for member in reply.members:
            other = shown[member.symbol]
            self.assertEqual(decimal_of(member.price, 6), other["price"])
            self.assertEqual(member.weight_bp, other["weight_bp"])
            self.assertEqual(decimal_of(member.contribution, reply.level.decimals),
                             other["contribution"])
            self.assertEqual(str(member.exchange_time), other["exchange_time"])

    def check_replay(self, streamed):
        """From the first level to the newest in pages; what was streamed too is the same."""
        replayed, at = [], 1
        while at:
            page = self.ask(replay={"code": "995366", "epoch": self.ready["epoch"],
                                    "from": at}).replay
            self.assertEqual(page.unavailable_before, 0)
            self.assertLessEqual(len(page.levels), 500)
            replayed += page.levels
            at = page.next
        self.assertEqual([level.index_sequence for level in replayed],
                         list(range(1, page.complete_to + 1)))
        self.assertGreater(len(streamed), 500)
        for level in replayed:
            if level.index_sequence in streamed:
                level.publish_time = streamed[level.index_sequence].publish_time
                self.assertEqual(level, streamed[level.index_sequence])

    def test_what_cannot_be_answered_is_refused_and_counted(self):
        reasons = self.messages.RefusalReason
        for question, reason in (
                ({"members": {"code": "000000"}}, "UNKNOWN_CODE"),
                ({"replay": {"code": "995366", "epoch": 1, "from": 1}}, "OTHER_EPOCH"),
                ({"replay": {"code": "995366"}}, "BAD_RANGE"),
                ({"snapshot": {"codes": ["995366"] * 501}}, "TOO_MANY_CODES")):
            with self.subTest(reason):
                refusal = self.ask(**question).refusal
                self.assertEqual(reasons.Name(refusal.reason), f"REFUSAL_REASON_{reason}")
        for garbage in (b"", b"garbage", b"\x00" * 20_000):
            self.asker.send(garbage)
            reply = self.messages.Reply.FromString(self.asker.recv())
            self.assertTrue(reply.HasField("refusal"))
        self.asker.send_multipart([b"one", b"two", b"three"])
        self.assertTrue(self.messages.Reply.FromString(self.asker.recv()).HasField("refusal"))
        counted = harness.counters(self.ready["http"])
        self.assertEqual(counted['indexcast_questions_refused_total{reason="malformed"}'], 4)

    def test_a_report_of_losses_is_in_the_metrics(self):
        report = {"subscriber": "desk 7", "received": 1000, "missed": 5, "recovered": 4,
                  "unrecoverable": 1}
        self.assertTrue(self.ask(report=report).HasField("report"))
        counted = harness.counters(self.ready["http"])
        labels = '{peer="127.0.0.1",subscriber="desk 7"}'
        self.assertEqual(counted["indexcast_subscriber_missed" + labels], 5)
        self.assertEqual(counted["indexcast_subscriber_unrecoverable" + labels], 1)


if __name__ == "__main__":
    unittest.main()
