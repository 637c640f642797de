#!/usr/bin/python3
"""Certifies the feeds of a server, heading by heading, as an exchange's readiness test does.

    certification_feeds.py [HEADING...]                 on a simulated day, the faults injected
    certification_feeds.py --url URL [HEADING...]       on your own feed: URL is the HTTP address of a
                                                        running `indexcast serve`; you are asked to
                                                        pull the cables

Headings: decoding, recovery, failover, capacity; all of them by default.

    --seconds N       how long a heading watches a feed of your own (30)
    --capture FILE    with --url: a capture of the same feed, for the account of its bytes
    --venue NAME      with --capture: whose bytes to decode there (sse, szse or hkex)

Prints one line a check, with the figures it rests on; the exit code is the number of failed checks.
"""
import argparse
import collections
import contextlib
import json
import subprocess
import sys
import tempfile
import time

import harness
import settings as site  # from deploy, which the harness puts in the path

OUTCOMES = ("applied", "duplicate", "filtered", "rejected", "malformed")
POLL_S = 0.05
FAULT_MISSING = 5  # the simulator's exit code when a fault that was asked for did not happen
FAILOVER_LIMIT_S = 30.0  # twice a heartbeat of the slowest session, and the wait before a connection


class Report:
    def __init__(self):
        self.failed = 0

    def heading(self, name):
        print(f"\n== {name}", flush=True)

    def check(self, holds, what, figures=""):
        self.failed += 0 if holds else 1
        mark = "PASS" if holds else "FAIL"
        print(f"{mark}  {what}" + (f"  ({figures})" if figures else ""), flush=True)


class Feeds:
    """What /v1/feeds said at one moment."""

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


class OwnFeed:
    """A server that runs on the user's feed; what is to go wrong is asked of the user."""

    def __init__(self, arguments):
        self.url = arguments.url.rstrip("/") + "/"
        self.seconds = arguments.seconds
        self.capture, self.venue = arguments.capture, arguments.venue

    @contextlib.contextmanager
    def session(self, faults=(), **_):
        # From before the user acts: what was lost and mended by the time of Enter counts too.
        watch = Watch(self.url)
        for fault in faults:
            input(f"      now: {fault['ask']}, then press Enter ")
        yield watch

    def ended(self):
        """A watch ends when its time is over."""
        deadline = time.monotonic() + self.seconds
        return lambda: time.monotonic() >= deadline

    def captures(self):
        return [(self.venue, self.capture)] if self.capture else []


class Simulated:
    """A server and the simulator on free ports; what is to go wrong stands in a file of faults."""

    DAY = {"begin": "14:00:00", "end": "14:05:00", "speed": 30.0}

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


def decoding(feeds, report):
    """Everything that arrives decodes, and every message and every byte is accounted for."""
    with feeds.session() as watch:
        watch.until(feeds.ended(), 600)
        for feed in watch.now.by_name:
            figures = ", ".join(f"{name} {watch.grown(feed, name)}" for name in OUTCOMES)
            report.check(watch.grown(feed, "applied") > 0, f"{feed}: messages arrive", figures)
            report.check(watch.grown(feed, "malformed") == 0, f"{feed}: nothing is malformed")
            report.check(watch.grown(feed, "sequence_lost") == 0,
                         f"{feed}: no sequence number is lost",
                         f"{watch.grown(feed, 'sequence_received')} received")
    for venue, capture in feeds.captures():
        account = account_of(venue, capture)
        total = account["decoded"] + account["skipped"] + account["malformed"]
        report.check(total == account["all"] and account["decoded"] > 0,
                     f"{venue}: every byte of the capture is accounted for",
                     ", ".join(f"{name} {value}" for name, value in account.items()))


def account_of(venue, capture):
    """The bytes of a capture as `indexcast decode` accounts for them."""
    with tempfile.TemporaryFile("w+") as lines:
        subprocess.run([harness.BINARY, "decode", venue, "--json", capture], stdout=lines,
                       stderr=subprocess.DEVNULL, check=True)
        lines.seek(0)
        totals = json.loads(collections.deque(lines, maxlen=1).pop())["totals"]
    return {"decoded": totals["decoded"]["bytes"], "skipped": totals["skipped"]["bytes"],
            "malformed": totals["malformed"]["bytes"], "all": totals["bytes"]}


