"""Dispatchers and logs for tests, put together as the server does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from functools import partial

import asyncpg

from domain.kernel.dispatch import Context
from domain.kernel.log import Append, EventLog, Receipt
from domain.kernel.unit import Actor
from infra.dispatch.dispatcher import CommandDispatcher
from infra.eventlog.codec import Codec
from infra.eventlog.memory import MemoryLog
from infra.eventlog.postgres import PostgresLog
from infra.keys.memory import MemoryVault
from infra.keys.ring import KeyRing
from infra.postgres.embedded import Addresses
from infra.postgres.pool import connect
from tests.meters import Silent

LEDGER = "default/main"
MASTER = bytes(range(32))


def context(**changes: object) -> Context:
    facts: dict[str, object] = {"ledger_id": LEDGER, "actor": Actor(id="user-1")}
    return Context(**facts | changes)  # type: ignore[arg-type]


def dispatcher_on(log: EventLog, ring: KeyRing | None = None) -> CommandDispatcher:
    """One process's dispatcher. Give two of them one ring, as two processes have one master key and one vault."""
    ring = ring or KeyRing(MASTER, MemoryVault())
    return CommandDispatcher(log, Codec(ring), ring.claim_hash)


@asynccontextmanager
async def open_log(database: Addresses, pool: asyncpg.Pool) -> AsyncIterator[PostgresLog]:
    """One process's log, with the default tenant's ledger in it."""
    log = PostgresLog(pool, partial(connect, database.server_url, application_name="tests"), Silent())
    await log.create_ledger(LEDGER, "default")
    await log.start()
    try:
        yield log
    finally:
        await log.stop()


class SlowLog(MemoryLog):
    """A log in memory whose appends take effect when ``commit`` is called, in their order, as on a disk."""

    def __init__(self) -> None:
        super().__init__()
        self._queue: list[tuple[Append, asyncio.Future[Receipt]]] = []
        self.queued = asyncio.Event()

    def append(self, append: Append) -> Awaitable[Receipt]:
        answer: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._queue.append((append, answer))
        self.queued.set()
        return answer

    def commit(self) -> None:
        waiting, self._queue = self._queue, []
        self.queued.clear()
        for append, answer in waiting:
            try:
                answer.set_result(self._append(append))
            except Exception as refusal:  # noqa: BLE001 - the caller hears it when awaiting
                answer.set_exception(refusal)

    def fail(self, error: Exception) -> None:
        waiting, self._queue = self._queue, []
        self.queued.clear()
        for _, answer in waiting:
            answer.set_exception(error)
