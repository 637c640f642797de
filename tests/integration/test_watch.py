"""`indexcast watch` in a real terminal: what a person sees, which keys do what, and what is left."""
import os
import pty
import re
import shlex
import shutil
import signal
import subprocess
import termios
import unittest
import urllib.parse

import harness
from cable import Cable

# Longer than any wait of a test: after the day's end the feeds are stale and nothing is quotable.
DAY = {"begin": "10:00:00", "end": "11:30:00", "speed": 60.0}


class Tmux:
    """One window of a tmux server of its own."""

    def __init__(self, folder, columns=140, rows=24):
        self._base = ["tmux", "-S", str(folder / "tmux"), "-f", "/dev/null"]
        environment = {**os.environ, "LANG": "C.UTF-8", "TERM": "xterm-256color"}
        environment.pop("TMUX", None)
        subprocess.run([*self._base, "-u", "new-session", "-d", "-x", str(columns), "-y",
                        str(rows), "bash", "--norc"], env=environment, check=True)

    def _ask(self, *arguments):
        done = subprocess.run([*self._base, *arguments], capture_output=True, text=True,
                              check=True)
        return done.stdout

    def run(self, command):
        self._ask("send-keys", "-l", command)
        self._ask("send-keys", "Enter")

    def press(self, key):
        self._ask("send-keys", key)

    def resize(self, columns, rows):
        self._ask("resize-window", "-x", str(columns), "-y", str(rows))

    def screen(self, colours=False):
        return self._ask("capture-pane", "-p", *(["-e"] if colours else []))

    def close(self):
        subprocess.run([*self._base, "kill-server"], capture_output=True, check=False)


class Terminal(harness.Case):
    def setUp(self):
        super().setUp()
        self.config = self.configure(simulator=DAY)
        self.server, self.ready = self.serve(self.config)
        self.start("simulate", "simulate", "--config", self.config, "--seed", "3")
        self.terminal = Tmux(self.folder)
        self.addCleanup(self.terminal.close)
        self.see(r"[$#]\s*$")  # the shell is there

    def watch(self, *arguments, environment=()):
        """Until three levels are there. `environment`: NAME=VALUE words for the command alone."""
        command = ["env", *environment, str(harness.BINARY), "watch", self.ready["zmq"], *arguments]
        self.terminal.run(" ".join(map(shlex.quote, command)))
        self.see(r"995365[^\n]*\d\.\d{4}.*995366[^\n]*\d\.\d{4}.*995367[^\n]*\d\.\d{4}")

    def see(self, pattern, colours=False):
        """Waits until the screen shows `pattern`; returns the screen."""
        found = re.compile(pattern, re.DOTALL)
        last = ""

        def shows():
            nonlocal last
            last = self.terminal.screen(colours)
            return found.search(last)

        try:
            harness.await_that(shows, pattern)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{last}") from None
        return last


@unittest.skipUnless(shutil.which("tmux"), "tmux is not installed")
class Watch(Terminal):
    def test_levels_move_in_colour_and_keys_choose(self):
        self.watch("--title", "levels of a test")
        self.see(r"^levels of a test +exchange time [^\n]* UTC\+8\n.*index +level +change")
        self.see(r"\d+ levels; publication to here p50 \d+ us, p99 \d+ us")
        self.see("open +quotable")
        self.see("[▲▼]")
        self.see("\x1b\\[[0-9;]*3[12]m", colours=True)
        self.terminal.press("Down")
        self.see("\x1b\\[[0-9;]*7m[^\n]*995365", colours=True)
        self.terminal.press("?")
        self.see("quit; the levels stay")
        self.terminal.press("?")
        self.terminal.press("q")
        self.see(r"watch.*\n995365 +\d+\.\d{4} .*\n995366 .*\n995367 .*\n.*[$#]\s*$")

    def test_a_key_shows_what_each_member_contributes(self):
        self.watch("--query", self.ready["zmq_query"])
        self.terminal.press("Down")
        self.terminal.press("m")
        self.see("995365 .* at sequence .*rescaled.*\nmember .*points.*688041.SH.*trading")
        self.terminal.press("Escape")
        self.see(r"\A(?!.*rescaled)")
        self.terminal.press("q")

    def test_a_server_that_does_not_answer_is_named(self):
        self.watch("--query", "tcp://127.0.0.1:1")
        self.terminal.press("m")
        self.see("no answer from tcp://127.0.0.1:1")
        self.terminal.press("q")

    def test_another_size_is_drawn_at_once(self):
        self.watch()
        self.terminal.resize(60, 10)
        narrow = self.see(r"\A(?=.*995367)(?!.*skipped)")
        self.assertLessEqual(max(map(len, narrow.splitlines())), 60)
        self.terminal.resize(140, 30)
        self.see("skipped")
        self.terminal.press("q")

    def test_a_signal_leaves_the_terminal_as_it_was(self):
        self.watch()
        self.terminal.press("C-c")
        self.see(r"995367[^\n]*\n.*[$#]\s*$")
        self.terminal.run("stty -a | tr ';' '\\n' | grep -w echo")
        self.see(r"\n[^\n-]*\becho\b")

    def test_a_pipe_gets_plain_lines(self):
        done = harness.run("watch", self.ready["zmq"], "--count", "5", check=0)
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), 5)
        self.assertNotIn("\x1b", done.stdout)
        for line in lines:
            self.assertRegex(line, r"^99536[567] +\d+\.\d{4} ")


