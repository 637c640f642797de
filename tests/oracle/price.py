"""The price that a member contributes: ladder and input control (METHODOLOGY 4)."""
import enum


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
NEAR_BP = 200  # a later message within 2 % of a pending price
BASIS = 10_000
FEWEST_NINES = 9  # shorter runs of nines are prices that a share can have


def is_overflow(value):
    """A field of nothing but nines, in whatever unit the venue has."""
    digits = str(value).rstrip("0")
    return len(digits) >= FEWEST_NINES and not digits.strip("9")


def is_usable(value, reference):
    """Whether a price may ever be used, whatever the collar says."""
    return 0 < value <= BOUND * reference and not (value > 10**9 and is_overflow(value))


class Pending:
    """A price outside the collar that waits for a second opinion."""

    def __init__(self, event, counted_to, waited_ns=0):
        self.event = event
        self.counted_to = counted_to  # on the receive clock
        self.waited_ns = waited_ns  # how much of that its feed was live

    def confirmed_by(self, event):
        near = abs(event.value - self.event.value) * BASIS <= NEAR_BP * self.event.value
        return near and event.second > self.event.second


class Collar:
    """Which prices of one member are believed at once. None at all until a setting gives it one."""

    def __init__(self, reference):
        self.centre = reference  # the last usable price
        self.width_bp = 0  # 0: no collar
        self.limits = None  # the exchange's (lower, upper), which take the collar's place
        self.unlimited = False  # a day without a price limit
        self.pending = None

    def holds(self, value):
        """Whether `value` lies inside."""
        if self.unlimited:
            return True
        if self.limits:
            lower, upper = self.limits
            return lower <= value and (upper == 0 or value <= upper)
        if self.width_bp == 0:
            return True
        return abs(value - self.centre) * BASIS <= self.width_bp * self.centre

    def within_limits(self, value):
        """Whether the exchange's own limits of the day, if it gave any, hold it."""
        lower, upper = self.limits_of_today
        return lower <= value and (upper == 0 or value <= upper)

    @property
    def limits_of_today(self):
        """(lower, upper), 0 = none on that side."""
        return (0, 0) if self.unlimited or not self.limits else self.limits

    def take(self, event, now):
        """True when the price is believed; False when it waits from now on."""
        if self.holds(event.value) or (self.pending and self.pending.confirmed_by(event)):
            self.settle(event.value)
            return True
        before = self.pending or Pending(event, now)
        self.pending = Pending(event, before.counted_to, before.waited_ns)
        return False

    def settle(self, price):
        self.centre = price
        self.pending = None

    def waited_out(self, now, live, wait_ns):
        """The pending price's input when it has waited long enough, else None."""
        pending = self.pending
        pending.waited_ns += (now - pending.counted_to) * live
        pending.counted_to = now
        if pending.waited_ns < wait_ns:
            return None
        self.settle(pending.event.value)
        return pending.event


class Instrument:
    """One member, shared by the indices that hold it."""

    def __init__(self, symbol, market, reference):
        self.symbol, self.market, self.reference = symbol, market, reference
        self.accepted = reference  # the newest of a feed, 1e-6
        self.kind = None  # of the accepted price; None: nothing was heard yet
        self.volume = self.turnover = 0
        self.status = Status.TRADING
        self.channel = None  # (feed, channel) that brought its price of today
        self.unheard = False  # no price since that channel lost something
        self.heard_in_session = False  # since its market left the opening auction
        self.mismatch = False  # the exchange's previous close is not our reference
        self.confirmed = False  # an operator said that the exchange is right
        self.override = None  # an operator's price, which outranks the accepted one
        self.version = 0  # requests carried out on it
        self.collar = Collar(reference)
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

    def change_reference(self, reference):
        """Another version of the definition says where trading started."""
        if reference == self.reference:
            return
        self.reference = reference
        if self.kind is None:
            self.accepted = reference
        if not self.opened:
            self.collar.centre = reference
        if self.kind == PriceKind.PREVIOUS_CLOSE:
            self.mismatch = self.accepted != reference and not self.confirmed

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
        """All that an accepted price may change for its indices; the price first."""
        return (self.price, self.kind, self.channel, self.mismatch, self.heard_in_session,
                self.unheard, self.quote is not None and self.quote.unheard)

    @property
    def close_is_in(self):
        """Whether nothing more is awaited of it after its market's end."""
        return self.kind == PriceKind.CLOSE or self.status == Status.SUSPENDED

    def take(self, event, now):
        """A price of a feed; whether it is now in force as an accepted price."""
        if not is_usable(event.value, self.reference):
            return False
        kind = event.detail
        if kind == PriceKind.PREVIOUS_CLOSE:
            self.mismatch |= event.value != self.reference
        if self.kind is not None and kind < self.kind:
            return False
        # The exchange's previous close is used as it is, and never moves the collar.
        if kind != PriceKind.PREVIOUS_CLOSE and not self.collar.take(event, now):
            return False
        self.accept(event)
        return True

    def hear(self, event):
        """An image arrived, whether its price is accepted or not: the loss is repaired."""
        if not is_usable(event.value, self.reference):
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

    def accept(self, event):
        self.note_traded(event)
        self.kind = event.detail
        self.accepted = event.value
        if self.opened:
            self.channel = (event.feed, event.channel)
