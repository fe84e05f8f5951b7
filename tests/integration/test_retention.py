"""A rule empties payloads: their events stand, and every proof still verifies."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from domain.kernel.errors import LogUnavailable
from domain.kernel.log import GENESIS_CHAIN
from domain.kernel.retention import PayloadExpired, RetentionRule
from infra.audit import entry
from infra.eventlog.batch import STATEMENT
from infra.eventlog.codec import Codec
from infra.eventlog.housekeeping import Housekeeping
from infra.eventlog.postgres import PostgresLog
from infra.eventlog.retention import Retention
from infra.postgres.embedded import Addresses
from infra.postgres.pool import open_pool
from tests.contracts.event_log import append, event
from tests.ledgers import LEDGER

RULE = RetentionRule(name="logs-30-days", retention=2, age=timedelta(days=30))


def in_days(days: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


@pytest.fixture
def retention(pool: asyncpg.Pool, codec: Codec) -> Retention:
    return Retention(pool, codec)


async def emptied(log: PostgresLog) -> list[int]:
    stored = await log.read(LEDGER)
    assert all((each.data is None) == (each.salt is None) for each in stored)
    return [each.position for each in stored if each.data is None]


async def test_a_rule_empties_its_class_and_says_so(log: PostgresLog, retention: Retention, codec: Codec) -> None:
    await log.append(append(event("a"), event("b", retention=2), event("c", retention=1), event("b", retention=2)))
    expired = await retention.expire(LEDGER, RULE, in_days(31))
    assert await emptied(log) == [2, 4]
    assert expired is not None
    assert (expired.from_position, expired.to_position, expired.rule) == (2, 4, "logs-30-days")
    (fact,) = await codec.decode(await log.read(LEDGER, after=4))
    assert isinstance(fact.event, PayloadExpired)
    assert (fact.event.to_position, fact.metadata.command) == (4, "expire_payloads")


async def test_leaves_and_chain_still_verify(log: PostgresLog, retention: Retention) -> None:
    await log.append(append(*(event("s", retention=2) for _ in range(5))))
    await retention.expire(LEDGER, RULE, in_days(31))
    await log.append(append(event("s", 6)))
    head, chain = await log.head(LEDGER), GENESIS_CHAIN
    stored = await log.read(LEDGER)
    assert [each.position for each in stored] == list(range(1, 8))
    for each in stored:
        assert each.leaf == entry.leaf(entry.encode(each, head.log_id))
        chain = entry.extend(chain, each.leaf)
        assert each.chain == chain
    assert (head.chain, head.position) == (chain, 7)


async def test_what_is_young_stays(log: PostgresLog, retention: Retention) -> None:
    await log.append(append(event("s", retention=2)))
    assert await retention.expire(LEDGER, RULE, in_days(29)) is None
    assert (await emptied(log), (await log.head(LEDGER)).position) == ([], 1)


async def test_a_rule_finds_nothing_a_second_time(log: PostgresLog, retention: Retention) -> None:
    await log.append(append(event("s", retention=2)))
    assert await retention.expire(LEDGER, RULE, in_days(31))
    assert await retention.expire(LEDGER, RULE, in_days(31)) is None
    assert (await log.head(LEDGER)).position == 2


@pytest.mark.parametrize(
    ("hold", "expected"),
    [
        ({"stream_id": "held"}, [2, 3]),
        ({"project_id": "p"}, [1, 3]),
        ({"stream_id": "held", "project_id": "p"}, [1, 2, 3]),
        ({}, []),
    ],
)
async def test_what_is_held_stays_until_the_hold_is_lifted(
    log: PostgresLog, retention: Retention, hold: dict[str, str], expected: list[int]
) -> None:
    await log.append(
        append(event("held", retention=2), event("b", project_id="p", retention=2), event("c", retention=2))
    )
    await retention.place_hold(LEDGER, reason="lawsuit", **hold)
    await retention.expire(LEDGER, RULE, in_days(31))
    assert await emptied(log) == expected
    await retention.lift_hold(LEDGER, **hold)
    await retention.expire(LEDGER, RULE, in_days(31))
    assert await emptied(log) == [1, 2, 3]


async def test_payloads_without_a_class_are_kept_for_ever(log: PostgresLog, retention: Retention) -> None:
    await log.append(append(event("s")))
    with pytest.raises(asyncpg.RaiseError, match="kept for ever"):
        await retention.expire(LEDGER, RetentionRule(name="all", retention=0, age=timedelta()), in_days(1))
    assert await emptied(log) == []


async def test_payloads_go_only_together_with_the_fact(
    log: PostgresLog, retention: Retention, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log.append(append(event("s", retention=2)))
    no_such_ledger = STATEMENT.replace("($1,", "(array['nobody/main'] || $1::text[],")
    monkeypatch.setattr("infra.eventlog.retention.STATEMENT", no_such_ledger)
    with pytest.raises(asyncpg.NoDataFoundError):
        await retention.expire(LEDGER, RULE, in_days(31))
    assert await emptied(log) == []


async def test_without_a_database_a_rule_waits(database: Addresses, codec: Codec) -> None:
    pool = await open_pool(database.server_url, minimum=1, maximum=1, application_name="tests")
    await pool.close()
    with pytest.raises(LogUnavailable):
        await Retention(pool, codec).expire(LEDGER, RULE, in_days(31))


async def test_receipts_are_forgotten_when_their_time_is_over(log: PostgresLog, pool: asyncpg.Pool) -> None:
    await log.append(append(event("s"), key=b"k" * 32))
    await log.append(append(event("s"), key=b"o" * 32, expires_at=in_days(-1)))
    housekeeping = Housekeeping(pool)
    housekeeping.start()
    async with asyncio.timeout(5):
        while await log.receipt(LEDGER, b"o" * 32):  # noqa: ASYNC110 - nobody tells when a receipt is gone
            await asyncio.sleep(0.01)
    await housekeeping.stop()
    assert await log.receipt(LEDGER, b"k" * 32)


async def test_many_receipts_go_page_by_page(
    log: PostgresLog, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.eventlog.housekeeping.PAGE_RECEIPTS", 3)
    await asyncio.gather(*(log.append(append(event("s"), expires_at=in_days(-1))) for _ in range(10)))
    assert await Housekeeping(pool).tidy() == 10
    assert await Housekeeping(pool).tidy() == 0
