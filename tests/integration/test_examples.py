"""The shipped examples, run as their reader would, against a running server."""
import decimal
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import unittest
import urllib.parse

import chromium
import harness
import test_inav
from cable import Cable

EXAMPLES = harness.ROOT / "proto" / "examples"
LEVELS_JS = EXAMPLES / "javascript" / "levels.mjs"
LEVELS_PY = EXAMPLES / "python" / "levels.py"
INAV_CHECK = EXAMPLES / "python" / "inav_check.py"
# Longer than any test looks, so that levels come however late a browser starts.
DAY = {"begin": "10:00:00", "end": "11:20:00", "speed": 20.0}
COMPARED = 10
# Where Debian's modules lie for a Node that is not Debian's.
MODULES = "/usr/share/nodejs"
LENGTH_MAX = 100


def node_with_websocket():
    """Whether `node` has a WebSocket, its own or Debian's."""
    if shutil.which("node") is None:
        return False
    asked = "process.exit(globalThis.WebSocket || require('ws') ? 0 : 1)"
    return subprocess.run(["node", "-e", asked], env=os.environ | {"NODE_PATH": MODULES},
                          capture_output=True, check=False).returncode == 0


class Lengths(unittest.TestCase):
    def test_an_example_is_read_in_a_minute(self):
        programs = [path for path in EXAMPLES.rglob("*") if path.suffix in (".cc", ".mjs", ".py")]
        self.assertGreaterEqual(len(programs), 3)
        for path in programs:
            self.assertLessEqual(path.read_text("utf-8").count("\n"), LENGTH_MAX, path)


def compile_contract(folder):
    """The contract's Python modules, as a reader of the examples makes them."""
    contract = folder / "contract"
    contract.mkdir()
    subprocess.run(["protoc", f"-I{harness.ROOT / 'proto'}", f"--python_out={contract}",
                    "indexcast/v1/stream.proto", "indexcast/v1/query.proto"], check=True)
    return os.environ | {"PYTHONPATH": str(contract)}


class Silence(harness.Case):
    """An example reports that nothing is live once the server is silent, and continues with a snapshot."""

    def begin(self, transport):
        config = self.configure(simulator=DAY)
        self.server, ready = self.serve(config)
        self.start("simulate", "simulate", "--config", config, "--seed", "3")
        at = urllib.parse.urlsplit(ready[transport])
        self.cable = self.enterContext(Cable((at.hostname, at.port)))
        return ready

    def follow(self, command, environment):
        path = self.folder / "told"
        told = self.enterContext(open(path, "wb"))
        child = subprocess.Popen([str(word) for word in command], stdout=told, stderr=told,
                                 env=environment)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        return path

    def check(self, path, gone):
        """For a server that is stopped, and for one that is unplugged."""
        def told():
            return [line.split()[0] for line in path.read_text().splitlines() if line.strip()]

        def since_last(word):
            words = told()
            return words[len(words) - words[::-1].index(word):]

        harness.await_that(lambda: told().count("level") > 5, "levels")
        stop = lambda number: self.server.child.send_signal(number)
        for leave, come in ((lambda: stop(signal.SIGSTOP), lambda: stop(signal.SIGCONT)),
                            (self.cable.unplug, self.cable.plug)):
            before = told().count(gone)
            leave()
            harness.await_that(lambda: told().count(gone) > before, f"the word {gone!r}")
            come()
            harness.await_that(lambda: "level" in since_last(gone), "levels again")
        # A busy machine may be silent more often; a snapshot comes before any level each time.
        kept = [word for word in told() if word in (gone, "snapshot", "level")]
        for word, following in zip(kept, kept[1:]):
            self.assertFalse(word == gone and following == "level", kept)

    @unittest.skipUnless(node_with_websocket(), "no node with a WebSocket (package node-ws)")
    def test_javascript(self):
        self.begin("http")
        url = f"ws://127.0.0.1:{self.cable.port}/v1/stream"
        self.check(self.follow(["node", LEVELS_JS, url, *harness.CODES],
                               os.environ | {"NODE_PATH": MODULES}), "gone")

    @unittest.skipUnless(importlib.util.find_spec("zmq"), "python3-zmq is not installed")
    def test_python(self):
        ready = self.begin("zmq")
        self.check(self.follow([sys.executable, LEVELS_PY, f"tcp://127.0.0.1:{self.cable.port}",
                                ready["zmq_query"], *harness.CODES],
                               compile_contract(self.folder)), "silent")


