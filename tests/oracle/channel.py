"""States and lags of the feeds' channels, as the feeds say them (METHODOLOGY 5, Staleness)."""

DOWN, CONNECTING, LIVE, GAP, RECOVERING, STALE = range(6)  # states of a channel
LOSSY = (GAP, RECOVERING)
WHOLE_FEED = 0  # the channel that stands for all of a feed
MARKETS_MOST = 8  # a lag of another market is ignored


class Channels:
    """A channel is (feed, its number); a feed has the number of its market."""

    def __init__(self):
        self._told = {}  # channel: (state, whether each security counts by itself)
        self._lags = {}  # channel: ms, as last told

    def take(self, channel, event):
        """A state of a channel, or of a whole feed; whether each security counts by itself."""
        by_security = event.detail in LOSSY and event.value != 0
        self._told[channel] = (event.detail, by_security)
        if event.detail in (DOWN, CONNECTING):
            self._lags[channel] = 0
        return by_security

    def take_lag(self, event):
        if event.value >= 0 and event.market < MARKETS_MOST:
            self._lags[event.market, event.channel] = event.value

    def lag_ms(self, channel):
        return self._lags.get(channel, 0)

    def _told_of(self, market, channel):
        whole = self._told.get((market, WHOLE_FEED), (DOWN, False))
        return self._told.get(channel, whole)

    def state_of(self, market, channel):
        """As its feed as a whole is while it has told nothing itself."""
        return self._told_of(market, channel)[0]

    def is_current(self, market, channel, unheard):
        """Whether the data of a security on a channel is current."""
        state, by_security = self._told_of(market, channel)
        return state == LIVE or (state in LOSSY and by_security and not unheard)

    def follows(self, market, own, channel):
        """Whether what came on `own` is as `channel` is, which is the same or stands for the feed."""
        own = own or (market, WHOLE_FEED)
        return own == channel or (channel[1] == WHOLE_FEED and own not in self._told)
