"""The level guard: one member's price moves a level too far at once (METHODOLOGY 4)."""
from oracle.waiting import APART, NEAR_PERCENT, SECOND, are_apart, is_near

JUMP_PERCENT = 5  # smaller moves of a price are not its concern
LEAST_NS, MOST_NS = 10 * SECOND, 60 * SECOND


class Windows:
    """Lowest and highest accepted price of the newest second of exchange time and the one before."""

    def __init__(self):
        self.is_armed = False  # whether the next price may be compared with the ones before
        self._second = 0
        self._low = self._high = self._low_before = self._high_before = 0

    def start(self, price, time):
        """An accepted price that is not judged: nothing before it counts."""
        self._second = time // SECOND
        self._low = self._high = self._low_before = self._high_before = price
        self.is_armed = True

    def move(self, price, time, last):
        """The price from which this one jumped by more than 5 %, or None."""
        second = time // SECOND
        if second > self._second:
            if second == self._second + 1:
                self._low_before, self._high_before = self._low, self._high
            else:
                self._low_before = self._high_before = last
            self._second, self._low, self._high = second, last, last
        low, high = min(self._low, self._low_before), max(self._high, self._high_before)
        self._low, self._high = min(self._low, price), max(self._high, price)
        rise, fall = price - low, high - price
        rises, falls = rise * 100 > JUMP_PERCENT * low, fall * 100 > JUMP_PERCENT * high
        if rises and (not falls or rise >= fall):
            return low
        return high if falls else None


class Guard:
    """A price that moved a level too far at once, until it is confirmed or gone."""

    def __init__(self, event, before):
        self._event = event
        self.before = before  # the price from which it jumped
        self._repeated = self._came_back = False

    def see(self, event, currency):
        """A later accepted price; whether it is one of the two, and so no jump of its own."""
        if abs(event.value - self.before) * 100 <= NEAR_PERCENT * self.before:
            self._came_back = True
            return True
        if not is_near(event.value, self._event.value, currency):
            return False
        self._repeated |= are_apart(event, self._event, APART)
        return True

    def outcome(self, now):
        """Whether the levels under it count, once it is lifted; None while it is not."""
        age = now - self._event.receive_time
        if age < LEAST_NS:
            return None
        if self._repeated:
            return True
        return False if self._came_back or age >= MOST_NS else None


class Guards:
    """Those of a day."""

    def __init__(self, day):
        self._day = day
        self._members = {}  # because of which levels are guarded, by symbol

    def __bool__(self):
        return bool(self._members)

    def see(self, member, event, base):
        """An accepted price, and the price from which it jumped or None; whether it begins one."""
        guarded = []
        if member.guard is not None and member.guard.see(event, member.currency):
            return False
        if base is not None:
            guarded = [x for x in self._day.holders[member.symbol] if x.jumps(member, base)]
        if guarded:
            before = base if member.guard is None else member.guard.before
            member.guard = Guard(event, before)
            self._members[member.symbol] = member
            for index in guarded:
                index.begin_guard(member.symbol)
        return bool(guarded)

    def lift(self, now):
        """Ends those that time ends; the indices that they were about, in order."""
        guarded = []
        for symbol, member in list(self._members.items()):
            counts = member.guard.outcome(now)
            if counts is None:
                continue
            self._members.pop(symbol).guard = None
            for index in self._day.indices:
                if symbol in index.guards:
                    index.end_guard(symbol, counts)
                    guarded.append(index)
        return sorted(set(guarded), key=lambda index: index.number)

    def free(self, index):
        """An operator ends those of one index."""
        symbols, index.guards = index.guards, set()
        for symbol in symbols:
            if not any(symbol in other.guards for other in self._day.indices):
                self._members.pop(symbol).guard = None
