"""Rank keys: strings whose byte order is the order of tickets in a column, so that a move changes one ticket.

The algorithm is fractional indexing as described by David Greenspan, "Implementing Fractional Indexing"
(https://observablehq.com/@dgreensp/implementing-fractional-indexing): an integer part whose first character tells its
length and sign, so that integers sort as strings, then base-62 digits that read as a fraction and never end in a zero.

The integer part of a new ticket is its number, so it ranks below every older one without a look at its column. What
moves to the bottom therefore stays under the next integer; what moves to the top goes below zero. Two tickets may get
the same rank (moved to one place at the same time, or on different columns); ties are broken by ticket id.
"""

from collections.abc import Sequence
from itertools import pairwise
from string import ascii_lowercase, ascii_uppercase, digits

import msgspec

_DIGITS = digits + ascii_uppercase + ascii_lowercase
_BASE = len(_DIGITS)
_LAST = _DIGITS[-1]
_POSITIVE = ascii_lowercase
_NEGATIVE = ascii_uppercase[::-1]
"""Heads: ``a`` and ``Z`` stand before one digit, ``b`` and ``Y`` before two, and so on."""


class Gap(msgspec.Struct, frozen=True):
    """A place in a column: the ranks right above and right below it; None is the end of the column.

    The bounds come from a read model and may be stale: then tickets get tied or close ranks, which order them all the
    same.
    """

    above: str | None = None
    below: str | None = None

    def ranks(self, numbers: Sequence[int]) -> list[str]:
        """Ranks, in order, for the tickets with these numbers."""
        if self.above is not None and self.below is not None and self.above < self.below:
            return spread(self.above, self.below, len(numbers))
        ranks: list[str] = []
        if self.above is None and self.below is not None:
            for _ in numbers:
                ranks.append(before(ranks[-1] if ranks else self.below))
            return ranks[::-1]
        last = self.above
        for number in numbers:
            last = of_number(number) if last is None else after(last, number)
            ranks.append(last)
        return ranks

    def holds(self, ranks: Sequence[str]) -> bool:
        """Whether these ranks stand in the gap already, in this order."""
        bounds = [*([self.above] if self.above else []), *ranks, *([self.below] if self.below else [])]
        return all(upper < lower for upper, lower in pairwise(bounds))


def of_number(number: int) -> str:
    """The rank of a new ticket: 1 -> ``a1``, 61 -> ``az``, 62 -> ``b10``; -1 -> ``Zz``, -63 -> ``Yzz``."""
    heads, rest = (_POSITIVE, number) if number >= 0 else (_NEGATIVE, -1 - number)
    text = ""
    while rest or not text:
        rest, digit = divmod(rest, _BASE)
        text = _DIGITS[digit if number >= 0 else _BASE - 1 - digit] + text
    return heads[len(text) - 1] + text


def number_of(rank: str) -> int:
    """The integer part."""
    value = 0
    positive = rank[0] in _POSITIVE
    for character in _integer(rank)[1:]:
        digit = _DIGITS.index(character)
        value = value * _BASE + (digit if positive else _BASE - 1 - digit)
    return value if positive else -1 - value


def between(above: str, below: str) -> str:
    """A rank after ``above`` and before ``below``. Raises ValueError unless above < below."""
    if above >= below:
        raise ValueError(f"{above} does not stand before {below}")
    integer = _integer(above)
    fraction = above[len(integer) :]
    if below.startswith(integer):
        return integer + _midpoint(fraction, below[len(integer) :])
    following = of_number(number_of(above) + 1)
    return following if following < below else integer + _midpoint(fraction, None)


def before(below: str) -> str:
    """A rank for the top of a column."""
    return of_number(number_of(below) - 1)


def after(above: str, number: int) -> str:
    """A rank for ticket ``number`` at the bottom of a column: its own where that will do, else one that grows slowly.

    The fraction counts up behind a prefix that tells its width: 1..y, then z01..zyz, then zz0001.. and so on, so
    that a thousand moves to the bottom make it a few characters long.
    """
    own = of_number(number)
    if own > above:
        return own
    integer = _integer(above)
    fraction = above[len(integer) :]
    level = len(fraction) - len(fraction.lstrip(_LAST))
    width = 2**level
    counter = 0
    for character in fraction[level:][:width].ljust(width, "0"):
        counter = counter * _BASE + _DIGITS.index(character)
    counter += 1 if (counter + 1) % _BASE else 2
    text = ""
    for _ in range(width):
        counter, digit = divmod(counter, _BASE)
        text = _DIGITS[digit] + text
    if counter or text[0] == _LAST:
        level += 1
        text = "1".rjust(2**level, "0")
    return integer + _LAST * level + text


def spread(above: str, below: str, count: int) -> list[str]:
    """``count`` ranks in order between two others, found by halving, so that they stay short."""
    if count == 0:
        return []
    half = count // 2
    middle = between(above, below)
    return [*spread(above, middle, half), middle, *spread(middle, below, count - half - 1)]


def _integer(rank: str) -> str:
    heads = _POSITIVE if rank[0] in _POSITIVE else _NEGATIVE
    return rank[: heads.index(rank[0]) + 2]


def _midpoint(low: str, high: str | None) -> str:
    """The digits about half-way between two fractions; None is 1. Neither ends in a zero, nor does the result."""
    if high is not None:
        shared = 0
        while shared < len(high) and (low[shared] if shared < len(low) else "0") == high[shared]:
            shared += 1
        if shared:
            return high[:shared] + _midpoint(low[shared:], high[shared:])
    first = _DIGITS.index(low[0]) if low else 0
    last = _DIGITS.index(high[0]) if high else _BASE
    if last - first > 1:
        return _DIGITS[(first + last) // 2]
    if high is not None and len(high) > 1:
        return high[0]
    return _DIGITS[first] + _midpoint(low[1:], None)
