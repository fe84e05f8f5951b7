"""When what is cached about accounts and memberships went out of date, in this process's knowledge."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

from domain.kernel.errors import LogUnavailable

ACCESS_PREFIXES = ("user.", "person.", "project.", "access_token.", "tracker_key.", "gateway_key.")
PAUSE_SECONDS = 0.01
"""Between two looks. Appends of this process are known at once; those of others reach us no faster than this."""
TypesAfter = Callable[[str, int], Awaitable[list[tuple[int, str]]]]


class LogFreshness:
    """Implements ``projections.kernel.progress.Freshness``.

    Appends of this process are noted as they commit; those of others are found when their ledger is said to have moved.
    """

    def __init__(self, types_after: TypesAfter) -> None:
        self._types_after = types_after
        self._changed: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self, changes: AsyncIterator[frozenset[str]], positions: Mapping[str, int]) -> None:
        self._seen = dict(positions)
        self._changed = dict(positions)
        self._task = asyncio.create_task(self._follow(changes))

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def changed_at(self, ledger_id: str) -> int:
        return self._changed.get(ledger_id, 0)

    def appended(self, ledger_id: str, position: int, types: Sequence[str]) -> None:
        """This process appended events of these types, the last one at ``position``."""
        if self._seen.get(ledger_id, 0) == position - len(types):
            self._seen[ledger_id] = position
        if any(kind.startswith(ACCESS_PREFIXES) for kind in types):
            self._note(ledger_id, position)

    def _note(self, ledger_id: str, position: int) -> None:
        self._changed[ledger_id] = max(position, self._changed.get(ledger_id, 0))

    async def _follow(self, changes: AsyncIterator[frozenset[str]]) -> None:
        async for ledgers in changes:
            for ledger_id in ledgers:
                with suppress(LogUnavailable):
                    await self._catch_up(ledger_id)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _catch_up(self, ledger_id: str) -> None:
        while events := await self._types_after(ledger_id, self._seen.get(ledger_id, 0)):
            for position, kind in events:
                if kind.startswith(ACCESS_PREFIXES):
                    self._note(ledger_id, position)
            self._seen[ledger_id] = events[-1][0]
