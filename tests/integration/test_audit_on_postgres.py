"""A ledger in PostgreSQL, exported and verified; and what is found when its owner rewrites a row."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import asyncpg
import pytest

from domain.kernel.audit import LedgerContradicted
from domain.kernel.log import Append, EventLog, NewEvent
from infra.audit import merkle
from infra.audit.checker import check_ledger
from infra.audit.signer import Signer
from infra.audit.store import PostgresTiles
from infra.audit.trail import LogAuditTrail
from infra.audit.tree import LedgerTree
from infra.audit.verifier import Report, verify_file
from infra.postgres.embedded import Addresses
from tests.ledgers import LEDGER, open_log

WHEN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
EVENTS = 600


@pytest.fixture
async def log(database: Addresses, pool: asyncpg.Pool) -> AsyncIterator[EventLog]:
    async with open_log(database, pool) as log:
        await fill(log, 0, EVENTS)
        yield log


async def fill(log: EventLog, first: int, count: int) -> None:
    """One command for every 100 events."""
    for start in range(first, first + count, 100):
        events = [
            NewEvent(f"ticket-{n % 7}", 0, "ticket.moved", 1, WHEN, "p-1", b'{"actor":"u-1"}', b'{"n":%d}' % n)
            for n in range(start, start + 100)
        ]
        key = sha256(str(start).encode()).digest()
        await log.append(Append(LEDGER, key, bytes(32), datetime(2100, 1, 1, tzinfo=UTC), events))


def trail_on(log: EventLog, pool: asyncpg.Pool, folder: Path) -> LogAuditTrail:
    return LogAuditTrail(
        log,
        LedgerTree(log, PostgresTiles(pool)),
        Signer(bytes(32), folder / "checkpoints"),
        host="localhost:8000",
        folder=folder,
        schemas=dict,
        now=lambda: WHEN,
    )


@pytest.fixture
def trail(log: EventLog, pool: asyncpg.Pool, tmp_path: Path) -> LogAuditTrail:
    return trail_on(log, pool, tmp_path)


async def exported(trail: LogAuditTrail, path: Path, first: int = 1, last: int | None = None) -> Report:
    package = await trail.export(LEDGER, first, last)
    content = b"".join([chunk async for chunk in package.chunks])
    await asyncio.to_thread(path.write_bytes, content)
    return verify_file(path)


async def rewrite(database: Addresses, statement: str) -> None:
    """As the owner, who can switch off what protects the log."""
    owner = await asyncpg.connect(database.owner_url)
    try:
        async with owner.transaction():
            await owner.execute("alter table ledger.event disable trigger user")
            await owner.execute(statement)
            await owner.execute("alter table ledger.event enable trigger user")
    finally:
        await owner.close()


@pytest.mark.parametrize(("first", "last"), [(1, None), (1, 256), (257, 511), (600, 600)])
async def test_an_export_of_a_real_ledger_verifies(
    trail: LogAuditTrail, tmp_path: Path, first: int, last: int | None
) -> None:
    report = await exported(trail, tmp_path / "export.tar", first, last)
    assert (report.sentence().partition(":")[0], report.tree_size) == ("GOOD", EVENTS)


async def test_leaves_made_in_sql_are_the_leaves_of_the_entry_format(log: EventLog, trail: LogAuditTrail) -> None:
    findings = await check_ledger(log, LEDGER)
    assert (findings.problems, findings.events) == ((), EVENTS)
    assert findings.root == (await trail.checkpoint(LEDGER)).root


async def test_expired_payloads_still_verify(
    log: EventLog, trail: LogAuditTrail, pool: asyncpg.Pool, tmp_path: Path
) -> None:
    """Retention itself is the event log's; here the bytes are gone and all the rest must hold."""
    event = NewEvent("logs-1", 0, "log.chunk", 1, WHEN, "", b"{}", b'{"text":"long"}', 1)
    await log.append(Append(LEDGER, b"e" * 32, bytes(32), datetime(2100, 1, 1, tzinfo=UTC), [event]))
    await trail.checkpoint(LEDGER)
    await pool.execute("select ledger.expire_payloads($1, 1::smallint, 'infinity')", LEDGER)
    report = await exported(trail, tmp_path / "export.tar")
    assert (report.exit_code, report.expired) == (0, 1)
    assert (await check_ledger(log, LEDGER)).expired == 1


async def test_a_payload_changed_in_the_table_is_named_by_checker_and_verifier(
    log: EventLog, trail: LogAuditTrail, database: Addresses, tmp_path: Path
) -> None:
    await rewrite(database, "update ledger.event set data = 'forged' where position = 123")
    report = await exported(trail, tmp_path / "export.tar")
    assert (report.exit_code, report.position) == (1, 123)
    assert [problem.position for problem in (await check_ledger(log, LEDGER)).problems] == [123]


async def test_an_event_removed_from_the_table_is_missing_to_checker_and_verifier(
    log: EventLog, trail: LogAuditTrail, database: Addresses, tmp_path: Path
) -> None:
    await trail.checkpoint(LEDGER)
    await rewrite(database, "delete from ledger.event where position = 123")
    report = await exported(trail, tmp_path / "export.tar")
    assert (report.exit_code, report.position) == (1, 123)
    assert [problem.position for problem in (await check_ledger(log, LEDGER)).problems] == [123]


async def test_a_ledger_rolled_back_behind_our_back_is_not_signed(
    log: EventLog, trail: LogAuditTrail, database: Addresses
) -> None:
    await trail.checkpoint(LEDGER)
    await rewrite(
        database,
        """delete from ledger.event where position > 500;
        update ledger.ledger set position = 500, chain = (select chain from ledger.event where position = 500)""",
    )
    with pytest.raises(LedgerContradicted):
        await trail.checkpoint(LEDGER)


async def test_checkpoints_of_a_growing_ledger_are_consistent(
    log: EventLog, trail: LogAuditTrail, pool: asyncpg.Pool, tmp_path: Path
) -> None:
    before = await trail.checkpoint(LEDGER)
    await fill(log, EVENTS, 300)
    after = await trail_on(log, pool, tmp_path).checkpoint(LEDGER)
    proof = await trail.consistency(LEDGER, before.size, after.size)
    assert merkle.verify_consistency(before.size, after.size, before.root, after.root, proof.hashes)
