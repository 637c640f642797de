"""A level has the same digits whoever tells it: ZeroMQ, WebSocket in both forms, HTTP, its history and a replay."""
import decimal
import threading
import unittest

import harness
import websocket

DAY = {"begin": "09:29:00", "end": "09:40:00", "speed": 60.0}
# The digits, as they stand in JSON.
FIELDS = ("level", "previous_close", "open", "high", "low", "close", "change", "status",
          "quotable", "decimals", "definition_version", "input_sequence")
STATUSES = ("pre_open", "indicative", "open", "break", "preliminary_close", "closed", "held")


def digits(record):
    return {name: record[name] for name in FIELDS}


def text_of(raw, decimals, none=False):
    """An integer of the binary form as the text forms have it; 0 is "none yet" in some."""
    if none and raw == 0:
        return None
    return f"{decimal.Decimal(raw).scaleb(-decimals):.{decimals}f}"


def of_binary(level):
    def scaled(name, none=False):
        return text_of(getattr(level, name), level.decimals, none)

    return {"level": scaled("level"), "previous_close": scaled("previous_close"),
            **{name: scaled(name, none=True) for name in ("open", "high", "low", "close")},
            "change": scaled("change"), "status": STATUSES[level.status],
            "quotable": level.quotable, "decimals": level.decimals,
            "definition_version": level.definition_version,
            "input_sequence": level.input_sequence}


class Reader(threading.Thread):
    """Everything that a WebSocket client is told, by code and sequence."""

    def __init__(self, client, take):
        super().__init__(daemon=True)
        self.levels = {}
        self.skipped = 0
        self._client, self._take = client, take

    def run(self):
        try:
            while True:
                self._take(self, self._client.receive())
        except (ConnectionError, OSError, ValueError):
            pass  # the server has gone

    def newest(self):
        return {code: max(s for c, s in list(self.levels) if c == code)
                for code in {code for code, _ in list(self.levels)}}


def take_text(reader, message):
    if message["type"] in ("snapshot", "level") and message["index_sequence"]:
        reader.levels[message["code"], message["index_sequence"]] = digits(message)
    reader.skipped += message["type"] == "skipped"


class SameDigits(harness.Case):
    def text_reader(self, ready):
        client = websocket.Client(ready["http"])
        self.addCleanup(client.__exit__)
        client.send({"op": "subscribe", "codes": list(harness.CODES), "mode": "tick"})
        reader = Reader(client, take_text)
        reader.start()
        return reader

    def binary_reader(self, ready):
        messages = harness.websocket_messages()

        def take_binary(reader, payload):
            message = messages.ServerMessage.FromString(payload)
            kind = message.WhichOneof("body")
            level = {"level": message.level, "snapshot": message.snapshot.level}.get(kind)
            if level is not None and level.index_sequence:
                reader.levels[level.code, level.index_sequence] = of_binary(level)
            reader.skipped += kind == "skipped"

        client = websocket.Client(ready["http"], protocol="indexcast.v1.protobuf")
        self.addCleanup(client.__exit__)
        command = messages.ClientMessage(id=1)
        command.subscribe.codes.extend(harness.CODES)
        client.send_frame(websocket.BINARY, command.SerializeToString())
        reader = Reader(client, take_binary)
        reader.start()
        return reader

    def history(self, ready):
        """Every level of the day by code and sequence, page by page."""
        levels = {}
        for code in harness.CODES:
            after = 0
            while after is not None:
                _, page = harness.fetch(f"{ready['http']}v1/indices/{code}/history?after={after}&limit=400")
                self.assertEqual([r["index_sequence"] for r in page["levels"]],
                                 list(range(after + 1, after + 1 + len(page["levels"]))))
                self.assertEqual(page["unavailable_before"], 0)
                levels.update(((code, r["index_sequence"]), digits(r)) for r in page["levels"])
                after = page["next"]
        return levels

    def test_every_level_of_a_morning(self):
        # The whole morning again is more than a second's worth.
        config = self.configure(journal={"enabled": True}, simulator=DAY,
                                http={"replay_bytes_per_s": 1_000_000_000})
        server, ready = self.serve(config)
        recorder, recording = self.record(ready)
        readers = [self.text_reader(ready), self.binary_reader(ready)]
        self.start("simulate", "simulate", "--config", config, "--seed", "11").wait()
        self.drain(ready, recording)
        published = {(r["code"], r["index_sequence"]): digits(r)
                     for r in harness.read_levels(recording)}
        newest = {code: max(s for c, s in published if c == code) for code in harness.CODES}
        for reader in readers:
            harness.await_that(lambda reader=reader: reader.newest() == newest, "every level")
        for code in harness.CODES:
            _, page = harness.fetch(f"{ready['http']}v1/indices/{code}")
            self.assertEqual(digits(page["level"]), published[code, newest[code]])
        again = self.history(ready)
        self.assertEqual(set(again), {(code, sequence + 1) for code in harness.CODES
                                      for sequence in range(newest[code])})
        recorder.end()
        server.end()
        output = self.folder / "replay.jsonl"
        harness.run("replay", "--config", config, "--from-journal", ready["journal"], "--output",
                    output, check=0)
        replayed = {(r["code"], r["index_sequence"]): digits(r)
                    for r in harness.read_levels(output)}
        self.assertGreater(len(published), 1000)
        for key, record in again.items():
            self.assertEqual(record, replayed[key], ("history", key))
        for name, seen in (("text", readers[0]), ("binary", readers[1])):
            self.assertEqual(seen.skipped, 0)
            self.assertGreater(len(seen.levels), 1000, name)
            for key, record in seen.levels.items():
                self.assertEqual(record, replayed[key], (name, key))
        for key, record in published.items():
            self.assertEqual(record, replayed[key], key)


if __name__ == "__main__":
    unittest.main()
