"""What the headings of a certification share: the report, a server's feeds over time, and the two kinds of feed.

A heading is a function `heading(feeds, report)` with a one-line docstring. `feeds` is `Simulated` or `OwnFeed`. Each
`feeds.session(faults)` yields a `Watch`; the heading looks until it saw what it waits for, and reports each check with
its figures. Every module with headings has a table HEADINGS, from name to function.
"""
import collections
import contextlib
import json
import subprocess
import sys
import tempfile
import time

import harness
import settings as site  # from deploy; the harness adds it to the path

OUTCOMES = ("applied", "duplicate", "filtered", "rejected", "malformed")
POLL_S = 0.05
FAULT_MISSING = 5  # the simulator's exit code when a fault that was asked for did not happen


class Report:
    def __init__(self):
        self.failed = 0
        self.skipped = 0

    def heading(self, name):
        print(f"\n== {name}", flush=True)

    def check(self, holds, what, figures=""):
        self.failed += 0 if holds else 1
        mark = "PASS" if holds else "FAIL"
        print(f"{mark}  {what}" + (f"  ({figures})" if figures else ""), flush=True)

    def skip(self, reason):
        self.skipped += 1
        print(f"SKIP  {reason}", flush=True)

    def summary(self):
        if self.failed:
            return f"{self.failed} checks failed, {self.skipped} headings skipped"
        if self.skipped:
            return f"all checks that ran passed, {self.skipped} headings skipped"
        return "all checks passed"


class Feeds:
    """The answer of /v1/feeds at one moment."""

    def __init__(self, url):
        status, answer = harness.fetch(url + "v1/feeds")
        if status != 200:
            raise RuntimeError(f"{url}v1/feeds answered {status}: {answer}")
        self.time = time.monotonic()
        self.by_name = {feed["feed"]: feed for feed in answer["feeds"]}

    def counter(self, feed, name):
        return self.by_name[feed]["counters"][name]

    def messages(self, feed):
        return sum(self.counter(feed, name) for name in OUTCOMES)

    def state(self, feed):
        return self.by_name[feed]["state"]

    def states(self, feed):
        """The feed's own state and those of its channels."""
        channels = self.by_name[feed].get("channels", [])
        return {self.state(feed)} | {channel["state"] for channel in channels}

    def since(self, feed):
        """When each channel entered its state; a state that came and went shows here."""
        return {channel["channel"]: channel["since"] for channel in self.by_name[feed]["channels"]}


class Watch:
    """A stretch of time on a server's feeds: the counters before and after, the states between."""

    def __init__(self, url):
        self.url = url
        self.before = self.now = Feeds(url)
        self.seen = {feed: self.now.states(feed) for feed in self.now.by_name}
        self.peak = dict.fromkeys(self.now.by_name, 0.0)

    def look(self):
        last, self.now = self.now, Feeds(self.url)
        for feed in self.now.by_name:
            self.seen[feed] |= self.now.states(feed)
            rate = (self.now.messages(feed) - last.messages(feed)) / (self.now.time - last.time)
            self.peak[feed] = max(self.peak[feed], rate)

    def until(self, done, limit_s):
        """Looks until `done` answers true; False when the limit came first."""
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            self.look()
            if done():
                return True
            time.sleep(POLL_S)
        return False

    def grown(self, feed, name):
        return self.now.counter(feed, name) - self.before.counter(feed, name)

    def new_messages(self, feed):
        return self.now.messages(feed) - self.before.messages(feed)

    def stayed_live(self, feed):
        """Whether no channel left its state, not even between two looks."""
        return self.seen[feed] == {"live"} and self.now.since(feed) == self.before.since(feed)

    def settled(self, feed):
        return self.now.states(feed) == {"live"}


class NotPossible(Exception):
    """A heading needs an action that neither a person nor a command can take here."""


