"""Where a reader wants to start: the last position it has seen."""

from domain.kernel.log import Head
from interfaces.sse.errors import BadCursor, CursorBeyondHead

LONGEST = 18
"""Digits; a position is below 10**18."""


def cursor_from(**given: str | None) -> int | None:
    """The first that is given, by its name; None without any. Raises BadCursor."""
    for name, text in given.items():
        if text is not None:
            if not (text.isascii() and text.isdigit() and len(text) <= LONGEST):
                raise BadCursor(field=name)
            return int(text)
    return None


def within(cursor: int, head: Head) -> int:
    """Raises CursorBeyondHead."""
    if cursor > head.position:
        raise CursorBeyondHead(head=head.position, log_id=str(head.log_id))
    return cursor