@unittest.skipUnless(shutil.which("tmux"), "tmux is not installed")
class States(Terminal):
    """A lost server, for any reason: nothing is live two seconds after its last heartbeat."""

    GONE = r"NO HEARTBEAT since \d\d:\d\d:\d\d[^\n]*: no value is current"

    def assert_nothing_is_live(self):
        screen = self.see(self.GONE)
        rows = re.findall(r"^99536[567] .*$", screen, re.MULTILINE)
        self.assertEqual(len(rows), 3, screen)
        for row in rows:
            self.assertRegex(row, r"\d{3,4}\.\d{4} .*not known +as of \d\d:\d\d:\d\d")
            self.assertNotRegex(row, r"\b(open|quotable|live)\b")
        # Faint and without any colour.
        coloured = re.compile("\x1b\\[(?:[0-9]+;)*3[0-8][;m]")
        for row in re.findall(r"^.*99536[567].*$", self.terminal.screen(colours=True), re.MULTILINE):
            self.assertNotRegex(row, coloured)

    def test_a_killed_server_is_not_live_and_a_restarted_one_is_shown_anew(self):
        self.watch()
        self.see("open +quotable")
        self.server.kill()
        self.assert_nothing_is_live()
        self.serve(self.config)
        self.see(r"\A(?!.*NO HEARTBEAT).*open +quotable")
        self.terminal.press("q")

    def test_a_stopped_server_is_not_live_until_it_goes_on(self):
        self.watch()
        self.see("open +quotable")
        self.server.child.send_signal(signal.SIGSTOP)
        self.assert_nothing_is_live()
        self.server.child.send_signal(signal.SIGCONT)
        self.see(r"\A(?!.*NO HEARTBEAT).*open +quotable")
        self.terminal.press("q")

    def test_an_unplugged_server_is_not_live_until_it_is_plugged_in(self):
        at = urllib.parse.urlsplit(self.ready["zmq"])
        cable = self.enterContext(Cable((at.hostname, at.port)))
        self.ready["zmq"] = f"tcp://127.0.0.1:{cable.port}"
        self.watch()
        self.see("open +quotable")
        cable.unplug()
        self.assert_nothing_is_live()
        cable.plug()
        self.see(r"\A(?!.*NO HEARTBEAT).*open +quotable")
        self.terminal.press("q")

    def test_the_last_levels_of_a_dead_server_say_until_when_they_were_current(self):
        self.watch()
        self.see("open +quotable")
        self.server.kill()
        self.see(self.GONE)
        self.terminal.press("q")
        screen = self.see(r"watch.*\n995365 .*as of \d\d:\d\d:\d\d\n995366 .*\n995367 .*\n.*[$#]\s*$")
        self.assertNotRegex(screen, r"\b(open|quotable)\b")

    def test_no_server_is_said_and_a_later_one_is_followed(self):
        self.server.end()
        follower = self.start("follower", "watch", self.ready["zmq"], "--index", "995365",
                              stdout=self.folder / "lines")
        harness.await_that(lambda: "NO SERVER: nothing heard; no connection; trying again"
                           in follower.log.read_text(), "the word that there is no server")
        self.assertTrue(follower.running())
        self.serve(self.config)
        harness.await_that(lambda: follower.log.read_text().endswith(": live\n"), "the server's return")
        harness.await_that(lambda: "quotable" in (self.folder / "lines").read_text(), "levels")
        follower.end()

    def test_a_code_that_the_server_does_not_have_ends_the_watch_at_once(self):
        for more in ([], ["--jsonl"]):
            done = harness.run("watch", self.ready["zmq"], "--index", "995365", "--index", "999999",
                               *more, check=2)
            self.assertIn("unknown index 999999; this server has 995365, 995366, 995367", done.stderr)
        command = [str(harness.BINARY), "watch", self.ready["zmq"], "--index", "999999"]
        self.terminal.run(shlex.join(command))
        self.see(r"unknown index 999999; this server has 995365, 995366, 995367.*[$#]\s*$")


