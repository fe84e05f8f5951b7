"""User names for people who register with an e-mail address alone."""

import re
from collections.abc import Iterator
from itertools import count

from domain.identity.rules import USERNAME_LENGTH

_STEM_LENGTH = 24
_UNFIT = re.compile(r"[^A-Za-z0-9_-]+")


def candidates(email: str) -> Iterator[str]:
    """User names made of the address's local part, best first, without end: ``anna``, ``anna-2``, ``anna-3``."""
    stem = _UNFIT.sub("-", email.partition("@")[0]).strip("-")[:_STEM_LENGTH]
    if len(stem) not in USERNAME_LENGTH:
        stem = f"{stem}-user".lstrip("-")
    yield stem
    for number in count(2):
        yield f"{stem}-{number}"
