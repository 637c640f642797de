"""What `quotable` promises (METHODOLOGY 4, 5 and 8), on mornings that are disturbed from a seed: channels
that fall behind, packets of Hong Kong that are lost on both lines, wrong prices of Shanghai.

What was wrong is known from the packets alone: nothing here asks the server for its view.
"""
import bisect
import collections
import itertools
import json
import random
import unittest

import harness
import capture  # from tools, which the harness puts in the path
import recompute  # from deploy, which the harness puts in the path
import settings as site

from test_late_data import JUDGED, MAX_LAG_S, SECOND, at

SEEDS = range(1, 5)
DAY = {"begin": "09:10:00", "end": "10:40:00", "ticks_per_second": 0.1, "refresh": "30s",
       "refresh_round": "20s", "halts": 0.0, "empty_auctions": 0.0}
BEGIN, END = at("09:36:00"), at("10:30:00")
STEP = SECOND // 4
WINDOW = 5 * SECOND  # of which the smallest difference counts
PATIENCE = 5 * SECOND  # so long a level may be quotable though a channel lags
DRIFT = 1e-4
PENDING = 0.0020  # of a level
WEIGHT = 0.0020  # below it a member ends nothing
# Factors. The collar is 25 %: none of these is inside it, and one price alone is never believed.
WRONG = (10, 0.1, 1.5, 0.6, 1.3, 1.9)
SUFFIXES = {"sse": "SH", "szse": "SZ", "hkex": "HK"}
# Hong Kong's messages whose first field is a security's code, and those that end a round.
ABOUT_A_SECURITY, REFRESH_COMPLETE = {40, 60, 62}, 203


class Lateness:
    """How late each message of one venue is: up in a ramp, on a plateau, and back at once."""

    def __init__(self, source):
        self.begin = source.randrange(BEGIN, END - 15 * 60 * SECOND)
        self.slope = source.choice([0.02, 0.1, 0.5, 1.0])
        self.most = source.choice([2, 6, 12, 25]) * SECOND
        self.end = self.begin + int(self.most / self.slope) + source.randrange(20, 200) * SECOND

    def __call__(self, time_ns):
        late = int((time_ns - self.begin) * self.slope)
        return min(late, self.most) if self.begin <= time_ns < self.end else 0


class Basket:
    """An index by its members' values at the reference prices, in its own currency."""

    def __init__(self, code):
        definition = recompute.Basket(harness.ROOT / "deploy" / "indices" / f"{code}.toml")
        values = {}
        for symbol, (shares, currency) in definition.members.items():
            rate = definition.rates[definition.series[currency]] \
                if currency != definition.currency else 1
            values[symbol] = float(definition.prices[symbol] * shares * rate)
        total = sum(values.values())
        self.weights = {symbol: value / total for symbol, value in values.items()}

    def weight_of_venue(self, venue):
        return sum(weight for symbol, weight in self.weights.items()
                   if symbol.endswith(SUFFIXES[venue]))


