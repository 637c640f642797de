"""Disturbs a journal at random: what no simulated day brings, put between its inputs."""
import heapq
import random

from oracle.channel import LIVE, LOSSY, RECOVERING, WHOLE_FEED
from oracle.inputs import NO_INSTRUMENT, NO_MARKET, START, Kind
from oracle.operators import CONTROL_FEED, Operators
from oracle.price import PriceKind
from oracle.request import Op
from oracle.status import CLOSED, CLOSING

FX_FEED = 3
VENUES = 3  # feeds 0 to 2
CHINA_MINUTES, DAY_MINUTES = 8 * 60, 24 * 60  # of the day, from UTC's midnight and in all
SESSIONS = ((9 * 60 + 31, 11 * 60 + 29), (13 * 60 + 1, 15 * 60 + 59), (16 * 60 + 10, DAY_MINUTES))
NINES = 999_999_999_990_000
SECOND = 10**9
STEP = 10_000  # price step of most shares, 1e-6
TRADING, SUSPENDED = 0, 2  # status of an instrument
# From the collar's edges, over where witnesses no longer suffice, to a misplaced decimal point.
OUTSIDE = (0.45, 0.55, 0.58, 0.6, 0.7, 0.74, 0.76, 1.24, 1.26, 1.3, 1.4, 1.6, 1.74, 1.76, 2.4, 2.6)
FAR = (0.09, 0.097, 0.1, 0.106, 0.3, 0.5, 1.8, 2.6, 3, 5, 9.4, 9.6, 10, 10.6)
# Around the open's deadline, the mainland's end and its deadline, and Hong Kong's.
ENDS = ((9 * 60 + 20, 9 * 60 + 31), (14 * 60 + 50, 15 * 60 + 22), (16 * 60, 16 * 60 + 32))
UNKNOWN = 1_000  # no instrument has this number
GAPS_S = (0, 0.4, 0.9, 0.999999999, 1, 1, 1.1, 2, 3, 5, 10)


