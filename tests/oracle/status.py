"""The status of an index from the states of its markets: METHODOLOGY 5, row by row."""

PRE_OPEN, TRADING, BREAK, HALT, CLOSING, CLOSED, SHUT = range(7)  # N T B I C F X


def of(phases):
    """The first row of the table that fits; `phases` with or without the markets that are shut."""
    today = set(phases) - {SHUT}
    if today <= {CLOSED}:
        return "closed"
    if today <= {CLOSING, CLOSED}:
        return "preliminary_close"
    if {TRADING, PRE_OPEN} <= today:
        return "indicative"
    if TRADING in today:
        return "open"
    if today == {PRE_OPEN}:
        return "pre_open"
    return "break"


def of_fund(own, priced):
    """That of the market where it is listed, unless one that it prices is missing (METHODOLOGY 9)."""
    status = of({own})
    missing = {PRE_OPEN, CLOSED, SHUT} & set(priced)
    return "indicative" if status == "open" and missing else status


def is_partial(phases):
    """Whether a market is missing: shut, or halted without announcement."""
    return SHUT in phases or HALT in phases
