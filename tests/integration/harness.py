"""Runs the built executable for the integration tests: files, processes and subscribers.

Everything listens on free ports of loopback and is awaited by what it says, not by the clock: the
limits below only end a test that hangs.
"""
import contextlib
import functools
import importlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = pathlib.Path(os.environ.get("INDEXCAST_BIN", ROOT / "build" / "dev" / "bin" / "indexcast"))
LIMIT_S = 60
CODES = ("995365", "995366", "995367")

sys.path.insert(0, str(ROOT / "deploy"))
import settings as site  # noqa: E402  (found through the line above)


def run(*arguments, check=None):
    """One command to its end; with `check`, its exit code must be that."""
    done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True,
                          timeout=LIMIT_S, check=False)
    if check is not None and done.returncode != check:
        raise AssertionError(f"{arguments}: exit code {done.returncode}, not {check}\n"
                             f"{done.stdout}{done.stderr}")
    return done


def await_that(condition, what):
    """The first true value of `condition`, asked for until it comes."""
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited {LIMIT_S} s for {what}")


def fetch(url, decode=json.loads):
    """(status, decoded body) of a GET."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, decode(answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def counters(url):
    """{metric with labels: number} of the server at `url`."""
    _, text = fetch(url + "metrics", str)
    lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


class Process:
    """A command in the background, its output in a file."""

    def __init__(self, folder, name, *arguments, stdout=None):
        self.log = folder / f"{name}.log"
        self._stdout = open(stdout, "wb") if stdout else None
        with open(self.log, "wb") as log:
            self.child = subprocess.Popen([BINARY, *map(str, arguments)], stderr=log,
                                          stdout=self._stdout or log)

    def running(self):
        return self.child.poll() is None

    def end(self, expected=0):
        """Asks for the end as an operator does; the exit code must be `expected`."""
        if self.running():
            self.child.send_signal(signal.SIGTERM)
        self.wait(expected)

    def wait(self, expected=0):
        code = self.child.wait(LIMIT_S)
        if self._stdout:
            self._stdout.close()
        if code != expected:
            raise AssertionError(f"exit code {code}, not {expected}\n{self.log.read_text()}")

    def kill(self):
        if self.running():
            self.child.kill()
            self.child.wait()
        if self._stdout:
            self._stdout.close()


class Case(unittest.TestCase):
    """A test with a folder and processes of its own, all gone when it ends."""

    def setUp(self):
        if not BINARY.is_file():
            self.fail(f"no executable at {BINARY}; set INDEXCAST_BIN")
        self._stack = contextlib.ExitStack()
        self.addCleanup(self._stack.close)
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="indexcast-"))
        self.folder = pathlib.Path(folder)

    def configure(self, name="indexcast.toml", **changes):
        """Writes a configuration on free ports; `changes` are sections with their keys."""
        chosen = site.move_to_free_ports(site.load(), keep=False)
        chosen["journal"]["directory"] = str(self.folder / "journal")
        for section, keys in changes.items():
            if isinstance(keys, dict):
                chosen[section].update(keys)
            else:
                chosen[section] = keys
        return self.write(name, site.dump(chosen))

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def start(self, name, *arguments, stdout=None):
        process = Process(self.folder, name, *arguments, stdout=stdout)
        self._stack.callback(process.kill)
        return process

    def serve(self, config):
        """(server, what its ready file says) once it listens."""
        ready = self.folder / "ready.json"
        server = self.start("serve", "serve", "--config", config, "--ready-file", ready)

        def listening():
            if not server.running():
                raise AssertionError(server.log.read_text())
            return ready.exists() and ready.stat().st_size > 0

        await_that(listening, "the server's ready file")
        return server, json.loads(ready.read_text())

    def record(self, ready):
        """(recorder, its file) of every published level, once its subscription stands."""
        path = self.folder / "levels.jsonl"
        recorder = self.start("record", "watch", ready["zmq"], "--jsonl", stdout=path)
        await_that(lambda: "following" in recorder.log.read_text(), "the recorder's subscription")
        return recorder, path

    def drain(self, ready, recording):
        """Until the recording holds the newest level of every index."""
        def complete():
            _, text = fetch(ready["http"] + "metrics", str)
            published = {line.split('"')[1]: int(line.rsplit(" ", 1)[1])
                         for line in text.splitlines()
                         if line.startswith("indexcast_index_sequence{")}
            seen = {r["code"]: int(r["index_sequence"]) for r in read_levels(recording)}
            return published and published == seen

        await_that(complete, "the newest levels in the recording")


def read_levels(path):
    """The level records among the whole lines of a JSONL file."""
    with open(path, encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines if line.endswith("\n")]
    return [record for record in records if "level" in record]


@functools.cache
def stream_messages():
    """The Python classes of proto/indexcast/v1/stream.proto, made by protoc for this run."""
    folder = tempfile.mkdtemp(prefix="indexcast-proto-")
    subprocess.run(["protoc", f"-I{ROOT / 'proto'}", f"--python_out={folder}",
                    "indexcast/v1/stream.proto"], cwd=ROOT / "proto", check=True)
    sys.path.insert(0, folder)
    return importlib.import_module("indexcast.v1.stream_pb2")
