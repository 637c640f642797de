"""Questions over ROUTER with nothing but ZeroMQ and the published contract, held against HTTP."""
import decimal
import importlib.util
import os
import subprocess
import sys
import unittest

import harness

try:
    import zmq
except ImportError:
    zmq = None

EXAMPLE = harness.ROOT / "proto" / "examples" / "python" / "levels.py"
DAY = {"begin": "10:00:00", "end": "10:05:00", "speed": 60.0}
# The questions of a test come faster than a subscriber's.
FAST = {"requests_per_s": 100_000}


def decimal_of(raw, places):
    return f"{decimal.Decimal(raw).scaleb(-places):.{places}f}"


@unittest.skipIf(zmq is None, "python3-zmq is not installed")
class Server(harness.Case):
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
            quiet += topic == b"heartbeat/" and harness.is_table(payload)
            if topic != b"heartbeat/":
                level = stream.Level.FromString(payload)
                levels[level.index_sequence] = level
                quiet = 0
        return levels


class Questions(Server):
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

    def test_the_records_of_the_day_begin_with_the_definition(self):
        reply = self.ask(records={"code": "995366", "from": 1}).records
        self.assertEqual([each.WhichOneof("body") for each in reply.records][0], "definition")
        self.assertEqual(reply.complete_to, len(reply.records))
        self.assertEqual(reply.records[0].definition.definition.code, "995366")


class Example(Server):
    """proto/examples/python/levels.py, run as its reader would, and with a loss put before it."""

    def arguments(self):
        return [self.ready["zmq"], self.ready["zmq_query"], "995365", "995366"]

    def check(self, told):
        """Snapshots, then every sequence of each code once and in order."""
        last = {}
        for what, code, sequence in told:
            if what != "snapshot":
                self.assertEqual(sequence, last[code] + 1, what)
            last[code] = sequence
        self.assertEqual(set(last), {"995365", "995366"})

    def test_it_prints_levels_in_order(self):
        self.start("simulate", "simulate", "--config", self.config, "--seed", "3")
        folder = sys.modules["indexcast.v1.query_pb2"].__file__.split("indexcast/v1")[0]
        done = subprocess.run([sys.executable, EXAMPLE, *self.arguments(), "--count", "500"],
                              env=os.environ | {"PYTHONPATH": folder}, capture_output=True,
                              text=True, timeout=harness.LIMIT_S, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = [line.split() for line in done.stdout.splitlines()]
        self.assertGreater(sum(line[0] == "level" for line in lines), 200)
        self.check((line[0], line[1], int(line[2])) for line in lines)

    def test_it_has_every_level_though_one_in_three_is_lost(self):
        spec = importlib.util.spec_from_file_location("levels_example", EXAMPLE)
        example = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(example)
        told = []
        publish, query, *codes = self.arguments()
        levels = example.Levels(publish, query, codes, lambda *line: told.append(line[:3]))
        self.addCleanup(levels.stream.close, 0)
        self.addCleanup(levels.questions.close, 0)
        self.start("simulate", "simulate", "--config", self.config, "--seed", "3")
        taken = 0
        while sum(what == "replayed" for what, *_ in told) < 200:
            message = levels.stream.recv_multipart()
            if message[0] == b"heartbeat/":
                continue
            taken += 1
            if taken % 3:
                levels.take(*message)
        self.check(told)
        self.assertNotIn("lost", {what for what, *_ in told})


if __name__ == "__main__":
    unittest.main()
