"""Where a reader wants to start: the last position it has seen."""

from collections.abc import Mapping

from domain.kernel.log import Head
from interfaces.sse.errors import BadCursor, CursorBeyondHead

LONGEST = 18
"""Digits; a position is below 10**18."""


def cursor_from(header: str | None, query: Mapping[str, str]) -> int | None:
    """The ``Last-Event-ID`` header beats ``last_event_id`` beats ``after``; None without any. Raises BadCursor."""
    if header is not None:
        return _position(header, "Last-Event-ID")
    for name in ("last_event_id", "after"):
        if (text := query.get(name)) is not None:
            return _position(text, name)
    return None


def within(cursor: int, head: Head) -> int:
    """Raises CursorBeyondHead."""
    if cursor > head.position:
        raise CursorBeyondHead(head=head.position, log_id=str(head.log_id))
    return cursor


def _position(text: str, field: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST):
        raise BadCursor(field=field)
    return int(text)
