"""A full queue refuses at once, and a stopping log finishes what it took."""

import asyncio
from typing import Any
from zlib import crc32

import pytest

from domain.kernel.errors import LogUnavailable, Overloaded
from infra.eventlog import writer
from infra.eventlog.postgres import PostgresLog
from tests.contracts.event_log import append, event, settle
from tests.ledgers import LEDGER


async def test_a_full_queue_refuses_the_next_command(log: PostgresLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "QUEUE_LIMIT", 10)
    answers: list[Any] = await settle(*(log.append(append(event())) for _ in range(12)))
    assert [isinstance(answer, Overloaded) for answer in answers] == [False] * 10 + [True] * 2
    assert Overloaded.retry_after > 0
    assert (await log.head(LEDGER)).position == 10
    await log.append(append(event()))


async def test_a_ledger_in_another_lane_is_not_held_up(log: PostgresLog, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = next(f"tenant-{n}/main" for n in range(100) if lane(f"tenant-{n}/main") != lane(LEDGER))
    await log.create_ledger(elsewhere, "other")
    monkeypatch.setattr(writer, "QUEUE_LIMIT", 1)
    first = log.append(append(event()))
    full, free = await settle(log.append(append(event())), log.append(append(event(), ledger_id=elsewhere)))
    assert isinstance(full, Overloaded)
    assert not isinstance(free, BaseException)
    await first


async def test_a_stopping_log_finishes_its_queue_and_takes_no_more(log: PostgresLog) -> None:
    queued = [log.append(append(event())) for _ in range(300)]
    stopping = asyncio.ensure_future(log.stop())
    for _ in range(3):
        await asyncio.sleep(0)
    with pytest.raises(LogUnavailable, match="stopping"):
        await log.append(append(event()))
    receipts = await asyncio.gather(*queued)
    await stopping
    assert [receipt.position for receipt in receipts] == list(range(1, 301))


async def test_a_command_that_fails_in_the_database_fails_alone(log: PostgresLog) -> None:
    before, broken, after = await settle(
        log.append(append(event("a", 1))),
        log.append(append(event("a", 9))),
        log.append(append(event("a", 2))),
    )
    assert isinstance(broken, Exception)
    assert "cannot follow version 1" in str(broken)
    assert [getattr(receipt, "position", None) for receipt in (before, after)] == [1, 2]


def lane(ledger_id: str) -> int:
    return crc32(ledger_id.encode()) % writer.LANES
