"""What the soak promises, held against what it measured: one Verdict a promise."""
import dataclasses
import itertools
import statistics

# The server's memory, of the last cycle against an earlier one.
MEMORY_GROWTH = 0.02
MEMORY_GROWTH_KB = 2048
# The p99 of healthy clients beside clients that misbehave, against the p99 without them: medians over
# the windows of each phase, because a shared machine has bad seconds of its own.
P99_GROWTH = 0.25
P99_GROWTH_US = 500


@dataclasses.dataclass(frozen=True)
class Verdict:
    promise: str
    holds: bool
    figures: str

    def __str__(self):
        return f"{'PASS' if self.holds else 'FAIL'}  {self.promise}: {self.figures}"


@dataclasses.dataclass(frozen=True)
class Window:
    """Some seconds of the run."""
    troubled: bool  # with those that misbehave
    websocket_p99_us: float
    zmq_p99_us: float
    memory_kb: int  # resident
    heap_kb: int  # allocated and in use
    loadavg: float


def healthy_have_all(name, tally, incomplete):
    """Of WebSocket clients or of subscribers: every level once, in order, and to the last."""
    wrong = {key: tally[key] for key in ("lost", "skipped", "stray", "closed") if tally[key]}
    return Verdict(f"healthy {name} lose nothing", tally["levels"] > 0 and not wrong and not incomplete,
                   f"{tally['levels']} levels, lost {tally['lost']}, left out {tally['skipped']}, "
                   f"out of order {tally['stray']}, closed {tally['closed']}, "
                   f"incomplete at the end {incomplete}")


def conflation_is_announced(tallies, incomplete):
    """Of every client that fell behind: what it was not sent was named to it."""
    lost = sum(tally["lost"] + tally["stray"] for tally in tallies.values())
    skipped = sum(tally["skipped"] for tally in tallies.values())
    return Verdict("every conflation is announced", skipped > 0 and lost == 0 and not incomplete,
                   f"{skipped} levels left out and named, lost or out of order {lost}, "
                   f"incomplete at the end {incomplete}")


def conflation_is_counted(announced, counted, announced_total, counted_total):
    """Client by client: what the server counts is what it announced. In total it counts more: a
    client that is gone never read the last of it."""
    same = sorted(announced) == sorted(counted)
    return Verdict("every conflation is counted",
                   same and sum(counted) > 0 and counted_total >= announced_total,
                   f"{sum(counted)} counted and {sum(announced)} announced over the "
                   f"{len(counted)} connections that stayed to the end, client by client "
                   f"{'the same' if same else 'not the same'}; ever {counted_total} and "
                   f"{announced_total}")


def slow_stay(tally):
    """Who takes little takes something."""
    return Verdict("slow clients stay connected", tally["closed"] == 0,
                   f"{tally['connections']} connections, {tally['closed']} closed")


def stuck_are_closed(stuck, closed):
    return Verdict("stuck clients are closed", closed >= stuck > 0,
                   f"{stuck} at a time, {closed} closed for lack of progress")


def losses_are_detected(subscribers, slow, told):
    """Of every subscriber: published is received, announced or detected; `slow` of them, the last
    ones, did lose something, or nothing was tried."""
    wrong = sum(each["published"] != each["received"] + each["skipped"] + each["lost"]
                for each in subscribers)
    losing = sum(each["lost"] > 0 for each in subscribers[len(subscribers) - slow:])
    missing = sum(each["published"] - each["received"] - each["skipped"] for each in subscribers)
    return Verdict("every ZeroMQ loss is detected by who had it",
                   told and wrong == 0 and losing == slow > 0,
                   f"{missing} levels did not arrive, {sum(e['lost'] for e in subscribers)} "
                   f"detected, subscribers whose count differs {wrong}, {losing} of {slow} slow ones "
                   f"had losses")


def memory_is_flat(windows):
    """Cycle against cycle, because queues fill and are freed in each. What is in use: the second and
    the last. What is resident: the middle and the last, because the allocator keeps what it once had,
    and has its most only after several times."""
    cycles = [list(group) for troubled, group in
              itertools.groupby(windows, lambda window: window.troubled) if troubled]
    return [flat("allocated memory", "heap_kb", cycles, 1),
            flat("resident memory", "memory_kb", cycles, len(cycles) // 2)]


def flat(name, key, cycles, from_cycle):
    medians = [statistics.median(getattr(window, key) for window in cycle) for cycle in cycles]
    limit = medians[min(from_cycle, len(medians) - 1)] * (1 + MEMORY_GROWTH) + MEMORY_GROWTH_KB
    return Verdict(f"{name} is flat", len(cycles) > 2 and medians[-1] <= limit,
                   f"{', '.join(f'{kb / 1024:.1f}' for kb in medians)} MiB, medians of each cycle's "
                   f"troubled windows; three cycles at least are needed")


def p99_is_unmoved(name, windows, key):
    calm = [getattr(window, key) for window in windows if not window.troubled]
    troubled = [getattr(window, key) for window in windows if window.troubled]
    before, after = statistics.median(calm), statistics.median(troubled)
    return Verdict(f"p99 of healthy {name} is unmoved",
                   after <= before * (1 + P99_GROWTH) + P99_GROWTH_US,
                   f"{before:.0f} us without and {after:.0f} us with those that misbehave (medians of "
                   f"{len(calm)} and {len(troubled)} windows; worst {max(calm):.0f} and "
                   f"{max(troubled):.0f})")
