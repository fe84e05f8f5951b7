"""Numbers of sequences, coalesced: all that wait while one call runs share the next call."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from domain.kernel.errors import LogUnavailable
from infra.postgres.errors import DatabaseUnavailable
from infra.postgres.pool import unavailable_when_gone

Name = tuple[str, str]


class Numbers:
    """``connect`` opens a connection of its own. Its commits wait for the disk: this process may outlive a crash of the
    database, and then still uses the numbers that it took before.
    """

    def __init__(self, connect: Callable[[], Awaitable[Any]]) -> None:
        self._connect = connect
        self._connection: Any = None
        self._waiting: dict[Name, list[asyncio.Future[int]]] = defaultdict(list)
        self._task: asyncio.Task[None] | None = None

    async def take(self, ledger_id: str, name: str) -> int:
        """Raises LogUnavailable."""
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting[ledger_id, name].append(answer)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._serve())
        return await answer

    async def stop(self) -> None:
        if self._task is not None:
            await self._task
        if self._connection is not None:
            self._connection.terminate()

    async def _serve(self) -> None:
        while self._waiting:
            waiting, self._waiting = self._waiting, defaultdict(list)
            names = sorted(waiting)
            try:
                with unavailable_when_gone():
                    if self._connection is None or self._connection.is_closed():
                        self._connection = await self._connect()
                    last_numbers = await self._connection.fetchval(
                        "select ledger.take_numbers($1, $2, $3)",
                        [ledger_id for ledger_id, _ in names],
                        [name for _, name in names],
                        [len(waiting[name]) for name in names],
                    )
            except Exception as error:  # noqa: BLE001 - every waiting caller must hear
                _refuse(waiting, LogUnavailable() if isinstance(error, DatabaseUnavailable) else error)
                continue
            for name, last in zip(names, last_numbers, strict=True):
                for offset, answer in enumerate(reversed(waiting[name])):
                    if not answer.done():
                        answer.set_result(last - offset)


def _refuse(waiting: dict[Name, list[asyncio.Future[int]]], error: Exception) -> None:
    for answers in waiting.values():
        for answer in answers:
            if not answer.done():
                answer.set_exception(error)
