#!/usr/bin/env python3
"""Compares executables of the server side by side: processor time and tick-to-publish latency.

    latency_compare.py before=/path/indexcast after=build/release/bin/indexcast
    latency_compare.py old=/path/indexcast,/path/to/its/sources new=... --rounds 3

Every case runs each executable in turn, `--rounds` times, so that a drift of the machine meets all
of them alike. A server is started with the demo's configuration on free ports, observed without a
feed (idle), and then fed by its own simulator. An executable may name the source tree whose
configuration and harness belong to it; otherwise those of this script are used, without the keys
that the executable does not know.

Figures: processor time of the server for each tick (user and system, all threads), its share of one
processor while no feed is up, and the p50 and p99 of tick to publish that the server reports for
ZeroMQ and WebSocket, in microseconds, since the feed began. Read ratios within one run.
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# Name: changes of [simulator]. A tick a second of each security makes about 12 of the server's.
LOADS = {
    "1,000/s": {"ticks_per_second": 85, "snapshot_grid": "0s"},
    "20,000/s": {"ticks_per_second": 85, "speed": 20.0, "snapshot_grid": "0s"},
    # On a grid of 20 ms all securities that changed leave together, about twenty of them.
    "bursts of 20": {"ticks_per_second": 60, "snapshot_grid": "20ms"},
}
TOPOLOGIES = ("one_core", "per_feed")


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def drop_unknown_keys(binary, path):
    """Takes settings that the executable does not know out of the configuration at `path`."""
    for _ in range(20):
        check = subprocess.run([binary, "serve", "--check", "--config", path],
                               capture_output=True, text=True, check=False)
        if check.returncode == 0:
            return
        lines = path.read_text().splitlines()
        bad = {int(number) for number in re.findall(rf"(?m)^{re.escape(str(path))}:(\d+):",
                                                    check.stderr)} - {0}
        if not bad:
            break
        path.write_text("\n".join(line for number, line in enumerate(lines, 1)
                                  if number not in bad) + "\n")
    raise SystemExit(f"{binary} refuses the configuration; name its source tree:\n{check.stderr}")


def ask(ready, path):
    """The text at `path` from whichever address of the server has it."""
    for name in ("ops", "admin", "http"):
        try:
            if name in ready:
                with urllib.request.urlopen(ready[name] + path, timeout=10) as answer:
                    return answer.read().decode()
        except urllib.error.HTTPError:
            continue
    raise SystemExit(f"no address of the server has /{path}")


def applied(text):
    found = re.findall(r"(?m)^indexcast_feed_applied_total\{[^}]*\} (\S+)", text)
    return sum(float(value) for value in found)


def measure(binary, root, topology, load, seconds):
    """One run of one executable: {figure: number}."""
    sys.path[:0] = [str(root / "tests" / "integration")]
    import harness  # noqa: PLC0415  (of the executable's own source tree)
    import websocket  # noqa: PLC0415

    harness.BINARY = pathlib.Path(binary)

    class Run(harness.Case):
        def runTest(self):  # noqa: N802
            pass

    case = Run()
    case.setUp()
    try:
        simulator = {"begin": "10:00:00", "end": "11:25:00", "speed": 1.0, **LOADS[load]}
        config = case.configure(core={"topology": topology, "idle": "backoff"},
                                simulator=simulator)
        drop_unknown_keys(binary, config)
        server, ready = case.serve(config)
        ends = threading.Event()

        def follow():
            with websocket.Client(ready["http"]) as client:
                client.send({"op": "subscribe", "codes": ["995366"], "mode": "tick"})
                while not ends.is_set():
                    client.receive()

        threading.Thread(target=follow, daemon=True).start()
        pid = server.child.pid
        time.sleep(1)
        begin, at = processor_seconds(pid), time.monotonic()
        time.sleep(seconds / 2)
        idle = (processor_seconds(pid) - begin) / (time.monotonic() - at)
        feed = case.start("simulate", "simulate", "--config", config)
        time.sleep(2)
        before, begin, at = applied(ask(ready, "metrics")), processor_seconds(pid), time.monotonic()
        time.sleep(seconds)
        used, passed = processor_seconds(pid) - begin, time.monotonic() - at
        text = ask(ready, "metrics")
        status = json.loads(ask(ready, "v1/status"))
        ticks = applied(text) - before
        ends.set()
        feed.kill()
        server.kill()
        figures = {"ticks/s": round(ticks / passed),
                   "us a tick": round(used / max(ticks, 1) * 1e6, 1),
                   "idle": round(idle, 4)}
        for each in status["publishers"]:
            for name in ("p50", "p99"):
                figures[f"{each['publisher']} {name}"] = each["tick_to_publish"][f"{name}_ns"] / 1e3
        return figures
    finally:
        case.doCleanups()


def in_a_process(binary, root, topology, load, seconds):
    """measure() in a process of its own, because each executable may have its own harness."""
    done = subprocess.run([sys.executable, __file__, "--measure", binary, str(root), topology, load,
                           str(seconds)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{binary}, {topology}, {load}:\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def parse(text):
    label, _, place = text.partition("=")
    binary, _, root = place.partition(",")
    if not binary:
        raise SystemExit(f"{text}: must be LABEL=EXECUTABLE[,SOURCES]")
    return label, str(pathlib.Path(binary).resolve()), pathlib.Path(root or ROOT).resolve()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("executables", nargs="+", help="LABEL=EXECUTABLE[,SOURCES]")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--topology", choices=TOPOLOGIES, action="append")
    parser.add_argument("--load", choices=LOADS, action="append")
    options = parser.parse_args()
    executables = [parse(text) for text in options.executables]
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, backoff, medians of "
          f"{options.rounds} rounds; microseconds")
    for topology in options.topology or TOPOLOGIES:
        for load in options.load or LOADS:
            results = {label: [] for label, _, _ in executables}
            for _ in range(options.rounds):
                for label, binary, root in executables:
                    results[label].append(
                        in_a_process(binary, root, topology, load, options.seconds))
            print(f"\n{topology}, {load}")
            for label, runs in results.items():
                medians = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
                print(f"  {label:10}", "  ".join(f"{name} {value:g}"
                                                 for name, value in medians.items()), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        sys.argv, arguments = sys.argv[:1], sys.argv[2:]
        print(json.dumps(measure(arguments[0], pathlib.Path(arguments[1]), arguments[2],
                                 arguments[3], float(arguments[4]))))
    else:
        main()
