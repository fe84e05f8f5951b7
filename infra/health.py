"""Is everything up that requests need?"""

import asyncio

from domain.kernel.errors import LogUnavailable
from infra.postgres.reader import PoolReader
from infra.runtime import Runtime

DATABASE_SECONDS = 1.0


class ServerHealth:
    def __init__(self, runtime: Runtime) -> None:
        self._reader = PoolReader(runtime.pool)
        self._progress = runtime.progress
        self._was_ready = False

    async def database(self) -> bool:
        """Whether the database answers, within a second."""
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                return await self._reader.fetchval("select true") is True
        except (LogUnavailable, TimeoutError):
            return False

    def ready(self) -> bool:
        """Whether the read models have caught up once since the start; migrations are done before that."""
        self._was_ready = self._was_ready or self._progress.is_live()
        return self._was_ready
