"""Levels over ZeroMQ, complete and in order: subscribes, takes a snapshot, checks every sequence and asks
for what a gap left out.

    levels.py PUBLISH QUERY CODE... [--count N]
    levels.py tcp://127.0.0.1:5556 tcp://127.0.0.1:5557 995366

Needs pyzmq and protobuf (Debian: python3-zmq python3-protobuf) and the contract, compiled:
    protoc -I proto --python_out=. proto/indexcast/v1/stream.proto proto/indexcast/v1/query.proto

One line each: what (snapshot, level, replayed, skipped, lost), code, sequence, level. "silent": nothing
for two seconds, not even a heartbeat; no level is live until the next snapshot.
"""
import argparse

import zmq
from indexcast.v1 import query_pb2, stream_pb2

SILENCE_MS = 2000
# The last two close a connection that hangs, and reconnect.
OPTIONS = {zmq.RCVTIMEO: SILENCE_MS, zmq.LINGER: 0, zmq.HEARTBEAT_IVL: 1000, zmq.HEARTBEAT_TIMEOUT: 4000}
shown = lambda level: f"{level.level / 10**level.decimals:.{level.decimals}f}"


class Levels:
    """What `tell(what, code, sequence, level)` hears has each sequence of a code once, in order."""

    def __init__(self, publish, query, codes, tell):
        self.tell, self.codes, self.last, self.epoch, self.asked, self.alive = tell, codes, {}, 0, 0, None
        self.stream, self.questions = map(zmq.Context.instance().socket, (zmq.SUB, zmq.DEALER))
        for socket, endpoint in ((self.stream, publish), (self.questions, query)):
            for option, value in OPTIONS.items():
                socket.setsockopt(option, value)
            socket.connect(endpoint)
        for topic in ["heartbeat/"] + [f"{kind}/{code}/" for code in codes for kind in ("level", "skipped")]:
            self.stream.subscribe(topic)

    def ask(self, **question):
        self.asked += 1
        self.questions.send(query_pb2.Request(request_id=self.asked, **question).SerializeToString())
        reply = query_pb2.Reply()
        while reply.request_id != self.asked:  # skips answers to abandoned requests
            reply.ParseFromString(self.questions.recv())
        if reply.HasField("refusal"):
            raise RuntimeError(query_pb2.RefusalReason.Name(reply.refusal.reason))
        return reply

    def snapshot(self):
        reply = self.ask(snapshot={"codes": self.codes})
        self.epoch = reply.epoch
        for one in reply.snapshot.snapshots:
            self.last[one.code] = one.complete_to
            self.tell("snapshot", one.code, one.complete_to, shown(one.level))

    def replay(self, code, at, to):
        """What the server still has of at..to; what it has no more is lost."""
        while at and at <= to:
            page = self.ask(replay={"code": code, "epoch": self.epoch, "from": at, "to": to}).replay
            for lost in range(at, min(page.unavailable_before, to + 1)):
                self.tell("lost", code, lost, "")
            for level in page.levels:
                self.tell("replayed", code, level.index_sequence, shown(level))
            at = page.next

    def take(self, topic, payload):
        kind = stream_pb2.Level if topic.startswith(b"level/") else stream_pb2.Skipped
        message = kind.FromString(payload)
        if message.epoch != self.epoch:  # the server was restarted, or another day began
            return self.snapshot()
        if kind is stream_pb2.Skipped:
            if message.kind == stream_pb2.STREAM_KIND_LEVEL and message.to > self.last[message.code]:
                self.tell("skipped", message.code, message.to, "")
                self.last[message.code] = message.to
        elif message.index_sequence > self.last[message.code]:  # otherwise the snapshot has it
            self.replay(message.code, self.last[message.code] + 1, message.index_sequence - 1)
            self.last[message.code] = message.index_sequence
            self.tell("level", message.code, message.index_sequence, shown(message))

    def run(self):
        try:
            topic, payload = self.stream.recv_multipart()
            if not self.alive:  # subscribed, so no level is missed after the snapshot
                self.snapshot()
            self.alive = True
            if topic != b"heartbeat/":
                self.take(topic, payload)
        except zmq.Again:
            if self.alive is not False:
                self.tell("silent")
            self.alive = False


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=0, help="end after so many messages")
    for name, more in (("publish", None), ("query", None), ("codes", "+")):
        parser.add_argument(name, nargs=more)
    given = parser.parse_args()
    levels = Levels(given.publish, given.query, given.codes, lambda *line: print(*line, flush=True))
    for _ in range(given.count) if given.count else iter(int, 1):
        levels.run()
