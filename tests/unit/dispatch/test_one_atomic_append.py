"""All that a command does is appended at once, or not at all."""

from datetime import UTC, datetime

import pytest

from domain.kernel.dispatch import Dispatcher
from domain.kernel.errors import ClaimTaken, NotFound
from infra.eventlog.memory import MemoryLog
from tests.ledgers import LEDGER, context
from tests.samples.jar import EmptyJar, FillJar, Jar, NotEnoughCoins, OpenJar, PourJar


async def opened(dispatcher: Dispatcher, label: str = "tea") -> Jar:
    jar: Jar = (await dispatcher.dispatch(OpenJar(label=label), context())).result
    return jar


async def test_the_events_of_two_aggregates_stand_side_by_side(dispatcher: Dispatcher, log: MemoryLog) -> None:
    tea, salt = await opened(dispatcher, "tea"), await opened(dispatcher, "salt")
    await dispatcher.dispatch(FillJar(jar_id=tea.id, coins=5), context())
    outcome = await dispatcher.dispatch(PourJar(jar_id=tea.id, other_id=salt.id, coins=2), context())
    assert [(each.stream_id, each.type) for each in await log.read(LEDGER, after=3)] == [
        (tea.id, "jar.emptied"),
        (salt.id, "jar.filled"),
    ]
    assert (outcome.position, outcome.types) == (5, frozenset({"jar.emptied", "jar.filled"}))


async def test_a_refused_command_leaves_nothing(dispatcher: Dispatcher, log: MemoryLog) -> None:
    tea = await opened(dispatcher)
    with pytest.raises(NotFound, match="Jar not found"):
        await dispatcher.dispatch(PourJar(jar_id=tea.id, other_id="nowhere", coins=0), context())
    assert (await log.head(LEDGER)).position == 1
    await dispatcher.dispatch(FillJar(jar_id=tea.id, coins=1), context())
    assert [each.version for each in await log.stream(LEDGER, tea.id)] == [1, 2]


async def test_a_taken_value_is_refused_and_the_command_leaves_nothing(dispatcher: Dispatcher, log: MemoryLog) -> None:
    await opened(dispatcher)
    with pytest.raises(ClaimTaken):
        await opened(dispatcher)
    assert (await log.head(LEDGER)).position == 1


async def test_nothing_to_do_appends_nothing_and_answers_with_the_head(dispatcher: Dispatcher, log: MemoryLog) -> None:
    tea = await opened(dispatcher)
    outcome = await dispatcher.dispatch(FillJar(jar_id=tea.id, coins=0), context())
    assert (outcome.position, outcome.types, outcome.result.id) == (1, frozenset(), tea.id)
    assert (await log.head(LEDGER)).position == 1


async def test_events_carry_who_asked_and_belong_to_the_project(dispatcher: Dispatcher, log: MemoryLog) -> None:
    asked = context(correlation_id="c", causation_id="e", traceparent="t", via="mcp-key", tab_id="tab")
    await dispatcher.dispatch(OpenJar(label="tea", project_id="p"), asked)
    (stored,) = await log.read(LEDGER)
    assert stored.project_id == "p"
    metadata = stored.metadata.decode()
    for part in ('"command":"open_jar"', '"actor":"user-1"', '"correlationId":"c"', '"via":"mcp-key"', '"tabId":"tab"'):
        assert part in metadata


async def test_an_import_says_when_it_happened_and_the_log_when_it_was_recorded(
    dispatcher: Dispatcher, log: MemoryLog
) -> None:
    long_ago = datetime(2001, 2, 3, tzinfo=UTC)
    await dispatcher.dispatch(OpenJar(label="tea"), context(occurred_at=long_ago))
    (stored,) = await log.read(LEDGER)
    assert stored.occurred_at == long_ago
    assert stored.recorded_at.year > 2001


async def test_a_dry_run_shows_the_events_and_changes_nothing(dispatcher: Dispatcher, log: MemoryLog) -> None:
    outcome = await dispatcher.dispatch(OpenJar(label="tea"), context(dry_run=True))
    assert outcome.events == (("jar.opened", {"project_id": "", "number": 0, "label": "tea"}),)
    assert (await log.head(LEDGER)).position == 0
    tea = await opened(dispatcher)
    await dispatcher.dispatch(FillJar(jar_id=tea.id, coins=9), context(dry_run=True))
    with pytest.raises(NotEnoughCoins):
        await dispatcher.dispatch(EmptyJar(jar_id=tea.id, coins=9), context())


async def test_a_dry_run_takes_no_number(dispatcher: Dispatcher) -> None:
    for _ in range(3):
        await dispatcher.dispatch(OpenJar(label="tea"), context(dry_run=True))
    assert (await opened(dispatcher)).number == 1
