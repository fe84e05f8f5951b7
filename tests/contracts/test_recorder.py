"""The eventsourcing library's own recorder cases, run against the log on PostgreSQL."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from itertools import count
from threading import Thread
from typing import Any, ClassVar
from unittest import skip
from uuid import uuid4

from eventsourcing.persistence import ApplicationRecorder, StoredEvent
from eventsourcing.tests.persistence import AggregateRecorderTestCase, ApplicationRecorderTestCase, RecorderTestCase

from infra.eventlog.postgres import PostgresLog
from infra.eventlog.recorder import LogRecorder
from infra.postgres.pool import open_pool
from tests.database import fresh_database, session_server
from tests.ledgers import open_log

FROM_ZERO = "writes versions from 0 whatever the initial version is: there is no place before a stream's first event"
_ledgers = count(1)


@contextmanager
def log_in_a_thread() -> Iterator[tuple[PostgresLog, asyncio.AbstractEventLoop]]:
    """The library's cases are synchronous: the log runs beside them."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    stack = AsyncExitStack()

    async def start() -> PostgresLog:
        database = await stack.enter_async_context(fresh_database(await session_server()))
        pool = await open_pool(database.server_url, minimum=1, maximum=4, application_name="tests")
        await stack.enter_async_context(pool)
        return await stack.enter_async_context(open_log(database, pool))

    try:
        yield asyncio.run_coroutine_threadsafe(start(), loop).result(), loop
    finally:
        asyncio.run_coroutine_threadsafe(stack.aclose(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class OnPostgres(RecorderTestCase):
    """A ledger for each recorder, and one database for each class."""

    recorder_class: ClassVar[type[LogRecorder]] = LogRecorder
    log: ClassVar[PostgresLog]
    loop: ClassVar[asyncio.AbstractEventLoop]

    @classmethod
    def setUpClass(cls) -> None:
        cls.log, cls.loop = cls.enterClassContext(log_in_a_thread())

    def new_originator_id(self) -> str:
        return str(uuid4())

    def create_recorder(self) -> Any:
        ledger_id = f"recorder-{next(_ledgers)}/main"
        asyncio.run_coroutine_threadsafe(self.log.create_ledger(ledger_id, "recorder"), self.loop).result()
        return self.recorder_class(self.log, ledger_id, self.loop)


class FromZero(LogRecorder):
    first_version = 0


class WithoutPositions(FromZero):
    """The library's plain recorder of aggregates answers an insert with None."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        super().insert_events(stored_events, **kwargs)


class TestApplicationRecorder(OnPostgres, ApplicationRecorderTestCase[ApplicationRecorder]):
    """Streams begin at 0, since the library's concurrent cases write from there."""

    INITIAL_VERSION = 0
    recorder_class = FromZero
    test_insert_subscribe = ApplicationRecorderTestCase.optional_test_insert_subscribe


class TestApplicationRecorderFromOne(OnPostgres, ApplicationRecorderTestCase[ApplicationRecorder]):
    """As our aggregates number their events."""

    test_insert_subscribe = ApplicationRecorderTestCase.optional_test_insert_subscribe

    @skip(FROM_ZERO)
    def test_concurrent_no_conflicts(self, *_: Any) -> None: ...

    @skip(FROM_ZERO)
    def test_concurrent_throughput(self) -> None: ...


class TestAggregateRecorder(OnPostgres, AggregateRecorderTestCase):
    """Streams begin at 0, since the case writes one from there."""

    INITIAL_VERSION = 0
    recorder_class = WithoutPositions
