"""The core's exchange time: stamps of the feeds, and an estimate while no feed speaks.

METHODOLOGY 5: exchange time comes from the feed; a silent feed's deadlines pass all the same.
"""
import datetime

SECOND = 10**9
LEAP_NS = 1800 * SECOND  # exchange time that leaps further is believed when two inputs agree
SILENCE_NS = 60 * SECOND  # without a newer stamp: from then on exchange time follows the timers
CHINA = datetime.timezone(datetime.timedelta(hours=8))


def china_time(date, milliseconds):
    """Instant (ns) of a date YYYYMMDD and a time of day in China."""
    midnight = datetime.datetime.strptime(str(date), "%Y%m%d").replace(tzinfo=CHINA)
    return int(midnight.timestamp()) * SECOND + milliseconds * 10**6


def china_date(instant):
    """The date YYYYMMDD in China of an instant (ns)."""
    return int(datetime.datetime.fromtimestamp(instant // SECOND, CHINA).strftime("%Y%m%d"))


class ExchangeClock:
    """`time` is 0 until a day has begun."""

    def __init__(self, trade_date):
        self._trade_date = trade_date
        self.time = 0
        self._claimed = 0  # the newest exchange time of an input, believed or not
        self._stamp = self._stamp_received = 0  # the newest believed one; when it was received
        self._is_guess = True  # no feed's exchange time was believed yet

    def hear(self, stamp, received):
        """The exchange time of a venue's input."""
        if stamp <= self._newest or not self._is_believed(stamp):
            return
        self.time = stamp if self._is_guess else max(self.time, stamp)
        self._stamp, self._stamp_received, self._is_guess = stamp, received, False

    @property
    def _newest(self):
        return 0 if self._is_guess else self._stamp

    def _is_believed(self, stamp):
        confirmed = abs(stamp - self._claimed) <= LEAP_NS
        self._claimed = stamp
        return confirmed or stamp - (0 if self._is_guess else self.time) <= LEAP_NS

    def follow_timer(self, received):
        """Continues exchange time by the receive clock when no feed has spoken for a minute."""
        if self._stamp == 0:
            if self._trade_date and china_date(received) == self._trade_date:
                self._stamp = self._stamp_received = received
            return
        silence = received - self._stamp_received
        if silence >= SILENCE_NS:
            self.time = max(self.time, self._stamp + silence)
