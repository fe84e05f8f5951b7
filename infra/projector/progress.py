"""How far the read models are, as this process knows it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from time import monotonic
from typing import Any

from infra.postgres.errors import DatabaseUnavailable
from infra.postgres.pool import unavailable_when_gone
from infra.projector.tables import sql
from projections.kernel.projection import Projection

Standing = tuple[int, str]
"""Position and status of one projection on one ledger."""


class ReadModelProgress:
    """Implements ``projections.kernel.progress.Progress`` over the interactive projections of this release."""

    def __init__(self, projections: Iterable[Projection], fetch: Callable[..., Awaitable[Any]]) -> None:
        self._projections = {each.name: each for each in projections if each.group == "interactive"}
        self._types = {name: each.types() for name, each in self._projections.items()}
        self._fetch = fetch
        self._standing: dict[str, dict[str, Standing]] = defaultdict(dict)
        self._waiting: dict[str, list[tuple[asyncio.Future[None], int, frozenset[str]]]] = {}
        self._level_at: dict[tuple[str, str], float] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self, changes: AsyncIterator[frozenset[str]]) -> None:
        """``changes`` tells which ledgers' read models moved in another process."""
        await self._refresh()
        self._task = asyncio.create_task(self._follow(changes))

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def position(self, ledger_id: str) -> int:
        standing = self._standing.get(ledger_id, {})
        return min((position for position, status in standing.values() if status != "parked"), default=0)

    def lags(self, heads: Mapping[str, int]) -> Iterator[tuple[str, str, int, float, bool]]:
        """(ledger, projection, events behind its head, seconds since it was level, whether it is parked)."""
        now = monotonic()
        for ledger_id, standing in self._standing.items():
            for name, (position, status) in standing.items():
                behind = max(0, heads.get(ledger_id, 0) - position)
                if not behind:
                    self._level_at[ledger_id, name] = now
                age = now - self._level_at.setdefault((ledger_id, name), now)
                yield ledger_id, name, behind, age, status == "parked"

    def is_live(self) -> bool:
        """No interactive projection is still being built, on any ledger."""
        return all(status != "building" for known in self._standing.values() for _, status in known.values())

    async def reached(
        self,
        ledger_id: str,
        position: int,
        *,
        types: frozenset[str] = frozenset(),
        timeout: float = 2.0,  # noqa: ASYNC109 - waiting is what this does
    ) -> bool:
        names = frozenset(name for name, consumed in self._types.items() if not types or consumed & types)
        if self._stands_at(ledger_id, position, names):
            return True
        arrived: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = (arrived, position, names)
        self._waiting.setdefault(ledger_id, []).append(waiting)
        try:
            async with asyncio.timeout(timeout):
                await arrived
        except TimeoutError:
            return False
        finally:
            if waiting in (others := self._waiting.get(ledger_id, [])):
                others.remove(waiting)
        return True

    def moved(self, ledger_id: str, standing: Mapping[str, Standing]) -> None:
        """Some projections of a ledger stand there now."""
        known = self._standing[ledger_id]
        for name, now in standing.items():
            if name in self._projections and now >= known.get(name, (-1, "")):
                known[name] = now
        still = []
        for waiting in self._waiting.pop(ledger_id, ()):
            arrived, position, names = waiting
            if not self._stands_at(ledger_id, position, names):
                still.append(waiting)
            elif not arrived.done():
                arrived.set_result(None)
        if still:
            self._waiting[ledger_id] = still

    def doubt(self) -> None:
        """Forget where all stands: what was applied without waiting for the disk may be lost with the database."""
        self._standing.clear()

    def _stands_at(self, ledger_id: str, position: int, names: frozenset[str]) -> bool:
        known = self._standing.get(ledger_id, {})
        for name in names:
            at, status = known.get(name, (-1, "building"))
            if at < position and status != "parked":
                return False
        return True

    async def _follow(self, changes: AsyncIterator[frozenset[str]]) -> None:
        async for ledgers in changes:
            await self._refresh(ledgers)

    async def _refresh(self, ledgers: frozenset[str] | None = None) -> None:
        with suppress(DatabaseUnavailable), unavailable_when_gone():
            found: dict[str, dict[str, Standing]] = defaultdict(dict)
            for row in await self._fetch(sql.checkpoints, list(self._projections)):
                if row["version"] == self._projections[row["projection"]].version:
                    found[row["ledger_id"]][row["projection"]] = (row["position"], row["status"])
            for ledger_id, standing in found.items():
                if ledgers is None or ledger_id in ledgers:
                    self.moved(ledger_id, standing)
