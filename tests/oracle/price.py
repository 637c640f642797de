"""The price that a member contributes: ladder and input control (METHODOLOGY 4)."""
import enum

from oracle.guard import Windows
from oracle.waiting import SECOND, Waiting


class PriceKind(enum.IntEnum):
    """Lowest precedence first."""
    PREVIOUS_CLOSE = 0
    LAST = 1
    NOMINAL = 2
    CLOSE = 3


class Status(enum.IntEnum):
    TRADING = 0
    HALTED = 1
    SUSPENDED = 2


BOUND = 1000  # times the day's reference: never usable beyond
BASIS = 10_000
FEWEST_NINES = 9  # shorter runs of nines are prices that a share can have
CLOSE_TOLERANCE = 1_000  # 0.001: HKEX reference prices have three decimals
TENFOLD_PERCENT = 5  # of ten times or a tenth: a misplaced decimal point
HONG_KONG = 2  # market


def is_overflow(value):
    """A field of nothing but nines, in whatever unit the venue has."""
    digits = str(value).rstrip("0")
    return len(digits) >= FEWEST_NINES and not digits.strip("9")


def is_usable(value, reference):
    """Whether a price may ever be used, whatever the collar says."""
    return 0 < value <= BOUND * reference and not (value > 10**9 and is_overflow(value))


def is_without_close(event):
    """Whether a price input says that the exchange will send no official close."""
    return event.detail == PriceKind.CLOSE and event.value == 0


class Verdict(enum.Enum):
    """Where a price lies."""
    INSIDE = 0
    OUTSIDE = 1  # of the collar
    FAR = 2  # so far that witnesses alone do not confirm it
    BEYOND_LIMITS = 3


