"""Operators' requests at random: in every mode, near what needs force, near what is impossible."""
import collections

from oracle.inputs import START, Kind
from oracle.price import BOUND
from oracle.request import ANY_VERSION, Mode, Op, kind_of_target

CONTROL_FEED = 4
INDICES = 3
SECOND = 10**9
START_LEVEL = 10_000_000  # of the shipped indices, 1e-4
SERIES = 1  # number of the first one
MODES = (Mode.CAREFUL, Mode.CAREFUL, Mode.FORCE, Mode.FORCE, Mode.FORCE, Mode.PREVIEW,
         3, 256 + Mode.FORCE)  # the last two are no modes
FAR = ((7, 4), (5, 2), (13, 10))  # 1 and three times a collar of 25, 50 and 10 %
GUARDS_BP = (10, 50, 100)
HALF_DAY = 12 * 60  # minutes


def rounded_up(value, part, whole):
    return -(-value * part // whole)


def beside(value, part, whole):
    """The last values within a bound of `part / whole` of a value, and the first ones beyond."""
    up, down = value * part // whole, rounded_up(value, whole, part)
    return [up, up + 1, down, down - 1]


def around(value, distance, whole):
    """The same of values that may differ by `distance / whole`."""
    up, down = value * (whole + distance) // whole, rounded_up(value, whole - distance, whole)
    return [up, up + 1, down, down - 1]


class Operators:
    """Makes requests. `random`: of the journal's disturbance; `rate`: of the first series as its
    definitions have it; `closes`: of the indices, as far as they are known."""

    def __init__(self, random, rate, closes=()):
        self._random = random
        self._day_rate = self._last_rate = rate
        self._closes = closes or (START_LEVEL,) * INDICES
        self._references = {}  # instrument: the exchange's first previous close
        self._limits = {}  # instrument: (lower, upper)
        self._applied_most = collections.Counter()  # requests by target, as if all had applied

    def watch(self, event):
        """What values are chosen by."""
        if event.kind == Kind.LIMITS:
            self._limits[event.instrument] = event.value, event.second
        if event.kind == Kind.PRICE and event.detail == 0:
            self._references.setdefault(event.instrument, event.value)
        if event.kind == Kind.FX and event.value > 0:
            self._last_rate = event.value

    def request(self, now, op, target, **values):
        """One, now and then too late, or about a version that may have passed."""
        values.setdefault("channel", self._random.choice(MODES))
        about = kind_of_target(op), target
        most = self._applied_most[about]
        values.setdefault("expected_version", self._random.choice(
            [ANY_VERSION] * 20 + [most, most // 2]))
        values.setdefault("exchange_time", self._random.choice(
            [0] * 20 + [now, now - 1, now + SECOND]))
        self._applied_most[about] += 1
        return START._replace(receive_time=now, kind=Kind.CONTROL, feed=CONTROL_FEED, detail=op,
                              instrument=target, **values)

    # One method for each kind: `now` is the receive time, `price` a member's newest price or None.

    def hold(self, now, price):
        op = self._random.choice([Op.HOLD, Op.RELEASE])
        yield self.request(now, op, self._random.randrange(INDICES))

    def exceptional_rule(self, now, price):
        yield self.request(now, Op.EXCEPTIONAL_RULE, self._random.randrange(INDICES),
                           value=self._random.randrange(2))

    def lift_guard(self, now, price):
        yield self.request(now, Op.LIFT_GUARD, self._random.randrange(INDICES),
                           value=self._random.choice([0, 1, 1, 2]))

    def correct_close(self, now, price):
        index = self._random.randrange(INDICES)
        centre = self._random.choice([START_LEVEL, self._closes[index], self._closes[index]])
        near = [value for guard in GUARDS_BP for value in around(centre, guard, 10_000)]
        value = self._random.choice([*near, *near, centre, centre * 2, 0, -centre])
        first, last = self._random.choice([(1, 1), (1, 1), (1, 1), (1, 5), (3, 100), (1_000, 5_000),
                                           (0, 1), (2, 1), (-1, 1), (1, 1_000_000)])
        yield self.request(now, Op.CORRECT_CLOSE, index, value=value, second=first, third=last)

    def override(self, now, price):
        if price is None:
            return
        value, member = price.value, price.instrument
        reference = self._references.get(member, value)
        usual = [value * 99 // 100, value, value * 101 // 100]
        far = [edge for bound in FAR for edge in beside(value, *bound)]
        limits = [edge for limit in self._limits.get(member, ()) for edge in
                  (limit - 1, limit, limit + 1)]
        wild = [0, -1, BOUND * reference, BOUND * (reference + 1) - 1, BOUND * (reference + 1)]
        choice = self._random.choice([usual, usual, usual, far, far, limits or far, wild])
        op = self._random.choice([Op.OVERRIDE_PRICE, Op.RELEASE_PRICE])
        yield self.request(now, op, member, value=self._random.choice(choice))

    def answer(self, now, price):
        """On what waits: a price, or a previous close that is not the reference."""
        if price is not None:
            op = self._random.choice([Op.ACCEPT_PRICE, Op.REFUSE_PRICE, Op.CONFIRM_REFERENCE])
            yield self.request(now, op, price.instrument)

    def _near_rate(self):
        """Around what may be the accepted rate: the guard, ten times and a tenth."""
        centre = self._random.choice([self._last_rate, self._day_rate])
        usual = [centre, centre + self._random.randint(-99_999, 99_999)]
        guard = around(centre, 2, 100)
        wild = [0, -1, *beside(centre, 10, 1), 10 * centre + 9, 10 * centre + 10]
        return self._random.choice(self._random.choice([usual, usual, guard, guard, wild]))

    def rate_request(self, now, price):
        op = self._random.choice([Op.OVERRIDE_RATE, Op.RELEASE_RATE, Op.ACCEPT_RATE,
                                  Op.REFUSE_RATE])
        yield self.request(now, op, SERIES, value=self._near_rate())

    def day_rate(self, now, price):
        """The rate that the day starts at: mostly before noon, when it still may be."""
        minute = (now // (60 * SECOND) + 8 * 60) % (24 * 60)  # of the China day
        if minute > HALF_DAY and self._random.random() < 0.9:
            return
        tenth = around(self._day_rate, 10, 100)
        value = self._random.choice([*tenth, *(self._near_rate() for _ in range(8))])
        yield self.request(now, Op.SET_DAY_FX, SERIES, value=value)
        if abs(value - self._day_rate) * 10 <= self._day_rate and self._random.random() < 0.3:
            self._last_rate = value

    def versions(self, now, price):
        """Requests that show in a level and expect every version that a target may have."""
        target, op, value = self._random.choice([
            (self._random.randrange(INDICES), Op.EXCEPTIONAL_RULE, 1),
            (SERIES, Op.OVERRIDE_RATE, self._day_rate + self._random.randint(-9_999, 9_999)),
            *([(price.instrument, Op.OVERRIDE_PRICE, price.value + 10_000)] * 2 if price else [])])
        ends = {Op.EXCEPTIONAL_RULE: Op.EXCEPTIONAL_RULE, Op.OVERRIDE_RATE: Op.RELEASE_RATE,
                Op.OVERRIDE_PRICE: Op.RELEASE_PRICE}
        common = {"channel": Mode.FORCE, "exchange_time": 0}
        end = {**common, "expected_version": ANY_VERSION}
        yield self.request(now, ends[op], target, **end)
        about = kind_of_target(op), target
        most = self._applied_most[about]
        for version in range(most + 1):
            yield self.request(now, op, target, value=value, expected_version=version, **common)
        self._applied_most[about] = most + 2
        yield self.request(now, ends[op], target, **end)
