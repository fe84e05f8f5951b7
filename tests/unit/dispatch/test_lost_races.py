"""Whoever decided on the past decides again on the present."""

import asyncio
from collections.abc import Awaitable

import pytest

from domain.kernel.dispatch import Dispatcher
from domain.kernel.errors import LogUnavailable, StaleVersion, VersionConflict
from domain.kernel.log import Append, Receipt
from infra.dispatch import dispatcher as dispatching
from infra.dispatch.dispatcher import CommandDispatcher
from infra.eventlog.memory import MemoryLog
from tests.ledgers import LEDGER, SlowLog, context, dispatcher_on
from tests.samples.jar import EmptyJar, FillJar, Jar, NotEnoughCoins, OpenJar


@pytest.fixture
async def tea(dispatcher: Dispatcher) -> Jar:
    jar: Jar = (await dispatcher.dispatch(OpenJar(label="tea"), context())).result
    return jar


async def coins(log: MemoryLog, jar_id: str) -> int:
    return (await dispatcher_on(log).dispatch(FillJar(jar_id=jar_id, coins=0), context())).result.coins  # type: ignore[no-any-return]


async def test_a_lost_race_is_run_again(
    dispatcher: Dispatcher, other_process: Dispatcher, log: MemoryLog, tea: Jar
) -> None:
    for process in (dispatcher, other_process, dispatcher, other_process):
        await process.dispatch(FillJar(jar_id=tea.id, coins=1), context())
    assert [each.version for each in await log.stream(LEDGER, tea.id)] == [1, 2, 3, 4, 5]


async def test_a_command_that_is_run_again_keeps_its_number_and_its_ids() -> None:
    log = SlowLog()
    await log.create_ledger(LEDGER, "default")
    running = asyncio.ensure_future(dispatcher_on(log).dispatch(OpenJar(label="tea"), context()))
    await log.queued.wait()
    log.fail(VersionConflict())
    await log.queued.wait()
    log.commit()
    jar = (await running).result
    assert jar.number == 1
    assert [each.stream_id for each in await log.read(LEDGER)] == [jar.id]
    assert await log.take_number(LEDGER, "jars") == 2


async def test_a_race_that_is_always_lost_ends_as_a_conflict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatching, "RETRY_SECONDS", 0.05)

    class Losing(MemoryLog):
        def append(self, append: Append) -> Awaitable[Receipt]:
            answer: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
            answer.set_exception(VersionConflict())
            return answer

    log = Losing()
    await log.create_ledger(LEDGER, "default")
    with pytest.raises(VersionConflict):
        await dispatcher_on(log).dispatch(OpenJar(label="tea"), context())


async def test_a_refusal_that_rests_on_the_past_is_run_again(
    dispatcher: Dispatcher, other_process: Dispatcher, log: MemoryLog, tea: Jar
) -> None:
    await other_process.dispatch(FillJar(jar_id=tea.id, coins=3), context())
    await dispatcher.dispatch(EmptyJar(jar_id=tea.id, coins=3), context())
    assert await coins(log, tea.id) == 0


async def test_nothing_to_do_that_rests_on_the_past_is_run_again(
    dispatcher: Dispatcher, other_process: Dispatcher, tea: Jar
) -> None:
    await other_process.dispatch(FillJar(jar_id=tea.id, coins=3), context())
    outcome = await dispatcher.dispatch(FillJar(jar_id=tea.id, coins=0), context())
    assert outcome.result.coins == 3


async def test_an_if_match_is_compared_with_the_present(
    dispatcher: Dispatcher, other_process: Dispatcher, tea: Jar
) -> None:
    await other_process.dispatch(FillJar(jar_id=tea.id, coins=3), context())
    with pytest.raises(StaleVersion):
        await dispatcher.dispatch(FillJar(jar_id=tea.id, coins=1), context(if_match={tea.id: 1}))
    await other_process.dispatch(FillJar(jar_id=tea.id, coins=3), context())
    await dispatcher.dispatch(FillJar(jar_id=tea.id, coins=1), context(if_match={tea.id: 3}))


async def test_a_failed_append_leaves_no_trace_in_memory() -> None:
    log = SlowLog()
    await log.create_ledger(LEDGER, "default")
    dispatcher = dispatcher_on(log)
    jar_id = await _opened(log, dispatcher)
    filling = asyncio.ensure_future(dispatcher.dispatch(FillJar(jar_id=jar_id, coins=9), context()))
    await log.queued.wait()
    log.fail(LogUnavailable())
    with pytest.raises(LogUnavailable):
        await filling
    with pytest.raises(NotEnoughCoins):
        await dispatcher.dispatch(EmptyJar(jar_id=jar_id, coins=9), context())


async def test_a_caller_that_went_away_leaves_no_trace_in_memory() -> None:
    log = SlowLog()
    await log.create_ledger(LEDGER, "default")
    dispatcher = dispatcher_on(log)
    jar_id = await _opened(log, dispatcher)
    filling = asyncio.ensure_future(dispatcher.dispatch(FillJar(jar_id=jar_id, coins=9), context()))
    await log.queued.wait()
    filling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await filling
    with pytest.raises(NotEnoughCoins):
        await dispatcher.dispatch(EmptyJar(jar_id=jar_id, coins=9), context())


async def _opened(log: SlowLog, dispatcher: CommandDispatcher) -> str:
    opening = asyncio.ensure_future(dispatcher.dispatch(OpenJar(label="tea"), context()))
    await log.queued.wait()
    log.commit()
    return (await opening).result.id  # type: ignore[no-any-return]
