"""States of a market: what its venue says, and what time makes of it (METHODOLOGY 5)."""
from oracle.status import BREAK, CLOSED, CLOSING, HALT, PRE_OPEN, SHUT, TRADING

NEVER = 1 << 63  # later than any instant


class Market:
    def __init__(self, number, members, close_deadline_ns):
        self.number, self.members = number, members
        self._deadline_ns = close_deadline_ns
        self.phase = PRE_OPEN
        self._timetable_end = None  # exchange time
        self._began = 0
        self.closing_since = None
        self.opening_seen = False  # its venue reported N
        self.never_opened = False  # its timetable's end passed first
        self._breaks_after_auction = False

    @property
    def trades_today(self):
        return self.phase != SHUT

    @property
    def has_left_auction(self):
        return self.phase not in (PRE_OPEN, SHUT)

    @property
    def allows_prices(self):
        """The break after an auction counts, other breaks do not."""
        return (self.phase in (PRE_OPEN, TRADING, CLOSING)
                or (self.phase == BREAK and self._breaks_after_auction))

    @property
    def is_missing(self):
        """Whether it does not trade although the calendar has it trade."""
        return self.phase == HALT or (self.phase == SHUT and self.never_opened)

    def ends_at(self, instant):
        self._timetable_end = instant

    def begin(self, clock):
        """The core's first exchange time."""
        self._began = clock

    @property
    def end(self):
        """None without a timetable; whoever begins after it waits for closes as if it were now."""
        if self._timetable_end is not None and self._timetable_end < self._began:
            return self._began + self._deadline_ns
        return self._timetable_end

    def hear(self, phase, at):
        """Its venue, or the calendar, names a state."""
        self.opening_seen |= phase == PRE_OPEN
        if self.phase == SHUT and phase not in (TRADING, BREAK, HALT):
            return
        if self.phase == CLOSED and phase in (CLOSING, CLOSED):
            return
        if phase == CLOSING and self.phase != CLOSING:
            self.closing_since = at
        if phase != self.phase:
            self._breaks_after_auction = phase == BREAK and self.phase == PRE_OPEN
            self.never_opened = False
        self.phase = phase

    def complete(self):
        """C becomes F when every member's close is in."""
        if self.phase == CLOSING and all(member.close_is_in for member in self.members):
            self.phase = CLOSED

    def advance(self, clock):
        """What exchange time alone changes; whether something did."""
        before = self.phase
        if self.phase == CLOSING and clock >= self.closing_since + self._deadline_ns:
            self.phase = CLOSED
        elif self.end is not None and self.phase == PRE_OPEN and clock >= self.end:
            self.phase = SHUT
            self.never_opened = True
        elif (self.end is not None and self.phase in (TRADING, BREAK, HALT)
              and clock >= self.end + self._deadline_ns):
            self.phase = CLOSED
        return self.phase != before

    def next_deadline(self):
        """The exchange time at which `advance` will change something."""
        if self.phase == CLOSING:
            return self.closing_since + self._deadline_ns
        if self.end is None or self.phase in (CLOSED, SHUT):
            return NEVER
        return self.end + (0 if self.phase == PRE_OPEN else self._deadline_ns)
