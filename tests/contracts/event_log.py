"""What every event log must do. An adapter binds the suite by subclassing it with a ``log`` fixture."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from domain.kernel.errors import ClaimTaken, KeyReused, NotFound, VersionConflict
from domain.kernel.log import (
    ANY_VERSION,
    GENESIS_CHAIN,
    Append,
    ClaimChange,
    EventLog,
    Expectation,
    Filter,
    NewEvent,
    Receipt,
)
from infra.audit import entry

LEDGER = "default/main"
OTHER = "other/main"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
_keys = count(1)


def event(stream_id: str = "s", version: int = ANY_VERSION, **changes: object) -> NewEvent:
    facts: dict[str, object] = {
        "stream_id": stream_id,
        "version": version,
        "type": "thing.happened",
        "schema": 1,
        "occurred_at": NOON,
        "project_id": "",
        "metadata": b'{"actor":"u1","correlationId":"c1"}',
        "data": b'{"n":1}',
    }
    return NewEvent(**facts | changes)  # type: ignore[arg-type]


def append(
    *events: NewEvent,
    ledger_id: str = LEDGER,
    key: bytes | None = None,
    fingerprint: bytes = b"f",
    expectations: Sequence[Expectation] = (),
    claims: Sequence[ClaimChange] = (),
    result: bytes = b"null",
    expires_at: datetime = NOON + timedelta(days=36500),
) -> Append:
    return Append(
        ledger_id=ledger_id,
        key=key or next(_keys).to_bytes(32),
        fingerprint=fingerprint,
        expires_at=expires_at,
        events=events,
        expectations=expectations,
        claims=claims,
        result=result,
    )


def claim(value: bytes, subject: str, *, release: bool = False, everywhere: bool = False) -> ClaimChange:
    return ClaimChange(scope="name", value_hash=value, subject=subject, release=release, everywhere=everywhere)


async def settle(*waiting: object) -> list[Receipt | BaseException]:
    return await asyncio.gather(*waiting, return_exceptions=True)  # type: ignore[call-overload, no-any-return]


class EventLogContract:
    async def test_an_empty_ledger_has_position_zero(self, log: EventLog) -> None:
        head = await log.head(LEDGER)
        assert (head.position, head.chain) == (0, GENESIS_CHAIN)

    async def test_an_unknown_ledger_is_not_found(self, log: EventLog) -> None:
        with pytest.raises(NotFound):
            await log.head("nobody/main")
        with pytest.raises(NotFound):
            await log.append(append(event(), ledger_id="nobody/main"))

    async def test_an_unknown_ledger_spoils_nothing_for_the_others(self, log: EventLog) -> None:
        unknown, known = await settle(
            log.append(append(event(), ledger_id="nobody/main")), log.append(append(event(), ledger_id=LEDGER))
        )
        assert isinstance(unknown, NotFound)
        assert isinstance(known, Receipt)

    async def test_positions_count_up_from_one_without_a_hole(self, log: EventLog) -> None:
        receipts = [await log.append(append(event(), event())) for _ in range(3)]
        assert [receipt.position for receipt in receipts] == [2, 4, 6]
        assert [stored.position for stored in await log.read(LEDGER)] == [1, 2, 3, 4, 5, 6]

    async def test_concurrent_appends_leave_no_hole(self, log: EventLog) -> None:
        await asyncio.gather(*(log.append(append(event(f"s{n % 7}"))) for n in range(300)))
        stored = await log.read(LEDGER)
        assert [each.position for each in stored] == list(range(1, 301))
        for n in range(7):
            versions = [each.version for each in stored if each.stream_id == f"s{n}"]
            assert versions == list(range(1, len(versions) + 1))

    async def test_an_event_comes_back_as_it_was_given(self, log: EventLog) -> None:
        given = event("s", 1, project_id="p", data=b'{"title":"\xc3\xa9"}', retention=3)
        await log.append(append(given))
        (stored,) = await log.read(LEDGER)
        assert (stored.stream_id, stored.version, stored.type, stored.schema) == ("s", 1, "thing.happened", 1)
        assert (stored.project_id, stored.occurred_at, stored.retention) == ("p", NOON, 3)
        assert (stored.data, stored.metadata) == (given.data, given.metadata)

    async def test_every_leaf_and_chain_link_can_be_computed_from_the_stored_columns(self, log: EventLog) -> None:
        await log.append(append(event("a", project_id="p"), event("b", type="thing.élan")))
        await log.append(append(event("a")))
        log_id = (await log.head(LEDGER)).log_id
        chain = GENESIS_CHAIN
        for stored in await log.read(LEDGER):
            assert stored.payload_digest == entry.payload_digest(stored.salt or b"", stored.data or b"")
            assert stored.leaf == entry.leaf(entry.encode(stored, log_id))
            chain = entry.extend(chain, stored.leaf)
            assert stored.chain == chain
        assert (await log.head(LEDGER)).chain == chain

    async def test_recorded_time_never_goes_back(self, log: EventLog) -> None:
        for _ in range(5):
            await log.append(append(event()))
        times = [stored.recorded_at for stored in await log.read(LEDGER)]
        assert times == sorted(times)

    async def test_a_stale_expected_version_is_a_conflict_and_appends_nothing(self, log: EventLog) -> None:
        await log.append(append(event("s", 1), expectations=[Expectation("s", 0)]))
        with pytest.raises(VersionConflict):
            await log.append(append(event("s", 1), event("t", 1), expectations=[Expectation("s", 0)]))
        assert (await log.head(LEDGER)).position == 1

    async def test_a_stream_that_was_only_read_must_be_unchanged(self, log: EventLog) -> None:
        await log.append(append(event("read", 1)))
        await log.append(append(event("written", 1), expectations=[Expectation("read", 1)]))
        await log.append(append(event("read", 2)))
        with pytest.raises(VersionConflict):
            await log.append(append(event("written", 2), expectations=[Expectation("read", 1)]))

    async def test_versions_carry_forward_inside_a_batch(self, log: EventLog) -> None:
        steps = [append(event("s", n + 1), expectations=[Expectation("s", n)]) for n in range(50)]
        receipts = await asyncio.gather(*map(log.append, steps))
        assert [receipt.position for receipt in receipts] == list(range(1, 51))

    async def test_a_refused_command_fails_alone(self, log: EventLog) -> None:
        first, refused, last = await settle(
            log.append(append(event("s", 1), expectations=[Expectation("s", 0)])),
            log.append(append(event("s", 1), expectations=[Expectation("s", 0)])),
            log.append(append(event("s", 2), expectations=[Expectation("s", 1)])),
        )
        assert isinstance(first, Receipt)
        assert isinstance(refused, VersionConflict)
        assert isinstance(last, Receipt)
        assert (first.position, last.position) == (1, 2)

    async def test_the_same_key_answers_with_the_first_receipt(self, log: EventLog) -> None:
        first = await log.append(append(event(), key=b"k" * 32, result=b'{"id":1}'))
        again = await log.append(append(event(), key=b"k" * 32, result=b'{"id":2}'))
        assert (again.position, again.result, again.replayed) == (first.position, b'{"id":1}', True)
        assert (await log.head(LEDGER)).position == 1
        assert await log.receipt(LEDGER, b"k" * 32) == again

    async def test_of_many_with_the_same_key_at_once_one_is_appended(self, log: EventLog) -> None:
        receipts = await asyncio.gather(*(log.append(append(event(), key=b"k" * 32)) for _ in range(10)))
        assert [receipt.position for receipt in receipts] == [1] * 10
        assert [receipt.replayed for receipt in receipts] == [False, *[True] * 9]
        assert (await log.head(LEDGER)).position == 1

    async def test_an_event_with_the_wrong_version_is_a_bug_and_appends_nothing(self, log: EventLog) -> None:
        with pytest.raises(Exception, match="cannot follow version 1"):
            await log.append(append(event("s", 1), event("s", 3), claims=[claim(b"v", "s")]))
        assert (await log.head(LEDGER)).position == 0
        assert await log.versions(LEDGER, ["s"]) == {"s": 0}
        assert await log.find_claim(LEDGER, "name", b"v") is None

    async def test_the_same_key_with_another_fingerprint_is_refused(self, log: EventLog) -> None:
        await log.append(append(event(), key=b"k" * 32))
        with pytest.raises(KeyReused):
            await log.append(append(event(), key=b"k" * 32, fingerprint=b"g"))

    async def test_keys_of_two_ledgers_do_not_meet(self, log: EventLog) -> None:
        await log.append(append(event(), key=b"k" * 32))
        receipt = await log.append(append(event(), key=b"k" * 32, ledger_id=OTHER))
        assert (receipt.position, receipt.replayed) == (1, False)

    async def test_a_claimed_value_belongs_to_its_first_taker(self, log: EventLog) -> None:
        await log.append(append(event("a"), claims=[claim(b"v", "a")]))
        await log.append(append(event("a"), claims=[claim(b"v", "a")]))
        with pytest.raises(ClaimTaken) as taken:
            await log.append(append(event("b"), claims=[claim(b"v", "b")]))
        assert taken.value.scope == "name"
        assert await log.find_claim(LEDGER, "name", b"v") == "a"
        assert await log.find_claim(OTHER, "name", b"v") is None

    async def test_a_released_value_can_be_taken_again(self, log: EventLog) -> None:
        await log.append(append(event("a"), claims=[claim(b"v", "a")]))
        await log.append(append(event("b"), claims=[claim(b"v", "b", release=True)]))
        assert await log.find_claim(LEDGER, "name", b"v") == "a"
        await log.append(append(event("a"), claims=[claim(b"v", "a", release=True)]))
        await log.append(append(event("b"), claims=[claim(b"v", "b")]))
        assert await log.find_claim(LEDGER, "name", b"v") == "b"

    async def test_of_many_at_once_one_gets_the_value(self, log: EventLog) -> None:
        answers = await settle(*(log.append(append(event(f"s{n}"), claims=[claim(b"v", f"s{n}")])) for n in range(20)))
        assert sum(isinstance(answer, Receipt) for answer in answers) == 1
        assert sum(isinstance(answer, ClaimTaken) for answer in answers) == 19

    async def test_a_value_unique_across_tenants_answers_where_no_tenant_is_known(self, log: EventLog) -> None:
        await log.append(append(event("u"), ledger_id=OTHER, claims=[claim(b"mail", "u", everywhere=True)]))
        assert await log.look_up("name", b"mail") == (OTHER, "u")
        with pytest.raises(ClaimTaken):
            await log.append(append(event("v"), claims=[claim(b"mail", "v", everywhere=True)]))
        await log.append(
            append(event("u"), ledger_id=OTHER, claims=[claim(b"mail", "u", release=True, everywhere=True)])
        )
        assert await log.look_up("name", b"mail") is None

    async def test_two_ledgers_taking_one_value_at_once_leave_one_holder(self, log: EventLog) -> None:
        answers = await settle(
            log.append(append(event("a"), claims=[claim(b"m", "a", everywhere=True)])),
            log.append(append(event("b"), ledger_id=OTHER, claims=[claim(b"m", "b", everywhere=True)])),
        )
        assert sorted(type(answer).__name__ for answer in answers) == ["ClaimTaken", "Receipt"]

    async def test_numbers_count_up_from_one_for_each_name(self, log: EventLog) -> None:
        taken = await asyncio.gather(*(log.take_number(LEDGER, "tickets") for _ in range(40)))
        assert sorted(taken) == list(range(1, 41))
        assert await log.take_number(LEDGER, "runs") == 1
        assert await log.take_number(OTHER, "tickets") == 1

    async def test_a_page_starts_after_its_cursor_and_ends_at_its_limit(self, log: EventLog) -> None:
        await log.append(append(*(event() for _ in range(10))))
        assert [each.position for each in await log.read(LEDGER, after=3, limit=2)] == [4, 5]
        assert [each.position for each in await log.read(LEDGER, after=3, upto=6)] == [4, 5, 6]

    async def test_a_filter_chooses_by_type_stream_project_and_correlation(self, log: EventLog) -> None:
        await log.append(
            append(
                event("a", type="ticket.moved", project_id="p"),
                event("b", type="ticket_link.added", metadata=b'{"correlationId":"c2"}'),
                event("a", type="run.started"),
            )
        )

        async def chosen(only: Filter) -> list[int]:
            return [each.position for each in await log.read(LEDGER, only=only)]

        assert await chosen(Filter(types=("ticket.*",))) == [1]
        assert await chosen(Filter(types=("ticket.moved", "run.started"))) == [1, 3]
        assert await chosen(Filter(stream_id="a")) == [1, 3]
        assert await chosen(Filter(project_id="p")) == [1]
        assert await chosen(Filter(correlation_id="c2")) == [2]

    async def test_a_stream_is_read_from_a_version_on(self, log: EventLog) -> None:
        await log.append(append(event("s", 1), event("t", 1), event("s", 2), event("s", 3)))
        assert [each.version for each in await log.stream(LEDGER, "s", after_version=1)] == [2, 3]
        assert await log.versions(LEDGER, ["s", "t", "u"]) == {"s": 3, "t": 1, "u": 0}

    async def test_ledgers_are_apart(self, log: EventLog) -> None:
        await log.append(append(event("s")))
        await log.append(append(event("s"), ledger_id=OTHER))
        assert [each.version for each in await log.stream(OTHER, "s")] == [1]
        assert (await log.head(OTHER)).log_id != (await log.head(LEDGER)).log_id

    async def test_leaves_are_read_by_range(self, log: EventLog) -> None:
        await log.append(append(*(event() for _ in range(5))))
        stored = await log.read(LEDGER)
        assert list(await log.leaves(LEDGER, 2, 4)) == [each.leaf for each in stored[1:4]]

    async def test_a_listener_hears_which_ledger_moved(self, log: EventLog) -> None:
        changes = log.changes()
        heard = asyncio.ensure_future(anext(changes))
        await asyncio.sleep(0)
        await log.append(append(event(), ledger_id=OTHER))
        assert OTHER in await asyncio.wait_for(heard, 5)
