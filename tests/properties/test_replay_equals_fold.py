"""An aggregate folded again from its stored bytes is the one that the commands made."""

import asyncio
from typing import Any

from hypothesis import given, settings

import domain.contexts  # noqa: F401 - fills the registries
from domain.kernel.aggregate import Aggregate
from infra.dispatch.repository import Repository
from infra.eventlog.codec import Codec
from infra.eventlog.memory import MemoryLog
from infra.keys.memory import MemoryVault
from infra.keys.ring import KeyRing
from tests.ledgers import LEDGER, MASTER, dispatcher_on
from tests.properties.stories import STEPS, Story


async def told(steps: list[Any]) -> None:
    log, ring = MemoryLog(), KeyRing(MASTER, MemoryVault())
    await log.create_ledger(LEDGER, "default")
    dispatcher = dispatcher_on(log, ring)
    story = Story(dispatcher, LEDGER)
    await story.begin()
    for step in steps:
        await story.take(step)
    replayed = Repository(log, Codec(ring))
    for aggregate_id in {each.stream_id for each in await log.read(LEDGER)}:
        live = await dispatcher._repository.check_out(LEDGER, aggregate_id)
        folded = await replayed.check_out(LEDGER, aggregate_id)
        assert live is not None
        assert folded is not None
        assert state(folded) == state(live)


def state(aggregate: Aggregate) -> dict[str, Any]:
    return {"class": type(aggregate)} | aggregate.__dict__


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_replay_equals_fold(steps: list[Any]) -> None:
    asyncio.run(told(steps))
