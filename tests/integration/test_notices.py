"""Other processes hear of an append, of what each ledger has, and nobody hears twice as much as happened."""

import asyncio

import asyncpg
import pytest

from infra.eventlog import notices
from infra.eventlog.notices import Notices, _payloads
from infra.eventlog.postgres import PostgresLog
from infra.postgres.embedded import Addresses
from tests.contracts.event_log import append, event
from tests.ledgers import LEDGER, context, dispatcher_on, open_log
from tests.samples.jar import OpenJar


async def listening(log: PostgresLog) -> None:
    async with asyncio.timeout(5):
        while log.notices._connection is None:  # noqa: ASYNC110 - nobody tells when a listener is there
            await asyncio.sleep(0.01)


async def test_another_process_hears_which_ledger_moved(
    log: PostgresLog, other_log: PostgresLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.gather(listening(log), listening(other_log))
    monkeypatch.setattr(notices, "POLL_SECONDS", 60)
    heard = asyncio.ensure_future(anext(other_log.changes()))
    await asyncio.sleep(0)
    await log.append(append(event()))
    async with asyncio.timeout(5):
        assert await heard == {LEDGER}


async def test_without_a_notice_a_look_at_the_heads_finds_it(
    log: PostgresLog, pool: asyncpg.Pool, database: Addresses
) -> None:
    await listening(log)
    heard = asyncio.ensure_future(anext(log.changes()))
    await asyncio.sleep(0)
    async with open_log(database, pool) as silent:
        silent.notices._send = asyncio.Event().wait  # type: ignore[assignment, method-assign]
        await silent.append(append(event()))
        async with asyncio.timeout(5):
            assert await heard == {LEDGER}


async def test_a_process_that_ends_at_once_is_heard_as_well(
    log: PostgresLog, pool: asyncpg.Pool, database: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing() -> frozenset[str]:
        return frozenset()

    await listening(log)
    monkeypatch.setattr(log.notices, "_poll", nothing)
    heard = asyncio.ensure_future(anext(log.changes()))
    await asyncio.sleep(0)
    async with open_log(database, pool) as brief:
        await listening(brief)
        brief.notices._tasks[0].cancel()  # its turn to send does not come before the end
        await brief.append(append(event()))
    async with asyncio.timeout(5):
        assert await heard == {LEDGER}


class SlowToListen:
    """A connection that does one thing at a time."""

    def __init__(self) -> None:
        self.busy = False
        self.connected = asyncio.Event()
        self.told = asyncio.Event()

    def add_termination_listener(self, heard: object) -> None: ...

    async def add_listener(self, channel: str, heard: object) -> None:
        self.busy = True
        self.connected.set()
        await asyncio.sleep(0.03)
        self.busy = False

    async def execute(self, statement: str, channel: str, payload: str) -> None:
        if self.busy:
            raise asyncpg.InterfaceError("cannot perform operation: another operation is in progress")
        self.told.set()

    def is_closed(self) -> bool:
        return False

    def terminate(self) -> None: ...


async def test_what_moved_while_the_listener_connects_is_told_once_it_listens() -> None:
    connection = SlowToListen()

    async def connect() -> SlowToListen:
        return connection

    async def poll() -> frozenset[str]:
        return frozenset()

    notices = Notices("channel", connect, poll)
    notices.start()
    async with asyncio.timeout(5):
        await connection.connected.wait()
        notices.moved(LEDGER)
        await connection.told.wait()
    await notices.stop()


async def test_access_is_known_to_have_changed_wherever_it_was_changed(
    log: PostgresLog, other_log: PostgresLog
) -> None:
    await asyncio.gather(listening(log), listening(other_log))
    await dispatcher_on(log).dispatch(OpenJar(label="tea"), context())
    heard = asyncio.ensure_future(anext(other_log.changes()))
    await asyncio.sleep(0)
    receipt = await log.append(append(event(type="user.disabled"), event(type="ticket.moved")))
    assert log.freshness.changed_at(LEDGER) == receipt.position
    async with asyncio.timeout(5):
        await heard
        while other_log.freshness.changed_at(LEDGER) != receipt.position - 1:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def test_many_ledgers_travel_in_notices_that_postgres_takes() -> None:
    ledgers = [f"tenant-{n}/main" for n in range(2000)]
    payloads = _payloads(ledgers)
    assert all(len(payload.encode()) < 8000 for payload in payloads)
    assert "\n".join(payloads).split("\n") == ledgers
    assert len(payloads) < 10
