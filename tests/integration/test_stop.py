"""The executable stops under load: what it accepted is in the journal and on every stream."""
import signal
import threading
import unittest

import harness
import websocket

# As fast as the simulator goes.
DAY = {"begin": "09:30:00", "end": "11:00:00", "speed": 3000.0}
STOPS = 5
LEVELS = 200  # before the stop
FAILURE = 6


class Follower(threading.Thread):
    """Reads levels of one index over WebSocket until the server closes."""

    def __init__(self, url, code):
        super().__init__()
        self.client = websocket.Client(url)
        self.client.send({"op": "subscribe", "codes": [code], "mode": "tick"})
        self.sequences, self.skipped = [], 0
        self.start()

    def run(self):
        try:
            while True:
                message = self.client.receive()
                if message["type"] == "skipped":
                    self.skipped += 1
                elif message["type"] in ("level", "snapshot"):
                    self.sequences.append(int(message["index_sequence"]))
        except ConnectionError:
            self.client.__exit__()


class Stop(harness.Case):
    def test_nothing_that_was_accepted_is_lost(self):
        for number in range(STOPS):
            topology = ("one_core", "per_feed")[number % 2]
            with self.subTest(number=number, topology=topology):
                self.stop_once(topology)

    def stop_once(self, topology):
        config = self.configure(journal={"enabled": True}, core={"topology": topology},
                                http={"client_queue": 65_536}, simulator=DAY)
        server, ready = self.serve(config)
        recorder, recording = self.record(ready)
        follower = Follower(ready["http"], harness.CODES[0])
        simulator = self.start("simulate", "simulate", "--config", config)
        harness.await_that(lambda: len(follower.sequences) > LEVELS, "levels under load")
        server.end()
        simulator.kill()
        follower.join()
        output = self.folder / "replayed.jsonl"
        harness.run("replay", "--config", config, "--from-journal", ready["journal"],
                    "--output", output, check=0)
        newest = {r["code"]: int(r["index_sequence"]) for r in harness.read_levels(output)}

        def recorded():
            return {r["code"]: int(r["index_sequence"]) for r in harness.read_levels(recording)}

        harness.await_that(lambda: recorded() == newest, "every level over ZeroMQ")
        recorder.end()
        last = newest[harness.CODES[0]]
        first = follower.sequences[0]
        self.assertEqual(follower.sequences, list(range(first, last + 1)))
        self.assertEqual(follower.skipped, 0)

    def test_a_second_signal_ends_it_at_once(self):
        config = self.configure()
        server, ready = self.serve(config)
        # A client that answers no close holds the goodbye up for half a second.
        with websocket.Client(ready["http"]):
            server.child.send_signal(signal.SIGTERM)
            server.child.send_signal(signal.SIGINT)
            server.wait(FAILURE)
        self.assertIn("ending at once on signal", server.log.read_text())


if __name__ == "__main__":
    unittest.main()
