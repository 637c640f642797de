"""Many clients at once, a tenth of them misbehaving, and whether the server keeps its promises.

    tests/soak/soak.py --seconds 600 --levels-per-second 2000 --websocket 500 --zmq 50

Ends with a table and a line PASS or FAIL for every promise; exit code 1 when one does not hold.
"""
import argparse
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.request

import promises

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# The run is cut into cycles, so that what else this machine does meets both parts of them alike: first
# without clients that misbehave, then with them.
CYCLE_S = 120
CALM_WINDOWS = 2
TROUBLED_WINDOWS = 6
COUNTED_WITHIN_S = 10
TROUBLESOME = ("bad_websocket", "bad_zmq")


class Tool:
    """One of the soak's programs: asked in lines, answers in lines of JSON."""

    def __init__(self, folder, name, **options):
        arguments = [text for key, value in options.items() if value is not None
                     for text in (f"--{key.replace('_', '-')}", str(value))]
        self.child = subprocess.Popen([folder / name, *arguments], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True, bufsize=1)

    def tell(self, line):
        self.child.stdin.write(line + "\n")

    def answer(self):
        line = self.child.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.child.args[0]} has ended: {self.child.wait()}")
        return json.loads(line)

    def ask(self, line):
        self.tell(line)
        return self.answer()

    def end(self):
        with contextlib.suppress(BrokenPipeError):
            self.child.stdin.close()
        try:
            return self.child.wait(10)
        except subprocess.TimeoutExpired:
            self.child.send_signal(signal.SIGKILL)
            return self.child.wait()

    def memory_kb(self):
        status = pathlib.Path(f"/proc/{self.child.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])


def parts_of(total):
    """{manner: how many} of the tenth that misbehaves, every manner at least once."""
    manners = ("slow", "stuck", "reconnecting", "hostile")
    tenth = max(len(manners), total // 10)
    return {manner: tenth // len(manners) + (i < tenth % len(manners))
            for i, manner in enumerate(manners)}


class Soak:
    def __init__(self, options):
        self.options = options
        self.windows = []
        self.bad = parts_of(options.websocket)
        self.slow = max(1, options.zmq // 10)
        self.stack = contextlib.ExitStack()
        self.loads = {}

    def start(self, name, program, **options):
        tool = Tool(self.options.tools, program, **options)
        self.stack.callback(tool.end)
        self.loads[name] = tool
        return tool

    def run(self):
        with self.stack:
            self.begin()
            cycles = max(1, round(self.options.seconds / CYCLE_S))
            window_s = self.options.seconds / cycles / (CALM_WINDOWS + TROUBLED_WINDOWS)
            for cycle in range(cycles):
                self.tell_troublesome("rest")
                self.watch(False, CALM_WINDOWS, window_s)
                self.tell_troublesome("resume") if cycle else self.let_misbehave()
                self.watch(True, TROUBLED_WINDOWS, window_s)
            return self.finish()

    def begin(self):
        options = self.options
        self.server = self.start("server", "soak_server", indices=options.indices,
                                 high_water_mark=options.high_water_mark,
                                 client_queue=options.client_queue,
                                 client_stall_ms=options.client_stall_ms,
                                 zmq_heartbeat_ms=options.zmq_heartbeat_ms)
        del self.loads["server"]
        self.listening = self.server.answer()
        self.start("websocket", "websocket_load", port=self.listening["http"],
                   indices=options.indices, codes=options.codes, seed=options.seed,
                   healthy=options.websocket - sum(self.bad.values())).ask("begun")
        self.start("zmq", "zmq_load", endpoint=self.listening["zmq"], indices=options.indices,
                   healthy=options.zmq - self.slow).ask("begun")
        self.server.tell(f"go {options.levels_per_second}")

    def let_misbehave(self):
        options = self.options
        self.start("bad_websocket", "websocket_load", port=self.listening["http"],
                   indices=options.indices, codes=options.codes,
                   seed=options.seed + options.websocket, **self.bad)
        self.start("bad_zmq", "zmq_load", endpoint=self.listening["zmq"], indices=options.indices,
                   slow=self.slow)

    def tell_troublesome(self, what):
        for name in TROUBLESOME:
            if name in self.loads:
                self.loads[name].tell(what)

    def mark(self):
        return {name: load.ask("mark") for name, load in self.loads.items()}

    def watch(self, troubled, count, window_s):
        self.mark()
        begin = time.monotonic()
        for number in range(1, count + 1):
            time.sleep(max(0, begin + window_s * number - time.monotonic()))
            marks = self.mark()
            source = self.server.ask("mark")
            window = promises.Window(
                troubled, marks["websocket"]["healthy"]["p99_us"], marks["zmq"]["healthy"]["p99_us"],
                self.server.memory_kb(), source["heap_kb"], os.getloadavg()[0])
            self.windows.append(window)
            self.show(window, source)

    def show(self, window, source):
        counts = self.counters()
        print(f"{time.strftime('%T')} {'with' if window.troubled else 'without'}  "
              f"websocket p99 {window.websocket_p99_us:.0f} us  zmq p99 {window.zmq_p99_us:.0f} us  "
              f"memory {window.memory_kb / 1024:.1f} MiB, in use {window.heap_kb / 1024:.1f}  load {window.loadavg:.1f}  "
              f"core late p99 {source['late_p99_us']:.0f} us  levels {source['levels']}  "
              f"clients {counts['indexcast_client_websockets']:.0f}  "
              f"skipped {counts['indexcast_client_skipped_total']:.0f}  "
              f"closed slow {counts['indexcast_client_closed_slow_total']:.0f} "
              f"fault {counts['indexcast_client_closed_fault_total']:.0f}", flush=True)

    def fetch(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.listening['http']}{path}",
                                    timeout=30) as answer:
            return answer.read().decode()

    def counters(self):
        lines = [line.rsplit(" ", 1) for line in self.fetch("/metrics").splitlines()
                 if not line.startswith("#")]
        return {name: float(value) for name, value in lines}

    def finish(self):
        end = self.server.ask("quiet")
        for load in self.loads.values():
            load.tell(f"finish {end['sequence']}")
        last = {name: load.answer() for name, load in self.loads.items()}
        announced = [count for name in ("websocket", "bad_websocket") for count in last[name]["announced"]]
        counted = self.counted_by_client(sum(announced))
        counts = self.counters()
        source = self.server.ask("mark")
        exit_code = self.server.end()
        self.table(end, source, last, counts)
        return self.verdicts(last, announced, counted, counts, exit_code)

    def table(self, end, source, last, counts):
        print(f"\n{end['levels']} levels of {self.options.indices} indices, core "
              f"{source['core_s']:.1f} s and other threads {source['others_s']:.1f} s of the processor")
        print("clients                connections  refused   closed      levels     skipped      lost"
              "      bytes")
        for name, answer in last.items():
            for manner in ("healthy", "slow", "stuck", "reconnecting", "hostile"):
                tally = answer.get(manner)
                if tally and tally["connections"] + tally["refused"]:
                    print(f"{name + ' ' + manner:24}{tally['connections']:10}{tally['refused']:9}"
                          f"{tally['closed']:9}{tally['levels']:12}{tally['skipped']:12}"
                          f"{tally['lost']:10}{tally['bytes']:11}")
        for name in ("accepted", "refused", "frames_sent", "conflated", "skipped", "bad_commands",
                     "closed_fault", "closed_slow"):
            value = counts.get(f"indexcast_client_{name}_total")
            if value is not None:
                print(f"server: {name} {value:.0f}")
        print()

    def counted_by_client(self, expected):
        """The server shows a client's count some milliseconds after the client has read of it."""
        deadline = time.monotonic() + COUNTED_WITHIN_S
        while True:
            clients = json.loads(self.fetch("/v1/clients?limit=1000"))["clients"]
            counted = [client["skipped"] for client in clients if client["subprotocol"]]
            if sum(counted) == expected or time.monotonic() > deadline:
                return counted

    def verdicts(self, last, announced, counted, counts, exit_code):
        good, bad = last["websocket"], last["bad_websocket"]
        others = {manner: tally for manner, tally in bad.items() if manner in self.bad}
        subscribers = last["zmq"]["subscribers"] + last["bad_zmq"]["subscribers"]
        verdicts = [
            promises.healthy_have_all("WebSocket clients", good["healthy"], good["behind"]),
            promises.healthy_have_all("ZeroMQ subscribers", last["zmq"]["healthy"],
                                      int(not last["zmq"]["told"])),
            promises.conflation_is_announced(others, bad["behind"]),
            promises.conflation_is_counted(
                announced, counted,
                sum(tally["skipped"] for tally in others.values()),
                int(counts["indexcast_client_skipped_total"])),
            promises.slow_stay(bad["slow"]),
            promises.stuck_are_closed(self.bad["stuck"],
                                      int(counts["indexcast_client_closed_slow_total"])),
            promises.losses_are_detected(subscribers, self.slow,
                                         last["zmq"]["told"] and last["bad_zmq"]["told"]),
            promises.Verdict("the server lives", exit_code == 0, f"exit code {exit_code}"),
        ]
        if not self.options.no_pace:
            verdicts += [
                *promises.memory_is_flat(self.windows),
                promises.p99_is_unmoved("WebSocket clients", self.windows, "websocket_p99_us"),
                promises.p99_is_unmoved("ZeroMQ subscribers", self.windows, "zmq_p99_us")]
        return verdicts


def options_of(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--levels-per-second", type=int, default=2000)
    parser.add_argument("--websocket", type=int, default=500, help="clients, a tenth misbehaving")
    parser.add_argument("--zmq", type=int, default=50, help="subscribers, a tenth slow")
    parser.add_argument("--indices", type=int, default=100)
    parser.add_argument("--codes", type=int, default=2, help="indices that a client follows; the slow and the stuck follow all")
    parser.add_argument("--high-water-mark", type=int, help="of a subscriber; default: the server's")
    parser.add_argument("--client-queue", type=int, help="frames; default: the server's")
    parser.add_argument("--client-stall-ms", type=int, help="default: the server's")
    parser.add_argument("--zmq-heartbeat-ms", type=int, help="default: the server's")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--no-pace", action="store_true",
                        help="hold completeness only, neither memory nor latency")
    parser.add_argument("--tools", type=pathlib.Path, default=ROOT / "build/release/tests/soak",
                        help="the folder of the programs")
    return parser.parse_args(arguments)


def main(arguments):
    options = options_of(arguments)
    print(f"seed {options.seed}", flush=True)
    verdicts = Soak(options).run()
    print(*verdicts, sep="\n")
    return 0 if all(verdict.holds for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
