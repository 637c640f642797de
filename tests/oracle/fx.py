"""Rates between currencies (METHODOLOGY 4, 6)."""
import enum

GUARD_BP = 200  # further than 2 % from the day's close_fx: an operator decides
BASIS = 10_000


class FxMode(enum.IntEnum):
    REALTIME = 0
    FIXED = 1
    FROZEN_AT_CLOSE = 2


class Series:
    """One named series of rates, 1e-8."""

    def __init__(self, name, close):
        self.name, self.close = name, close
        self.accepted = close  # the newest of its sources
        self.override = self.pending = None  # an operator's rate; one beyond the guard
        self.version = 0  # requests carried out on it
        self.heard_at = {}  # rank of a source, 0 the best: when it spoke, receive clock
        self.mode, self.stale_after_ns, self.frozen_from = FxMode.REALTIME, 0, 0
        self.stale = False  # as last judged: at a timer, a rate or a rule

    @property
    def rate(self):
        """In force."""
        return self.accepted if self.override is None else self.override

    @property
    def is_said(self):
        """Whether anybody has named a rate today."""
        return bool(self.heard_at) or self.rate != self.close

    def change_close(self, close):
        """Another version of a definition has another close_fx."""
        if not self.is_said:
            self.accepted = close
        self.close = close

    def set_rule(self, event):
        self.mode = FxMode(event.detail)
        self.stale_after_ns, self.frozen_from = event.value, event.second

    def follows(self, clock):
        """Whether a new rate may come in force at this exchange time."""
        if self.mode == FxMode.FIXED:
            return False
        return not (self.mode == FxMode.FROZEN_AT_CLOSE and clock >= self.frozen_from)

    def believes(self, rate):
        return abs(rate - self.close) * BASIS <= GUARD_BP * self.close

    def is_current(self, rank, now):
        """Whether a source spoke, and not too long ago."""
        at = self.heard_at.get(rank)
        return at is not None and (self.stale_after_ns == 0 or now - at <= self.stale_after_ns)

    def take(self, event, clock, now):
        """A rate from a source; whether the rate in force changed."""
        if not self.follows(clock) or event.value <= 0:
            return False
        if not self.believes(event.value):
            self.pending = event.value
            return False
        rank = event.channel
        self.heard_at[rank] = now
        if any(self.is_current(better, now) for better in self.heard_at if better < rank):
            return False
        before = self.rate
        self.accepted, self.pending = event.value, None
        return self.rate != before

    def judge(self, now):
        """Whether every source is older than it may be, on the receive clock."""
        self.stale = (self.stale_after_ns != 0 and self.mode != FxMode.FIXED
                      and not any(self.is_current(rank, now) for rank in self.heard_at))