class Instrument:
    """One member, shared by the indices that hold it."""

    def __init__(self, market, member):
        self.symbol, self.market, self.currency = member.symbol, market, member.currency
        self.reference, self.close = member.reference, member.close  # of the definition
        self.was_suspended = member.suspended  # by the definition
        self.accepted = self.reference  # the newest of a feed, 1e-6
        self.kind = None  # of the accepted price; None: nothing was heard yet
        self.volume = self.turnover = 0
        self.status = Status.TRADING
        self.resumed = False  # its suspension ended today
        self.channel = None  # (feed, channel) that brought its price of today
        self.unheard = False  # no price since that channel lost something
        self.refused = False  # its channel brings only prices of it that are out of order
        self.heard_in_session = False  # since its market left the opening auction
        self.mismatch = False  # the exchange's previous close is not our reference
        self.stated = None  # that previous close, the newest
        self.claimed = None  # the newest that is not our reference
        self.confirmed = None  # of these the one that an operator said is right
        self.base = self.reference  # the collar's centre before the first price of today
        self.override = None  # an operator's price, which outranks the accepted one
        self.version = 0  # requests carried out on it
        self.collar_bp = 0  # 0: no collar
        self.stated_limits = (0, 0)  # the exchange's (lower, upper), 0 = none on that side
        self.unlimited = False  # a day without a price limit
        self.limits, self.limits_mismatch = (0, 0), False  # those in use
        self.waiting = None
        self.windows = Windows()
        self.guard = None  # while a level is guarded because of it
        self.quote = None  # the newest, where an index asks for it
        self.places = []  # where indices keep its price: (list, position)

    @property
    def price(self):
        """In force."""
        return self.accepted if self.override is None else self.override

    def price_under(self, reference):
        """In force under a definition that has trading start there."""
        is_silent = self.kind is None and self.override is None
        return reference if is_silent else self.price

    @property
    def opened(self):
        """Whether it has a price of today."""
        return self.kind is not None and self.kind > PriceKind.PREVIOUS_CLOSE

    @property
    def heard_since_auction(self):
        """An auction's own price may come before its market is said to have left the auction."""
        return self.opened or self.heard_in_session

    @property
    def standing(self):
        """All that a price may change for its indices; the price first."""
        return (self.price, self.kind, self.channel, self.mismatch, self.heard_in_session,
                self.unheard, self.quote is not None and self.quote.unheard,
                self.waiting is not None and self.waiting.latest.value, self.claimed)

    @property
    def close_is_in(self):
        """Whether nothing more is awaited of it after its market's end."""
        return self.kind == PriceKind.CLOSE or self.status != Status.TRADING

    # The definition, and what the exchange says of the day.

    def change_definition(self, member):
        """Another version of the definition says where trading started."""
        self.close, self.was_suspended = member.close, member.suspended
        if member.reference == self.reference:
            return
        if self.base == self.reference:
            self.base = member.reference
        self.reference = member.reference
        if self.kind is None:
            self.accepted = member.reference
        if not self.opened and self.stated is not None:
            self._compare_reference(self.stated, False)
        self.judge_limits()

    def _is_reference(self, value):
        """Whether a previous close of the exchange is the definition's."""
        if self.market == HONG_KONG:
            return (abs(value - self.close) <= CLOSE_TOLERANCE
                    or abs(value - self.reference) <= CLOSE_TOLERANCE)
        return value == self.reference

    def _compare_reference(self, value, before):
        self.stated = value
        doubtful = not self._is_reference(value) and value != self.confirmed
        self.mismatch = before or doubtful
        if doubtful:
            self.claimed = value

    def _is_inside(self, value, centre):
        return self.collar_bp == 0 or abs(value - centre) * BASIS <= self.collar_bp * centre

    def _take_previous_close(self, event):
        self._compare_reference(event.value, self.mismatch)
        if self.opened or not self._is_inside(event.value, self.base):
            return False
        self.accept(event)
        return True

    def confirm_reference(self):
        """The exchange is right; whether its previous close becomes the price in force."""
        self.mismatch, self.confirmed = False, self.claimed
        if self._is_inside(self.claimed, self.base):
            return False
        self.base = self.claimed
        self.judge_limits()
        if self.opened:
            return False
        self.accepted, self.kind = self.claimed, PriceKind.PREVIOUS_CLOSE
        return True

    def take_limits(self, event):
        self.unlimited = event.detail == 1
        self.stated_limits = (event.value, event.second)
        self.judge_limits()

    def judge_limits(self):
        """Limits count only while they enclose the base."""
        lower, upper = (0, 0) if self.unlimited else self.stated_limits
        self.limits_mismatch = not (lower <= self.base and (upper == 0 or self.base <= upper))
        self.limits = (0, 0) if self.limits_mismatch else (lower, upper)

    def within_limits(self, value):
        lower, upper = self.limits
        return lower <= value and (upper == 0 or value <= upper)

    def change_status(self, status):
        self.resumed |= self.status == Status.SUSPENDED
        self.status = Status(status)
        self.windows.is_armed = False

    # Prices of a feed.

    @property
    def centre(self):
        """Of the collar: the last usable price of today, before that the base."""
        return self.accepted if self.opened else self.base

    def judge(self, value):
        if not self.within_limits(value):
            return Verdict.BEYOND_LIMITS
        if self.unlimited and not self.opened:
            return Verdict.INSIDE
        if self._is_inside(value, self.centre):
            return Verdict.INSIDE
        return Verdict.FAR if self._is_far(value, self.centre) else Verdict.OUTSIDE

    def _is_far(self, value, centre):
        far = BASIS + 3 * self.collar_bp
        return value * BASIS > centre * far or value * far < centre * BASIS

    def needs_force(self, value, centre):
        """Whether an operator must insist on a request about this price."""
        if not self.within_limits(value):
            return True
        return not self._is_inside(value, centre) and self._is_far(value, centre)

    def take(self, event, now, was_live, wait_ns):
        """A price of a feed; whether it is now in force as an accepted price.

        `was_live`: whether a better price than a waiting one could have come until now.
        """
        if is_without_close(event):
            self.accept(event._replace(value=self.accepted))
            return True
        if not is_usable(event.value, self.reference):
            return False
        kind = event.detail
        if kind == PriceKind.PREVIOUS_CLOSE:
            return self._take_previous_close(event)
        if self.kind is not None and kind < self.kind:
            return False
        if self.waiting is not None:
            self.waiting.count_up(now, was_live)
        verdict = self.judge(event.value)
        if verdict != Verdict.INSIDE and not self._confirmation(event, verdict, wait_ns):
            return False
        self.waiting = None
        self.accept(event)
        return True

    def _confirmation(self, event, verdict, wait_ns):
        """Enters a price that lies outside; the reason why it waits no longer, or None."""
        centre = self.centre
        if self.waiting is None:
            self.waiting = Waiting(event, centre)
            return None
        waiting = self.waiting
        near, witness, same_side = waiting.enter(event, centre, self.currency)
        witnesses = waiting.witnesses
        if verdict == Verdict.BEYOND_LIMITS:
            return None
        if verdict == Verdict.FAR:
            may_be_far = self.resumed or self.was_suspended or self.unlimited
            resumed = (may_be_far and witnesses.has(5, 60 * SECOND)
                       and not self._is_tenfold(event.value, centre))
            return "resumed" if resumed else None
        if event.detail == PriceKind.NOMINAL:
            traded_again = witnesses.has(5, 10 * SECOND)
        else:
            traded_again = (witnesses.has(3, 3 * SECOND)
                            and event.second > witnesses.first.second)
        if witness and traded_again:
            return "traded_again"
        if witness and witnesses.has(2, wait_ns) and waiting.waited_ns >= wait_ns:
            return "waited"
        if same_side and waiting.same_side.has(10, 60 * SECOND):
            return "stays_outside"
        return "official_close" if event.detail == PriceKind.CLOSE and near else None

    @staticmethod
    def _is_tenfold(value, centre):
        """A tenth or ten times as much, as a misplaced decimal point makes it."""
        return (abs(value - 10 * centre) * 100 <= TENFOLD_PERCENT * 10 * centre
                or abs(10 * value - centre) * 100 <= TENFOLD_PERCENT * centre)

    def hear(self, event):
        """An image arrived, whether its price is accepted or not: the loss is repaired."""
        if not is_usable(event.value, self.reference) and not is_without_close(event):
            return
        self.unheard = False
        if self.quote is not None and self.quote.came_on(event):
            self.quote.unheard = False

    def hand_over(self, source, successor):
        """A source is replaced; another channel judges its prices."""
        if (self.channel or (self.market, 0)) == source:
            self.channel = successor
        if self.quote is not None and (self.quote.channel or (self.market, 0)) == source:
            self.quote.channel = successor

    def note_traded(self, event):
        """Traded so far today; a message that says nothing of it says 0."""
        self.volume = event.second or self.volume
        self.turnover = event.third or self.turnover

    def jump(self, event, last, channel):
        """Of an accepted price: the price from which it jumped, or None (level guard).

        `last` and `channel` are those of the accepted price before.
        """
        if event.detail not in (PriceKind.LAST, PriceKind.NOMINAL):
            return None
        windows = self.windows
        if windows.is_armed and self.override is None and channel == self.channel:
            return windows.move(event.value, event.exchange_time, last)
        windows.start(event.value, event.exchange_time)
        return None

    def accept(self, event):
        self.note_traded(event)
        self.kind = event.detail
        self.accepted = event.value
        if self.opened:
            self.channel = (event.feed, event.channel)
