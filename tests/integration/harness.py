"""Runs the built executable for the integration tests: files, processes and subscribers.

Everything listens on free ports of loopback and is awaited by what it says, not by the clock: the
limits below only end a test that hangs.
"""
import contextlib
import decimal
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
DATA = pathlib.Path(os.environ.get("INDEXCAST_DATA", ROOT.parent / "shared" / "data"))
LIMIT_S = 60
CODES = ("995365", "995366", "995367")
# The counts of `indexcast decode`, which add up to the bytes of its captures.
ACCOUNT = ("decoded", "undescribed", "named_only", "unknown_type", "skipped", "malformed")

sys.path[:0] = [str(ROOT / "deploy"), str(ROOT / "tests" / "integration" / "tools")]
import expected_levels  # noqa: E402  (found through the line above)
import settings as site  # noqa: E402


def run(*arguments, check=None, limit_s=LIMIT_S):
    """One command to its end; with `check`, its exit code must be that."""
    done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True,
                          timeout=limit_s, check=False)
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

    def __init__(self, folder, name, *arguments, stdout=None, environment=None):
        self.log = folder / f"{name}.log"
        self._stdout = open(stdout, "wb") if stdout else None
        with open(self.log, "wb") as log:
            self.child = subprocess.Popen([BINARY, *map(str, arguments)], stderr=log,
                                          stdout=self._stdout or log,
                                          env=os.environ | (environment or {}))

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


def merge(settings, changes):
    """Puts `changes` into `settings`, section by section."""
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(settings.get(key), dict):
            merge(settings[key], value)
        else:
            settings[key] = value


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
        # Every change of a mainland security at once, so that short days have many levels.
        chosen["simulator"].update(snapshot_grid="0s", refresh="30s")
        # Most simulated days are compressed.
        site.set_simulated_day(chosen, speed=None)
        merge(chosen, changes)
        return self.write(name, site.dump(chosen))

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def calendar(self, state):
        """The shipped year, in which Hong Kong's 2 April is `state`."""
        shipped = (ROOT / "deploy" / "calendars" / "2025.toml").read_text("utf-8")
        dates = site.tomllib.loads(shipped)
        day = {"date": "2025-04-02", "state": state, "confirmed": False, "source": "a test"}
        others = [each for each in dates["hkex"]["dates"] if each["date"] != day["date"]]
        dates["hkex"]["dates"] = sorted([*others, day], key=lambda each: each["date"])
        return [str(self.write("calendar.toml", site.dump(dates)))]

    def start(self, name, *arguments, stdout=None, environment=None):
        """`environment`: variables beside our own."""
        process = Process(self.folder, name, *arguments, stdout=stdout, environment=environment)
        self._stack.callback(process.kill)
        return process

    def serve(self, config, environment=None):
        """(server, contents of its ready file) once it listens."""
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)  # of a server before
        server = self.start("serve", "serve", "--config", config, "--ready-file", ready,
                            environment=environment)

        def listening():
            if not server.running():
                raise AssertionError(server.log.read_text())
            return ready.exists() and ready.stat().st_size > 0

        await_that(listening, "the server's ready file")
        return server, json.loads(ready.read_text())

    def record(self, ready):
        """(recorder, its file) of every published level, once its subscription is active."""
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


def needs_data(name):
    """For a test that reads the real data file `name`: without it, it is skipped and says so."""
    return unittest.skipUnless((DATA / name).exists(), f"{DATA / name} is absent")


BASKET = """code = "900001"
name = "Every share of the day, equal share counts"
currency = "CNY"
decimals = 4
version = 1
effective_date = "{day}"
divisor = "{divisor}"
previous_close = "1000.0000"
members = "basket.csv"
provenance = "A test's basket: one million shares of each company."
"""