class Disturbance:
    """One run over a journal. `kinds` maps names of the methods below and of `Operators` to their
    probability at an input; the same seed gives the same journal. A method yields inputs that come
    at once, or plans later ones. `rate`: of the first series, as its definitions have it; `closes`:
    of the indices, where operators know them."""

    def __init__(self, seed, kinds, rate=92_310_000, ranks=(0,), closes=()):
        self._random = random.Random(seed)
        self._operators = Operators(self._random, rate, closes)
        self._kinds = kinds
        self._rate = self._close_rate = rate  # of the first series
        self._ranks = ranks  # its sources
        self._last = {}  # instrument: its newest price input
        self._newest = START
        self._fed = {}  # instrument: its newest price input that was in the journal already
        self._planned = []  # heap of (receive time, number, input)
        self._plans = 0
        self._silent = {}  # instrument: until when its feed's own prices are left out
        self._nominal = set()  # instruments with nominal prices in place of last ones
        self._channels = {}  # (feed, channel) that were seen, in their order
        self._phases = {}  # market: as its venue said last
        self._stamp = 0  # the newest exchange time of a venue
        self._venues_silent = -1  # until when nothing of a venue comes

    def run(self, inputs):
        for event in self._disturbed(inputs):
            self._operators.watch(event)
            if event.feed >= VENUES or event.receive_time > self._venues_silent:
                yield event
            elif event.kind == Kind.FEED_STATE:  # the feed's own word, without a time of its venue
                yield event._replace(exchange_time=0)

    def _disturbed(self, inputs):
        for event in inputs:
            while self._planned and self._planned[0][0] < event.receive_time:
                yield heapq.heappop(self._planned)[-1]
            self._newest = event
            self._watch(event)
            if event.kind == Kind.PRICE:
                if event.detail == PriceKind.LAST and event.instrument in self._nominal:
                    event = event._replace(detail=PriceKind.NOMINAL)
                self._last[event.instrument] = self._fed[event.instrument] = event
            if event.kind != Kind.PRICE or not self._is_silent(event.instrument):
                yield event
            for name, probability in self._kinds.items():
                if self._random.random() < probability:
                    yield from self._kind(name)

    def _kind(self, name):
        """The inputs of one kind: operators' requests, or one of the methods below."""
        if not hasattr(Operators, name):
            return getattr(self, name)() or ()
        price = next(self._price(1), None)
        return getattr(self._operators, name)(self._newest.receive_time, price)

    def _watch(self, event):
        """What the kinds below need to know of the journal."""
        if event.feed >= VENUES:
            return
        self._stamp = max(self._stamp, event.exchange_time)
        if event.kind in (Kind.PRICE, Kind.FEED_STATE) and event.channel != WHOLE_FEED:
            self._channels[event.feed, event.channel] = None
        if event.kind == Kind.MARKET_PHASE:
            self._phases[event.market] = event.detail

    # Inputs that come later.

    def _is_silent(self, instrument):
        return self._newest.receive_time <= self._silent.get(instrument, -1)

    def _plan(self, delay_s, event):
        """An input of a later receive time; its other values are its own."""
        self._plans += 1
        due = self._newest.receive_time + int(delay_s * SECOND)
        heapq.heappush(self._planned, (due, self._plans, event._replace(receive_time=due)))

    def _chosen(self, *kinds):
        """The newest price input of a member whose price is of one of these kinds, in a list.

        No member twice at a time, so that its messages are not those of two stories.
        """
        free = [event for event in self._fed.values()
                if event.detail in kinds and not self._is_silent(event.instrument)]
        return [self._random.choice(free)] if free else []

    def _tell(self, event, messages, answer=True):
        """Plans prices of one member, and leaves out those of its feed meanwhile.

        `messages`: (seconds since the one before, price, further values). Exchange time may stand
        still or pass more slowly than receive time.
        """
        pace = self._random.choice([1, 1, 1, 1, 1, 0.5, 0])
        delay_s, volume = 0, event.second
        lag = event.receive_time - event.exchange_time
        for gap_s, price, values in messages:
            delay_s += gap_s
            volume += self._random.choice([0, 0, 100])
            exchange_time = self._newest.receive_time - lag + int(delay_s * pace * SECOND)
            self._plan(delay_s, event._replace(**{
                "value": int(price), "second": volume, "exchange_time": exchange_time, **values}))
        if answer and self._random.random() < 0.2:
            op = self._random.choice([Op.ACCEPT_PRICE, Op.REFUSE_PRICE])
            self._plan_request(delay_s * self._random.random(), op, event.instrument)
        after_s = self._random.choice([0, 0, 1, 12, 70])
        self._silent[event.instrument] = (self._newest.receive_time
                                          + int((delay_s + after_s) * SECOND))

    def _plan_request(self, delay_s, op, target):
        self._plan(delay_s, self._operators.request(self._newest.receive_time, op, target))

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
            self._close_rate * 98 // 100, self._close_rate * 98 // 100 - 1, 80_000_000,
            self._close_rate * 10 + 9, self._close_rate * 10 + 10, self._close_rate // 10,
            self._close_rate // 10 - 1])
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

    def early_close(self):
        """A closing price at any time of the day."""
        yield from self._price(self._random.choice([0.99, 1, 1.01]), detail=PriceKind.CLOSE)

    def close_after_all(self):
        """Another closing price when every market has closed."""
        if self._minute() >= SESSIONS[-1][0]:
            yield from self.early_close()

    def previous_close(self):
        yield from self._price(self._random.choice([1, 1.01]), detail=PriceKind.PREVIOUS_CLOSE)

    def limits(self):
        for event in self._price(1):
            lower, upper = self._random.choice([(0.9, 1.1), (0.8, 1.2), (0, 0), (0, 1.1), (0.9, 0),
                                                (1.1, 1.3), (0.7, 0.9), (0, 0.9), (1.1, 0)])
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

    # Lags of channels, refused members, the end of a market, and silence.

    def channel_time(self):
        """Of a channel on which prices come, now and then before the first; its lag, or none."""
        if not self._channels:
            return
        feed, channel = self._random.choice(list(self._channels))
        lag_ms = self._random.choice([0, self._random.randint(0, 300), self._random.randint(0, 70_000),
                                      65_535, 65_536, -1])
        ahead_ms = self._random.choice([-70_000, -2_000, 0, 0, 1, 500])
        yield self._event(kind=Kind.CHANNEL_TIME, feed=feed, channel=channel, value=lag_ms,
                          market=self._random.choice([feed] * 9 + [NO_MARKET]),
                          exchange_time=max(0, self._stamp + ahead_ms * 10**6))

    def refused(self):
        """A channel brings only prices of a member that are out of order, for some time."""
        for event in self._price(1):
            state = self._event(kind=Kind.FEED_STATE, feed=event.feed, market=event.market,
                                channel=event.channel, detail=RECOVERING,
                                instrument=self._random.choice([event.instrument] * 9 + [UNKNOWN]))
            yield state
            for _ in range(self._random.randrange(3)):
                self._plan(self._random.choice([0.1, 1, 12, 70, 600]), state._replace(
                    detail=self._random.choice([LIVE, LIVE, RECOVERING, *LOSSY])))

    def _is_near_end(self, ends):
        return any(begin <= self._minute() < end for begin, end in ends)

    def _ended(self):
        """The newest price inputs of members whose market's venue said that it is over."""
        return [event for event in self._last.values()
                if self._phases.get(event.market) in (CLOSING, CLOSED)]

    def _of_ended(self, events, **values):
        if events:
            yield self._random.choice(events)._replace(
                receive_time=self._newest.receive_time, exchange_time=self._stamp, **values)

    def no_close(self):
        """The exchange says that a member of a market that is over gets no close."""
        yield from self._of_ended(self._ended(), detail=PriceKind.CLOSE, value=0)

    def owed_close(self):
        """A member brings nothing more near a market's end; or later that it gets no close."""
        if not self._is_near_end(ENDS[1:]):
            return
        for event in self._chosen(PriceKind.LAST, PriceKind.NOMINAL):
            self._silent[event.instrument] = self._newest.receive_time + 7_200 * SECOND
            delay_s = self._random.choice([None, 1, 60, 600, 1_190, 1_210, 1_800])
            if delay_s is not None:
                stamp = event.exchange_time + int(delay_s * SECOND)
                self._plan(delay_s, event._replace(detail=PriceKind.CLOSE, value=0,
                                                   exchange_time=stamp))

    def late_close(self):
        """A changed close, or a last price, of a member of a market that is over."""
        ended = self._ended()
        closed = [event for event in ended if event.detail == PriceKind.CLOSE]
        for event in self._of_ended(closed or ended):
            factor = self._random.choice([0.6, 0.99, 1, 1, 1.01, 1.3])
            last = PriceKind.NOMINAL if event.instrument in self._nominal else PriceKind.LAST
            detail = self._random.choice([PriceKind.CLOSE, PriceKind.CLOSE, last])
            yield event._replace(detail=detail, value=int(event.value * factor),
                                 second=event.second + self._random.choice([0, 100]))

    def silence(self):
        """Nothing of any venue for minutes, around the ends of the markets."""
        if self._newest.receive_time <= self._venues_silent or not self._is_near_end(ENDS):
            return
        length_s = self._random.choice([59, 60, 61, 120, 300, 900, 1500, 2000])
        self._venues_silent = self._newest.receive_time + length_s * SECOND

    def late_feeds(self):
        """Nothing of any venue in the first minutes of a day, from its first timer on."""
        if self._venues_silent < 0 and self._newest.kind == Kind.TIMER:
            length_s = self._random.choice([30, 61, 65, 600, 2_400, 27_000])
            self._venues_silent = self._newest.receive_time + length_s * SECOND

    def quote(self):
        """Of a member's book, which may be empty on a side, locked, crossed, or no book at all."""
        for event in self._price(1):
            width = self._random.choice([0, 10_000, 20_000, 20_000, 50_000, -10_000])
            bid, ask = self._random.choice([(1, 1), (1, 1), (1, 1), (0, 1), (1, 0), (0, 0)])
            yield event._replace(kind=Kind.QUOTE, detail=self._random.choice([0, 0, 0, 0, 1]),
                                 value=event.value * bid, second=(event.value + width) * ask)

    # Prices that later ones confirm or deny, seconds and minutes afterwards.

    def _beside(self, price):
        """Near a price or just no longer: 2 % or two steps are the measure."""
        factor, steps = self._random.choice([
            (1, 0), (1, 0), (1, 0), (1, 1), (1, 2), (1, -2), (1, 3), (1.02, 0), (0.98, 0),
            (1.021, 0), (0.979, 0)])
        return price * factor + steps * STEP

    def waiting(self):
        """A price outside the collar and up to five more beside it, soon or late."""
        for event in self._chosen(PriceKind.LAST, PriceKind.NOMINAL, PriceKind.CLOSE):
            price = event.value * self._random.choice(OUTSIDE)
            messages = [(0, price, {})]
            gaps_s = self._random.choice([GAPS_S, (1, 1, 1.5, 2), (3, 4, 6), (10, 11, 15)])
            for _ in range(self._random.randrange(6)):
                price = self._beside(price)
                messages.append((self._random.choice(gaps_s), price, {}))
            if self._random.random() < 0.05:  # which outranks every later price of the day
                messages.append((1, self._beside(price), {"detail": PriceKind.CLOSE}))
            self._tell(event, messages)

    def forged_pair(self):
        """A price, the same again with more volume at the same instant, and the true one."""
        for event in self._chosen(PriceKind.LAST):
            price = event.value * self._random.choice([0.1, 0.6, 1.3, 1.4, 10])
            more = {"second": event.second + 1_000}
            self._tell(event, [(0, price, {}), (0, price, more), (0, price, more),
                               (self._random.choice([0, 1, 20]), event.value, {})], answer=False)

    def ramp(self):
        """Prices far from each other, all outside on one side; now and then one on the other."""
        for event in self._chosen(PriceKind.LAST, PriceKind.NOMINAL):
            low, high = self._random.choice([(1.27, 1.74), (1.52, 2.4), (0.58, 0.73), (0.41, 0.6)])
            gaps_s = self._random.choice([(0.5, 1, 5), (5, 7), (6, 7, 8)])
            messages = [(self._random.choice(gaps_s), event.value * self._random.uniform(low, high),
                         {}) for _ in range(self._random.choice([9, 10, 11, 14]))]
            if self._random.random() < 0.2:
                messages[len(messages) // 2] = (1, event.value / low, {})
            self._tell(event, messages)

    def far(self):
        """A price that only an operator accepts, or witnesses where the security resumed."""
        for event in self._chosen(PriceKind.LAST, PriceKind.NOMINAL):
            reason = self._random.choice(["none", "resumed", "resumed", "unlimited"])
            if reason == "resumed":
                status = event._replace(kind=Kind.INSTRUMENT_STATUS, detail=SUSPENDED)
                self._plan(0, status)
                self._plan(0.1, status._replace(detail=TRADING))
            if reason == "unlimited":
                self._plan(0, event._replace(kind=Kind.LIMITS, detail=1, value=0, second=0))
            price = event.value * self._random.choice(FAR)
            gaps_s = self._random.choice([(1, 2), (10, 14.9, 15), (15, 15.1), (15, 20)])
            messages = [(self._random.choice(gaps_s), price, {})
                        for _ in range(self._random.choice([4, 5, 6, 7]))]
            self._tell(event, messages)

    def nominal(self):
        """A member's prices are nominal ones from now on."""
        for event in self._chosen(PriceKind.LAST):
            self._nominal.add(event.instrument)

    def stated_close(self):
        """The exchange's previous close, ours or another; confirmed, and the first price late."""
        for event in self._chosen(PriceKind.PREVIOUS_CLOSE):
            factor = self._random.choice([1, 1.00001, 1.01, 1.24, 1.3, 0.74, 1.55, 0.45, 2, 1.74,
                                          1.76, 0.575, 0.57, 2.49, 2.51, 0.399])
            again = factor * self._random.choice([1, 1, 1, 1.01])
            messages = [(0, event.value * factor, {}), (self._random.choice([0, 1, 5]),
                                                        event.value * again, {})]
            bounds = self._random.choice([None, (0.9, 1.1), (0.9 * factor, 1.1 * factor)])
            if bounds is not None:
                lower, upper = (int(event.value * bound) for bound in bounds)
                self._plan(self._random.choice([0.5, 5, 15]),
                           event._replace(kind=Kind.LIMITS, detail=0, value=lower, second=upper))
            if self._random.random() < 0.6:
                self._plan_request(self._random.choice([2, 10]), Op.CONFIRM_REFERENCE,
                                   event.instrument)
            if self._random.random() < 0.5:
                last = {"detail": PriceKind.LAST}
                price = event.value * factor * self._random.choice([1, 1, 1.05, 1.3, 2])
                messages += [(self._random.choice([3, 12, 300]), price, last), (2, price, last),
                             (10, price, last)]
            self._tell(event, messages, answer=False)

    # A level that one member moves too far.

    def leap(self):
        """A price that jumps inside the collar, and is repeated, comes back or stays alone."""
        for event in self._chosen(PriceKind.LAST, PriceKind.NOMINAL):
            price = event.value * self._random.choice([0.82, 0.9, 0.93, 0.94, 0.955, 1.045, 1.06,
                                                       1.07, 1.1, 1.2])
            between = (event.value + price) / 2
            path = self._random.choice([
                [(0, event.value), (0, price)], [(0, event.value), (0.5, price)],
                [(0, event.value), (0.5, between), (0.6, price)],
                [(0, event.value), (1, between), (1, price)], [(0, event.value), (3, price)]])
            ways = {"repeats": lambda: self._beside(price), "alone": lambda: between,
                    "returns": lambda: self._beside(event.value)}
            for way in self._random.choices(list(ways), k=self._random.randrange(3)):
                path.append((self._random.choice([0.5, 1, 2, 3, 9.5, 12]), ways[way]()))
            self._tell(event, [(gap_s, value, {}) for gap_s, value in path], answer=False)
            if self._random.random() < 0.1:
                self._plan(1, event._replace(kind=Kind.INSTRUMENT_STATUS, detail=1))
                self._plan(2, event._replace(kind=Kind.INSTRUMENT_STATUS, detail=TRADING))

    def belief_rule(self):
        """Of one index or all: how far one price may move it, how far what waits."""
        index = self._random.choice([0, 1, 2, NO_INSTRUMENT, NO_INSTRUMENT, 1_000])
        guard = self._random.choice([0, 10, 10, 50, 50, 100, 100, 10_001, -1])
        yield self._event(kind=Kind.BELIEF_RULE, feed=CONTROL_FEED, instrument=index, value=guard,
                          second=self._random.choice([0, 5, 20, 20, 200, 10_000, 10_001]))
