"""A price that waits, and the messages that confirm it (METHODOLOGY 4, input control)."""

SECOND = 10**9
APART = SECOND  # between two witnesses, by exchange time and by receive time
NEAR_PERCENT, NEAR_STEPS = 2, 2  # of the latest waiting price, the wider


def price_step(price, currency):
    """1e-6."""
    if currency == "HKD" and price < 250_000:
        return 1_000
    if currency == "HKD" and price < 500_000:
        return 5_000
    return 10_000


def is_near(price, other, currency):
    """Whether `price` lies within 2 % or two price steps of `other`."""
    distance = abs(price - other)
    return (distance * 100 <= NEAR_PERCENT * other
            or distance <= NEAR_STEPS * price_step(other, currency))


def are_apart(event, earlier, span_ns):
    """Whether both clocks show at least this much time between two messages."""
    return (event.exchange_time - earlier.exchange_time >= span_ns
            and event.receive_time - earlier.receive_time >= span_ns)


class Run:
    """Messages of which each is counted at least a second after the one counted before."""

    def __init__(self, event):
        self.first = self.last = event
        self.count = 1

    def counts(self, event):
        """Adds a message, unless it came too early; whether it did."""
        if not are_apart(event, self.last, APART):
            return False
        self.last = event
        self.count += 1
        return True

    def has(self, count, span_ns):
        return self.count >= count and are_apart(self.last, self.first, span_ns)


class Waiting:
    """A price that is kept back until later messages confirm it; one of a member at a time."""

    def __init__(self, event, centre):
        self.side = event.value > centre
        self.same_side = Run(event)
        self._restart(event)

    def _restart(self, event):
        self.latest = event
        self.witnesses = Run(event)
        self.waited_ns, self.counted_to = 0, event.receive_time

    def count_up(self, now, is_live):
        """Time in which a better price could have come."""
        self.waited_ns += (now - self.counted_to) * is_live
        self.counted_to = now

    def enter(self, event, centre, currency):
        """Makes it the latest; (near the latest before, a witness, counted on its side)."""
        near = is_near(event.value, self.latest.value, currency)
        witness = near and self.witnesses.counts(event)
        if not near:
            self._restart(event)
        self.latest = event
        if (event.value > centre) == self.side:
            return near, witness, self.same_side.counts(event)
        self.side, self.same_side = not self.side, Run(event)
        return near, witness, True