class OwnFeed:
    """A server that runs on the user's feed. Disturbances are requested from a person at the terminal, or from a command.

    `act` is called as `COMMAND KIND VENUE [LINE]` for each disturbance and must return 0. Without it and without a
    terminal on standard input, a heading that needs a disturbance raises NotPossible.
    """

    def __init__(self, arguments):
        self.url = arguments.url.rstrip("/") + "/"
        self.seconds = arguments.seconds
        self.capture, self.venue = arguments.capture, arguments.venue
        self.act = arguments.act
        self.config = arguments.config

    @contextlib.contextmanager
    def session(self, faults=(), **_):
        # The watch begins before the disturbance, so that what was lost and recovered by then counts.
        watch = Watch(self.url)
        for fault in faults:
            self.disturb(fault)
        yield watch

    def disturb(self, fault):
        if self.act:
            words = [fault["kind"], fault["venue"], *([fault["line"]] if "line" in fault else [])]
            run = subprocess.run([self.act, *words], check=False)
            if run.returncode:
                raise NotPossible(f"{self.act} {' '.join(words)} returned {run.returncode}")
        elif sys.stdin.isatty():
            input(f"      now: {fault['ask']}, then press Enter ")
        else:
            raise NotPossible(f"needs an action ({fault['ask']}): run in a terminal, or give --act")

    def ended(self):
        """A watch ends after --seconds."""
        deadline = time.monotonic() + self.seconds
        return lambda: time.monotonic() >= deadline

    def captures(self):
        return [(self.venue, self.capture)] if self.capture else []

    def configurations(self):
        """(file, whether it draws a warning about Hong Kong's senders, why) of each to be checked."""
        if not self.config:
            raise NotPossible("needs the server's configuration: give --config")
        return [(self.config, False, "the senders are listed, or the interface is loopback")]


class Simulated:
    """A server and the simulator on free ports; the faults are in a file."""

    DAY = {"begin": "14:00:00", "end": "14:04:00", "speed": 30.0, "refresh_round": "10s"}

    def __init__(self):
        self.case = harness.Case()
        self.case.setUp()
        self.simulator = None
        self.count = 0

    def close(self):
        self.case.doCleanups()

    @contextlib.contextmanager
    def session(self, faults=(), sections=None, **simulator):
        self.count += 1
        config = self.case.configure(f"{self.count}.toml", simulator={**self.DAY, **simulator},
                                     **(sections or {}))
        arguments = ["simulate", "--config", config, "--seed", self.count]
        if faults:
            plan = [{key: value for key, value in fault.items() if key != "ask"}
                    for fault in faults]
            arguments += ["--faults", self.case.write(f"faults-{self.count}.toml",
                                                      site.dump({"fault": plan}))]
        (self.case.folder / "ready.json").unlink(missing_ok=True)
        server, ready = self.case.serve(config)
        self.simulator = self.case.start(f"simulate-{self.count}", *arguments)
        start = Watch(ready["http"])
        start.until(lambda: all(start.settled(feed) for feed in start.now.by_name), 30)
        yield Watch(ready["http"])
        self.simulator.child.wait(harness.LIMIT_S)
        if self.simulator.child.returncode == FAULT_MISSING:
            self.report.check(False, self.simulator.log.read_text().strip().split("\n")[-1])
        else:
            self.simulator.wait()
        server.end()

    def ended(self):
        return lambda: not self.simulator.running()

    def captures(self):
        config = self.case.configure("capture.toml", simulator=self.DAY)
        capture = self.case.folder / "day.pcap"
        harness.run("simulate", "--config", config, "--pcap", capture, check=0)
        return [(venue, capture) for venue in ("sse", "szse", "hkex")]

    def configurations(self):
        cases = [("open", {"interface": "10.1.2.3"}, True, "no sender is listed"),
                 ("listed", {"interface": "10.1.2.3", "sources": ["10.1.2.4"]}, False, "senders are listed"),
                 ("loopback", {"interface": "127.0.0.1"}, False, "the interface is loopback")]
        return [(self.case.configure(f"{name}.toml", hkex=hkex), warned, case) for name, hkex, warned, case in cases]


def account_of(venue, capture):
    """The bytes of a capture as `indexcast decode` accounts for them."""
    with tempfile.TemporaryFile("w+") as lines:
        subprocess.run([harness.BINARY, "decode", venue, "--json", capture], stdout=lines,
                       stderr=subprocess.DEVNULL, check=True)
        lines.seek(0)
        totals = json.loads(collections.deque(lines, maxlen=1).pop())["totals"]
    return {**{name: totals[name]["bytes"] for name in harness.ACCOUNT}, "all": totals["bytes"]}
