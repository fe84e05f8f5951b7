"""A read model built anew from the log has the rows that the live one has, also after somebody was forgotten."""

from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from hypothesis import given, settings

from infra.eventlog.codec import Codec
from infra.keys.ring import KeyRing
from infra.keys.vault import PostgresVault
from infra.projector.rebuild import rebuild
from projections.registry import ALL
from tests.integration.read_models import ReadModels, Stand
from tests.ledgers import MASTER, dispatcher_on
from tests.properties.stories import ENDINGS, STEPS, Story
from tests.threaded import Elsewhere, elsewhere


class Theatre:
    """One database on which every story has a ledger of its own, and one projector for all."""

    stand: Stand

    def __init__(self, place: Elsewhere) -> None:
        self.place = place
        self.ring = KeyRing(MASTER, PostgresVault(place.pool))
        self.codec = Codec(self.ring)
        self.dispatcher = dispatcher_on(place.log, self.ring)

    async def open(self, stack: AsyncExitStack) -> None:
        models = ReadModels(self.place.database, self.place.pool, self.place.log, self.codec)
        self.stand = await stack.enter_async_context(models.projecting(*ALL))

    async def play(self, ledger_id: str, steps: list[Any], endings: list[str]) -> None:
        story = Story(self.dispatcher, ledger_id)
        await story.begin()
        for step in steps:
            await story.take(step)
        for ending in endings:
            if ending == "forget":
                await self.ring.destroy(ledger_id, await story.forget())
            else:
                await story.close()

    async def compare(self, ledger_id: str) -> None:
        head = (await self.place.log.head(ledger_id)).position
        for projection in ALL:
            await self.stand.until(head, name=projection.name, ledger_id=ledger_id)
        for projection in ALL:
            rebuilt = await rebuild(self.place.connect, self.place.log, self.codec, projection, ledger_id)
            assert rebuilt.position == head
            assert rebuilt.equal, f"{projection.name} rebuilt is not what it was live"


@pytest.fixture(scope="module")
def theatre() -> Iterator[Theatre]:
    with elsewhere() as place:
        theatre = Theatre(place)
        stack = AsyncExitStack()
        place.run(theatre.open(stack))
        try:
            yield theatre
        finally:
            place.run(stack.aclose())


@settings(max_examples=8, deadline=None)
@given(steps=STEPS, endings=ENDINGS)
def test_rebuilt_equals_live(theatre: Theatre, steps: list[Any], endings: list[str]) -> None:
    ledger_id = theatre.place.new_ledger()
    theatre.place.run(theatre.play(ledger_id, steps, endings))
    theatre.place.run(theatre.compare(ledger_id))
