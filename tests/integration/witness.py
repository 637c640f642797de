"""Subscribers that run all along beside whatever a test does, and say whether they had every level."""
import threading

import harness
import websocket

try:
    import zmq
except ImportError:
    zmq = None


class Witness(threading.Thread):
    """The newest sequence of every index, and the first fault: a level that is not the next one, a
    word of one left out, or the end of the connection."""

    def __init__(self, codes=harness.CODES):
        super().__init__(daemon=True)
        self.codes = codes
        self.newest = {}
        self.fault = None
        self._stopped = threading.Event()

    def run(self):
        try:
            while not self._stopped.is_set():
                self.receive()
        except (OSError, AssertionError) as error:
            if not self._stopped.is_set():
                self.fault = error

    def take(self, code, sequence):
        before = self.newest.get(code)
        if before is not None and sequence != before + 1 and self.fault is None:
            self.fault = AssertionError(f"{code}: {sequence} after {before}")
        self.newest[code] = sequence

    def has_begun(self):
        return self.fault or len(self.newest) == len(self.codes)

    def has_all_of(self, published):
        return self.fault or all(self.newest[code] >= published[code] for code in self.codes)

    def stop(self):
        self._stopped.set()
        self.join(harness.LIMIT_S)
        self.close()


class WebSocketWitness(Witness):
    def __init__(self, url, codes=harness.CODES, **how):
        super().__init__(codes)
        self._client = websocket.Client(url, **how)
        self._client.send({"op": "subscribe", "codes": list(codes), "mode": "tick"})

    def receive(self):
        message = self._client.receive()
        if message["type"] in ("skipped", "error"):
            raise AssertionError(message)
        if message["type"] in ("snapshot", "level"):
            self.take(message["code"], message["index_sequence"])

    def close(self):
        self._client.__exit__()


class ZmqWitness(Witness):
    def __init__(self, endpoint):
        super().__init__()
        self._level = harness.stream_messages().Level
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.SUB)
        self._socket.setsockopt(zmq.RCVHWM, 0)
        for topic in ("level/", "skipped/"):
            self._socket.subscribe(topic)
        self._socket.connect(endpoint)

    def receive(self):
        if not self._socket.poll(100):
            return
        topic, payload = self._socket.recv_multipart()
        if topic.startswith(b"skipped/"):
            raise AssertionError(topic)
        level = self._level.FromString(payload)
        self.take(level.code, level.index_sequence)

    def close(self):
        self._socket.close(0)
        self._context.term()
