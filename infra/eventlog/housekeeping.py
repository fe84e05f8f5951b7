"""What has to be cleared away from time to time."""

import asyncio
from datetime import timedelta

import asyncpg
import structlog

from infra.eventlog.retention import sql
from infra.postgres.errors import DatabaseUnavailable
from infra.postgres.pool import unavailable_when_gone

EVERY = timedelta(minutes=10)
PAGE_RECEIPTS = 5000
"""Receipts that one statement forgets: short, so that appends are not held up."""

log_line = structlog.get_logger(__name__)


class Housekeeping:
    """Forgets receipts whose time is over. Any number of processes may do so side by side."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def tidy(self) -> int:
        """Forget all that is over; how many there were. Raises DatabaseUnavailable."""
        gone = 0
        while page := await self._expire_receipts():
            gone += page
        return gone

    async def _expire_receipts(self) -> int:
        with unavailable_when_gone():
            return await self._pool.fetchval(sql.expire_receipts, PAGE_RECEIPTS)  # type: ignore[no-any-return]

    async def _run(self) -> None:
        while True:
            try:
                await self.tidy()
            except DatabaseUnavailable:
                log_line.warning("database gone, receipts wait for the next round")
            except asyncpg.PostgresError:
                log_line.exception("receipts could not be forgotten")
            await asyncio.sleep(EVERY.total_seconds())
