"""The event log's contract, bound to both adapters."""

from collections.abc import AsyncIterator
from functools import partial

import asyncpg
import pytest

from domain.kernel.log import EventLog
from infra.eventlog.memory import MemoryLog
from infra.eventlog.postgres import PostgresLog
from infra.postgres.embedded import Addresses
from infra.postgres.pool import connect
from tests.contracts.event_log import LEDGER, OTHER, EventLogContract
from tests.meters import Silent


class TestMemoryLog(EventLogContract):
    @pytest.fixture
    async def log(self) -> EventLog:
        log = MemoryLog()
        for ledger_id in (LEDGER, OTHER):
            await log.create_ledger(ledger_id, ledger_id.partition("/")[0])
        return log


class TestPostgresLog(EventLogContract):
    @pytest.fixture
    async def log(self, database: Addresses, pool: asyncpg.Pool) -> AsyncIterator[EventLog]:
        log = PostgresLog(pool, partial(connect, database.server_url, application_name="tests"), Silent())
        await log.start()
        for ledger_id in (LEDGER, OTHER):
            await log.create_ledger(ledger_id, ledger_id.partition("/")[0])
        yield log
        await log.stop()
