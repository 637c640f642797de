"""Rates between currencies (METHODOLOGY 4, 6)."""
import enum

GUARD_BP = 200  # further than 2 % from the last accepted rate: an operator decides
BASIS = 10_000
MOST_TIMES = 10  # times the accepted rate, and a tenth of it: never taken from an operator
DAY_MOVE_PERCENT = 10  # most that an operator moves the rate that the day starts at


class FxMode(enum.IntEnum):
    REALTIME = 0
    FIXED = 1
    FROZEN_AT_CLOSE = 2


class Series:
    """One named series of rates, 1e-8."""

    def __init__(self, name, day_fx):
        self.name = name
        self.day_fx = day_fx  # of the definition
        self.accepted = day_fx  # the newest of its sources; before one, the day's
        self.day_rate_is_set = False  # an operator replaced the day's rate
        self.override = None  # an operator's rate
        self.pending = None  # (rate, rank, time) beyond the guard
        self.version = 0  # requests carried out on it
        self.accepted_at = None  # time of the accepted one, as its source gave it
        self.rank = None  # of the source of the accepted one, 0 the best
        self.mode, self.stale_after_ns, self.frozen_from = FxMode.REALTIME, 0, 0
        self.stale = False  # as last judged: at a timer, an accepted rate or a rule

    @property
    def rate(self):
        """In force."""
        return self.accepted if self.override is None else self.override

    @property
    def is_said(self):
        """Whether anybody has named a rate today."""
        return self.has_source or self.day_rate_is_set or self.override is not None

    @property
    def has_source(self):
        """Whether a rate of a source was ever accepted."""
        return self.accepted_at is not None

    def change_day_rate(self, day_fx):
        """Another version of a definition has another day_fx."""
        self.day_fx = day_fx
        if not self.has_source and not self.day_rate_is_set:
            self.accepted = day_fx

    def set_day_rate(self, rate):
        """An operator's rate for the start of the day: without a time and without a source."""
        self.accepted, self.day_rate_is_set = rate, True

    def set_rule(self, event):
        self.mode = FxMode(event.detail)
        self.stale_after_ns, self.frozen_from = event.value, event.second

    def follows(self, clock):
        """Whether a new rate may come in force at this exchange time."""
        if self.mode == FxMode.FIXED:
            return False
        return not (self.mode == FxMode.FROZEN_AT_CLOSE and clock >= self.frozen_from)

    def believes(self, rate):
        return abs(rate - self.accepted) * BASIS <= GUARD_BP * self.accepted

    def is_possible(self, rate):
        """Whether an operator may put a rate in force, with or without force."""
        return (rate > 0 and rate // MOST_TIMES <= self.accepted
                and self.accepted // MOST_TIMES <= rate)

    def may_start_at(self, rate):
        """Whether a rate is near enough to the definition's to start the day at."""
        return abs(rate - self.day_fx) * 100 <= self.day_fx * DAY_MOVE_PERCENT

    def is_current(self, at, now):
        """Whether a rate of this time is not too old on the receive clock."""
        return at is not None and (self.stale_after_ns == 0 or now - at <= self.stale_after_ns)

    def yields(self, rank, at, now):
        """Whether the accepted rate stays although this one arrived."""
        if not self.has_source:
            return False
        if not self.is_current(at, now):
            return at <= self.accepted_at
        return rank > self.rank and self.is_current(self.accepted_at, now)

    def take(self, event, clock, now):
        """A rate from a source; whether it was accepted."""
        if event.value <= 0 or not self.follows(clock):
            return False
        at = min(event.exchange_time or now, now)
        if self.yields(event.channel, at, now):
            return False
        if not self.believes(event.value):
            self.pending = event.value, event.channel, at
            return False
        self.accept(event.value, event.channel, at)
        self.judge(now)
        return True

    def accept(self, rate, rank, at):
        self.accepted, self.rank, self.accepted_at, self.pending = rate, rank, at, None

    def judge(self, now):
        """Whether the accepted rate is older than it may be, on the receive clock."""
        self.stale = self.mode != FxMode.FIXED and self.stale_after_ns != 0 and not self.is_current(
            self.accepted_at, now)
