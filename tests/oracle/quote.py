"""What the members are bid and asked, and the two levels of it (METHODOLOGY 5, "Bid and ask")."""
from oracle.definition import half_up
from oracle.price import Status, is_usable
from oracle.status import TRADING

BOOK, NONE = range(2)  # what a feed knows of a book


def is_sound(event, instrument):
    """Whether a quote may be used; 0 is an empty side."""
    sides = [side for side in (event.value, event.second) if side != 0]
    if not all(is_usable(side, instrument.reference) for side in sides):
        return False
    if not all(instrument.within_limits(side) for side in sides):
        return False
    return len(sides) < 2 or event.value <= event.second


class Quote:
    """The newest of one member."""

    def __init__(self):
        self.known = False
        self.bid = self.ask = 0
        self.channel = None  # (feed, channel) that brought it
        self.unheard = False  # neither it nor a price came since that channel lost something

    def take(self, event):
        self.known = event.detail == BOOK
        self.bid, self.ask = event.value, event.second
        self.channel = (event.feed, event.channel)
        self.unheard = False

    def came_on(self, event):
        return (self.channel or (event.feed, 0)) == (event.feed, event.channel)


def stands(day, member):
    """Whether its quotes could be traded at."""
    return (member.quote.known and member.override is None and member.status == Status.TRADING
            and day.markets[member.market].phase == TRADING
            and day.channels.is_current(member.market, member.quote.channel, member.quote.unheard))


def sides_of(day, member):
    """((price, whether it is a quote) of the bid, the same of the ask)."""
    if not stands(day, member):
        return (member.price, False), (member.price, False)
    lower, upper = member.limits
    return (_side(member.quote.bid, lower, member.price),
            _side(member.quote.ask, upper, member.price))


def _side(quote, limit, in_force):
    return (quote, True) if quote else (limit or in_force, False)


class BidAsk:
    """Both levels of one index that asks for them."""

    def __init__(self, index):
        self._index = index
        self._sides = None  # of each member, as last looked at
        self.published = (0, 0)

    def move(self, day):
        """Whether quotes moved one of the levels away from what was published."""
        before, self._sides = self._sides, [sides_of(day, m) for m in self._index.members]
        return before != self._sides and self.levels() != self.published

    def levels(self):
        return tuple(self._level([sides[which][0] for sides in self._sides]) for which in (0, 1))

    def _level(self, prices):
        total, place = 0, 0
        for leg in self._index.legs:
            end = place + len(leg.members)
            total += leg.value_at(prices[place:end])
            place = end
        return self._index.level_at(total)

    def weights(self, day):
        """Of the members whose bid, and whose ask, is a quote, in basis points."""
        index, counted = self._index, [0, 0]
        for member, weight in zip(index.members, index.weights):
            for which, (_, quoted) in enumerate(sides_of(day, member)):
                counted[which] += weight * quoted
        return tuple(half_up(10_000 * part, index.weight) for part in counted)