class Received:
    """What the packets say, in the order of their arrival."""

    def __init__(self, frames, ports):
        """`ports`: {port: (venue, channel)}; Hong Kong's channels are numbers, and negative where it
        is their refresh."""
        self.stamps = collections.defaultdict(list)  # (venue, channel): [(received, stamp)]
        self.unheard = collections.defaultdict(list)  # symbol: [(from, to)]
        self._numbers, self._pending = {}, {}  # by channel of Hong Kong
        self._codes = collections.defaultdict(set)
        for frame in sorted(frames, key=lambda f: f.time_ns):
            venue, channel = ports.get(frame.destination[1]) or ports.get(frame.source[1]) \
                or (None, None)
            if venue == "hkex":
                self._hong_kong(frame, channel)
            elif venue and frame.source[1] in ports:
                self._mainland(frame, venue)
        for channel, waiting in self._pending.items():
            for symbol, since in waiting.items():
                self.unheard[symbol].append((since, END))

    def _mainland(self, frame, venue):
        if venue == "sse":
            stamps = [m.sending_time for m in capture.shanghai_messages(frame.payload)
                      if m.kind == b"M102"]
        else:
            stamps = [int.from_bytes(body[:8], "big")
                      for kind, body in capture.shenzhen_messages(frame.payload)
                      if kind in (300111, 306311, 309011, 309111)]
        self.stamps[venue, 0] += [(frame.time_ns, capture.nanoseconds(stamp)) for stamp in stamps]

    def _hong_kong(self, frame, channel):
        _, count, number, stamp = capture.HONG_KONG.unpack_from(frame.payload)
        waiting = self._pending.setdefault(abs(channel), {})
        if channel > 0:
            self.stamps["hkex", channel].append((frame.time_ns, stamp))
            expected = self._numbers.get(channel, number)
            if count and number > expected:
                for code in self._codes[channel]:
                    waiting.setdefault(code, frame.time_ns)
            if count:
                self._numbers[channel] = max(expected, number + count)
        for kind, body in capture.hong_kong_messages(frame.payload):
            if kind in ABOUT_A_SECURITY:
                code = int.from_bytes(body[:4], "little")
                if channel > 0:
                    self._codes[channel].add(code)
                self._heard(waiting, code, frame.time_ns)
            elif kind == REFRESH_COMPLETE:
                for code in list(waiting):
                    self._heard(waiting, code, frame.time_ns)

    def _heard(self, waiting, code, time_ns):
        since = waiting.pop(code, None)
        if since is not None:
            self.unheard[f"{code:05}.HK"].append((since, time_ns))

    def exceeds(self):
        """{venue: [whether on each step of the grid a channel has lagged beyond its limit for longer
        than a level may be quotable]}."""
        result = {}
        for (venue, _), stamps in self.stamps.items():
            beyond = [False] * ((END - BEGIN) // STEP + 1)
            since, lag, recent, place = None, 0, collections.deque(), 0
            for step, now in enumerate(range(BEGIN, END + 1, STEP)):
                while place < len(stamps) and stamps[place][0] <= now:
                    received, stamp = stamps[place]
                    recent.append((received, received - stamp))
                    place += 1
                while recent and recent[0][0] <= now - WINDOW:
                    recent.popleft()
                if recent:
                    lag = min(late for _, late in recent) - (now - at("09:30:00")) * DRIFT
                if lag <= MAX_LAG_S[venue] * SECOND:
                    since = None
                elif since is None:
                    since = now
                beyond[step] = since is not None and now - since > PATIENCE
            so_far = result.get(venue, [False] * len(beyond))
            result[venue] = [a or b for a, b in zip(so_far, beyond)]
        return result


class QuotableDays(harness.Case):
    def simulate(self, name, seed, faults=()):
        path = self.folder / f"{name}.pcap"
        arguments = ["simulate", "--config", self.config, "--seed", seed, "--pcap", path]
        if faults:
            plan = self.write("faults.toml", site.dump({"fault": list(faults)}))
            arguments += ["--faults", plan]
        harness.run(*arguments, check=0)
        return capture.read(path)

    def levels(self, header, frames):
        """{index: its levels}."""
        received, output = self.folder / "received.pcap", self.folder / "levels.jsonl"
        capture.write(received, header, frames)
        harness.run("replay", "--config", self.config, received, "--output", output, check=0)
        found = collections.defaultdict(list)
        for record in harness.read_levels(output):
            if BEGIN <= int(record["receive_time"]) < END:
                found[record["code"]].append(record)
        self.assertEqual(set(found), set(harness.CODES))
        return found

    def ports(self):
        settings = site.tomllib.loads(self.config.read_text("utf-8"))
        port = lambda address: int(address.rsplit(":", 1)[1])
        ports = {port(g["address"]): (venue, 0)
                 for venue in ("sse", "szse") for g in settings[venue]["gateways"]}
        for channel in settings["hkex"]["channels"]:
            for line in ("line_a", "line_b"):
                ports[port(channel[line])] = ("hkex", channel["id"])
                ports[port(channel["refresh" + line[-2:]])] = ("hkex", -channel["id"])
        return ports

    def falsify(self, source, frames, gateways):
        """Makes some of Shanghai's prices wrong; [(from, to, symbol, factor)]: until its next price."""
        members = {symbol[:-3] for code in harness.CODES for symbol in Basket(code).weights
                   if symbol.endswith(".SH")}
        last = collections.defaultdict(list)  # code: its messages with prices, in order
        for frame in frames:
            if frame.source in gateways and BEGIN <= frame.time_ns < END:
                for message in capture.shanghai_messages(frame.payload):
                    if message.kind == b"M102" and message.security in members and message.last:
                        last[message.security].append((frame, message))
        wrong = []
        for code, messages in last.items():
            for number in range(0, len(messages) - 1, 40):
                chosen = min(number + source.randrange(30), len(messages) - 2)
                frame, message = messages[chosen]
                factor = source.choice(WRONG)
                message.last = int(message.last * factor)
                wrong.append((frame, messages[chosen + 1][0], f"{code}.SH", factor))
        self.assertGreater(len(wrong), 30)
        return wrong

    def play(self, seed):
        """(levels of the usual day, of the disturbed one, what was wrong on it)."""
        source = random.Random(seed)
        self.config = self.configure(simulator=DAY, **JUDGED)
        usual = self.levels(*self.simulate("usual", seed))
        losses = [{"kind": "burst_loss", "venue": "hkex", "amount": 3, "probability": 0.004,
                   "begin": "09:40:00", "end": "10:25:00"}]
        header, frames = self.simulate("disturbed", seed, losses)
        ports = self.ports()
        gateways = {("127.0.0.1", port) for port, (venue, _) in ports.items() if venue == "sse"}
        wrong = self.falsify(source, frames, gateways)
        for venue in MAX_LAG_S:
            # Both ends of a connection have ports; the lines of a channel are late together.
            own = {port for port, (of, _) in ports.items() if of == venue}
            capture.delay(frames, lambda f: f.source[1] in own or f.destination[1] in own,
                          Lateness(source))
        disturbed = self.levels(header, frames)
        waits = [(a.time_ns, b.time_ns, symbol, factor) for a, b, symbol, factor in wrong]
        return usual, disturbed, Received(frames, ports), waits

    def assert_late_ones_are_not_quotable(self, code, levels, exceeds):
        found = 0
        for venue, beyond in exceeds.items():
            if Basket(code).weight_of_venue(venue) < WEIGHT:
                continue
            for record in levels:
                if beyond[(int(record["receive_time"]) - BEGIN) // STEP]:
                    self.assertFalse(record["quotable"], (venue, record))
                    found += 1
        return found

    def assert_unheard_ones_are_not_quotable(self, code, levels, unheard):
        weights, found = Basket(code).weights, 0
        times = [int(record["receive_time"]) for record in levels]
        for symbol, spells in unheard.items():
            if weights.get(symbol, 0) < WEIGHT:
                continue
            for since, until in spells:
                # A packet that overtakes others is waited for a moment before it is a loss.
                first = bisect.bisect_left(times, since + SECOND // 10)
                for record in levels[first:bisect.bisect_left(times, until)]:
                    self.assertFalse(record["quotable"], (symbol, since, record))
                    found += 1
        return found

    def assert_wrong_prices_wait(self, code, levels, waits):
        basket, found = Basket(code), 0
        times = [int(record["receive_time"]) for record in levels]
        impacts = collections.defaultdict(float)
        for since, until, symbol, factor in waits:
            weight = basket.weights.get(symbol, 0)
            for place in range(bisect.bisect_right(times, since), bisect.bisect_left(times, until)):
                impacts[place] += weight * abs(factor - 1)
        for place, impact in impacts.items():
            # Prices moved since the reference, so the edge is not judged.
            if impact > 1.25 * PENDING:
                self.assertFalse(levels[place]["quotable"], (impact, levels[place]))
                found += 1
            if impact:
                self.assertIn("price_pending", levels[place]["flags"], levels[place])
        return found

    def assert_unflagged_ones_are_of_a_moment_ago(self, levels, usual, within_s):
        """No further from the usual level than that moved, step by step, in the seconds before."""
        times = [int(record["receive_time"]) for record in usual]
        values = [float(record["level"]) for record in usual]
        moved = [0, *itertools.accumulate(abs(b - a) for a, b in zip(values, values[1:]))]
        found = 0
        for record in levels:
            if record["flags"] or not record["quotable"]:
                continue
            now = int(record["receive_time"])
            place = bisect.bisect_right(times, now) - 1
            early = bisect.bisect_right(times, now - within_s * SECOND) - 1
            if early < 0:
                continue
            self.assertLessEqual(abs(float(record["level"]) - values[place]),
                                 moved[place] - moved[early] + 0.0002, record)
            found += 1
        return found

    def test_every_quotable_level_keeps_its_promises(self):
        told = collections.Counter()
        for seed in SEEDS:
            usual, disturbed, received, waits = self.play(seed)
            exceeds = received.exceeds()
            for code in harness.CODES:
                with self.subTest(seed=seed, code=code):
                    levels = disturbed[code]
                    told["late"] += self.assert_late_ones_are_not_quotable(code, levels, exceeds)
                    told["unheard"] += self.assert_unheard_ones_are_not_quotable(
                        code, levels, received.unheard)
                    told["wrong"] += self.assert_wrong_prices_wait(code, levels, waits)
                    told["unflagged"] += self.assert_unflagged_ones_are_of_a_moment_ago(
                        levels, usual[code], max(MAX_LAG_S.values()))
        print(json.dumps(told))
        for kind in ("late", "unheard", "wrong", "unflagged"):
            self.assertGreater(told[kind], 100, told)


if __name__ == "__main__":
    unittest.main()
