"""What operators ask for (METHODOLOGY 7), laid out as calc/control.h says."""
import enum

from oracle.price import BOUND
from oracle.status import CLOSED, CLOSING, SHUT

ANY_VERSION = 0xFFFFFFFF
OVER = (CLOSING, CLOSED, SHUT)
BEFORE_OPEN = ("pre_open", "indicative")
BASIS = 10_000


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
    SET_DAY_FX = 15


class Mode(enum.IntEnum):
    """How a judged request is asked for, in its channel; any other number is careful."""
    CAREFUL = 0
    FORCE = 1
    PREVIEW = 2


def kind_of_target(op):
    """Among what of a day the target of an operation is."""
    if op <= Op.CORRECT_CLOSE or op in (Op.ACTIVATE, Op.LIFT_GUARD):
        return "indices"
    return "instruments" if op <= Op.CONFIRM_REFERENCE else "series"


def target_of(day, event):
    """The index, instrument or series that a request is about; None when there is no such."""
    among = getattr(day, kind_of_target(event.detail))
    return among[event.instrument] if event.instrument < len(among) else None


def is_due(target, event):
    """Neither expired when it was received nor about a target that was changed since."""
    if event.exchange_time and event.receive_time > event.exchange_time:
        return False
    return event.expected_version in (ANY_VERSION, target.version)


class Judge:
    """Judges values that operators give: each method says whether the value needs force.

    None: the request is refused in every mode, because the value is impossible or because there is
    nothing to do.
    """

    def __init__(self, day):
        self._day = day
        self._methods = {
            Op.CORRECT_CLOSE: self._close, Op.OVERRIDE_PRICE: self._price,
            Op.ACCEPT_PRICE: self._waiting_price, Op.REFUSE_PRICE: self._waiting_price,
            Op.CONFIRM_REFERENCE: self._reference, Op.OVERRIDE_RATE: self._rate,
            Op.ACCEPT_RATE: self._waiting_rate, Op.REFUSE_RATE: self._refused_rate,
            Op.SET_DAY_FX: self._day_rate}

    def permits(self, target, event):
        """Whether a request applies, as far as its value and its mode say."""
        if event.detail not in self._methods:
            return True
        needs_force = self._methods[event.detail](target, event)
        if needs_force is None or event.channel == Mode.PREVIEW:
            return False
        return not needs_force or event.channel == Mode.FORCE

    @staticmethod
    def _close(index, event):
        if event.value <= 0 or not 1 <= event.second <= event.third <= index.sequence:
            return None
        published = index.statistic.close or index.level()
        return (index.guard_bp != 0
                and abs(event.value - published) * BASIS > published * index.guard_bp)

    def _price(self, instrument, event):
        if event.value <= 0 or event.value // BOUND > instrument.reference:
            return None
        if self._day.markets[instrument.market].phase in OVER:
            return None
        return instrument.needs_force(event.value, instrument.centre)

    @staticmethod
    def _waiting_price(instrument, event):
        if instrument.waiting is None:
            return None
        return instrument.needs_force(instrument.waiting.latest.value, instrument.centre)

    @staticmethod
    def _reference(instrument, event):
        if not instrument.mismatch:
            return None
        return instrument.needs_force(instrument.claimed, instrument.base)

    @staticmethod
    def _rate(series, event):
        return not series.believes(event.value) if series.is_possible(event.value) else None

    @staticmethod
    def _waiting_rate(series, event):
        if series.pending is None or not series.is_possible(series.pending[0]):
            return None
        return not series.believes(series.pending[0])

    @staticmethod
    def _refused_rate(series, event):
        return None if series.pending is None else not series.believes(series.pending[0])

    def _day_rate(self, series, event):
        if (not series.is_possible(event.value) or not series.may_start_at(event.value)
                or series.has_source or event.value == series.accepted
                or any(index.statistic.open or index.status_now() not in BEFORE_OPEN
                       for index in self._day.bound(series))):
            return None
        return not series.believes(event.value)


class Requests:
    """Carries requests out; each method says whether there was something to do."""

    def __init__(self, day):
        self._day = day
        self._judge = Judge(day)
        self._methods = {
            Op.HOLD: self._hold, Op.RELEASE: self._release,
            Op.EXCEPTIONAL_RULE: self._exceptional_rule,
            Op.CORRECT_CLOSE: lambda index, event: True,
            Op.OVERRIDE_PRICE: self._override_price, Op.RELEASE_PRICE: self._release_price,
            Op.ACCEPT_PRICE: self._accept_price, Op.REFUSE_PRICE: self._refuse_price,
            Op.CONFIRM_REFERENCE: self._confirm_reference, Op.OVERRIDE_RATE: self._override_rate,
            Op.RELEASE_RATE: self._release_rate, Op.ACCEPT_RATE: self._accept_rate,
            Op.REFUSE_RATE: self._refuse_rate, Op.ACTIVATE: self._activate,
            Op.LIFT_GUARD: self._lift_guard, Op.SET_DAY_FX: self._set_day_fx}

    def carry_out(self, event):
        """The target; None when the request is refused, or changes nothing."""
        target = target_of(self._day, event)
        if target is None or not is_due(target, event):
            return None
        if not self._judge.permits(target, event):
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
        instrument.override = event.value
        return True

    def _release_price(self, instrument, event):
        if instrument.override is None:
            return False
        instrument.override = None
        return True

    def _accept_price(self, instrument, event):
        return True  # the day takes the price, which is a cause of its own

    def _refuse_price(self, instrument, event):
        instrument.waiting = None
        return True

    def _confirm_reference(self, instrument, event):
        if instrument.confirm_reference():
            market = self._day.markets[instrument.market]
            instrument.heard_in_session |= market.has_left_auction
        return True

    # Of a series.

    def _override_rate(self, series, event):
        series.override = event.value
        return True

    def _release_rate(self, series, event):
        if series.override is None:
            return False
        series.override = None
        return True

    def _accept_rate(self, series, event):
        series.accept(*series.pending)
        return True

    def _refuse_rate(self, series, event):
        series.pending = None
        return True

    def _set_day_fx(self, series, event):
        series.set_day_rate(event.value)
        return True
