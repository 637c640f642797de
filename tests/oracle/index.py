"""One index: its sum, computed from nothing for each level, its quality and what it publishes."""
from operator import mul

from oracle import status as status_table
from oracle.definition import PRICE_SCALE, RATE_SCALE, SHARE_SCALE, half_away, half_up
from oracle.inputs import Kind
from oracle.level import FEEDS, Level
from oracle.price import Status
from oracle.quote import BidAsk
from oracle.statistic import Statistic
from oracle.status import CLOSED, CLOSING, SHUT

SUM_SCALE = PRICE_SCALE * SHARE_SCALE * RATE_SCALE
WHOLE_BP = 10_000
FLAG_BP = 20  # a share below it gives an index no flag
PERCENT_UNITS = 10**6  # 100 %, in 0.0001 %
PERCENT_MOST = 2**31 - 1  # that a level has room for
FX_MOVES_IN = ("open", "indicative")
FX_STANDS_IN = (CLOSING, CLOSED, SHUT)  # of all of its markets
ENDS_QUOTABLE = {"exceptional_rule", "fx_stale", "feed_stale", "recovering", "level_guard"}
IMPACT_UNIT = 100 * WHOLE_BP  # 0.01 bp
IMPACT_MOST = 1_000_000
LAG_MOST_MS = 65_535
OVER = (CLOSED, SHUT)  # states of a market in which nothing more is awaited of its feed
WITHOUT_INPUT = ("start", "timer")


class Leg:
    """The members of one currency, with the rate that this index uses for them."""

    def __init__(self, series, close_rate, day_rate, cash):
        self.series, self.rate, self.close_rate = series, day_rate, close_rate
        self.cash = cash  # all day, beside the prices
        self.members, self.prices, self.shares, self.references = [], [], [], []

    def add(self, instrument, member):
        self.members.append(instrument)
        self.prices.append(instrument.price_under(member.reference))
        self.shares.append(member.shares)
        self.references.append(member.reference)

    def value(self):
        return self.value_at(self.prices)

    def value_at(self, prices):
        return self.rate * (sum(map(mul, prices, self.shares)) + self.cash)

    def turnover(self):
        return self.rate * sum(member.turnover for member in self.members)

    def reference_weights(self):
        return [reference * shares * self.close_rate
                for reference, shares in zip(self.references, self.shares)]


