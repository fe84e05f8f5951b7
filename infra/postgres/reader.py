"""The pool as the port that queries read through."""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from domain.kernel.errors import LogUnavailable
from infra.postgres.pool import means_gone


class PoolReader:
    """Implements ``projections.kernel.reader.Reader``."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def fetch(self, query: str, *args: Any) -> Sequence[Mapping[str, Any]]:
        return await self._read(self._pool.fetch, query, args)  # type: ignore[no-any-return]

    async def fetchrow(self, query: str, *args: Any) -> Mapping[str, Any] | None:
        return await self._read(self._pool.fetchrow, query, args)  # type: ignore[no-any-return]

    async def fetchval(self, query: str, *args: Any) -> Any:
        return await self._read(self._pool.fetchval, query, args)

    async def _read(self, how: Any, query: str, args: tuple[Any, ...]) -> Any:
        try:
            return await how(query, *args)
        except Exception as error:
            if means_gone(error):
                raise LogUnavailable from error
            raise
