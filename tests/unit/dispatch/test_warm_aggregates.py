"""Aggregates that are kept warm: nobody changes what is kept, and the least used ones go first."""

import pytest

from infra.dispatch.dispatcher import CommandDispatcher
from infra.dispatch.repository import Repository
from infra.eventlog.codec import Codec
from infra.eventlog.memory import MemoryLog
from infra.keys.ring import KeyRing
from tests.ledgers import LEDGER, context
from tests.samples.jar import FillJar, Jar, OpenJar


@pytest.fixture
async def jars(dispatcher: CommandDispatcher) -> list[str]:
    opened = [(await dispatcher.dispatch(OpenJar(label=label), context())).result for label in ("tea", "salt", "rice")]
    return [jar.id for jar in opened]


async def test_what_is_checked_out_is_a_copy(log: MemoryLog, ring: KeyRing, jars: list[str]) -> None:
    repository = Repository(log, Codec(ring))
    mine, yours = [await repository.check_out(LEDGER, jars[0]) for _ in range(2)]
    assert isinstance(mine, Jar)
    assert isinstance(yours, Jar)
    assert mine is not yours
    assert mine.pending_events is not yours.pending_events


async def test_what_does_not_exist_is_none(log: MemoryLog, ring: KeyRing) -> None:
    assert await Repository(log, Codec(ring)).check_out(LEDGER, "nowhere") is None


async def test_the_least_used_go_first_and_come_back_from_the_log(
    log: MemoryLog, ring: KeyRing, jars: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    stream = log.stream

    async def counted(ledger_id: str, stream_id: str, *, after_version: int = 0) -> object:
        loaded.append(stream_id)
        return await stream(ledger_id, stream_id, after_version=after_version)

    monkeypatch.setattr(log, "stream", counted)
    repository = Repository(log, Codec(ring), capacity=2)
    tea, salt, rice = jars
    for jar_id in (tea, salt, tea, rice, tea, salt):
        assert await repository.check_out(LEDGER, jar_id)
    assert loaded == [tea, salt, rice, salt]


async def test_a_command_does_not_read_what_this_process_wrote(
    log: MemoryLog, dispatcher: CommandDispatcher, jars: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "stream", None)
    for coins in (1, 2, 3):
        outcome = await dispatcher.dispatch(FillJar(jar_id=jars[0], coins=coins), context())
    assert outcome.result.coins == 6
