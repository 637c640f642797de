"""Sources of exchange rates, from a file or an encrypted publisher to the levels: age, whole lines, guard
(METHODOLOGY 4, 6)."""
import datetime
import os
import time
import unittest

import harness

try:
    import zmq
except ImportError:
    zmq = None

CODE = "995366"  # has members in Hong Kong


class RateCase(harness.Case):
    def serve_with(self, sources, **keys):
        rate = {"series": "HKDCNY", "mode": "realtime", "sources": sources, "poll": "20ms",
                "stale_after": "10min", **keys}
        server, self.ready = self.serve(self.configure(fx=[rate]))
        return server

    def values(self, result):
        name = f'indexcast_fx_values_total{{series="HKDCNY",rank="0",result="{result}"}}'
        return harness.counters(self.ready["http"])[name]

    def core(self, counter):
        return harness.counters(self.ready["http"])[f"indexcast_core_{counter}_total"]

    def level(self):
        return harness.fetch(f"{self.ready['http']}v1/indices/{CODE}")[1]["level"]

    def is_stale(self):
        return "fx_stale" in self.level()["flags"]

    def await_count(self, count, expected):
        harness.await_that(lambda: count() >= expected, f"the count {expected}")
        self.assertEqual(count(), expected)


class RateFile(RateCase):
    def put(self, text, age_s=0):
        """A finished file renamed over the name, `age_s` old."""
        path = self.write("rate.next", text)
        at = time.time() - age_s
        os.utime(path, (at, at))
        path.rename(self.folder / "rate.txt")

    def stamped(self, rate, age_s):
        at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=age_s)
        return f"{rate} {at.isoformat()}\n"

    def serve_file(self):
        return self.serve_with([str(self.folder / "rate.txt")])

    def test_a_rate_that_is_old_at_the_start_is_stale(self):
        for text in ("0.92400\n", self.stamped("0.92400", 3600)):
            with self.subTest(text):
                self.put(text, age_s=3600 if " " not in text else 0)
                server = self.serve_file()
                self.await_count(lambda: self.core("rate_applied"), 1)
                self.assertTrue(self.is_stale())
                self.put(self.stamped("0.92410", 5))
                harness.await_that(lambda: not self.is_stale(), "a level with the new rate")
                self.assertEqual(self.level()["fx_rate"], "0.92410000")
                self.assertGreaterEqual(int(self.level()["fx_age_ms"]), 5_000)
                server.end()

    def test_a_value_without_its_line_end_is_not_taken(self):
        server = self.serve_file()
        path = self.folder / "rate.txt"
        with open(path, "w", encoding="ascii") as file:
            for count, part in enumerate(("0.9", "24"), 1):
                file.write(part)
                file.flush()
                harness.await_that(lambda n=count: self.values("incomplete") >= n, part)
            self.assertEqual(self.values("taken"), 0)
            file.write("\n")
        self.await_count(lambda: self.values("taken"), 1)
        harness.await_that(lambda: not self.is_stale(), "a level with the rate")
        self.assertEqual(self.level()["fx_rate"], "0.92400000")
        server.end()

    def test_a_fault_is_logged_with_its_line_and_counted_by_its_reason(self):
        self.put("\nabout 0.92\n")
        server = self.serve_file()
        self.await_count(lambda: self.values("malformed"), 1)
        self.assertIn(f"{self.folder / 'rate.txt'}:2: about: must be a decimal number",
                      server.log.read_text())
        server.end()

    def test_rates_beyond_the_guard_wait_and_do_not_move_it(self):
        self.put("0.92400\n")
        server = self.serve_file()
        self.await_count(lambda: self.core("rate_applied"), 1)
        for count, rate in enumerate(("0.94300", "0.96000", "0.97500", "0.96000"), 1):
            self.put(rate + "\n")
            self.await_count(lambda: self.core("rate_pending"), count)
        self.put("0.94200\n")
        self.await_count(lambda: self.core("rate_applied"), 2)
        self.put("0.96000\n")  # 1.9 % from the last accepted one
        self.await_count(lambda: self.core("rate_applied"), 3)
        server.end()


@unittest.skipUnless(zmq and zmq.has("curve"), "no pyzmq, or a libzmq without CURVE")
class EncryptedPublisher(RateCase):
    def setUp(self):
        super().setUp()
        self.public, secret = zmq.curve_keypair()
        self.context = zmq.Context()
        self.addCleanup(self.context.destroy, linger=0)
        self.source = self.context.socket(zmq.PUB)
        self.source.curve_server, self.source.curve_secretkey = True, secret
        self.port = self.source.bind_to_random_port("tcp://127.0.0.1")
        harness.run("keygen", self.folder / "fx.key", check=0)

    def serve_encrypted(self, server_key):
        endpoint = f"tcp://127.0.0.1:{self.port}"
        return self.serve_with([endpoint], curve=[{
            "source": endpoint, "server_key": server_key.decode(),
            "secret_key": str(self.folder / "fx.key")}])

    def publish_until(self, condition, what):
        message = harness.stream_messages().FxRate(series="HKDCNY", rate=92_400_000)

        def published():
            self.source.send_multipart([b"fx/HKDCNY/", message.SerializeToString()])
            return condition()

        harness.await_that(published, what)

    def test_its_rates_reach_the_levels(self):
        server = self.serve_encrypted(self.public)
        self.publish_until(lambda: not self.is_stale(), "a level with the rate")
        self.assertEqual(self.level()["fx_rate"], "0.92400000")
        self.assertEqual(self.values("handshake"), 0)
        server.end()

    def test_a_publisher_with_another_key_is_not_heard_and_the_log_says_so(self):
        server = self.serve_encrypted(zmq.curve_keypair()[0])
        self.publish_until(lambda: self.values("handshake") > 0, "a failed handshake")
        self.assertEqual(self.values("taken"), 0)
        self.assertIn("no encrypted connection; compare server_key", server.log.read_text())
        server.end()

    def test_a_secret_key_that_others_can_read_is_refused_at_the_start(self):
        (self.folder / "fx.key").chmod(0o644)
        with self.assertRaisesRegex(AssertionError, "fx.key:1:"):
            self.serve_encrypted(self.public)


if __name__ == "__main__":
    unittest.main()