class JavaScript(harness.Case):
    def start_day(self):
        config = self.configure(simulator=DAY)
        _, ready = self.serve(config)
        self.start("simulate", "simulate", "--config", config, "--seed", "3")
        return ready["http"]

    def check(self, told):
        """A snapshot of each code, then levels that follow each other."""
        last = {}
        for what, code, sequence, level in told:
            self.assertIn(code, harness.CODES)
            decimal.Decimal(level or "0")
            if what == "level":
                self.assertEqual(sequence, last[code] + 1)
            else:
                self.assertEqual(what, "snapshot")
                self.assertNotIn(code, last)
            last[code] = sequence
        self.assertEqual(set(last), set(harness.CODES))

    @unittest.skipUnless(node_with_websocket(), "no node with a WebSocket (package node-ws)")
    def test_levels_under_node(self):
        url = self.start_day().replace("http", "ws") + "v1/stream"
        done = subprocess.run(["node", LEVELS_JS, url, "--count", "50", *harness.CODES],
                              env=os.environ | {"NODE_PATH": MODULES}, capture_output=True,
                              text=True, timeout=harness.LIMIT_S, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = [line.split() for line in done.stdout.splitlines()]
        self.assertEqual(sum(line[0] == "level" for line in lines), 50)
        self.check((what, code, int(sequence), level.replace("null", "0"))
                   for what, code, sequence, level, *_ in lines)

    @unittest.skipUnless(shutil.which("chromium"), "chromium is not installed")
    def test_levels_in_a_browser(self):
        address = self.start_day()
        settings = {"url": address.replace("http", "ws") + "v1/stream", "codes": harness.CODES}
        # The server's own page, whose origin it allows, takes the module.
        program = f"""
            window.told = [];
            const text = new Blob([{json.dumps(LEVELS_JS.read_text("utf-8"))}],
                                  {{ type: "text/javascript" }});
            import(URL.createObjectURL(text)).then((module) =>
                module.follow({{ ...{json.dumps(settings)}, tell: (each) => told.push(each) }}));
            0"""
        asked = """JSON.stringify(window.told.filter((each) => each.code)
            .map((each) => [each.what, each.code, each.index_sequence, each.level]))"""
        with chromium.Page(shutil.which("chromium"), self.folder, address) as page:
            # A page that is still the browser's empty one would forget what it is told.
            loaded = f"document.readyState === 'complete' && location.href === '{address}'"
            harness.await_that(lambda: page.evaluate(loaded), "the server's page")
            page.evaluate(program)

            def enough():
                told = json.loads(page.evaluate(asked) or "[]")
                return told if len(told) >= 50 else None

            self.check(harness.await_that(enough, "fifty levels in the page"))


@unittest.skipUnless(importlib.util.find_spec("zmq"), "python3-zmq is not installed")
class InavCheck(harness.Case):
    def test_the_published_inav_is_what_its_members_are_worth(self):
        environment = compile_contract(self.folder)
        config = self.configure(simulator=DAY, funds=test_inav.shipped_funds())
        _, ready = self.serve(config)
        simulator = self.start("simulate", "simulate", "--config", config, "--seed", "3")

        def check(code):
            return subprocess.run([sys.executable, INAV_CHECK, ready["zmq_query"], code],
                                  env=environment,
                                  capture_output=True, text=True, timeout=harness.LIMIT_S,
                                  check=False)

        compared = 0
        while compared < COMPARED:
            self.assertTrue(simulator.running(), "the day is over")
            for code in (test_inav.STAR, test_inav.ABROAD):
                done = check(code)
                if "NO_LEVEL" in done.stderr:
                    continue
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertRegex(done.stdout, rf"{code} at sequence \d+: own .*: equal")
                compared += 1
        self.assertEqual(check(harness.CODES[0]).returncode, 2, "an index is no fund")
        self.assertIn("UNKNOWN_CODE", check("nothing").stderr)


if __name__ == "__main__":
    unittest.main()