class RealDay(unittest.TestCase):
    """A real day of a mainland exchange: its capture, and a basket of every security in it.

    A subclass says where the day comes from: `data` names the file, `tool` is the module that reads
    its snapshots and writes them as the exchange would send them, `venue` the section of the
    configuration, `suffix` the ending of its symbols.
    """
    data = tool = venue = suffix = None
    GATEWAY = ("127.0.0.1", 19129)
    SHARES = 1_000_000
    LIMIT_S = 300

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="indexcast-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.snapshots = cls.tool.read_snapshots(DATA / cls.data)
        cls.capture = cls.folder / "day.pcap"
        cls.tool.write_capture(cls.snapshots, cls.capture, cls.GATEWAY)
        cls._write_basket()
        cls._write_configuration()

    @classmethod
    def _write_basket(cls):
        """One million shares of each company, at 1000 on the previous closes."""
        closes = {snapshot.code: snapshot.pre_close for snapshot in cls.snapshots}
        divisor = sum(closes.values()) * cls.SHARES / 1000
        day = cls.snapshots[0].instant.strftime("%Y-%m-%d")
        rows = ["symbol,name,currency,calculation_shares,cap_factor,close,base_price,"
                "reference_price"]
        rows += [f"{cls.symbol(code)},{code},CNY,{cls.SHARES},1,{close},{close},{close}"
                 for code, close in sorted(closes.items())]
        (cls.folder / "basket.toml").write_text(BASKET.format(day=day, divisor=divisor))
        (cls.folder / "basket.csv").write_text("\n".join(rows) + "\n")

    @classmethod
    def _write_configuration(cls):
        disabled = {name: {"enabled": False} for name in ("sse", "szse", "hkex", "zmq", "http")}
        chosen = {"definitions": ["basket.toml"], "log_level": "warning", **disabled,
                  cls.venue: {"gateways": [{"address": "{}:{}".format(*cls.GATEWAY),
                                           "target_comp_id": "mdgw1"}]}}
        (cls.folder / "config.toml").write_text(site.dump(chosen))

    @classmethod
    def symbol(cls, code):
        return f"{code}.{cls.suffix}"

    @classmethod
    def expected_levels(cls, prices=None):
        """[(symbol, level)] of every change among (symbol, price); by default the snapshots' own."""
        if prices is None:
            prices = ((cls.symbol(s.code), expected_levels.usable_price(s)) for s in cls.snapshots)
        return list(expected_levels.of_prices(cls.folder / "basket.toml", prices))

    @classmethod
    def replay(cls, name="levels.jsonl"):
        """Every record that `replay` makes of the capture."""
        run("replay", "--config", cls.folder / "config.toml", "--output", cls.folder / name,
            "--format", "jsonl", cls.capture, check=0, limit_s=cls.LIMIT_S)
        with open(cls.folder / name, encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    @classmethod
    def decoded(cls, kind):
        """The fields of every message of that type that `decode` shows of the capture."""
        done = run("decode", cls.venue, "--json", cls.capture, check=0, limit_s=cls.LIMIT_S)
        shown = [json.loads(line) for line in done.stdout.splitlines()]
        return [line["fields"] for line in shown if line.get("type") == kind]

    def assert_nothing_in_doubt(self, records, collar=0.25, jump=0.05):
        """No price waits, no jump is guarded and no channel lags; prints how near the nearest came."""
        for record in records:
            self.assertFalse({"price_pending", "level_guard"} & set(record["flags"]), record)
            self.assertEqual(int(record["pending_impact"]), 0, record)
            if record["cause"] == "price":
                self.assertNotIn("feed_stale", record["flags"], record)
        step, move = widest_moves(self.snapshots)
        print(f"widest step {step:.4f} of a collar of {collar}, "
              f"widest move within two seconds {move:.4f} of {jump}, "
              f"largest lag {max(int(r['lag_ms']) for r in records)} ms")
        self.assertGreater(step, 0)
        self.assertLess(step, collar)

    def assert_prices_make(self, records, expected):
        """The levels that changes of prices caused are these (symbol, level), one by one.

        A message that makes a security current again publishes the same level with other flags.
        """
        quality = [[record["level"]] + [record[name] for name in ("flags", "quotable", "status")]
                   for record in records]
        published = [(record["cause_symbol"], decimal.Decimal(record["level"]))
                     for record, now, before in zip(records, quality, [[None], *quality])
                     if record["cause"] == "price" and (now[0] != before[0] or now == before)]
        for number, (got, wanted) in enumerate(zip(published, expected)):
            self.assertEqual(got, wanted, f"level {number + 1}")
        self.assertEqual(len(published), len(expected))


def widest_moves(snapshots):
    """(widest step from one price of a security to its next, widest move within two whole seconds of
    exchange time and not from its first price), both as a share of the earlier price."""
    step = move = 0
    recent = {}  # code: [(second, price)] of today, newest last
    for one in snapshots:
        if one.last <= 0:
            continue
        second = one.time_ns // 10**9
        known = recent.setdefault(one.code, [])
        before = known[-1][1] if known else one.pre_close
        step = max(step, abs(one.last / before - 1))
        near = [price for at, price in known if at >= second - 1] + [p for _, p in known[-1:]]
        move = max([move, *(abs(one.last / price - 1) for price in near)])
        known[:] = [*known[-20:], (second, one.last)]
    return float(step), float(move)


def read_levels(path):
    """The level records among the whole lines of a JSONL file."""
    with open(path, encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines if line.endswith("\n")]
    return [record for record in records if "level" in record]


@functools.cache
def _proto_folder():
    """The Python modules of proto/indexcast/v1, made by protoc for this run."""
    folder = tempfile.mkdtemp(prefix="indexcast-proto-")
    subprocess.run(["protoc", f"-I{ROOT / 'proto'}", f"--python_out={folder}",
                    "indexcast/v1/stream.proto", "indexcast/v1/query.proto",
                    "indexcast/v1/websocket.proto"],
                   cwd=ROOT / "proto", check=True)
    sys.path.insert(0, folder)
    return folder


def stream_messages():
    """The Python classes of proto/indexcast/v1/stream.proto."""
    _proto_folder()
    return importlib.import_module("indexcast.v1.stream_pb2")


def is_table(payload):
    """Whether a heartbeat of ZeroMQ has the table of all indices, and is not a short one."""
    return stream_messages().Heartbeat.FromString(payload).pages > 0


def query_messages():
    """The Python classes of proto/indexcast/v1/query.proto."""
    _proto_folder()
    return importlib.import_module("indexcast.v1.query_pb2")


def websocket_messages():
    """The Python classes of proto/indexcast/v1/websocket.proto."""
    _proto_folder()
    return importlib.import_module("indexcast.v1.websocket_pb2")
