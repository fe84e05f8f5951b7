"""Reading the log in pages: the one reader behind streams, pages and bulk."""

from typing import NamedTuple, Protocol

from domain.kernel.log import EventLog, Filter
from domain.kernel.recorded import Decoder
from interfaces.sse.entry import Entry, entries_of


class Stretch(NamedTuple):
    """Events in order, and the position up to which there are no others that match."""

    entries: list[Entry]
    upto: int


class Reading(Protocol):
    """What a tail and its readers read the past through."""

    async def read(self, ledger_id: str, *, after: int, upto: int, only: Filter, limit: int) -> Stretch:
        """At most ``limit`` events with ``after`` < position <= ``upto``. Raises LogUnavailable."""
        ...


class History:
    """Plain events."""

    def __init__(self, log: EventLog, decoder: Decoder) -> None:
        self._log = log
        self._decoder = decoder

    async def read(self, ledger_id: str, *, after: int, upto: int, only: Filter, limit: int) -> Stretch:
        """At most ``limit`` events with ``after`` < position <= ``upto``. Raises LogUnavailable.

        A full page ends with the last event of a command, so that streams which show one frame for a command never see
        half of one; a command with more events than ``limit`` is cut all the same.
        """
        stored = await self._log.read(ledger_id, after=after, upto=upto, limit=limit, only=only)
        entries = await entries_of(stored, self._decoder)
        if len(entries) < limit:
            return Stretch(entries, upto)
        whole = whole_commands(entries)
        return Stretch(whole, whole[-1].position)


def whole_commands(entries: list[Entry]) -> list[Entry]:
    """Without the events of the last command, unless there are no others: the rest of it may lie beyond the page."""
    last = entries[-1].metadata.command_key
    end = len(entries)
    while last and end and entries[end - 1].metadata.command_key == last:
        end -= 1
    return entries[:end] or entries
