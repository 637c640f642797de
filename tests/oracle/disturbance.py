"""Disturbs a journal at random: what no simulated day brings, put between its inputs."""
import random

from oracle.inputs import NO_INSTRUMENT, NO_MARKET, START, Kind
from oracle.price import PriceKind
from oracle.request import ANY_VERSION, Op

FX_FEED, CONTROL_FEED = 3, 4
CHINA_MINUTES, DAY_MINUTES = 8 * 60, 24 * 60  # of the day, from UTC's midnight and in all
SESSIONS = ((9 * 60 + 31, 11 * 60 + 29), (13 * 60 + 1, 15 * 60 + 59), (16 * 60 + 10, DAY_MINUTES))
NINES = 999_999_999_990_000


class Disturbance:
    """One run over a journal. `kinds` maps names of the methods below to their probability at an
    input; the same seed gives the same journal."""

    def __init__(self, seed, kinds, rate=92_310_000, ranks=(0,)):
        self._random = random.Random(seed)
        self._kinds = kinds
        self._rate = self._close_rate = rate  # of the first series
        self._ranks = ranks  # its sources
        self._last = {}  # instrument: its newest price input
        self._newest = START

    def run(self, inputs):
        for event in inputs:
            yield event
            self._newest = event
            if event.kind == Kind.PRICE:
                self._last[event.instrument] = event
            for name, probability in self._kinds.items():
                if self._random.random() < probability:
                    yield from getattr(self, name)()

    def _minute(self):
        """Of the China day, as far as the newest input tells."""
        return (self._newest.receive_time // (60 * 10**9) + CHINA_MINUTES) % DAY_MINUTES

    def _event(self, **values):
        """An input that comes together with the newest one."""
        return START._replace(receive_time=self._newest.receive_time, **values)

    def _price(self, factor, **values):
        """A member's newest price times a factor, as its feed would send it."""
        if not self._last:
            return
        event = self._random.choice(list(self._last.values()))
        event = event._replace(value=int(event.value * factor), **values,
                               receive_time=self._newest.receive_time)
        self._last[event.instrument] = event
        yield event

    def rate(self):
        """A rate near the newest, and never near the guard."""
        step = self._random.randint(-50_000, 50_000)
        self._rate = max(91_000_000, min(93_600_000, self._rate + step))
        yield self._event(kind=Kind.FX, feed=FX_FEED, instrument=1, value=self._rate,
                          channel=self._random.choice(self._ranks),
                          exchange_time=self._rate_time())

    def _rate_time(self):
        """None, a little ahead of the server's clock, or up to a minute before it."""
        age_s = self._random.choice([None, -2, 0, 1, 10, 29, 30, 31, 60])
        return 0 if age_s is None else self._newest.receive_time - age_s * 10**9

    def rate_in_session(self):
        """The same while Hong Kong and one more market trade, and when all have closed."""
        if any(begin <= self._minute() < end for begin, end in SESSIONS):
            yield from self.rate()

    def wild_rate(self):
        """Further from close_fx than 2 %, just at it, or no rate at all; the guard itself moves."""
        value = self._random.choice([
            0, -1, 108_331_706, self._close_rate * 102 // 100, self._close_rate * 102 // 100 + 1,
            self._close_rate * 98 // 100, self._close_rate * 98 // 100 - 1, 80_000_000])
        yield self._event(kind=Kind.FX, feed=FX_FEED, instrument=1, value=value)

    def unusable_price(self):
        for event in self._price(1):
            values = [0, -1, -event.value, NINES, event.value * 10_000]
            if event.detail == PriceKind.LAST:
                values.append(event.value * 1001)  # just beyond a thousand references, or just not
            value = self._random.choice(values)
            yield event._replace(value=value)

    def jump(self):
        """A price far away; now and then it stays there."""
        factor = self._random.choice([0.1, 0.6, 0.74, 0.76, 1.24, 1.26, 1.4, 10])
        last = [event for event in self._price(factor) if event.detail == PriceKind.LAST]
        for _ in range(self._random.choice([1, 1, 2, 3])):
            yield from last
            last = [event._replace(second=event.second + self._random.choice([0, 100]))
                    for event in last]

    def late_close(self):
        yield from self._price(self._random.choice([0.99, 1, 1.01]), detail=PriceKind.CLOSE)

    def close_after_all(self):
        """Another closing price when every market has closed."""
        if self._minute() >= SESSIONS[-1][0]:
            yield from self.late_close()

    def previous_close(self):
        yield from self._price(self._random.choice([1, 1.01]), detail=PriceKind.PREVIOUS_CLOSE)

    def limits(self):
        for event in self._price(1):
            lower, upper = self._random.choice([(0.9, 1.1), (0.8, 1.2), (0, 0), (0, 1.1), (0.9, 0)])
            yield event._replace(kind=Kind.LIMITS, detail=self._random.choice([0, 0, 0, 1]),
                                 value=int(event.value * lower), second=int(event.value * upper))

    def collar(self):
        width = self._random.choice([0, 100, 1000, 2500, 5000])
        instrument = self._random.choice([NO_INSTRUMENT, *self._last])
        market = NO_MARKET if instrument != NO_INSTRUMENT else self._random.randrange(3)
        yield self._event(kind=Kind.PRICE_COLLAR, feed=CONTROL_FEED, instrument=instrument,
                          market=market, value=width)

    def instrument_status(self):
        for event in self._price(1):
            yield event._replace(kind=Kind.INSTRUMENT_STATUS, detail=self._random.randrange(3))

    def feed_state(self):
        feed = self._random.randrange(3)
        channel = self._random.choice([0, 1] if feed < 2 else [0, 10, 20])
        yield self._event(kind=Kind.FEED_STATE, feed=feed, market=feed, channel=channel,
                          detail=self._random.randrange(6), value=self._random.randrange(2),
                          second=self._random.choice([0, 0, 1]))

    def market_phase(self):
        market = self._random.randrange(3)
        yield self._event(kind=Kind.MARKET_PHASE, feed=market, market=market,
                          exchange_time=self._newest.exchange_time,
                          detail=self._random.choice([0, 1, 1, 1, 2, 3, 4, 5, 6]))

    def quote(self):
        """Of a member's book, which may be empty on a side, locked, crossed, or no book at all."""
        for event in self._price(1):
            width = self._random.choice([0, 10_000, 20_000, 20_000, 50_000, -10_000])
            bid, ask = self._random.choice([(1, 1), (1, 1), (1, 1), (0, 1), (1, 0), (0, 0)])
            yield event._replace(kind=Kind.QUOTE, detail=self._random.choice([0, 0, 0, 0, 1]),
                                 value=event.value * bid, second=(event.value + width) * ask)

    # Operators' requests, under the version that always fits.

    def _request(self, op, target, value=0):
        yield self._event(kind=Kind.CONTROL, feed=CONTROL_FEED, detail=op, instrument=target,
                          value=value, expected_version=ANY_VERSION)

    def hold(self):
        op = self._random.choice([Op.HOLD, Op.RELEASE])
        yield from self._request(op, self._random.randrange(3))

    def exceptional_rule(self):
        yield from self._request(Op.EXCEPTIONAL_RULE, self._random.randrange(3),
                                 self._random.randrange(2))

    def override(self):
        for event in self._price(1):
            value = event.value * self._random.choice([99, 100, 101]) // 100
            op = self._random.choice([Op.OVERRIDE_PRICE, Op.RELEASE_PRICE])
            yield from self._request(op, event.instrument, value)

    def answer(self):
        """On what waits: a price, or a previous close that is not the reference."""
        for event in self._price(1):
            op = self._random.choice([Op.ACCEPT_PRICE, Op.REFUSE_PRICE, Op.CONFIRM_REFERENCE])
            yield from self._request(op, event.instrument)

    def rate_request(self):
        op = self._random.choice([Op.OVERRIDE_RATE, Op.RELEASE_RATE, Op.ACCEPT_RATE,
                                  Op.REFUSE_RATE])
        value = 92_400_000 + self._random.randint(0, 99_999) if op == Op.OVERRIDE_RATE else 0
        yield from self._request(op, 1, value)
