"""A trading day: inputs in, levels out. The oracle's counterpart of the whole calculation core."""
from oracle.channel import CONNECTING, DOWN, LIVE, LOSSY, RECOVERING, STALE, Channels
from oracle.clock import ExchangeClock, china_time
from oracle.fx import Series
from oracle.guard import Guards
from oracle.index import FX_MOVES_IN, Index, Leg
from oracle.inputs import NO_INSTRUMENT, START, Kind
from oracle.market import Market
from oracle.price import Instrument, PriceKind, is_without_close
from oracle.quote import Quote, is_sound
from oracle.request import Op, Requests, target_of
from oracle.status import CLOSED, CLOSING, PRE_OPEN, SHUT

OVERRIDES_END = (CLOSING, CLOSED, SHUT)
BEFORE_OPENING = (PRE_OPEN, SHUT)
RULE_MOST_BP = 10_000
VENUES = 3  # feeds 0 to 2 are the markets 0 to 2; others carry no exchange time


class Day:
    """Built of definitions and a journal's header; `take` each input in order."""

    def __init__(self, definitions, header, editions=None):
        """`editions`: {number: definition} of the versions that operators may put into force."""
        self.trade_date = header.trade_date
        self.quotable_live_bp = header.quotable_live_bp
        self._exchange_clock = ExchangeClock(header.trade_date)
        self.now = 0  # receive time, as far as it was seen
        self._open_deadline = china_time(header.trade_date, header.open_deadline_ms)
        self.open_deadline_passed = self._began_late = False
        self.channels = Channels()
        self._wait_ns = header.pending_wait_s * 10**9
        self._waiting = {}  # instruments with a waiting price, by symbol
        self.guards = Guards(self)
        self._number(definitions)
        self.markets = [Market(number, [i for i in self.instruments if i.market == number],
                               header.close_deadline_ns) for number in range(VENUES)]
        self.indices = [self._index(number, d) for number, d in enumerate(definitions)]
        self.editions, self.edition = editions or {}, 0  # and the number of the one in force
        self._connect()
        self._next_deadline = self._open_deadline
        self._handlers = {
            Kind.PRICE: self._price, Kind.QUOTE: self._quote, Kind.LIMITS: self._limits,
            Kind.INSTRUMENT_STATUS: self._instrument_status, Kind.MARKET_PHASE: self._market_phase,
            Kind.FX: self._fx, Kind.FEED_STATE: self._feed_state, Kind.TIMER: self._timer,
            Kind.TIMETABLE: self._timetable, Kind.PRICE_COLLAR: self._price_collar,
            Kind.FX_RULE: self._fx_rule, Kind.CONTROL: self._control,
            Kind.BELIEF_RULE: self._belief_rule, Kind.CHANNEL_TIME: self._channel_time}
        self._requests = Requests(self)

    # Numbers, as the inputs use them: in the order in which definitions name things.

    def _number(self, definitions):
        instruments, series = {}, {}
        for definition in definitions:
            for member in definition.members:
                instruments.setdefault(member.symbol, Instrument(member.market, member))
            for currency, name in definition.fx_series.items():
                series.setdefault(name, Series(name, definition.day_rate(currency)))
        self.instruments = list(instruments.values())
        self.series = [None, *series.values()]  # number 0 is the constant one
        self._by_symbol, self._by_name = instruments, series

    def _index(self, number, definition):
        def leg(currency, series):
            return Leg(series, definition.close_rate(currency), definition.day_rate(currency),
                       definition.cash.get(currency, 0))

        legs = {definition.currency: leg(definition.currency, None)}
        for currency, name in definition.fx_series.items():
            legs[currency] = leg(currency, self._by_name[name])
        for currency in sorted(definition.close_fx) if definition.fx_in_divisor else ():
            legs[currency] = leg(currency, None)
        for member in definition.members:
            legs[member.currency].add(self._by_symbol[member.symbol], member)
        markets = sorted({member.market for member in definition.members})
        session = None if definition.session is None else self.markets[definition.session]
        return Index(number, definition, list(legs.values()), [self.markets[m] for m in markets],
                     session)

    def _connect(self):
        """Who holds what, and where, by the definitions in force."""
        self.holders = {i.symbol: [x for x in self.indices if i in x.members]
                        for i in self.instruments}
        self.quoted = {symbol: [x for x in holders if x.bid_ask is not None]
                       for symbol, holders in self.holders.items()}
        self.by_market = [[x for x in self.indices if market in x.markets]
                          for market in self.markets]
        for instrument in self.instruments:
            instrument.places = []
            if self.quoted[instrument.symbol] and instrument.quote is None:
                instrument.quote = Quote()
        for leg in (leg for index in self.indices for leg in index.legs):
            for place, member in enumerate(leg.members):
                member.places.append((leg.prices, place))

    def put_into_force(self, index, number):
        """Another version of an index's definition; whether it may be (METHODOLOGY 7).

        Of other indices no level can move: definitions agree about all that they share.
        """
        definition = self.editions[number]
        successor = self._index(index.number, definition)
        successor.go_on_from(index)
        if successor.level_of_prices() != index.level_of_prices():
            return False
        for member in definition.members:
            self._by_symbol[member.symbol].change_definition(member)
        for currency, name in definition.fx_series.items():
            self._by_name[name].change_day_rate(definition.day_rate(currency))
        self.indices[index.number], self.edition = successor, number
        self._connect()
        return True

    # What indices ask about their members.

    def state_of(self, member):
        """Of the channel that brings a member; before it was heard, of its feed as a whole."""
        return self.channels.state_of(member.market, member.channel)

    def member_is_current(self, member):
        return (not member.refused
                and self.channels.is_current(member.market, member.channel, member.unheard))

    def is_fresh(self, member):
        return member.kind is not None and self.member_is_current(member)

    def is_stale(self, member):
        """Silent or not connected; a pause does not mend it."""
        return self.state_of(member) in (DOWN, CONNECTING, STALE)

    def is_recovering(self, member):
        """Its channel lost data, or brings nothing of it but prices that are out of order."""
        return (self.state_of(member) in (LIVE, *LOSSY)
                and not self.member_is_current(member))

    # Inputs.

    def start(self):
        return self._review(self.indices, START, "start", moved=True)

    def take(self, event):
        """The levels that an input causes, in order."""
        if event.receive_time > self.now:
            self.now = event.receive_time
        had_begun = self.clock != 0
        if event.feed < VENUES:
            self._exchange_clock.hear(event.exchange_time, event.receive_time)
        elif event.kind == Kind.TIMER:
            self._exchange_clock.follow_timer(event.receive_time)
        if self.clock != 0 and not had_begun:
            self._begin(self.clock)
        levels = self._advance(event) if self.clock >= self._next_deadline else []
        handler = self._handlers.get(event.kind)
        if handler is not None:
            levels += handler(event)
        return levels

    @property
    def clock(self):
        """Exchange time; 0 until the day has begun."""
        return self._exchange_clock.time

    def _review(self, indices, event, cause, **about):
        levels = [index.review(self, event, cause, **about) for index in indices]
        return [level for level in levels if level is not None]

    def _stale(self, indices):
        for index in indices:
            index.dirty = True

    def _price(self, event):
        instrument = self.instruments[event.instrument]
        holders = self.holders[instrument.symbol]
        before, last, channel = instrument.standing, instrument.accepted, instrument.channel
        waited = instrument.waiting is not None
        was_live = waited and self._could_speak(instrument)
        instrument.hear(event)
        taken = (not self._comes_late(instrument, event)
                 and instrument.take(event, self.now, was_live, self._wait_ns))
        if waited or instrument.waiting is not None:
            self._note_waiting(instrument)
        guards = False
        if taken:
            instrument.heard_in_session |= self.markets[instrument.market].has_left_auction
            self._note_channel(instrument)
            base = instrument.jump(event, last, channel)
            if base is not None or instrument.guard is not None:
                guards = self.guards.see(instrument, event, base)
        if before == instrument.standing and not guards:
            return []
        if before[1:] != instrument.standing[1:]:
            self._stale(holders)
        levels = self._moved(instrument, event, before[0], holders)
        return levels + self._complete(self.markets[instrument.market], event)

    def _comes_late(self, instrument, event):
        """Whether an index that holds it has closed, so that another price moves nothing."""
        market = self.markets[instrument.market]
        if (event.detail == PriceKind.PREVIOUS_CLOSE or is_without_close(event)
                or event.value == instrument.price or market.phase not in (CLOSING, CLOSED)):
            return False
        return market.phase == CLOSED or any(
            index.phase_of(market) == CLOSED for index in self.holders[instrument.symbol])

    def _note_channel(self, instrument):
        """The channel that brings a member today is one of those of its indices."""
        if instrument.opened:
            for index in self.holders[instrument.symbol]:
                index.channels.add(instrument.channel)

    def _quote(self, event):
        instrument = self.instruments[event.instrument]
        if instrument.quote is None or not is_sound(event, instrument):
            return []
        instrument.quote.take(event)
        return self._requoted(instrument, event)

    def _requoted(self, instrument, event):
        """Bid and ask levels of the indices that ask for them may be others now."""
        return self._review(self.quoted[instrument.symbol], event, "quote",
                            symbol=instrument.symbol)

    def _note_waiting(self, instrument):
        if instrument.waiting is None:
            self._waiting.pop(instrument.symbol, None)
        else:
            self._waiting[instrument.symbol] = instrument

    def _could_speak(self, member):
        """Whether its feed could bring a better price of a member now."""
        return (self.member_is_current(member)
                and self.markets[member.market].allows_prices)

    def _accept(self, instrument, pending, event):
        """An operator believes a price that waited: it is the cause all the same."""
        before = instrument.price
        cause = pending._replace(sequence=event.sequence, receive_time=event.receive_time)
        instrument.accept(cause)
        self._note_channel(instrument)
        if cause.detail != PriceKind.CLOSE:
            instrument.windows.start(cause.value, cause.exchange_time)
        self.guards.see(instrument, cause, None)
        self._note_waiting(instrument)
        holders = self.holders[instrument.symbol]
        self._stale(holders)
        levels = self._moved(instrument, cause, before, holders)
        return levels + self._complete(self.markets[instrument.market], event)

    def _put_in_force(self, instrument, price_before):
        """Hands a member's price to its indices; whether it is another one."""
        if instrument.price == price_before:
            return False
        for prices, place in instrument.places:
            prices[place] = instrument.price
        return True

    def _moved(self, instrument, event, price_before, holders):
        moved = self._put_in_force(instrument, price_before)
        return self._review(holders, event, "price", moved=moved, symbol=instrument.symbol,
                            value=event.value)

    def _complete(self, market, event):
        """A closing market may have been waiting for just this."""
        before = market.phase
        market.complete()
        return [] if market.phase == before else self._entered(market, event)

    def _entered(self, market, event):
        """A market is in another state: a change of its own for its indices."""
        self._next_deadline = self._earliest_deadline()
        for member in market.members:
            member.windows.is_armed = False
        if market.phase in OVERRIDES_END:
            for member in market.members:
                before, member.override = member.price, None
                self._put_in_force(member, before)
        indices = self.by_market[market.number]
        if market.phase not in BEFORE_OPENING and not market.opening_seen:
            for index in indices:
                index.partial = True
        self._stale(indices)
        about_member = event.kind in (Kind.PRICE, Kind.QUOTE, Kind.INSTRUMENT_STATUS, Kind.LIMITS)
        symbol = self.instruments[event.instrument].symbol if about_member else ""
        return self._review(indices, event, "market", symbol=symbol)

    def _instrument_status(self, event):
        instrument = self.instruments[event.instrument]
        if event.detail == instrument.status:
            return []
        instrument.change_status(event.detail)
        holders = self.holders[instrument.symbol]
        self._stale(holders)
        levels = []
        for index in holders:
            levels += self._review([index], event, "instrument_status", moved=index.reweighs(self),
                                   symbol=instrument.symbol)
        return levels + self._complete(self.markets[instrument.market], event)

    def _limits(self, event):
        instrument = self.instruments[event.instrument]
        mismatched = instrument.limits_mismatch
        instrument.take_limits(event)
        if mismatched == instrument.limits_mismatch:
            return self._requoted(instrument, event)
        holders = self.holders[instrument.symbol]
        self._stale(holders)
        return self._review(holders, event, "quote", symbol=instrument.symbol)

    def _market_phase(self, event):
        market = self.markets[event.market]
        before = market.phase
        market.hear(event.detail, max(event.exchange_time, self.clock))
        if market.phase == before:
            return []
        return self._entered(market, event) + self._complete(market, event)

    def _timetable(self, event):
        self.markets[event.market].ends_at(event.value)
        self._next_deadline = self._earliest_deadline()
        return []

    def _fx(self, event):
        series = self.series[event.instrument]
        accepted = series.take(event, self.clock, self.now)
        return self._rate_told(series, event, accepted, "fx", symbol=series.name,
                               value=event.value)

    def _control(self, asked):
        """An operator's request; what it is about shows it, whether its level moves or not."""
        event = asked._replace(exchange_time=0)  # its expiry is no time of an exchange
        price_before = getattr(target_of(self, event), "price", None)
        target = self._requests.carry_out(asked)
        if target is None or event.detail == Op.CORRECT_CLOSE:
            return []
        if isinstance(target, Index):
            indices, moved, symbol = [target], event.detail != Op.LIFT_GUARD, ""
        elif event.detail == Op.ACCEPT_PRICE:
            pending, target.waiting = target.waiting.latest, None
            return self._accept(target, pending, event)
        elif isinstance(target, Instrument):
            indices, symbol = self.holders[target.symbol], target.symbol
            moved = self._put_in_force(target, price_before)
            self._note_waiting(target)
        else:
            named = event.detail != Op.REFUSE_RATE  # which leaves every index at its rate
            return self._rate_told(target, event, named, "control")
        self._stale(indices)
        return self._review(indices, event, "control", moved=moved, symbol=symbol)

    def _rate_told(self, series, event, named, cause, **about):
        """A rate makes a level of its own only while the index is open or indicative."""
        bound = self.bound(series)
        self._stale(bound)
        levels = []
        for index in bound:
            moved = named and index.take_rate(series) and index.status in FX_MOVES_IN
            levels += self._review([index], event, cause, moved=moved, **about)
        return levels

    def bound(self, series):
        """The indices that follow a series."""
        return [x for x in self.indices if any(leg.series is series for leg in x.legs)]

    def _fx_rule(self, event):
        series = self.series[event.instrument]
        series.set_rule(event)
        series.judge(self.now)
        self._stale(self.indices)
        return self._review(self.indices, event, "control")

    def _price_collar(self, event):
        if event.instrument != NO_INSTRUMENT:
            wanted = [self.instruments[event.instrument]]
        else:
            wanted = self.markets[event.market].members
        for instrument in wanted:
            instrument.collar_bp = event.value
        return []

    def _belief_rule(self, event):
        if not all(0 <= value <= RULE_MOST_BP for value in (event.value, event.second)):
            return []
        wanted = self.indices
        if event.instrument != NO_INSTRUMENT:
            wanted = self.indices[event.instrument:event.instrument + 1]
        for index in wanted:
            index.guard_bp, index.impact_bp = event.value, event.second
        self._stale(wanted)
        return self._review(wanted, event, "control")

    def _channel_time(self, event):
        """How far a channel lags; the next level shows it."""
        self.channels.take_lag(event)
        return []

    def _feed_state(self, event):
        if event.feed >= VENUES:
            return []
        if event.instrument != NO_INSTRUMENT:
            return self._member_state(event)
        channel = (event.feed, event.channel)
        by_security = self.channels.take(channel, event)
        for member in self.markets[event.feed].members:
            if event.detail != LIVE and self._follows(member, member.channel, channel):
                member.windows.is_armed = False
            if by_security:
                self._lose_images(member, channel)
            elif event.detail == DOWN and event.second:
                self._hand_over(member, channel, (event.feed, event.second))
        indices = self.by_market[event.feed]
        self._stale(indices)
        return self._review(indices, event, "feed")

    def _member_state(self, event):
        """A feed's state about one member: whether it has brought only prices out of order."""
        if event.instrument >= len(self.instruments):
            return []
        instrument = self.instruments[event.instrument]
        instrument.refused = event.detail == RECOVERING
        instrument.windows.is_armed = False
        holders = self.holders[instrument.symbol]
        self._stale(holders)
        return self._review(holders, event, "feed", symbol=instrument.symbol)

    def _hand_over(self, member, source, successor):
        before = member.channel
        member.hand_over(source, successor)
        if member.channel != before:
            for index in self.holders[member.symbol]:
                index.channels.add(successor)

    def _lose_images(self, member, channel):
        """Its channel lost data: earlier values of the member may be outdated."""
        member.unheard |= self._follows(member, member.channel, channel)
        if member.quote is not None:
            member.quote.unheard |= self._follows(member, member.quote.channel, channel)

    def _follows(self, member, own, channel):
        return self.channels.follows(member.market, own, channel)

    # Time.

    def _timer(self, event):
        self.now = max(self.now, event.value)
        for instrument in self._waiting.values():
            instrument.waiting.count_up(self.now, self._could_speak(instrument))
        levels = self._review(self.guards.lift(event.value), event, "timer") if self.guards else []
        if any(series.stale_after_ns for series in self.series[1:]):
            for series in self.series[1:]:
                series.judge(self.now)
            self._stale(self.indices)
            levels += self._review(self.indices, event, "timer")
        return levels

    def _earliest_deadline(self):
        instants = [market.next_deadline() for market in self.markets]
        if not self.open_deadline_passed:
            instants.append(self._open_deadline)
        return min(instants)

    def _begin(self, clock):
        """The deadline passed without a level, so no index has an open."""
        self._began_late = clock >= self._open_deadline
        for market in self.markets:
            market.begin(clock)
        self._next_deadline = self._earliest_deadline()

    def _advance(self, event):
        """Exchange time passed a deadline."""
        levels = []
        if not self.open_deadline_passed and self.clock >= self._open_deadline:
            self.open_deadline_passed = True
            for index in self.indices:
                if not index.statistic.open and (self._began_late or not index.opening_seen):
                    index.partial = True
            self._stale(self.indices)
            levels += self._review(self.indices, event, "timer")
        for market in self.markets:
            if market.advance(self.clock):
                for index in self.by_market[market.number]:
                    index.carried_forward |= market.phase == CLOSED and index.owes(market)
                levels += self._entered(market, event)
        return levels
