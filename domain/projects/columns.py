"""Columns of a board, in the order of their tuple."""

from collections.abc import Callable

import msgspec

_DONE_NAMES = frozenset({"done", "complete", "completed", "closed", "resolved", "finished"})
_DEFAULTS = ("To Do", "In Progress", "Review", "Done")


class Column(msgspec.Struct, frozen=True):
    id: str
    name: str
    icon: str | None = None
    color: str | None = None

    @property
    def is_done(self) -> bool:
        """Tickets in a column with such a name count as completed."""
        return self.name.strip().lower() in _DONE_NAMES


def default_columns(new_id: Callable[[], str]) -> tuple[Column, ...]:
    return tuple(Column(new_id(), name) for name in _DEFAULTS)
