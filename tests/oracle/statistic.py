"""Open, high, low and close of an index (METHODOLOGY 5). 0 is "none yet"."""


class Statistic:
    def __init__(self):
        self.open = self.high = self.low = self.close = 0
        self.aside = None  # (low, high) of the levels under a level guard
        self.restated = False  # high or low moved without a level

    def see(self, level, may_open, counts, closes, guarded):
        """A level that is being published. `counts`: neither held nor recovering."""
        if may_open and not self.open:
            # Whatever its flags: a low above the open would be no low.
            self.open = self.high = self.low = level
        if self.open and counts and guarded:
            low, high = self.aside or (level, level)
            self.aside = min(low, level), max(high, level)
        elif self.open and counts:
            self.high = max(self.high, level)
            self.low = min(self.low, level)
        if closes:
            self.close = level

    def take_aside_in(self):
        """What a level guard kept aside counts after all."""
        if self.aside is None:
            return
        before = self.low, self.high
        self.low, self.high = min(self.low, self.aside[0]), max(self.high, self.aside[1])
        self.restated |= before != (self.low, self.high)
        self.aside = None
