"""A server that an operator takes out of service: who is told, what goes on, and the way back."""
import hashlib
import json
import struct
import unittest

import harness
import websocket

try:
    import zmq
except ImportError:
    zmq = None

CODE = harness.CODES[0]
DAY = {"begin": "09:29:00", "end": "09:50:00", "speed": 30.0}
TIMES = ("epoch", "calculation_time", "publish_time")


@unittest.skipIf(zmq is None, "python3-zmq is not installed")
class Drain(harness.Case):
    def setUp(self):
        super().setUp()
        digest = hashlib.sha256(b"token-of-wang").hexdigest()
        self.write("wang", "token-of-wang\n").chmod(0o600)
        self.write("operators", f"wang {digest}\n").chmod(0o600)
        self.config = self.configure(
            simulator=DAY, journal={"enabled": True}, http={"drain_grace": "2s", "drain_spread": "1s"},
            admin={"enabled": True, "port": 0, "tokens": str(self.folder / "operators")})
        self.server, self.ready = self.serve(self.config)
        self.recorder, self.recording = self.record(self.ready)
        self.simulator = self.start("simulate", "simulate", "--config", self.config)
        harness.await_that(lambda: self.readiness()[0] == 200, "readiness")

    def readiness(self):
        return harness.fetch(self.ready["http"] + "readyz")

    def control(self, *arguments, check=0):
        done = harness.run("control", *arguments, "--url", self.ready["admin"], "--token-file",
                           self.folder / "wang", check=check)
        return json.loads(done.stdout) if done.stdout else done.stderr

    def follow(self):
        client = websocket.Client(self.ready["http"])
        self.addCleanup(client.__exit__)
        if client.status == 101:
            client.send({"op": "subscribe", "codes": [CODE], "mode": "tick"})
        return client

    def heartbeat_that_says(self, draining):
        """Of ZeroMQ."""
        with zmq.Context() as context, context.socket(zmq.SUB) as socket:
            socket.setsockopt(zmq.RCVTIMEO, harness.LIMIT_S * 1000)
            socket.subscribe("heartbeat/")
            socket.connect(self.ready["zmq"])
            beat = harness.stream_messages().Heartbeat
            while beat.FromString(socket.recv_multipart()[1]).draining != draining:
                pass

    def end_of(self, client):
        """(whether a heartbeat said so before, the code, the reason) with which it was closed."""
        warned = False
        while True:
            opcode, payload = client.receive_frame()
            if opcode == websocket.CLOSE:
                return warned, struct.unpack(">H", payload[:2])[0], payload[2:].decode()
            if opcode == websocket.TEXT:
                message = json.loads(payload)
                warned = warned or (message["type"] == "heartbeat" and message["draining"])

    def test_streams_are_led_away_and_levels_go_on(self):
        clients = [self.follow() for _ in range(4)]
        stands = self.control("drain", "--reason", "a new release")
        self.assertEqual((stands["draining"], stands["author"], stands["reason"]),
                         (True, "wang", "a new release"))
        status, body = self.readiness()
        self.assertEqual(status, 503)
        self.assertIn("draining", json.loads(body)["detail"])
        refused = self.follow()
        self.assertEqual(refused.status, 503)
        self.assertGreater(int(refused.headers["retry-after"]), 0)
        for client in clients:
            self.assertEqual(self.end_of(client), (True, 1001, "the server is drained"))
        self.heartbeat_that_says(True)
        self.assertEqual(harness.counters(self.ready["http"])["indexcast_draining"], 1)
        self.assertEqual(harness.fetch(self.ready["http"] + "v1/indices/" + CODE)[0], 200)
        seen = len(harness.read_levels(self.recording))
        harness.await_that(lambda: len(harness.read_levels(self.recording)) > seen + 50, "levels")

    def test_it_is_taken_back(self):
        self.assertEqual(self.control("status"), {"draining": False, "proposals": []})
        self.control("drain", "--reason", "a drill")
        again = self.control("drain", "--reason", "a drill", check=7)
        self.assertEqual((again["status"], again["title"]), (409, "Nothing to do"))
        stands = self.control("resume", "--reason", "the drill is over")
        self.assertEqual((stands["draining"], stands["reason"]), (False, "the drill is over"))
        self.assertEqual(self.control("status"), {**stands, "proposals": []})
        self.assertEqual(self.readiness()[0], 200)
        self.heartbeat_that_says(False)
        client = self.follow()
        self.assertEqual(client.status, 101)
        while (message := client.receive())["type"] != "heartbeat":
            pass
        self.assertFalse(message["draining"])

    def test_the_audit_has_it_and_the_core_and_the_journal_do_not(self):
        self.control("drain", "--reason", "数据中心搬迁")
        self.control("drain", CODE, "--reason", "of one index", check=2)
        self.control("drain", check=2)
        seen = len(harness.read_levels(self.recording))
        harness.await_that(lambda: len(harness.read_levels(self.recording)) > seen + 50, "levels")
        [path] = (self.folder / "journal").glob("audit-*.jsonl")
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        [line] = [line for line in lines if line["event"] == "service"]
        self.assertEqual((line["operation"], line["author"], line["reason"], line["address"]),
                         ("drain", "wang", "数据中心搬迁", "127.0.0.1"))
        self.simulator.end()
        self.drain(self.ready, self.recording)
        self.recorder.end()
        self.server.end()
        output = self.folder / "replay.jsonl"
        harness.run("replay", "--config", self.config, "--from-journal", self.ready["journal"],
                    "--output", output, check=0)
        plain = lambda r: {key: value for key, value in r.items() if key not in TIMES}
        again = {(r["code"], r["index_sequence"]): plain(r) for r in harness.read_levels(output)}
        for record in harness.read_levels(self.recording):
            self.assertNotEqual(record["cause"], "control")
            self.assertEqual(plain(record), again[record["code"], record["index_sequence"]])


if __name__ == "__main__":
    unittest.main()
