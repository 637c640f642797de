"""Headings of Shanghai's and Shenzhen's feeds: the account of `decode`, and after-hours trading."""
import json
import subprocess
import tempfile

import harness
from certification import NotPossible

CLOSES_LIMIT_S = 10.0  # from a live feed to the closing prices of every member
MAINLAND = (".SH", ".SZ")
# Fields that `decode` shows of a message without a table.
HEADER = {"MsgType", "MsgSize", "BodyLength", "SendingTime", "MsgSeqNum", "CheckSum", "UndescribedBytes"}


def account(feeds, report):
    """`decode` accounts for every message: decoded, named only, unknown or malformed, and nothing else."""
    captures = feeds.captures()
    if not captures:
        raise NotPossible("needs a capture of the feed: give --capture and --venue")
    for venue, capture in captures:
        with tempfile.TemporaryFile("w+") as output:
            subprocess.run([harness.BINARY, "decode", venue, "--json", capture], stdout=output,
                           stderr=subprocess.DEVNULL, check=True)
            output.seek(0)
            messages, fieldless, totals = 0, 0, None
            for line in map(json.loads, output):
                totals = line.get("totals", totals)
                messages += "fields" in line
                fieldless += ("fields" in line and line["name"] not in ("unknown", "Heartbeat")
                              and set(line["fields"]) <= HEADER)
        items = {name: totals[name]["items"] for name in harness.ACCOUNT}
        figures = ", ".join(f"{name} {count}" for name, count in items.items())
        report.check(messages == items["decoded"] + items["named_only"] + items["unknown_type"],
                     f"{venue}: each of {messages} messages has one outcome", figures)
        report.check(fieldless <= items["named_only"],
                     f"{venue}: no message without its fields counts as decoded",
                     f"{fieldless} without fields")
        report.check(sum(totals[name]["bytes"] for name in harness.ACCOUNT) == totals["bytes"],
                     f"{venue}: the counts add up to all bytes", f"{totals['bytes']} bytes")


def mainland_members(url):
    """Price, kind and time of each mainland member of any index, by symbol."""
    found = {}
    _, page = harness.fetch(url + "v1/indices?limit=1000")
    for index in page["indices"]:
        address, after = f"{url}v1/indices/{index['code']}/members?limit=1000", ""
        while after is not None:
            _, members = harness.fetch(address + (f"&after={after}" if after else ""))
            found.update({member["symbol"]: (member["price"], member["price_kind"], member["exchange_time"])
                          for member in members["members"] if member["symbol"].endswith(MAINLAND)})
            after = members["next"]
    return found


def after_hours(feeds, report):
    """Trading after the close, 15:05 to 15:30, changes no price of a mainland member."""
    with feeds.session(begin="15:03:00", end="15:31:00", speed=120.0) as watch:
        def closed():
            return all(kind == "close" for _, kind, _ in mainland_members(watch.url).values())
        if not watch.until(closed, CLOSES_LIMIT_S):
            raise NotPossible("needs the mainland closed: run it between 15:05 and 15:30")
        before = mainland_members(watch.url)
        watch.before = watch.now
        watch.until(feeds.ended(), 600)
        changed = {symbol for symbol, member in mainland_members(watch.url).items()
                   if member[:2] != before[symbol][:2]}
        report.check(not changed, "no price changes", f"{len(before)} members, changed: {sorted(changed)}")
        for feed in ("sse", "szse"):
            report.check(watch.grown(feed, "filtered") > 0 and watch.grown(feed, "malformed") == 0,
                         f"{feed}: messages of the session after the close arrive and are filtered",
                         f"{watch.grown(feed, 'filtered')} filtered")


HEADINGS = {"account": account, "after_hours": after_hours}
