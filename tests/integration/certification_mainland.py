"""Headings for Shanghai's and Shenzhen's gateways and for Shenzhen's multicast."""
from harness import site

GATEWAY_FEEDS = ("sse", "szse")
FAILOVER_LIMIT_S = 30.0  # twice a heartbeat, and the wait before a connection


def identity(feeds, report):
    """Each gateway takes its own names; a lost session moves to the next gateway, and back with the next loss."""
    # The first cut strikes the gateway in use, the second one its successor.
    cuts = 2
    faults = [{"kind": "disconnect_at_byte", "venue": feed, "count": cuts, "begin": "14:00:20",
               "end": "14:03:00", "ask": f"cut the connection to the gateway of {feed} twice"}
              for feed in GATEWAY_FEEDS]
    with feeds.session(faults, end="14:05:00", speed=6.0) as watch:
        back = set()

        def all_back():
            back.update(feed for feed in GATEWAY_FEEDS if watch.grown(feed, "connects") >= cuts
                        and watch.now.state(feed) in ("live", "recovering"))
            return len(back) == len(GATEWAY_FEEDS)

        watch.until(all_back, 3 * FAILOVER_LIMIT_S)
        for feed in GATEWAY_FEEDS:
            report.check(feed in back, f"{feed}: after two cuts the third connection stands",
                         f"{watch.grown(feed, 'disconnects')} lost, "
                         f"{watch.grown(feed, 'connects')} made, now {watch.now.state(feed)}")
            refused = watch.grown(feed, "logons_unanswered") + watch.grown(feed, "logons_refused")
            report.check(refused == 0, f"{feed}: no gateway refuses the names of its own logon",
                         f"{refused} logons refused or unanswered")
        watch.until(feeds.ended(), 600)


def multicast(feeds, report):
    """Shenzhen's multicast: either form of fragments, encrypted packets, and a sender that begins again."""
    ports = site.Ports()
    lines = {f"line_{name}": f"239.255.43.{i}:{ports.take(kind=site.socket.SOCK_DGRAM)}"
             for i, name in enumerate("ab", 1)}
    sections = {"szse": {"transport": "multicast", "multicast": {
        "interface": "127.0.0.1", "channels": [{"id": 1, **lines}]}}}
    faults = [{"kind": "mddp_sample_form", "venue": "szse", "begin": "14:00:30", "end": "14:01:30",
               "ask": "let the sender write fragment fields as in the samples of MDDP"},
              {"kind": "mddp_encrypted", "venue": "szse", "begin": "14:01:30", "end": "14:02:00",
               "count": 5, "ask": "let the sender encrypt some packets"},
              {"kind": "mddp_restart", "venue": "szse", "begin": "14:02:30", "end": "14:02:31",
               "amount": 0, "ask": "restart the sender under the same SenderId"},
              {"kind": "mddp_restart", "venue": "szse", "begin": "14:03:00", "end": "14:03:01",
               "amount": 1, "ask": "restart the sender under its next SenderId"}]
    with feeds.session(faults, sections, speed=12.0) as watch:
        done = feeds.ended()
        settled = False

        def over():
            # The last good look; at the day's end the sender falls silent.
            nonlocal settled
            settled = settled or (watch.grown("szse", "restarts") > 0
                                  and watch.now.state("szse") == "live")
            return done()

        watch.until(over, 600)
        report.check(watch.grown("szse", "malformed") == 0, "no packet is malformed")
        report.check(watch.grown("szse", "fragments_sample_form") > 0,
                     "fragment fields as in the samples are read",
                     f"{watch.grown('szse', 'fragments_sample_form')} packets")
        report.check(watch.grown("szse", "encrypted_packets") > 0
                     and watch.grown("szse", "sequence_lost") > 0 and "gap" in watch.seen["szse"],
                     "encrypted packets count as lost, and the feed is in gap",
                     f"{watch.grown('szse', 'encrypted_packets')} packets, "
                     f"{watch.grown('szse', 'sequence_lost')} messages, "
                     f"seen {sorted(watch.seen['szse'])}")
        report.check(watch.grown("szse", "restarts") > 0 and settled,
                     "a sender that begins again is followed, and the feed is live again",
                     f"{watch.grown('szse', 'restarts')} restarts")


HEADINGS = {"identity": identity, "multicast": multicast}
