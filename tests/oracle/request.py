"""What operators ask for (METHODOLOGY 7), laid out as calc/control.h says."""
import enum

from oracle.status import CLOSED, CLOSING, SHUT

ANY_VERSION = 0xFFFFFFFF
OVER = (CLOSING, CLOSED, SHUT)


class Op(enum.IntEnum):
    HOLD = 0
    RELEASE = 1
    EXCEPTIONAL_RULE = 2
    CORRECT_CLOSE = 3
    OVERRIDE_PRICE = 4
    RELEASE_PRICE = 5
    ACCEPT_PRICE = 6
    REFUSE_PRICE = 7
    CONFIRM_REFERENCE = 8
    OVERRIDE_RATE = 9
    RELEASE_RATE = 10
    ACCEPT_RATE = 11
    REFUSE_RATE = 12
    ACTIVATE = 13
    LIFT_GUARD = 14


def target_of(day, event):
    """The index, instrument or series that a request is about; None when there is no such."""
    op = event.detail
    if op <= Op.CORRECT_CLOSE or op in (Op.ACTIVATE, Op.LIFT_GUARD):
        among = day.indices
    elif op <= Op.CONFIRM_REFERENCE:
        among = day.instruments
    else:
        among = day.series
    return among[event.instrument] if event.instrument < len(among) else None


def is_due(target, event, now):
    """Neither expired nor about a target that somebody else has changed since."""
    if event.exchange_time and now > event.exchange_time:
        return False
    return event.expected_version in (ANY_VERSION, target.version)


class Requests:
    """Carries requests out; each method says whether there was something to do."""

    def __init__(self, day):
        self._day = day
        self._methods = {
            Op.HOLD: self._hold, Op.RELEASE: self._release,
            Op.EXCEPTIONAL_RULE: self._exceptional_rule,
            Op.CORRECT_CLOSE: lambda index, event: event.value > 0,
            Op.OVERRIDE_PRICE: self._override_price, Op.RELEASE_PRICE: self._release_price,
            Op.ACCEPT_PRICE: self._accept_price, Op.REFUSE_PRICE: self._refuse_price,
            Op.CONFIRM_REFERENCE: self._confirm_reference, Op.OVERRIDE_RATE: self._override_rate,
            Op.RELEASE_RATE: self._release_rate, Op.ACCEPT_RATE: self._accept_rate,
            Op.REFUSE_RATE: self._refuse_rate, Op.ACTIVATE: self._activate,
            Op.LIFT_GUARD: self._lift_guard}

    def carry_out(self, event):
        """The indices that may show it, and the target; None when the request is refused."""
        target = target_of(self._day, event)
        if target is None or not is_due(target, event, self._day.now):
            return None
        if not self._methods[event.detail](target, event):
            return None
        target = target_of(self._day, event)  # an index has a successor in its place
        target.version += 1
        return target

    # Of an index.

    def _hold(self, index, event):
        if index.held is not None:
            return False
        index.held, index.held_rates = index.level(), index.rates()
        return True

    def _release(self, index, event):
        if index.held is None:
            return False
        index.held = None
        return True

    def _exceptional_rule(self, index, event):
        if index.exceptional == bool(event.value):
            return False
        index.exceptional = bool(event.value)
        return True

    def _activate(self, index, event):
        definition = self._day.editions.get(event.second)
        is_staged = (definition is not None and event.second > self._day.edition
                     and definition.code == index.definition.code
                     and definition.version == event.value)
        return is_staged and self._day.put_into_force(index, event.second)

    def _lift_guard(self, index, event):
        if event.value not in (0, 1):
            return False
        if index.guards:
            self._day.guards.free(index)
            if event.value == 1:
                index.statistic.take_aside_in()
            return True
        if event.value == 0 or index.statistic.aside is None:
            return False
        index.statistic.take_aside_in()
        return True

    # Of an instrument.

    def _override_price(self, instrument, event):
        if event.value <= 0 or self._day.markets[instrument.market].phase in OVER:
            return False
        instrument.override = event.value
        return True

    def _release_price(self, instrument, event):
        if instrument.override is None:
            return False
        instrument.override = None
        return True

    def _accept_price(self, instrument, event):
        return instrument.waiting is not None

    def _refuse_price(self, instrument, event):
        if instrument.waiting is None:
            return False
        instrument.waiting = None
        return True

    def _confirm_reference(self, instrument, event):
        if not instrument.mismatch:
            return False
        if instrument.confirm_reference():
            market = self._day.markets[instrument.market]
            instrument.heard_in_session |= market.has_left_auction
        return True

    # Of a series.

    def _override_rate(self, series, event):
        if event.value <= 0:
            return False
        series.override = event.value
        return True

    def _release_rate(self, series, event):
        if series.override is None:
            return False
        series.override = None
        return True

    def _accept_rate(self, series, event):
        if series.pending is None:
            return False
        series.accept(*series.pending)
        return True

    def _refuse_rate(self, series, event):
        if series.pending is None:
            return False
        series.pending = None
        return True
