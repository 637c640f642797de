"""The subscriber library between two servers that are killed, stopped, resumed and drained, and its own pause."""
import os
import signal
import subprocess
import unittest

import harness

LEVELS = harness.BINARY.parent / "levels"
CODE = harness.CODES[0]
DAY = {"begin": "10:00:00", "end": "11:29:00", "speed": 10.0}


@unittest.skipUnless(LEVELS.is_file(), "the C++ example is not built")
class Failover(harness.Case):
    def setUp(self):
        super().setUp()
        self.servers = [self.site(name) for name in ("primary", "backup")]
        self.output = self.folder / "levels.txt"
        with open(self.output, "wb") as output:
            endpoints = [ready[key] for _, ready in self.servers for key in ("zmq", "zmq_query")]
            self.subscriber = subprocess.Popen(
                [LEVELS, *endpoints[:2], "--backup", *endpoints[2:], CODE], stdout=output)
        self.addCleanup(self.end_subscriber)
        self.await_both_servers()

    def await_both_servers(self):
        """Both are alive, in whichever order, and levels come."""
        for line in ("server 0 is alive", "server 1 is alive", "values are live"):
            harness.await_that(lambda line=line: line in self.lines(), line)
        self.taken = len(self.lines())
        self.await_lines(f"level {CODE}")

    def end_subscriber(self):
        self.subscriber.send_signal(signal.SIGCONT)
        self.subscriber.kill()
        self.subscriber.wait()

    def site(self, name):
        """(server, contents of its ready file) once it is ready on a simulated day of its own."""
        folder, self.folder = self.folder, self.folder / name
        self.folder.mkdir()
        try:
            config = self.configure(simulator=DAY)
            server, ready = self.serve(config)
            self.start("simulate", "simulate", "--config", config, "--seed", "3")
        finally:
            self.folder = folder
        harness.await_that(lambda: harness.fetch(ready["http"] + "readyz")[0] == 200, name)
        return server, ready

    def lines(self):
        return self.output.read_text("utf-8").splitlines()

    def await_lines(self, *beginnings):
        """Lines that begin so come in this order; those up to the last are then taken."""
        start = getattr(self, "taken", 0)

        def come():
            at = start
            lines = self.lines()
            for beginning in beginnings:
                while at < len(lines) and not lines[at].startswith(beginning):
                    at += 1
                at += 1
            return at if at <= len(lines) else None

        self.taken = harness.await_that(come, f"{beginnings} after line {start} of {self.lines()[-20:]}")

    def signal(self, server, number):
        os.kill(self.servers[server][0].child.pid, number)
        if number == signal.SIGSTOP:
            self.addCleanup(os.kill, self.servers[server][0].child.pid, signal.SIGCONT)

    def await_heartbeats(self, server, count):
        def sent():
            return harness.counters(self.servers[server][1]["http"])[
                'indexcast_publisher_heartbeats_total{publisher="zeromq"}']
        end = sent() + count
        harness.await_that(lambda: sent() >= end, "heartbeats")

    def test_a_stopped_server_is_left_and_its_values_are_not_live(self):
        self.signal(0, signal.SIGSTOP)
        self.await_lines("server 0 is lost", "values are not live", "switch to server 1: no heartbeat",
                         "values are live", f"snapshot {CODE}", f"level {CODE}")
        self.signal(1, signal.SIGSTOP)
        self.await_lines("server 1 is lost", "values are not live: no server is alive")
        self.signal(1, signal.SIGCONT)
        self.await_lines("server 1 is alive", "values are live", f"level {CODE}")

    def test_a_killed_server_is_left_at_once(self):
        self.servers[0][0].kill()
        # Not by a timeout: by the closed connection.
        self.await_lines("server 0 is lost", "values are not live", "switch to server 1: connection lost",
                         "values are live", f"snapshot {CODE}", f"level {CODE}")
        self.servers[1][0].kill()
        self.await_lines("server 1 is lost", "values are not live: no server is alive")

    def test_a_pause_of_its_own_is_no_silence_of_a_server(self):
        self.subscriber.send_signal(signal.SIGSTOP)
        self.await_heartbeats(0, 20)  # four seconds and more, twice the timeout
        self.subscriber.send_signal(signal.SIGCONT)
        seen = self.taken = len(self.lines())
        for _ in range(50):
            self.await_lines(f"level {CODE}")
        others = {line.split()[0] for line in self.lines()[seen:]}
        self.assertEqual(others, {"level"}, "no loss, no switch, nothing not live")

    def test_a_server_that_is_not_ready_is_not_chosen(self):
        config = self.configure("lonely.toml", simulator=DAY)
        _, lonely = self.serve(config)  # without a market: no level, so not ready
        endpoints = [ready[key] for ready in (self.servers[0][1], lonely) for key in ("zmq", "zmq_query")]
        self.taken, self.output = 0, self.folder / "second.txt"
        with open(self.output, "wb") as output:
            second = subprocess.Popen([LEVELS, *endpoints[:2], "--backup", *endpoints[2:], CODE],
                                      stdout=output)
        self.addCleanup(second.wait)
        self.addCleanup(second.kill)
        self.await_both_servers()
        self.servers[0][0].kill()
        self.await_lines("server 0 is lost", "values are not live")
        self.start("market", "simulate", "--config", config, "--seed", "3")
        self.await_lines("switch to server 1: connection lost", f"snapshot {CODE}")


if __name__ == "__main__":
    unittest.main()
