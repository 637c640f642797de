"""A subscriber with nothing but ZeroMQ and the published contract."""
import json
import time
import unittest

import harness

try:
    import zmq
except ImportError:
    zmq = None

DAY = {"begin": "10:00:00", "end": "10:05:00", "speed": 60.0}


@unittest.skipIf(zmq is None, "python3-zmq is not installed")
class Subscriber(harness.Case):
    def setUp(self):
        super().setUp()
        self.context = zmq.Context()
        self.addCleanup(self.context.term)

    def subscribe(self, endpoint, *topics):
        socket = self.context.socket(zmq.SUB)
        self.addCleanup(socket.close, 0)
        socket.setsockopt(zmq.RCVHWM, 0)
        socket.setsockopt(zmq.RCVTIMEO, harness.LIMIT_S * 1000)
        for topic in topics:
            socket.subscribe(topic)
        socket.connect(endpoint)
        return socket

    def start_day(self):
        config = self.configure(simulator=DAY)
        _, ready = self.serve(config)
        return config, ready

    def test_levels_come_numbered_without_a_hole_and_heartbeats_agree(self):
        messages = harness.stream_messages()
        config, ready = self.start_day()
        socket = self.subscribe(ready["zmq"], "level/", "heartbeat/")
        topic, _ = socket.recv_multipart()  # the subscription stands
        self.assertEqual(topic, b"heartbeat/")
        short = 0
        self.start("simulate", "simulate", "--config", config, "--seed", "3").wait()
        ended = time.time_ns()
        last, values, published = {}, {}, 0
        while published < ended:  # a table that the server published after the day was over
            topic, payload = socket.recv_multipart()
            if topic == b"heartbeat/":
                beat = messages.Heartbeat.FromString(payload)
                self.assertEqual(beat.epoch, ready["epoch"])
                if beat.pages == 0:
                    self.assertEqual(len(beat.indices), 0)
                    short += 1
                    continue
                for index in beat.indices:
                    if index.code in last:
                        self.assertEqual(index.index_sequence, last[index.code])
                published = beat.publish_time
                continue
            level = messages.Level.FromString(payload)
            self.assertEqual(topic.decode(), f"level/{level.code}/")
            if level.code in last:
                self.assertEqual(level.index_sequence, last[level.code] + 1)
            last[level.code] = level.index_sequence
            values.setdefault(level.code, set()).add(level.level)
        self.assertEqual(set(last), set(harness.CODES))
        self.assertGreater(short, 0, "short heartbeats between the tables")
        for code in harness.CODES:
            self.assertGreater(len(values[code]), 100)

    def test_a_topic_is_a_choice_of_index(self):
        messages = harness.stream_messages()
        config, ready = self.start_day()
        socket = self.subscribe(ready["zmq"], "level/995367/", "heartbeat/")
        socket.recv_multipart()
        self.start("simulate", "simulate", "--config", config)
        seen = 0
        while seen < 100:
            topic, payload = socket.recv_multipart()
            if topic != b"heartbeat/":
                self.assertEqual(topic, b"level/995367/")
                self.assertEqual(messages.Level.FromString(payload).code, "995367")
                seen += 1

    def test_watch_ends_after_a_count(self):
        config, ready = self.start_day()
        self.start("simulate", "simulate", "--config", config)
        done = harness.run("watch", ready["zmq"], "--jsonl", "--count", 50, "--index", "995365",
                           check=0)
        codes = {json.loads(line).get("code") for line in done.stdout.splitlines()} - {None}
        self.assertEqual(codes, {"995365"})


if __name__ == "__main__":
    unittest.main()