def recovery(feeds, report):
    """One line lost is not noticed; both lost is recovered, and says so while it lasts."""
    one_line = [{"kind": "silence", "venue": "hkex", "line": "a", "begin": "14:01:00",
                 "end": "14:03:00", "ask": "take line A of Hong Kong away for a few seconds"}]
    with feeds.session(one_line) as watch:
        watch.until(feeds.ended(), 600)
        report.check(watch.grown("hkex", "sequence_lost") == 0, "one line silent: nothing is lost",
                     f"{watch.grown('hkex', 'sequence_received')} received")
        report.check(watch.stayed_live("hkex"), "one line silent: nobody notices",
                     f"seen {sorted(watch.seen['hkex'])}")
    both = [{"kind": "burst_loss", "venue": "hkex", "line": "both", "begin": "14:02:00",
             "end": "14:04:00", "count": 3,
             "ask": "drop some packets of Hong Kong on both lines at once"}]
    with feeds.session(both) as watch:
        done = feeds.ended()
        watch.until(lambda: done() and watch.settled("hkex"), 600)
        report.check(not watch.stayed_live("hkex"), "both lines lossy: the channel says so",
                     f"seen {sorted(watch.seen['hkex'])}")
        report.check(watch.grown("hkex", "sequence_recovered") > 0
                     and watch.grown("hkex", "sequence_lost") == 0,
                     "both lines lossy: all is recovered",
                     f"{watch.grown('hkex', 'sequence_recovered')} recovered, "
                     f"{watch.grown('hkex', 'sequence_lost')} lost")
    refused = [*both, {"kind": "retransmission_refuse", "venue": "hkex", "amount": 2,
                       "ask": "the same again, with retransmission unavailable"}]
    with feeds.session(refused) as watch:
        done = feeds.ended()
        watch.until(lambda: done() and watch.settled("hkex"), 600)
        report.check(watch.grown("hkex", "refreshes") > 0 and watch.settled("hkex"),
                     "retransmission refused: the refresh brings the channel back",
                     f"{watch.grown('hkex', 'refreshes')} refreshes, channels {watch.now.states('hkex')}")


def failover(feeds, report):
    """A gateway that goes away, hangs or speaks nonsense is left for the other."""
    for feed in ("sse", "szse"):
        for kind, what, ask in (
                ("disconnect_at_byte", "a cut connection", "cut the connection to the gateway"),
                ("stuck", "a silent gateway", "let the gateway hang without closing")):
            fault = {"kind": kind, "venue": feed, "begin": "14:02:00", "end": "14:03:00",
                     "count": 1, "ask": f"{ask} of {feed}"}
            with feeds.session([fault], speed=15.0) as watch:
                back = watch.until(lambda: watch.grown(feed, "connects") > 0
                                   and watch.now.state(feed) == "live", FAILOVER_LIMIT_S)
                report.check(back, f"{feed}: {what} is replaced by another",
                             f"{watch.grown(feed, 'disconnects')} lost, "
                             f"{watch.grown(feed, 'connects')} made, now {watch.now.state(feed)}")
                report.check(not watch.stayed_live(feed),
                             f"{feed}: meanwhile the feed says that it is not live",
                             f"seen {sorted(watch.seen[feed])}")
                watch.until(feeds.ended(), 600)


def capacity(feeds, report):
    """The busiest second is taken without a drop and without waiting for the core."""
    with feeds.session(ticks_per_second=200.0, speed=5.0, end="14:01:00") as watch:
        watch.until(feeds.ended(), 600)
        for feed in watch.now.by_name:
            report.check(watch.new_messages(feed) > 0 and watch.grown(feed, "kernel_drops") == 0,
                         f"{feed}: the kernel dropped nothing",
                         f"peak {watch.peak[feed]:,.0f} messages/s")
            report.check(watch.grown(feed, "ring_full_waits") == 0,
                         f"{feed}: the core kept up",
                         f"{watch.grown(feed, 'events')} events")
        _, status = harness.fetch(watch.url + "v1/status")
        for publisher in status["publishers"]:
            latency = publisher["tick_to_publish"]
            print(f"      {publisher['publisher']}: datagram to publication p50 "
                  f"{latency['p50_ns'] / 1000:.0f} us, p99 {latency['p99_ns'] / 1000:.0f} us, "
                  f"{latency['count']} levels")


HEADINGS = {"decoding": decoding, "recovery": recovery, "failover": failover,
            "capacity": capacity}


def certify(feeds, names):
    report = feeds.report = Report()
    for name in names:
        report.heading(f"{name}: {HEADINGS[name].__doc__}")
        HEADINGS[name](feeds, report)
    print(f"\n{report.failed} checks failed" if report.failed else "\nall checks passed")
    return report.failed


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("headings", nargs="*", choices=[*HEADINGS, []], metavar="HEADING")
    parser.add_argument("--url")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--capture")
    parser.add_argument("--venue", choices=("sse", "szse", "hkex"))
    arguments = parser.parse_args()
    if bool(arguments.capture) != bool(arguments.venue):
        parser.error("--capture and --venue belong together")
    names = arguments.headings or list(HEADINGS)
    if arguments.url:
        return certify(OwnFeed(arguments), names)
    simulated = Simulated()
    with contextlib.closing(simulated):
        return certify(simulated, names)


if __name__ == "__main__":
    sys.exit(main())
