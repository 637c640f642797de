"""Open, high, low and close of an index (METHODOLOGY 5). 0 is "none yet"."""


class Statistic:
    def __init__(self):
        self.open = self.high = self.low = self.close = 0

    def see(self, level, may_open, counts, closes):
        """A level that is being published. `counts`: neither held nor recovering."""
        if may_open and not self.open:
            # Whatever its flags: a low above the open would be no low.
            self.open = self.high = self.low = level
        if self.open and counts:
            self.high = max(self.high, level)
            self.low = min(self.low, level)
        if closes:
            self.close = level
