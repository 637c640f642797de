"""What tcpdump saw of a day on loopback, decode accounts for to the last byte."""
import json
import re
import shutil
import signal
import subprocess
import time
import tomllib
import unittest

import harness

DAY = {"begin": "09:29:30", "end": "09:33:00", "speed": 60.0}
VENUES = ("sse", "szse", "hkex")


def ports_of(config):
    """Every port that the three feeds of a configuration use."""
    settings = tomllib.loads(config.read_text(encoding="utf-8"))
    text = json.dumps([settings[venue] for venue in VENUES])
    return sorted({int(port) for port in re.findall(r'"[\d.]+:(\d+)"', text)})


class Tcpdump:
    """A capture of one interface that runs until `end`."""

    def __init__(self, case, interface, path, ports, *options):
        if not shutil.which("tcpdump"):
            case.skipTest("tcpdump is not installed (deploy/install test)")
        self.log = path.with_suffix(".log")
        command = ["tcpdump", "-Z", "root", "-n", "-U", "-B", "16384", "-i", interface,
                   "-w", str(path), *options, " or ".join(f"port {port}" for port in ports)]
        with open(self.log, "wb") as log:
            self.child = subprocess.Popen(command, stderr=log)
        case.addCleanup(self.child.kill)
        deadline = time.monotonic() + harness.LIMIT_S
        while "listening on" not in self.log.read_text():
            if self.child.poll() is not None:
                case.skipTest(f"tcpdump may not capture here: {self.log.read_text().strip()}")
            if time.monotonic() > deadline:
                raise AssertionError("tcpdump does not begin to listen")
            time.sleep(0.02)

    def end(self):
        """Ends the capture; returns how many packets the kernel kept from it."""
        self.child.send_signal(signal.SIGINT)
        self.child.wait(harness.LIMIT_S)
        dropped = re.search(r"(\d+) packets? dropped by kernel", self.log.read_text())
        return int(dropped[1])


def payload_bytes(capture):
    """The UDP and TCP payloads of a capture, as tshark counts them."""
    fields = subprocess.run(["tshark", "-r", str(capture), "-T", "fields", "-e", "udp.length",
                             "-e", "tcp.len"], capture_output=True, text=True, check=True).stdout
    total = 0
    for line in fields.splitlines():
        udp, tcp = line.split("\t")
        total += int(udp) - 8 if udp else int(tcp or 0)
    return total


class TcpdumpTest(harness.Case):
    def capture_day(self, interface, *options):
        """Plays a day to a server while tcpdump listens; returns (capture, packets dropped)."""
        config = self.configure(simulator=DAY)
        path = self.folder / "day.pcap"
        tcpdump = Tcpdump(self, interface, path, ports_of(config), *options)
        server, _ = self.serve(config)
        self.start("simulate", "simulate", "--config", config).wait()
        server.end()
        # The kernel hands packets over in blocks; the last block comes with the end.
        return path, tcpdump.end()

    def account(self, capture, venue):
        """The totals of one venue, which must add up."""
        done = harness.run("decode", venue, "--json", capture)
        self.assertNotIn("internal error", done.stderr)
        totals = json.loads(done.stdout.splitlines()[-1])["totals"]
        parts = [totals[name] for name in harness.ACCOUNT]
        self.assertEqual(sum(part["bytes"] for part in parts), totals["bytes"])
        for part in parts:
            if "reasons" in part:
                self.assertEqual(sum(r["bytes"] for r in part["reasons"].values()), part["bytes"])
        return done, totals

    def check_every_byte(self, interface, *options):
        capture, dropped = self.capture_day(interface, *options)
        expected = payload_bytes(capture)
        self.assertGreater(expected, 0)
        for venue in VENUES:
            with self.subTest(venue=venue):
                done, totals = self.account(capture, venue)
                self.assertEqual(totals["bytes"], expected)
                self.assertGreater(totals["decoded"]["bytes"], 0)
                self.assertGreater(totals["decoded"]["items"], 100)
                self.assertEqual(totals["cut_bytes"], 0)
                if dropped == 0:
                    self.assertEqual(totals["malformed"]["items"], 0, done.stderr)
                    self.assertEqual(totals["missing_bytes"], 0)
                    self.assertEqual(done.returncode, 0)
        return capture

    def test_every_byte_of_the_loopback_interface(self):
        self.check_every_byte("lo")

    def test_every_byte_of_all_interfaces_at_once(self):
        self.check_every_byte("any")

    def test_what_a_snapshot_length_cuts_off_is_said(self):
        capture, _ = self.capture_day("lo", "-s", "120")
        _, totals = self.account(capture, "sse")
        self.assertGreater(totals["cut_bytes"], 0)
        _, totals = self.account(capture, "hkex")
        self.assertGreater(totals["malformed"]["reasons"]["short_capture"]["items"], 0)


if __name__ == "__main__":
    unittest.main()
