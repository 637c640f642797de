#!/usr/bin/python3
"""The demo's closing summary, from what it recorded.

    demo_summary.py follow FOLDER HTTP   print the newest levels once a second, until stopped
    demo_summary.py states FOLDER HTTP   keep the feeds' states, while the exchanges still speak
    demo_summary.py drain FOLDER HTTP    wait until nothing moves any more, keep the counters
    demo_summary.py summary FOLDER       print the summary; exit 0 only if all is well
"""
import collections
import json
import pathlib
import re
import sys
import time
import tomllib
import urllib.request

import recompute

# What a replay cannot and need not reproduce: when the server ran, and how fast it was.
TIMES = ("epoch", "calculation_time", "publish_time")
DRAIN_LIMIT_S = 20
FEED_COUNTERS = ("applied", "duplicate", "gaps", "sequence_recovered", "sequence_lost",
                 "kernel_drops", "malformed")


def fetch(http, path):
    with urllib.request.urlopen(http.rstrip("/") + path, timeout=10) as answer:
        return answer.read().decode()


def metrics_of(text):
    """{name: {first label's value, or "": number}} of a Prometheus exposition."""
    table = collections.defaultdict(dict)
    for line in text.splitlines():
        found = re.match(r'(\w+)(?:\{\w+="([^"]*)"[^}]*\})? (\S+)$', line)
        if found:
            table[found[1]][found[2] or ""] = float(found[3])
    return table


def states_of(text):
    """{feed: state in force} of a Prometheus exposition."""
    return dict(re.findall(r'indexcast_feed_state\{feed="(\w+)",state="(\w+)"\} 1$', text,
                           re.MULTILINE))


def follow(http):
    """For output that is no terminal: one line a second."""
    while True:
        levels = [index["level"] for index in json.loads(fetch(http, "/v1/indices"))["indices"]]
        print("  ".join(f"{level['code']} {level['level']} {level['status']}"
                        for level in levels if level), flush=True)
        time.sleep(1)


def drain(folder, http):
    """Returns when the core and the recording stand still for half a second."""
    recording = folder / "levels.jsonl"
    deadline = time.monotonic() + DRAIN_LIMIT_S
    last, still = None, 0
    while time.monotonic() < deadline and still < 5:
        text = fetch(http, "/metrics")
        now = (metrics_of(text)["indexcast_core_levels_published_total"][""], count_levels(recording))
        still = still + 1 if now == last else 0
        last = now
        time.sleep(0.1)
    (folder / "metrics.txt").write_text(text, encoding="utf-8")
    return 0


def count_levels(path):
    with open(path, encoding="utf-8") as lines:
        return sum('"code":' in line for line in lines)


def read_levels(path):
    levels = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line) if line.endswith("\n") else {}
            if "level" in record:
                levels.append(record)
    return levels


def without_times(record):
    return {key: value for key, value in record.items() if key not in TIMES}


def compare(published, replayed):
    """Published levels that the replay does not have, or has otherwise."""
    by_key = {(r["code"], r["index_sequence"]): without_times(r) for r in replayed}
    return [r for r in published
            if by_key.get((r["code"], r["index_sequence"])) != without_times(r)]


def percentile(values, share):
    return values[min(len(values) - 1, int(len(values) * share))] if values else 0


class Summary:
    """Prints one line per finding and remembers what was not well."""

    def __init__(self):
        self.complaints = []

    def line(self, text):
        print("  " + text)

    def check(self, good, complaint):
        if not good:
            self.complaints.append(complaint)

    def indices(self, codes, published):
        print("\nindices")
        for code in codes:
            levels = [r for r in published if r["code"] == code]
            values = {r["level"] for r in levels}
            last = levels[-1] if levels else None
            self.line(f"{code}  {len(levels):7} levels  last {last['level'] if last else '-'}"
                      f"  {last['status'] if last else ''}  {len(values)} values")
            self.check(len(values) > 1, f"{code} did not move")
            if levels:
                missed = int(last["index_sequence"]) - int(levels[0]["index_sequence"]) + 1
                missed -= len(levels)
                self.check(missed == 0, f"{code}: the recording misses {missed} levels")

    def feeds(self, states, text, simulated):
        print("\nfeeds")
        table = metrics_of(text)
        for feed, state in states.items():
            count = {name: int(table[f"indexcast_feed_{name}_total"][feed])
                     for name in FEED_COUNTERS}
            self.line(f"{feed:5} {state:10} " +
                      "  ".join(f"{name} {value}" for name, value in count.items()))
            self.check(state == "live", f"{feed} is {state}")
            self.check(count["applied"] > 0, f"{feed} brought nothing")
            for name in ("sequence_lost", "kernel_drops", "malformed"):
                self.check(count[name] == 0, f"{feed}: {name} {count[name]}")
        self.check(len(states) == 3, "a feed is missing")
        packets = simulated["packets"]
        self.line(f"the simulator lost {packets['lost_a']} packets on line A and "
                  f"{packets['lost_b']} on line B of hkex, none on both")

    def latency(self, published):
        print("\ntick to publish, from the receipt of the input to the hand-over of the level")
        spans = sorted(int(r["publish_time"]) - int(r["receive_time"]) for r in published
                       if r["cause"] in ("price", "fx") and int(r["receive_time"]) > 0)
        self.line("  ".join(f"p{share * 100:g} {percentile(spans, share) / 1000:.1f} us"
                            for share in (0.5, 0.9, 0.99, 0.999)) + f"  of {len(spans)}")

    def levels(self, baskets, published, replayed):
        print("\nrecomputation")
        different = compare(published, replayed)
        self.line(f"{len(published)} published levels against a replay of the journal: "
                  f"{len(different)} differ")
        for record in different[:5]:
            self.line("  differs: " + json.dumps(record, ensure_ascii=False))
        self.check(not different, f"{len(different)} levels differ from the replay")
        wrong = recompute.check(baskets, replayed)
        self.line(f"{len(replayed)} replayed levels against definitions and prices: "
                  f"{len(wrong)} wrong")
        for record, expected in wrong[:5]:
            self.line(f"  wrong: {record['code']} {record['index_sequence']} is {record['level']},"
                      f" expected {expected}")
        self.check(not wrong, f"{len(wrong)} levels are wrong")


def summarise(folder):
    settings = tomllib.loads((folder / "indexcast.toml").read_text(encoding="utf-8"))
    baskets = {b.code: b for b in map(recompute.Basket, settings["definitions"])}
    published = read_levels(folder / "levels.jsonl")
    replayed = read_levels(folder / "replay.jsonl")
    summary = Summary()
    summary.indices(sorted(baskets), published)
    summary.feeds(json.loads((folder / "states.json").read_text(encoding="utf-8")),
                  (folder / "metrics.txt").read_text(encoding="utf-8"),
                  json.loads((folder / "simulated.json").read_text(encoding="utf-8")))
    summary.latency(published)
    summary.levels(baskets, published, replayed)
    print()
    for complaint in summary.complaints:
        print("NOT WELL: " + complaint)
    if not summary.complaints:
        print("all indices moved, no input was lost, no level was wrong")
    return 1 if summary.complaints else 0


def main(arguments):
    match arguments:
        case ["follow", _, http]:
            return follow(http)
        case ["states", folder, http]:
            states = json.dumps(states_of(fetch(http, "/metrics")))
            (pathlib.Path(folder) / "states.json").write_text(states, encoding="utf-8")
            return 0
        case ["drain", folder, http]:
            return drain(pathlib.Path(folder), http)
        case ["summary", folder]:
            return summarise(pathlib.Path(folder))
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
