"""A command with a key happens once."""

import asyncio

import pytest

from domain.kernel.dispatch import Dispatcher
from domain.kernel.errors import KeyInFlight, KeyReused
from infra.eventlog.memory import MemoryLog
from tests.ledgers import LEDGER, SlowLog, context, dispatcher_on
from tests.samples.jar import FillJar, Jar, OpenJar

KEYED = context(key=b"k" * 32, fingerprint=b"body")
OTHER_BODY = context(key=b"k" * 32, fingerprint=b"other body")


def label_and_id(jar: Jar) -> dict[str, str]:
    return {"id": jar.id, "label": jar.label}


async def test_a_replay_gets_the_first_answer_and_its_position(dispatcher: Dispatcher, log: MemoryLog) -> None:
    first = await dispatcher.dispatch(OpenJar(label="tea"), KEYED, remember=label_and_id)
    await dispatcher.dispatch(FillJar(jar_id=first.result.id, coins=1), context())
    again = await dispatcher.dispatch(OpenJar(label="tea"), KEYED, remember=label_and_id)
    assert (again.position, again.replayed) == (1, True)
    assert again.result == {"id": first.result.id, "label": "tea"}
    assert (await log.head(LEDGER)).position == 2


async def test_a_replay_reaches_another_process_too(
    dispatcher: Dispatcher, other_process: Dispatcher, log: MemoryLog
) -> None:
    await dispatcher.dispatch(OpenJar(label="tea"), KEYED)
    again = await other_process.dispatch(OpenJar(label="tea"), KEYED)
    assert again.replayed
    assert (await log.head(LEDGER)).position == 1


async def test_the_same_key_with_another_body_is_refused(dispatcher: Dispatcher, log: MemoryLog) -> None:
    await dispatcher.dispatch(OpenJar(label="tea"), KEYED)
    with pytest.raises(KeyReused):
        await dispatcher.dispatch(OpenJar(label="salt"), OTHER_BODY)
    assert (await log.head(LEDGER)).position == 1


async def test_a_refused_command_uses_no_key(dispatcher: Dispatcher) -> None:
    await dispatcher.dispatch(OpenJar(label="tea"), context())
    with pytest.raises(Exception, match="unique"):
        await dispatcher.dispatch(OpenJar(label="tea"), KEYED)
    assert not (await dispatcher.dispatch(OpenJar(label="salt"), OTHER_BODY)).replayed


async def test_a_key_in_flight_is_refused_until_its_command_is_done() -> None:
    log = SlowLog()
    await log.create_ledger(LEDGER, "default")
    dispatcher = dispatcher_on(log)
    running = asyncio.ensure_future(dispatcher.dispatch(OpenJar(label="tea"), KEYED))
    await log.queued.wait()
    with pytest.raises(KeyInFlight):
        await dispatcher.dispatch(OpenJar(label="tea"), KEYED)
    log.commit()
    assert not (await running).replayed
    assert (await dispatcher.dispatch(OpenJar(label="tea"), KEYED)).replayed


async def test_two_processes_with_one_key_at_once_append_once() -> None:
    log = SlowLog()
    await log.create_ledger(LEDGER, "default")
    both = [
        asyncio.ensure_future(dispatcher_on(log).dispatch(OpenJar(label="tea"), KEYED, remember=label_and_id))
        for _ in range(2)
    ]
    for _ in range(20):
        await asyncio.sleep(0)
    log.commit()
    first, second = await asyncio.gather(*both)
    assert (first.replayed, second.replayed) == (False, True)
    assert second.result == label_and_id(first.result)
    assert (await log.head(LEDGER)).position == 1
