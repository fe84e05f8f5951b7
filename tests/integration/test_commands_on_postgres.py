"""Commands on the real log: turns in one process, races between two, keys that outlive a process."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from domain.kernel.dispatch import Dispatcher, Outcome
from domain.kernel.errors import ClaimTaken, KeyReused
from domain.kernel.log import Append, Receipt
from infra.eventlog.postgres import PostgresLog
from infra.keys.ring import KeyRing
from tests.ledgers import LEDGER, context, dispatcher_on
from tests.samples.jar import EmptyJar, FillJar, Jar, NotEnoughCoins, OpenJar, PourJar

KEYED = context(key=b"k" * 32, fingerprint=b"body")


@pytest.fixture
def other_process(other_log: PostgresLog, ring: KeyRing) -> Dispatcher:
    return dispatcher_on(other_log, ring)


async def opened(dispatcher: Dispatcher, label: str = "tea", coins: int = 0) -> str:
    jar: Jar = (await dispatcher.dispatch(OpenJar(label=label), context())).result
    await dispatcher.dispatch(FillJar(jar_id=jar.id, coins=coins), context())
    return jar.id


async def coins_in(dispatcher: Dispatcher, jar_id: str) -> int:
    return (await dispatcher.dispatch(FillJar(jar_id=jar_id, coins=0), context())).result.coins  # type: ignore[no-any-return]


async def test_many_commands_on_one_stream_need_no_second_try(
    log: PostgresLog, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    jar_id = await opened(dispatcher)
    tries = 0
    append = log.append

    def counted(command: Append) -> Awaitable[Receipt]:
        nonlocal tries
        tries += 1
        return append(command)

    monkeypatch.setattr(log, "append", counted)
    outcomes = await asyncio.gather(
        *(dispatcher.dispatch(FillJar(jar_id=jar_id, coins=1), context()) for _ in range(64))
    )
    assert sorted(outcome.position for outcome in outcomes) == list(range(2, 66))
    assert tries == 64
    assert await coins_in(dispatcher, jar_id) == 64


async def test_two_processes_on_one_stream_lose_nothing(dispatcher: Dispatcher, other_process: Dispatcher) -> None:
    jar_id = await opened(dispatcher)
    await asyncio.gather(
        *(
            process.dispatch(FillJar(jar_id=jar_id, coins=1), context())
            for process in (dispatcher, other_process)
            for _ in range(16)
        )
    )
    assert await coins_in(dispatcher, jar_id) == await coins_in(other_process, jar_id) == 32


async def test_what_two_processes_take_at_once_is_taken_once(dispatcher: Dispatcher, other_process: Dispatcher) -> None:
    jar_id = await opened(dispatcher, coins=10)
    answers = await settled(
        process.dispatch(EmptyJar(jar_id=jar_id, coins=4), context())
        for process in (dispatcher, other_process)
        for _ in range(3)
    )
    assert sum(isinstance(answer, Outcome) for answer in answers) == 2
    assert sum(isinstance(answer, NotEnoughCoins) for answer in answers) == 4
    assert await coins_in(other_process, jar_id) == 2


async def test_coins_poured_crosswise_are_neither_made_nor_lost(
    dispatcher: Dispatcher, other_process: Dispatcher
) -> None:
    tea, salt = await opened(dispatcher, "tea", 10), await opened(dispatcher, "salt", 10)
    await settled(
        process.dispatch(PourJar(jar_id=source, other_id=target, coins=3), context())
        for process, source, target in [(dispatcher, tea, salt), (other_process, salt, tea)] * 5
    )
    assert await coins_in(dispatcher, tea) + await coins_in(other_process, salt) == 20


async def test_of_two_processes_that_take_one_name_one_gets_it(
    dispatcher: Dispatcher, other_process: Dispatcher
) -> None:
    answers = await settled(
        process.dispatch(OpenJar(label="tea"), context()) for process in (dispatcher, other_process)
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["ClaimTaken", "Outcome"]
    with pytest.raises(ClaimTaken):
        await dispatcher.dispatch(OpenJar(label="tea"), context())


async def test_a_key_outlives_the_process_that_used_it(
    log: PostgresLog, dispatcher: Dispatcher, other_process: Dispatcher
) -> None:
    first = await dispatcher.dispatch(OpenJar(label="tea"), KEYED, remember=lambda jar: {"id": jar.id})
    again = await other_process.dispatch(OpenJar(label="tea"), KEYED)
    assert (again.replayed, again.position, again.result) == (True, 1, {"id": first.result.id})
    with pytest.raises(KeyReused):
        await other_process.dispatch(OpenJar(label="salt"), context(key=b"k" * 32, fingerprint=b"another body"))
    assert (await log.head(LEDGER)).position == 1


async def test_a_dry_run_leaves_nothing_in_the_database(log: PostgresLog, dispatcher: Dispatcher) -> None:
    dry = await dispatcher.dispatch(OpenJar(label="tea"), context(key=b"k" * 32, dry_run=True))
    assert [name for name, _ in dry.events] == ["jar.opened"]
    assert (await log.head(LEDGER)).position == 0
    assert await log.receipt(LEDGER, b"k" * 32) is None
    assert await log.take_number(LEDGER, "jars") == 1


async def settled(calls: Any) -> list[Any]:
    return await asyncio.gather(*calls, return_exceptions=True)
