"""Nobody rewrites the log: not the server, and not the role that owns the tables."""

from collections.abc import Iterable

import asyncpg
import pytest

from infra.eventlog.postgres import PostgresLog
from infra.postgres.embedded import Addresses
from tests.contracts.event_log import append, event
from tests.ledgers import LEDGER

REWRITES = (
    "update ledger.event set stream_id = 'other'",
    "update ledger.event set data = '{}'",
    "update ledger.event set data = null, salt = null",
    "delete from ledger.event",
    "truncate ledger.event",
)
SERVER_ONLY = (
    "insert into ledger.event select * from ledger.event",
    "update ledger.ledger set position = 0",
    "update ledger.receipt set position = 1",
    "insert into ledger.claim values ('default/main', 's', 'v', 'me')",
    "update ledger.sequence set value = 0",
    "delete from ledger.legal_hold",
    "alter table ledger.event disable trigger all",
    "drop table ledger.event",
    "set shipledger.expiring = 'yes'; update ledger.event set data = null, salt = null",
)
NOT_EXPIRY = (
    "update ledger.event set data = '{}', salt = null",
    "update ledger.event set data = null",
    "update ledger.event set data = null, salt = null, position = 9",
    "update ledger.event set data = null, salt = null, leaf = 'x'",
    "update ledger.event set data = null, salt = null, retention = 3",
)


@pytest.fixture
async def log(log: PostgresLog) -> PostgresLog:
    """With one event in it."""
    await log.append(append(event("s", 1)))
    return log


async def refused(connection: asyncpg.Connection, attempts: Iterable[str], refusal: type[Exception]) -> None:
    for attempt in attempts:
        try:
            await connection.execute(attempt)
        except refusal:
            continue
        pytest.fail(f"was not refused: {attempt}")


async def test_the_server_only_reads_and_calls_functions(pool: asyncpg.Pool, log: PostgresLog) -> None:
    before = await log.read(LEDGER)
    async with pool.acquire() as server:
        await refused(server, (*REWRITES, *SERVER_ONLY), asyncpg.InsufficientPrivilegeError)
    assert await log.read(LEDGER) == before


async def test_the_owner_cannot_rewrite_an_event_either(database: Addresses, log: PostgresLog) -> None:
    before = await log.read(LEDGER)
    owner = await asyncpg.connect(database.owner_url)
    try:
        await refused(owner, REWRITES, asyncpg.RestrictViolationError)
    finally:
        await owner.close()
    assert await log.read(LEDGER) == before


async def test_while_expiring_a_whole_payload_can_go_and_nothing_else(database: Addresses, log: PostgresLog) -> None:
    before = await log.read(LEDGER)
    owner = await asyncpg.connect(database.owner_url)
    try:
        await owner.execute("set shipledger.expiring = 'yes'")
        await refused(owner, NOT_EXPIRY, asyncpg.RestrictViolationError)
    finally:
        await owner.close()
    assert await log.read(LEDGER) == before
