"""Why a stream is refused."""

from domain.kernel.errors import Conflict, Invalid, Unauthenticated
from interfaces.http.limits import TooManyRequests


class BadCursor(Invalid):
    """A cursor is the position of the last event seen: a whole number, 0 for none."""


class CursorBeyondHead(Conflict):
    """This cursor is ahead of the log: it belongs to another log, or to one that was restored since."""


class TooManyStreams(TooManyRequests):
    """Too many connections"""


class BadTicket(Unauthenticated):
    """The stream ticket is unknown, used or expired."""
