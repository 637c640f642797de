"""What an operator gets wrong is refused before anything starts, with the place and the reason."""
import re
import shutil
import socket
import unittest

import harness

# Exit codes, as `indexcast --help` lists them.
USAGE, CONFIG, INPUT, FAILURE = 2, 3, 4, 6


class BadConfiguration(harness.Case):
    def refuse(self, text, *expected):
        path = self.write("bad.toml", text)
        done = harness.run("serve", "--config", path, "--check", check=CONFIG)
        for each in expected:
            self.assertIn(f"{path}:{each}", done.stderr)

    def test_the_shipped_one_is_good(self):
        done = harness.run("serve", "--config", harness.site.SHIPPED, "--check", check=0)
        self.assertIn("good", done.stdout)
        self.assertNotIn("warning", done.stderr)

    def test_what_any_host_of_the_network_can_reach_draws_a_warning(self):
        config = self.configure(http={"address": "0.0.0.0"}, hkex={"interface": "10.1.2.3"})
        done = harness.run("serve", "--config", config, "--check", check=0)
        for key in ("hkex.sources", "http.tokens", "http.tls"):
            self.assertIn(f"warning: {config}:0:{key}: empty on ", done.stderr)

    def test_a_server_logs_these_warnings_when_it_starts(self):
        config = self.configure(http={"address": "0.0.0.0"})
        server, _ = self.serve(config)
        server.end()
        self.assertRegex(server.log.read_text("utf-8"), r"warning.*http.tokens: empty on address 0.0.0.0")

    def test_unknown_key(self):
        text = self.configure().read_text().replace("\ntimer = ", "\ntimerr = ")
        line = text[:text.index("timerr")].count("\n") + 1
        self.refuse(text, f"{line}:core.timerr: unknown key")

    def test_every_fault_at_once(self):
        text = self.configure(core={"timer": "1ms"}, http={"port": "x"}).read_text()
        found = [text[:text.index(key)].count("\n") + 1 for key in ('timer = "1ms"', 'port = "x"')]
        self.refuse(text, f"{found[0]}:core.timer: must be", f"{found[1]}:http.port: must be")

    def test_an_old_duration_key_is_refused_with_the_line_to_write(self):
        text = self.configure().read_text().replace('\ntimer = "1s"', "\ntimer_ms = 100")
        line = text[:text.index("timer_ms")].count("\n") + 1
        self.refuse(text, f'{line}:core.timer_ms: renamed; write timer = "100ms"')

    def test_syntax(self):
        self.refuse("definitions = [", "1:: ")

    def test_printed_configuration_is_accepted_and_prints_the_same(self):
        first = harness.run("serve", "--config", self.configure(), "--print-config", check=0)
        again = self.write("again.toml", first.stdout)
        second = harness.run("serve", "--config", again, "--print-config", check=0)
        self.assertEqual(first.stdout, second.stdout)

    def test_a_file_that_is_not_there(self):
        done = harness.run("serve", "--config", self.folder / "none.toml", "--check", check=USAGE)
        self.assertIn("none.toml", done.stderr)


class BadDefinition(harness.Case):
    """Each fault of METHODOLOGY 7, through the command that an operator would use."""

    def setUp(self):
        super().setUp()
        for path in (harness.ROOT / "deploy" / "indices").glob("995366.*"):
            shutil.copy(path, self.folder)
        self.config = self.configure(definitions=[str(self.folder / "995366.toml")])

    def change(self, name, pattern, replacement):
        path = self.folder / name
        text, count = re.subn(pattern, replacement, path.read_text(encoding="utf-8"), count=1,
                              flags=re.MULTILINE)
        self.assertEqual(count, 1, pattern)
        path.write_text(text, encoding="utf-8")

    def assert_refused(self, *expected):
        done = harness.run("serve", "--config", self.config, "--check", check=CONFIG)
        for each in expected:
            self.assertIn(f"{self.folder}/{each}", done.stderr)

    def test_good_as_copied(self):
        harness.run("serve", "--config", self.config, "--check", check=0)

    def test_missing_member_opens_the_gate_by_its_weight(self):
        self.change("995366.csv", r"^00700.*\n", "")
        self.assert_refused("995366.toml:13:divisor: base prices give 903.4003 and "
                            "previous_close is 1000.0000")

    def test_unknown_member(self):
        self.change("995366.csv", r"^00700\.HK", "00700.US")
        self.assert_refused("995366.csv:6:symbol: 00700.US: unknown venue")

    def test_duplicate(self):
        self.change("995366.csv", r"^688158\.SH", "688041.SH")
        self.assert_refused("995366.csv:3:symbol: 688041.SH appears twice")

    def test_shares_that_are_not_positive(self):
        self.change("995366.csv", r"66666667", "0")
        self.assert_refused("995366.csv:2:calculation_shares: must be positive")

    def test_unknown_currency(self):
        self.change("995366.csv", r"HKD", "USD")
        self.assert_refused("995366.csv:5:currency: 03896.HK: no close_fx for USD")

    def test_wrong_effective_date(self):
        self.config = self.configure(definitions=[str(self.folder / "995366.toml")],
                                     trade_date="2025-04-03")
        self.assert_refused("995366.toml:1:effective_date: 995366 is for 2025-04-02, and the day "
                            "is 2025-04-03")

    def test_gate_says_by_how_much(self):
        self.change("995366.toml", r'previous_close = "1000.0000"', 'previous_close = "1000.0001"')
        self.assert_refused("995366.toml:13:divisor: base prices give 1000.0000 and "
                            "previous_close is 1000.0001")

    def test_several_faults_are_all_named(self):
        self.change("995366.csv", r"66666667", "-1")
        self.change("995366.toml", r"decimals = 4", "decimals = 10")
        self.assert_refused("995366.csv:2:calculation_shares", "995366.toml:10:decimals")


class BadCommandLine(harness.Case):
    def test_unknown_command_and_missing_options(self):
        for arguments in ([], ["fly"], ["serve"], ["replay", "--config", harness.site.SHIPPED],
                          ["decode", "nyse", harness.site.SHIPPED]):
            with self.subTest(arguments=arguments):
                done = harness.run(*arguments, check=USAGE)
                self.assertNotEqual(done.stdout + done.stderr, "")

    def test_help_and_version(self):
        self.assertIn("serve", harness.run("--help", check=0).stdout)
        self.assertRegex(harness.run("--version", check=0).stdout, r"\d+\.\d+")

    def test_a_capture_that_is_none(self):
        path = self.write("not.pcap", "not a capture")
        done = harness.run("replay", "--config", self.configure(), path, check=INPUT)
        self.assertIn("not.pcap", done.stderr)

    def test_a_journal_that_is_none(self):
        path = self.write("not.journal", "not a journal")
        done = harness.run("replay", "--config", self.configure(), "--from-journal", path,
                           check=INPUT)
        self.assertIn("not.journal", done.stderr)

    def test_an_address_that_is_taken_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            for config, name in (
                    (self.configure("http.toml", http={"port": port}), f"http 127.0.0.1:{port}"),
                    (self.configure("zmq.toml", zmq={"publish": f"tcp://127.0.0.1:{port}"}),
                     f"zmq tcp://127.0.0.1:{port}")):
                done = harness.run("serve", "--config", config, check=FAILURE)
                self.assertIn(f"indexcast: {name}: Address already in use", done.stderr)


if __name__ == "__main__":
    unittest.main()
