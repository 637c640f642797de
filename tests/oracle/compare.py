"""Holds published levels against the oracle's, input by input."""
import collections
import itertools
import json
import typing

from oracle.day import Day
from oracle.level import Level, of_record


class Difference(typing.NamedTuple):
    """One field of one level; `field` is "level missing" or "level extra" for a whole one."""
    input_sequence: int
    code: str
    field: str
    published: object
    expected: object

    def __str__(self):
        return (f"input {self.input_sequence}, index {self.code}, {self.field}: "
                f"published {self.published}, expected {self.expected}")


def published_levels(path):
    """Levels of a JSON-lines file, in its order."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            yield of_record(json.loads(line))


def by_input(levels):
    """{input sequence: levels} of consecutive levels, one group at a time."""
    for sequence, group in itertools.groupby(levels, key=lambda level: level.input_sequence):
        yield sequence, list(group)


def expected_levels(definitions, header, inputs, editions=None):
    """The oracle's levels, in order, each group with the input that caused it."""
    day = Day(definitions, header, editions)
    yield 0, day.start()
    for event in inputs:
        levels = day.take(event)
        if levels:
            yield event.sequence, levels


class _Comparison:
    """Pairs levels up; a missing or extra one shifts the numbers that follow, which is no news."""

    def __init__(self):
        self._shift = collections.Counter()

    def of_one_input(self, sequence, published, expected):
        if published == expected and not self._shift:
            return
        codes = dict.fromkeys(level.code for level in itertools.chain(published, expected))
        for code in codes:
            pairs = itertools.zip_longest([x for x in published if x.code == code],
                                          [x for x in expected if x.code == code])
            for got, wanted in pairs:
                yield from self._of_one_level(sequence, code, got, wanted)

    def _of_one_level(self, sequence, code, got, wanted):
        if got is None or wanted is None:
            self._shift[code] += -1 if got is None else 1
            field = "level missing" if got is None else "level extra"
            yield Difference(sequence, code, field, got, wanted)
            return
        wanted = wanted._replace(index_sequence=wanted.index_sequence + self._shift[code])
        for field, a, b in zip(Level._fields, got, wanted):
            if a != b:
                yield Difference(sequence, code, field, a, b)


def differences(published, expected):
    """Every difference between two ordered streams of (input sequence, levels)."""
    comparison, nothing = _Comparison(), (None, [])
    ours, theirs = next(expected, nothing), next(published, nothing)
    while ours is not nothing or theirs is not nothing:
        sequence = min(group[0] for group in (ours, theirs) if group is not nothing)
        wanted = ours[1] if ours[0] == sequence else []
        got = theirs[1] if theirs[0] == sequence else []
        yield from comparison.of_one_input(sequence, got, wanted)
        ours = next(expected, nothing) if ours[0] == sequence else ours
        theirs = next(published, nothing) if theirs[0] == sequence else theirs


def summary(found):
    """How often each field differs, and the first difference of each."""
    counts, first = collections.Counter(), {}
    for difference in found:
        counts[difference.field] += 1
        first.setdefault(difference.field, difference)
    return [(count, first[field]) for field, count in counts.most_common()]
