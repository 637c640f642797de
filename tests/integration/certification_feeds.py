#!/usr/bin/python3
"""Certifies the feeds of a server, heading by heading, as an exchange's readiness test does.

    certification_feeds.py [HEADING...]                 on a simulated day with injected faults
    certification_feeds.py --url URL [HEADING...]       on a feed of your own: URL is the HTTP address of a running
                                                        `indexcast serve`; each disturbance is requested at the
                                                        terminal, or from a command

Headings: {headings}; all of them by default.

    --seconds N       how long a heading watches a feed of your own (30)
    --act COMMAND     with --url: called as COMMAND KIND VENUE [LINE] to disturb the feed; without it and without a
                      terminal, headings that need a disturbance are skipped and listed
    --capture FILE    with --url: a capture of the same feed, for the account of its bytes
    --venue NAME      with --capture: the venue of that capture (sse, szse or hkex)
    --config FILE     with --url: the configuration of that server, for hkex_senders

Prints one line a check, with its figures; the exit code is the number of failed checks.
"""
import argparse
import contextlib
import sys

import certification_hkex
import certification_mainland
import certification_market
import harness
from certification import OUTCOMES, NotPossible, OwnFeed, Report, Simulated, account_of
from certification_mainland import GATEWAY_FEEDS

FAILOVER_LIMIT_S = 30.0  # twice a heartbeat of the slowest session, and the wait before a connection


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
        total = sum(account[name] for name in harness.ACCOUNT)
        report.check(total == account["all"] and account["decoded"] > 0,
                     f"{venue}: every byte of the capture is accounted for",
                     ", ".join(f"{name} {value}" for name, value in account.items()))


def recovery(feeds, report):
    """One line lost is not noticed; both lost is recovered, and says so while it lasts."""
    one_line = [{"kind": "silence", "venue": "hkex", "line": "a", "begin": "14:01:00",
                 "end": "14:03:00", "ask": "take line A of Hong Kong away for a few seconds"}]
    with feeds.session(one_line) as watch:
        watch.until(feeds.ended(), 600)
        report.check(watch.grown("hkex", "sequence_lost") == 0, "one line silent: nothing is lost",
                     f"{watch.grown('hkex', 'sequence_received')} received")
        report.check(watch.stayed_live("hkex"), "one line silent: the channel stays live",
                     f"seen {sorted(watch.seen['hkex'])}")
    both = [{"kind": "burst_loss", "venue": "hkex", "line": "both", "begin": "14:01:00",
             "end": "14:03:00", "count": 3,
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
    for kind, what, ask in (
            ("disconnect_at_byte", "a cut connection", "cut the connection to the gateway"),
            ("stuck", "a silent gateway", "let the gateway hang without closing")):
        faults = [{"kind": kind, "venue": feed, "begin": "14:01:00", "end": "14:02:00", "count": 1,
                   "ask": f"{ask} of {feed}"} for feed in GATEWAY_FEEDS]
        with feeds.session(faults, sections={feed: {"heartbeat": "1s"} for feed in GATEWAY_FEEDS},
                           end="14:03:00", speed=15.0) as watch:
            back = set()

            def all_back():
                back.update(feed for feed in GATEWAY_FEEDS if watch.grown(feed, "connects") > 0
                            and watch.now.state(feed) == "live")
                return len(back) == len(GATEWAY_FEEDS)

            watch.until(all_back, FAILOVER_LIMIT_S)
            for feed in GATEWAY_FEEDS:
                report.check(feed in back, f"{feed}: {what} is replaced by another",
                             f"{watch.grown(feed, 'disconnects')} lost, "
                             f"{watch.grown(feed, 'connects')} made, now {watch.now.state(feed)}")
                report.check(not watch.stayed_live(feed),
                             f"{feed}: meanwhile the feed says that it is not live",
                             f"seen {sorted(watch.seen[feed])}")
            watch.until(feeds.ended(), 600)


def completeness(feeds, report):
    """After a new connection each security waits for its own image; one makes no other current."""
    # The exchange's rhythm on a quiet day: what changed every 3 s, all within 60 s.
    quiet = {"speed": 15.0, "ticks_per_second": 0.05, "snapshot_grid": "3s", "refresh": "1min",
             "end": "14:05:00"}
    # A gateway sends every image at once after a logon; a slow line parts them.
    faults = [{"kind": "slow", "venue": feed, "begin": "14:01:00", "end": "14:05:00", "amount": 30,
               "ask": f"slow down the line to the gateway of {feed}"} for feed in GATEWAY_FEEDS]
    faults += [{"kind": "disconnect_at_byte", "venue": feed, "begin": "14:01:00", "end": "14:02:00",
                "count": 1, "ask": f"cut the connection to the gateway of {feed}"}
               for feed in GATEWAY_FEEDS]
    with feeds.session(faults, **quiet) as watch:
        unheard = {feed: [] for feed in GATEWAY_FEEDS}
        complete = set()

        def all_complete():
            for feed in set(GATEWAY_FEEDS) - complete:
                now = watch.now.by_name[feed]
                if watch.grown(feed, "connects") == 0 or now["state"] not in ("recovering", "live"):
                    continue
                unheard[feed].append(now["unheard"])
                if now["state"] == "live":
                    complete.add(feed)
            return len(complete) == len(GATEWAY_FEEDS)

        watch.until(all_complete, FAILOVER_LIMIT_S)
        for feed, counts in unheard.items():
            report.check(feed in complete and counts[-1] == 0, f"{feed}: it is complete again",
                         f"seen {len(counts)} times")
            report.check(any(0 < after < before for before, after in zip(counts, counts[1:])),
                         f"{feed}: securities come back one by one",
                         f"unheard {sorted(set(counts), reverse=True)}")
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


# Headings of one venue stand in modules of their own, certification_VENUE.py, and are added here.
HEADINGS = {
    "decoding": decoding,
    "recovery": recovery,
    "failover": failover,
    "completeness": completeness,
    "capacity": capacity,
    **certification_hkex.HEADINGS,
    **certification_mainland.HEADINGS,
    **certification_market.HEADINGS,
}


def certify(feeds, names):
    report = feeds.report = Report()
    for name in names:
        report.heading(f"{name}: {HEADINGS[name].__doc__}")
        try:
            HEADINGS[name](feeds, report)
        except NotPossible as reason:
            report.skip(str(reason))
    print("\n" + report.summary())
    return report.failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.format(headings=", ".join(HEADINGS)),
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("headings", nargs="*", choices=[*HEADINGS, []], metavar="HEADING")
    parser.add_argument("--url")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--act")
    parser.add_argument("--capture")
    parser.add_argument("--config")
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
