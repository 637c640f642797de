"""`indexcast watch` in a real terminal: what a person sees, which keys do what, and what is left."""
import os
import re
import shlex
import shutil
import subprocess
import unittest

import harness

DAY = {"begin": "10:00:00", "end": "10:20:00", "speed": 60.0}


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


@unittest.skipUnless(shutil.which("tmux"), "tmux is not installed")
class Watch(harness.Case):
    def setUp(self):
        super().setUp()
        config = self.configure(simulator=DAY)
        _, self.ready = self.serve(config)
        self.start("simulate", "simulate", "--config", config, "--seed", "3")
        self.terminal = Tmux(self.folder)
        self.addCleanup(self.terminal.close)
        self.see(r"[$#]\s*$")  # the shell is there

    def watch(self, *arguments):
        command = [str(harness.BINARY), "watch", self.ready["zmq"], *arguments]
        self.terminal.run(" ".join(map(shlex.quote, command)))
        self.see("995365.*995366.*995367")

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

    def test_levels_move_in_colour_and_keys_choose(self):
        self.watch("--title", "levels of a test")
        self.see("^levels of a test\n.*index +level +change")
        self.see(r"\d+ levels; publication to here p50 \d+ us, p99 \d+ us")
        self.see("open +quotable")
        self.see("[▲▼]")
        self.see("\x1b\\[[0-9;]*3[12]m", colours=True)
        self.terminal.press("Down")
        self.see("\x1b\\[[0-9;]*7m[^\n]*995365", colours=True)
        self.terminal.press("?")
        self.see("the last levels stay on the screen")
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


if __name__ == "__main__":
    unittest.main()
