"""The checker recomputes a ledger from its bytes and says at which position it is wrong."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from infra.audit import merkle
from infra.audit.checker import check_ledger
from tests.unit.audit.history import LEDGER, History


async def found(history: History) -> list[int]:
    return [problem.position for problem in (await check_ledger(history.log, LEDGER)).problems]


@pytest.mark.parametrize("events", [0, 1, 2500])
async def test_a_ledger_as_it_was_written_is_good(events: int) -> None:
    history = History(events)
    findings = await check_ledger(history.log, LEDGER)
    assert findings.good
    assert (findings.events, findings.root) == (events, merkle.root(e.leaf for e in history.events))


async def test_the_last_events_alone_are_judged_against_the_one_before_them() -> None:
    history = History(30)
    history.change(12, data=b"{}")
    history.change(25, data=b"{}")
    findings = await check_ledger(history.log, LEDGER, last=10)
    assert (findings.events, [problem.position for problem in findings.problems]) == (10, [25])
    assert (await check_ledger(history.log, LEDGER, last=100)).events == 30


async def test_restores_and_expired_payloads_are_good() -> None:
    history = History(10)
    history.begin_epoch(UUID(int=2))
    history.grow(10)
    history.change(3, salt=None, data=None)
    findings = await check_ledger(history.log, LEDGER)
    assert (findings.good, findings.expired) == (True, 1)


@pytest.mark.parametrize(
    "fields",
    [
        {"data": b"{}"},
        {"salt": bytes(16)},
        {"metadata": b"{}"},
        {"stream_id": "other"},
        {"version": 99},
        {"type": "ticket.deleted"},
        {"schema": 2},
        {"project_id": "other"},
        {"occurred_at": datetime(2000, 1, 1, tzinfo=UTC)},
        {"recorded_at": datetime(2000, 1, 1, tzinfo=UTC)},
        {"payload_digest": bytes(32)},
        {"leaf": bytes(32)},
    ],
    ids=lambda fields: next(iter(fields)),
)
async def test_any_changed_field_is_found_at_its_position(fields: dict[str, object]) -> None:
    history = History(10)
    history.change(6, **fields)
    assert set(await found(history)) == {6}


async def test_a_changed_link_is_found_where_it_is_and_where_the_next_one_hangs() -> None:
    history = History(10)
    history.change(6, chain=bytes(32))
    assert await found(history) == [6, 7]


async def test_an_event_taken_out_is_found_as_missing() -> None:
    history = History(10)
    del history.events[5]
    assert await found(history) == [6]


async def test_two_events_changed_are_two_problems() -> None:
    history = History(10)
    history.change(4, data=b"{}")
    history.change(8, data=b"{}")
    assert await found(history) == [4, 8]