class Index:
    def __init__(self, number, definition, legs, markets, session=None):
        self.number, self.definition, self.legs = number, definition, legs
        self.priced = markets  # of its members
        self.session = session  # the one that a fund follows, among the priced or not
        self.markets = markets if session in (None, *markets) else [*markets, session]
        self.members = [member for leg in legs for member in leg.members]
        self.foreign = [leg.series for leg in legs if leg.series is not None]
        self.weights = [weight for leg in legs for weight in leg.reference_weights()]
        self.leg_weights = [sum(leg.reference_weights()) for leg in legs]
        self.weight = sum(self.weights)
        self.weighed = None  # opened, fresh, suspended, live
        self.statistic = Statistic()
        self.sequence = self.version = 0  # levels published; requests carried out
        self.held = None  # the level at which an operator froze it
        self.held_rates = []  # and those that made it
        self.exceptional = False
        self.channels = set()  # (market, channel): those that brought its members today
        self.carried_forward = False  # a close of a member never came
        self.partial = False  # part of the session was not seen
        self.dirty = True  # something of its quality may have changed
        self.quality = self.published_quality = None
        self.guard_bp, self.impact_bp = 0, 20  # belief rule; a guard of 0 is none
        self.guards = set()  # symbols of the members because of which it is guarded
        self._all_counted = True  # of the guards since it was last without one
        self._doubted = []  # (leg, place) of members with something that may move the level
        self._fit = False  # to be quoted, as far as what waits does not move it too far
        self.impact = 0  # of what waits, 0.01 bp
        self.status = None
        self.bid_ask = BidAsk(self) if definition.bid_ask else None
        self._prepare_division(definition)

    def _prepare_division(self, definition):
        """level = (sum * top + half) // bottom is sum / divisor, half up, in published units."""
        divisor = definition.divisor
        self._top = 2 * 10**definition.decimals * divisor.denominator
        self._half = divisor.numerator * SUM_SCALE
        self._bottom = 2 * self._half

    def go_on_from(self, old):
        """What the day has made of an older version of the definition is this one's."""
        for leg in self.legs:
            if leg.series is not None and leg.series.is_said:
                rates = [each.rate for each in old.legs if each.series is leg.series]
                leg.rate = rates[0] if rates else leg.series.rate
        self.statistic, self.sequence, self.version = old.statistic, old.sequence, old.version
        self.held, self.held_rates, self.exceptional = old.held, old.held_rates, old.exceptional
        self.published_quality, self.partial = old.published_quality, old.partial
        self.carried_forward = old.carried_forward
        self.channels = {m.channel for m in self.members if m.channel is not None}
        self.guard_bp, self.impact_bp = old.guard_bp, old.impact_bp
        self.guards, self._all_counted = old.guards, old._all_counted
        if self.bid_ask is not None and old.bid_ask is not None:
            self.bid_ask.published = old.bid_ask.published

    def level(self):
        return self.level_of_prices() if self.held is None else self.held

    def level_of_prices(self):
        return self.level_at(self.sum())

    def sum(self):
        total = 0
        for leg in self.legs:
            total += leg.value()
        return total

    def level_at(self, total):
        return max(0, (total * self._top + self._half) // self._bottom)

    def rates(self):
        return [leg.rate for leg in self.legs[1:]]

    # Quality: from nothing, whenever one of its parts changed.

    def assess(self, day):
        self.dirty = False
        self.status = self.status_now()
        self.weigh(day)
        self.flags = tuple(self._flags(day))
        self._fit = (self.status == "open" and self.held is None
                     and ENDS_QUOTABLE.isdisjoint(self.flags)
                     and not any(market.is_missing for market in self.markets)
                     and self.weighed[3] >= day.quotable_live_bp)
        self._doubted = [(leg, place) for leg in self.legs
                         for place, member in enumerate(leg.members)
                         if member.waiting is not None or member.mismatch]
        self._judge()

    def _judge(self):
        """Whether it may be quoted: the impact of what waits goes with every price."""
        self.impact = self._impact() if self._doubted else 0
        shown = self.status if self.held is None else "held"
        self.quality = (shown, self.flags, self._fit and self.impact <= 100 * self.impact_bp)

    def _impact(self):
        """How far what waits would move the level, absolute moves added, 0.01 bp, rounded up."""
        moves = 0
        for leg, place in self._doubted:
            member, distance = leg.members[place], 0
            if member.waiting is not None and member.override is None:
                distance += abs(member.waiting.latest.value - leg.prices[place])
            if member.mismatch:
                distance += abs(member.claimed - member.reference)
            moves += distance * leg.shares[place] * leg.rate
        unit = max(1, max(0, self.sum()) // IMPACT_UNIT)
        return min(IMPACT_MOST, -(-moves // unit))

    # Level guard.

    def jumps(self, member, base):
        """Whether a member's move from `base` to its price moves the level too far."""
        if self.guard_bp == 0:
            return False
        total = move = 0
        for leg in self.legs:
            prices = list(leg.prices)
            if member in leg.members:
                place = leg.members.index(member)
                prices[place] = base
                move = abs(member.price - base) * leg.shares[place] * leg.rate
            total += leg.value_at(prices)
        return move * WHOLE_BP > self.guard_bp * total

    def begin_guard(self, symbol):
        if not self.guards:
            self.statistic.aside, self._all_counted = None, True
        self.guards.add(symbol)
        self.dirty = True

    def end_guard(self, symbol, counts):
        self.guards.remove(symbol)
        self._all_counted &= counts
        if not self.guards and self._all_counted:
            self.statistic.take_aside_in()
        self.dirty = True

    def phase_of(self, market):
        """Of a market as this index sees it: over once the closes of its own members are in."""
        is_over = market.phase == CLOSING and not self.owes(market)
        return CLOSED if is_over else market.phase

    def owes(self, market):
        """Whether the close of a member there is not in; a fund that prices none there owes none."""
        return any(member.market == market.number and not member.close_is_in
                   for member in self.members)

    def status_now(self):
        if self.session is None:
            return status_table.of({self.phase_of(market) for market in self.markets})
        return status_table.of_fund(self.phase_of(self.session),
                                    {self.phase_of(market) for market in self.priced})

    def fx_stands(self):
        """Whether its last market is over."""
        return all(self.phase_of(market) in FX_STANDS_IN for market in self.markets)

    def lag_ms(self, day):
        """The largest lag of its channels."""
        return min(LAG_MOST_MS, max(map(day.channels.lag_ms, self.channels), default=0))

    def take_rate(self, series):
        """Uses the rate in force, unless its last market has closed; whether it is another."""
        if self.fx_stands():
            return False
        before = self.rates()
        for leg in self.legs:
            if leg.series is series:
                leg.rate = series.rate
        return self.rates() != before

    def weigh(self, day):
        """Shares of today's reference capitalisation, in basis points."""
        opened = fresh = suspended = live = 0
        for member, weight in zip(self.members, self.weights):
            is_fresh = day.is_fresh(member)
            opened += weight * member.opened
            fresh += weight * is_fresh
            suspended += weight * (member.status == Status.SUSPENDED)
            live += weight * (is_fresh and member.status == Status.TRADING)
        self.weighed = [half_up(WHOLE_BP * part, self.weight)
                        for part in (opened, fresh, suspended, live)]

    def reweighs(self, day):
        """Whether a member's halt or return shows in a weight."""
        before = self.weighed
        self.weigh(day)
        return self.weighed != before

    def _flags(self, day):
        """Names of the flags that stand, in the order of their bits."""
        if self.exceptional:
            yield "exceptional_rule"
        if status_table.is_partial({market.phase for market in self.markets}):
            yield "partial_market"
        stale = sum(weight for leg, weight in zip(self.legs, self.leg_weights)
                    if leg.series is not None and leg.series.stale)
        if stale and not self.fx_stands() and self._is_heavy(stale):
            yield "fx_stale"
        awaited = self._awaited_of_feeds(day)
        if self._is_heavy(sum(weight for member, weight in awaited if day.is_stale(member))):
            yield "feed_stale"
        if any(self._is_heavy(weight) and day.is_recovering(member) for member, weight in awaited):
            yield "recovering"
        if any(one.override is not None for one in (*self.members, *self.foreign)):
            yield "override_in_force"
        if self.carried_forward:
            yield "carried_forward"
        if any(member.mismatch or member.limits_mismatch for member in self.members):
            yield "reference_mismatch"
        if any(member.waiting is not None for member in self.members):
            yield "price_pending"
        if self.guards:
            yield "level_guard"
        if self.partial:
            yield "statistics_partial"

    def _awaited_of_feeds(self, day):
        """(member, weight) of those of which something may still come."""
        going = {market.number: market.phase for market in self.markets if market.phase not in OVER}
        return [(member, weight) for member, weight in zip(self.members, self.weights)
                if member.market in going
                and (going[member.market] != CLOSING or not member.close_is_in)]

    def _is_heavy(self, weight):
        """20 bp or more of today's reference weights (METHODOLOGY 8)."""
        return weight * WHOLE_BP >= FLAG_BP * self.weight

    def may_open(self, day):
        """Whether the opening level may be taken (METHODOLOGY 5, Open)."""
        if self.partial:
            return False
        if day.open_deadline_passed:
            return True
        today = [market for market in self.markets if market.trades_today]
        return (bool(today) and all(market.has_left_auction for market in today)
                and not self._awaits(day))

    def _awaits(self, day):
        return any((not member.heard_since_auction or member.waiting is not None)
                   and member.status != Status.SUSPENDED
                   for member in self.members if day.markets[member.market].trades_today)

    def _opens_without_members(self, day):
        """At the deadline, while a feed is away; or while a price waits."""
        return any(member.waiting is not None for member in self.members) or (
            self._awaits(day) and any(day.is_stale(member) or day.is_recovering(member)
                                      for member, _ in self._awaited_of_feeds(day)))

    @property
    def opening_seen(self):
        today = [market for market in self.markets if market.trades_today]
        return not today or any(market.opening_seen for market in today)

    # Publication.

    def review(self, day, event, cause, moved=False, symbol="", value=0):
        """The level that an input causes, or None when it changes nothing that is published."""
        opens = (self.statistic.open == 0 and self.held is None and self.may_open(day)
                 and self.level() > 0)
        if opens and self._opens_without_members(day):
            self.partial = self.dirty = True
        if self.dirty:
            self.assess(day)
        elif self._doubted:
            self._judge()
        if self.held is not None and self.published_quality[0] == "held":
            moved = False  # what is frozen has no news but its flags
        requoted = (self.bid_ask is not None and self.held is None
                    and self.bid_ask.move(day))
        if not (moved or opens or requoted or self.statistic.restated
                or self.quality != self.published_quality):
            return None
        self.statistic.restated = False
        was_closed = self.published_quality is not None and self.published_quality[0] == "closed"
        closes = self.quality[0] == "closed" and not was_closed
        self.published_quality = self.quality
        level = self.level()
        counts = self.held is None and "recovering" not in self.flags
        self.statistic.see(level, opens, counts, closes, bool(self.guards))
        return self._record(day, event, cause, symbol, value, level)

    def _record(self, day, event, cause, symbol, value, level):
        definition, statistic = self.definition, self.statistic
        status, flags, quotable = self.quality
        self.sequence += 1
        change = level - definition.previous_close if level else 0  # 0 is no level
        bid, ask, quoted = self._quoted(day)
        rates = [*(self.rates() if self.held is None else self.held_rates), 0, 0]
        has_input = cause not in WITHOUT_INPUT and event.kind != Kind.TIMER
        return Level(
            event.sequence, definition.code, self.sequence, day.trade_date, status, flags, quotable,
            definition.decimals, level, definition.previous_close, statistic.open, statistic.high,
            statistic.low, statistic.close, change,
            min(PERCENT_MOST, half_away(change * PERCENT_UNITS, definition.previous_close)),
            bid, ask, sum(leg.turnover() for leg in self.legs) // RATE_SCALE, cause, symbol, value,
            FEEDS[event.feed] if has_input else "", event.feed_sequence if has_input else 0,
            event.exchange_time, event.receive_time, *self.weighed, *quoted, self.impact,
            rates[0], rates[1], definition.version, self.lag_ms(day))

    def _quoted(self, day):
        """(bid level, ask level, weights of both): as they were while an operator holds it."""
        if self.bid_ask is None:
            return 0, 0, (0, 0)
        if self.held is None:
            self.bid_ask.published = self.bid_ask.levels()
        return (*self.bid_ask.published, self.bid_ask.weights(day))
