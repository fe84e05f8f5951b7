"""A small cache of what read models say, dropped the moment an account or a membership changes."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from projections.kernel.progress import Freshness, Progress

V = TypeVar("V")
CATCH_UP = 1.0
"""Seconds to wait for a read model that is behind a change of rights, before its answer is used all the same."""


async def level(progress: Progress, freshness: Freshness, ledger_id: str) -> int:
    """Wait, a second at most, until the read models show the last change; the position they can now be read at."""
    changed_at = freshness.changed_at(ledger_id)
    if progress.position(ledger_id) < changed_at:
        await progress.reached(ledger_id, changed_at, timeout=CATCH_UP)
    return progress.position(ledger_id)


class FreshCache(Generic[V]):
    """Values by (ledger, key), at most ``size`` of them, the least recently used dropped first.

    A value is good while the position it was read at is not below the last change of accounts and memberships that
    this process knows of. Absent things (None) are not kept.
    """

    def __init__(self, progress: Progress, freshness: Freshness, size: int) -> None:
        self._progress = progress
        self._freshness = freshness
        self._size = size
        self._values: OrderedDict[tuple[str, Hashable], tuple[V, int]] = OrderedDict()

    def get(self, ledger_id: str, key: Hashable) -> V | None:
        known = self._values.get((ledger_id, key))
        if known is None or known[1] < self._freshness.changed_at(ledger_id):
            return None
        self._values.move_to_end((ledger_id, key))
        return known[0]

    async def load(self, ledger_id: str, key: Hashable, read: Callable[[], Awaitable[V | None]]) -> V | None:
        """The cached value, or what ``read`` finds once the read models have caught up with the last change."""
        if (known := self.get(ledger_id, key)) is not None:
            return known
        read_at = await level(self._progress, self._freshness, ledger_id)
        value = await read()
        if value is not None:
            self._values[ledger_id, key] = (value, read_at)
            if len(self._values) > self._size:
                self._values.popitem(last=False)
        return value
