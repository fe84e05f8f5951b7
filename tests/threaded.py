"""The log on PostgreSQL beside synchronous tests: it lives on an event loop in a thread of its own."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from itertools import count
from threading import Thread
from typing import Any, TypeVar

import asyncpg

from infra.eventlog.postgres import PostgresLog
from infra.postgres.embedded import Addresses
from infra.postgres.pool import connect, open_pool
from tests.database import fresh_database, session_server
from tests.ledgers import open_log

T = TypeVar("T")
_ledgers = count(1)


class Elsewhere:
    """A database with two processes' logs on it. ``loop`` runs in another thread."""

    database: Addresses
    pool: asyncpg.Pool
    log: PostgresLog
    other_log: PostgresLog

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.stack = AsyncExitStack()

    async def start(self) -> None:
        self.database = await self.stack.enter_async_context(fresh_database(await session_server()))
        self.pool = await self.stack.enter_async_context(
            await open_pool(self.database.server_url, minimum=1, maximum=4, application_name="tests")
        )
        self.log = await self.stack.enter_async_context(open_log(self.database, self.pool))
        self.other_log = await self.stack.enter_async_context(open_log(self.database, self.pool))
        self.connect = partial(connect, self.database.server_url, application_name="tests")

    def run(self, call: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(call, self.loop).result(60)

    def new_ledger(self) -> str:
        ledger_id = f"tenant-{next(_ledgers)}/main"
        self.run(self.log.create_ledger(ledger_id, ledger_id))
        return ledger_id


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    place = Elsewhere(loop)
    try:
        place.run(place.start())
        yield place
    finally:
        place.run(place.stack.aclose())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
