"""Project keys: the ``PUNT`` in ``PUNT-42``. Upper case, 1-10 characters, unique in a tenant, usable in a path."""

import re
from collections.abc import Iterator
from itertools import count

from domain.kernel.errors import Invalid

KEY_CLAIM = "project_key"
"""The scope within which keys are claimed."""
_KEY = re.compile(r"[A-Z0-9_]{1,10}")
_WORD = re.compile(r"[A-Za-z0-9]+")
_LONGEST = 10
_ABBREVIATION = 4
RESERVED = frozenset(
    {"EVENTS", "NEW", "SEARCH", "IMPORT", "EXPORT", "CLONE", "SETTINGS", "TEMPLATES", "ARCHIVED", "DELETED", "TRASH"}
)
"""Words that stand, or may one day stand, in a route where a key could."""


class KeyMalformed(Invalid):
    """Project key must be 1-10 letters, digits or underscores"""


class KeyReserved(Invalid):
    """Project key is a reserved word"""


class KeyTaken(Invalid):
    """Project key already exists"""


def normalized(key: str) -> str:
    """The key as it is stored. Raises KeyMalformed, KeyReserved."""
    upper = key.strip().upper()
    if not _KEY.fullmatch(upper):
        raise KeyMalformed(field="key")
    if upper in RESERVED:
        raise KeyReserved(field="key")
    return upper


def candidates(name: str) -> Iterator[str]:
    """Keys for a project of this name, best first, without end: ``Web Shop`` gives WS, WS2, WS3, ...

    Several words give their initials, one word its first letters.
    """
    words = _WORD.findall(name)
    letters = "".join(word[0] for word in words) if len(words) > 1 else "".join(words)[:_ABBREVIATION]
    stem = letters.upper()[:_LONGEST] or "P"
    if stem not in RESERVED:
        yield stem
    for number in count(2):
        suffix = str(number)
        yield stem[: _LONGEST - len(suffix)] + suffix
