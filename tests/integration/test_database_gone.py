"""The database goes away and comes back: callers hear within 5 s, and service returns by itself."""

import asyncio
from collections.abc import AsyncIterator
from zlib import crc32

import asyncpg
import pytest

from domain.kernel.errors import LogUnavailable
from infra.eventlog import writer
from infra.eventlog.postgres import PostgresLog
from infra.postgres.embedded import EmbeddedPostgres
from tests.contracts.event_log import append, event
from tests.ledgers import LEDGER, context, dispatcher_on
from tests.samples.jar import FillJar, OpenJar


class Switch:
    """Takes one database away from everybody, and gives it back."""

    def __init__(self, administrator: asyncpg.Connection, name: str) -> None:
        self._administrator = administrator
        self._name = name

    async def off(self) -> None:
        await self._administrator.execute(f"alter database {self._name} connection limit 0")
        await self._administrator.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1", self._name
        )

    async def on(self) -> None:
        await self._administrator.execute(f"alter database {self._name} connection limit -1")


@pytest.fixture
async def switch(postgres: EmbeddedPostgres, pool: asyncpg.Pool) -> AsyncIterator[Switch]:
    name = await pool.fetchval("select current_database()")
    administrator = await asyncpg.connect(postgres.administrator_url)
    yield Switch(administrator, name)
    await administrator.close()


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    assert writer.RETRY_SECONDS < 5
    monkeypatch.setattr(writer, "RETRY_SECONDS", 0.3)


async def test_everybody_hears_that_it_is_gone_and_service_returns(log: PostgresLog, switch: Switch) -> None:
    await log.append(append(event()))
    await switch.off()
    async with asyncio.timeout(5):
        with pytest.raises(LogUnavailable):
            await log.append(append(event()))
        for reading in (log.head(LEDGER), log.read(LEDGER), log.take_number(LEDGER, "n"), log.receipt(LEDGER, b"k")):
            with pytest.raises(LogUnavailable):
                await reading
    await switch.on()
    assert (await log.append(append(event()))).position == 2
    assert await log.take_number(LEDGER, "n") == 1


async def test_a_short_absence_is_waited_out(log: PostgresLog, switch: Switch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "RETRY_SECONDS", 30)
    await log.append(append(event()))
    await switch.off()
    waiting = asyncio.gather(*(log.append(append(event())) for _ in range(20)))
    await asyncio.sleep(0.05)
    await switch.on()
    receipts = await waiting
    assert [(receipt.position, receipt.replayed) for receipt in receipts] == [(n, False) for n in range(2, 22)]


async def test_an_append_whose_answer_was_lost_is_there_once(log: PostgresLog, switch: Switch) -> None:
    """The connection breaks after the commit: the retry finds the receipt of the first try."""
    lane = log._writer._lanes[crc32(LEDGER.encode()) % writer.LANES]
    await log.append(append(event()))
    deaf = Deaf(lane._connection)
    lane._connection = deaf
    receipt = await log.append(append(event()))
    assert deaf.heard
    assert (receipt.position, receipt.replayed) == (2, False)
    assert (await log.head(LEDGER)).position == 2


async def test_an_aggregate_is_as_it_was_when_its_append_failed(log: PostgresLog, switch: Switch) -> None:
    dispatcher = dispatcher_on(log)
    jar = (await dispatcher.dispatch(OpenJar(label="tea"), context())).result
    await switch.off()
    async with asyncio.timeout(5):
        with pytest.raises(LogUnavailable):
            await dispatcher.dispatch(FillJar(jar_id=jar.id, coins=5), context())
    await switch.on()
    outcome = await dispatcher.dispatch(FillJar(jar_id=jar.id, coins=1), context())
    assert (outcome.position, outcome.result.coins) == (2, 1)


async def test_notices_are_heard_again_afterwards(log: PostgresLog, other_log: PostgresLog, switch: Switch) -> None:
    await switch.off()
    await switch.on()
    changes = other_log.changes()
    heard = asyncio.ensure_future(anext(changes))
    await log.append(append(event()))
    async with asyncio.timeout(5):
        assert LEDGER in await heard


class Deaf:
    """A connection that breaks once the server has done what it was asked."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self.heard = False

    def is_closed(self) -> bool:
        return False

    def terminate(self) -> None:
        self._connection.terminate()

    async def fetchrow(self, statement: str, *args: object) -> None:
        await self._connection.fetchrow(statement, *args)
        self.heard = True
        raise ConnectionResetError
