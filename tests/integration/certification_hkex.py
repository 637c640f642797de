"""Headings of HKEX: the rules of its sessions that a capture of a quiet day does not show (OMD-C)."""
import harness

# Short heartbeats, so that a logon that is refused is repeated within seconds.
QUICK_SESSIONS = {"hkex": {"retransmission": {"heartbeat": "1s",
                                              "response_timeout": "1s"}}}
BURST = {"kind": "burst_loss", "venue": "hkex", "line": "both", "begin": "14:01:00",
         "end": "14:02:00", "count": 3, "ask": "drop some packets of Hong Kong on both lines at once"}


def hkex_lost_tail(feeds, report):
    """A heartbeat names the last message sent, so that a lost end of a burst is noticed (OMD-C 3.4.1)."""
    tail = [{"kind": "silence", "venue": "hkex", "line": "both", "channel": 20, "begin": "14:01:50",
             "end": "14:02:00", "ask": "drop the last packets of a channel before it falls idle"},
            {"kind": "heartbeats_only", "venue": "hkex", "channel": 20, "begin": "14:02:00",
             "end": "14:02:30", "ask": "let that channel send nothing but heartbeats"}]
    with feeds.session(tail, end="14:02:30", speed=10.0) as watch:
        watch.until(feeds.ended(), 600)
        report.check(watch.grown("hkex", "sequence_recovered") > 0
                     and watch.grown("hkex", "sequence_lost") == 0,
                     "the lost tail is recovered, and no later message was needed",
                     f"{watch.grown('hkex', 'sequence_recovered')} recovered, "
                     f"{watch.grown('hkex', 'sequence_lost')} lost")
    for first in (1, 2):
        with feeds.session(end="14:01:00", hkex_first_number=first) as watch:
            watch.until(feeds.ended(), 600)
            lost, gaps = watch.now.counter("hkex", "sequence_lost"), watch.now.counter("hkex", "gaps")
            report.check(lost == 0 and gaps == 0 and watch.grown("hkex", "applied") > 0,
                         f"data that begin with number {first} after a reset are no gap",
                         f"{lost} lost, {gaps} gaps")


def hkex_retransmission(feeds, report):
    """One session at a time, ranges as long as the server takes them, a day's requests (OMD-C 4.3)."""
    cases = ((100, "retransmission_refuse_logon", "a user who is connected already logs on again later"),
             (100, "retransmission_refuse", "a range that is too long is split"))
    for amount, kind, what in cases:
        fault = {"kind": kind, "venue": "hkex", "amount": amount, "count": 1,
                 "ask": f"the same, and let the service answer {amount} once"}
        with feeds.session([BURST, fault], sections=QUICK_SESSIONS, end="14:03:00", speed=15.0) as watch:
            done = feeds.ended()
            watch.until(lambda: done() and watch.settled("hkex"), 600)
            report.check(watch.grown("hkex", "sequence_recovered") > 0
                         and watch.now.counter("hkex", "retransmission_refused") == 0
                         and watch.now.counter("hkex", "sequence_lost") == 0, what,
                         f"{watch.now.counter('hkex', 'logons_refused')} logons refused, "
                         f"{watch.grown('hkex', 'sequence_recovered')} recovered, "
                         f"{watch.now.counter('hkex', 'sequence_lost')} lost")
    quota = {"kind": "retransmission_over_quota", "venue": "hkex",
             "ask": "the same, with the day's requests used up"}
    with feeds.session([BURST, quota]) as watch:
        done = feeds.ended()
        watch.until(lambda: done() and watch.settled("hkex"), 600)
        report.check(watch.grown("hkex", "retransmission_requests") == 1,
                     "after the last request of the day no other is sent, on any channel",
                     f"{watch.grown('hkex', 'retransmission_requests')} requests")
        report.check(watch.grown("hkex", "refreshes") > 0 and watch.settled("hkex"),
                     "the refresh stands in for the rest of the day",
                     f"{watch.grown('hkex', 'refreshes')} refreshes")


def hkex_disaster_recovery(feeds, report):
    """Signal 1 clears every price, signal 2 rebuilds every channel from a refresh (OMD-C 3.4.3)."""
    disaster = {"kind": "disaster_recovery", "venue": "hkex", "begin": "14:01:00", "amount": 20_000,
                "ask": "let the exchange switch to its other site"}
    with feeds.session([disaster], refresh_round="20s", end="14:03:00", speed=15.0) as watch:
        done = feeds.ended()
        watch.until(lambda: done() and watch.settled("hkex"), 600)
        report.check(watch.grown("hkex", "disaster_signals") == 2,
                     "each change of the signal counts once, however often it is repeated",
                     f"{watch.grown('hkex', 'disaster_signals')} changes")
        report.check({"stale", "recovering"} <= watch.seen["hkex"],
                     "no channel is current before it was rebuilt", f"seen {sorted(watch.seen['hkex'])}")
        channels = len(watch.now.since("hkex"))
        report.check(watch.grown("hkex", "refreshes") >= channels and watch.settled("hkex"),
                     "a refresh round rebuilds each channel",
                     f"{watch.grown('hkex', 'refreshes')} refreshes of {channels} channels")


def hkex_other_date(feeds, report):
    """Messages of another date than the trading day's are counted and not applied (OMD-C 2.2)."""
    test_data = {"kind": "other_date", "venue": "hkex", "begin": "14:01:00", "end": "14:03:00", "count": 3,
                 "ask": "send messages of another date"}
    with feeds.session([test_data]) as watch:
        watch.until(feeds.ended(), 600)
        report.check(watch.grown("hkex", "other_date") > 0, "they are counted",
                     f"{watch.grown('hkex', 'other_date')} messages")
        report.check(watch.grown("hkex", "sequence_resets") == 0 and watch.stayed_live("hkex"),
                     "they reset no sequence and change no state", f"seen {sorted(watch.seen['hkex'])}")
        report.check(watch.grown("hkex", "sequence_lost") == 0 and watch.grown("hkex", "applied") > 0,
                     "the messages of the day go on", f"{watch.grown('hkex', 'applied')} applied")


def hkex_null_values(feeds, report):
    """A null in an Int64 leaves the rest of its message usable (OMD-C 3.1.1)."""
    nulls = {"kind": "null_turnover", "venue": "hkex", "begin": "14:01:00", "end": "14:03:00",
             "ask": "send statistics with a null turnover"}
    with feeds.session([nulls]) as watch:
        watch.until(feeds.ended(), 600)
        report.check(watch.grown("hkex", "applied") > 0 and watch.grown("hkex", "rejected") == 0
                     and watch.grown("hkex", "malformed") == 0, "prices without a turnover are applied",
                     f"{watch.grown('hkex', 'applied')} applied, {watch.grown('hkex', 'rejected')} rejected")


def hkex_senders(feeds, report):
    """A configuration that takes packets from any host of a network draws a warning before it starts (OMD-C 2.1.2)."""
    for config, warned, case in feeds.configurations():
        checked = harness.run("serve", "--config", config, "--check", check=0).stderr
        named = f"warning: {config}:0:hkex.sources: empty on interface" in checked
        report.check(named == warned, f"{case}: {'a' if warned else 'no'} warning", f"{checked.count('warning')} in all")


HEADINGS = {
    "hkex_lost_tail": hkex_lost_tail,
    "hkex_retransmission": hkex_retransmission,
    "hkex_disaster_recovery": hkex_disaster_recovery,
    "hkex_other_date": hkex_other_date,
    "hkex_null_values": hkex_null_values,
    "hkex_senders": hkex_senders,
}