@unittest.skipUnless(shutil.which("tmux"), "tmux is not installed")
class Terminals(Terminal):
    """Terminals and locales as servers have them."""

    TABLE = r"index +level +.*\n.*995365 .*\n.*995366 .*\n.*995367 "

    def test_every_width_keeps_one_row_for_an_index(self):
        self.watch()
        for columns in (40, 57, 79, 80, 81, 100, 120, 300):
            with self.subTest(columns):
                self.terminal.resize(columns, 12)
                # The clocks end in the last column of a picture of this width. A banner may follow,
                # then the table, then nothing but the keys.
                self.see(rf"\A(?=[^\n]{{{columns}}}\n)[^\n]* UTC\+8\n"
                         r"(?:NOT READY[^\n]*\n(?:(?!index +level)[^\n]+\n){0,2})?"
                         r"index +level[^\n]*\n995365 [^\n]*\n995366 [^\n]*\n995367 [^\n]*\n"
                         r"\n+↑↓[^\n]*\n?\Z")
        self.terminal.press("q")

    def test_an_ascii_locale_gets_ascii(self):
        self.watch("--query", self.ready["zmq_query"], environment=["LC_ALL=C"])
        self.see(r"[v^] [+-]\d")
        self.terminal.press("Down")
        self.terminal.press("m")
        screen = self.see(r"995365 at sequence .*\nmember .*688041.SH +\(UTF-8 name\)")
        self.assertTrue(screen.isascii(), screen)
        self.terminal.press("q")

    def test_a_unicode_locale_gets_names(self):
        self.watch("--query", self.ready["zmq_query"], environment=["LC_ALL=C.UTF-8"])
        self.terminal.press("Down")
        self.terminal.press("m")
        self.see("688041.SH +海光信息 ")
        self.terminal.press("q")

    def test_terminals_without_colours_or_cursor_are_served(self):
        for term in ("vt100", "vt220", "linux", "xterm", "xterm-mono"):
            with self.subTest(term):
                self.watch(environment=[f"TERM={term}"])
                self.see(self.TABLE)
                self.see(r"[▲▼] [+-]\d")
                self.terminal.press("q")
                self.see(r"[$#]\s*$")
        self.watch(environment=["TERM=dumb"])  # no table, a line for each level
        self.see(r"(99536[567] +\d+\.\d{4} .*\n){8}")
        self.terminal.press("C-c")

    def test_a_terminal_without_a_cursor_keeps_its_modes(self):
        master, terminal = pty.openpty()
        self.addCleanup(os.close, master)
        self.addCleanup(os.close, terminal)
        before = termios.tcgetattr(terminal)
        command = [str(harness.BINARY), "watch", self.ready["zmq"], "--count", "3"]
        subprocess.run(command, stdin=terminal, stdout=terminal, check=True, timeout=harness.LIMIT_S,
                       env={**os.environ, "TERM": "dumb"})
        self.assertEqual(termios.tcgetattr(terminal), before)

    def test_no_colour_where_it_is_not_wanted(self):
        self.watch(environment=["NO_COLOR=1"])
        self.see(r"[▲▼] [+-]\d")
        self.assertNotRegex(self.terminal.screen(colours=True).split("index", 1)[1].split("choose")[0],
                            "\x1b\\[(?:[0-9]+;)*3[0-8][;m]")
        self.terminal.press("q")

    def test_a_rise_is_red_unless_told_otherwise(self):
        for arguments, rise, fall in ([], 31, 32), (["--colours", "green_up"], 32, 31):
            with self.subTest(arguments):
                self.watch(*arguments)
                self.see(f"\x1b\\[(?:[0-9;]*;)?{rise}m[^\x1b]*▲|\x1b\\[(?:[0-9;]*;)?{fall}m[^\x1b]*▼", colours=True)
                self.terminal.press("q")
                self.see(r"[$#]\s*$")


if __name__ == "__main__":
    unittest.main()
