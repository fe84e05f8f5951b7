"""Whoever wrote can wait until the read models show it, in every process."""

import asyncio

import asyncpg
import pytest

from domain.kernel.dispatch import Dispatcher
from infra.eventlog import notices
from infra.projector.notices import read_model_notices
from infra.projector.progress import ReadModelProgress
from projections.kernel.projection import Projection
from tests.integration.read_models import ReadModels
from tests.ledgers import LEDGER, context
from tests.samples.jar import FillJar, Jar, OpenJar
from tests.samples.jars.fold import Jars


class Labels(Jars):
    """Consumes nothing but openings."""

    name = "labels"
    consumes = (Jar.Opened,)


class Background(Jars):
    name = "background"
    group = "background"


@pytest.fixture
async def jar_id(dispatcher: Dispatcher) -> str:
    jar: Jar = (await dispatcher.dispatch(OpenJar(label="tea"), context())).result
    return jar.id


def progress_of(*projections: Projection) -> ReadModelProgress:
    async def fetch(query: str, *args: object) -> list[object]:
        return []

    return ReadModelProgress(projections, fetch)


async def test_a_write_is_reached_once_it_is_folded(models: ReadModels, dispatcher: Dispatcher, jar_id: str) -> None:
    progress = progress_of(Jars())
    async with models.projecting(Jars(), told=progress.moved):
        for coins in (1, 2, 3):
            outcome = await dispatcher.dispatch(FillJar(jar_id=jar_id, coins=coins), context())
            assert await progress.reached(LEDGER, outcome.position, types=outcome.types, timeout=5)
            assert (await models.rows())[0][2] == sum(range(coins + 1))
            assert progress.position(LEDGER) == outcome.position


async def test_a_wait_ends_in_time() -> None:
    progress = progress_of(Jars())
    assert not await progress.reached(LEDGER, 1, timeout=0.01)
    assert not progress._waiting.get(LEDGER)


async def test_nobody_waits_for_read_models_that_the_write_does_not_touch() -> None:
    progress = progress_of(Jars(), Labels(), Background())
    progress.moved(LEDGER, {"jars": (7, "live"), "labels": (3, "live")})
    assert await progress.reached(LEDGER, 7, types=frozenset({"jar.filled"}), timeout=0)
    assert not await progress.reached(LEDGER, 7, types=frozenset({"jar.opened"}), timeout=0)
    assert not await progress.reached(LEDGER, 7, timeout=0)
    assert await progress.reached(LEDGER, 99, types=frozenset({"ticket.moved"}), timeout=0)


async def test_nobody_waits_for_a_parked_read_model() -> None:
    progress = progress_of(Jars(), Labels())
    progress.moved(LEDGER, {"jars": (7, "live"), "labels": (3, "parked")})
    assert await progress.reached(LEDGER, 7, timeout=0)
    assert progress.position(LEDGER) == 7
    progress.moved(LEDGER, {"labels": (4, "building")})
    assert not await progress.reached(LEDGER, 7, timeout=0)
    assert not progress.is_live()


async def test_being_parked_ends_the_wait() -> None:
    progress = progress_of(Jars())
    waiting = asyncio.ensure_future(progress.reached(LEDGER, 7, timeout=5))
    await asyncio.sleep(0)
    progress.moved(LEDGER, {"jars": (3, "parked")})
    assert await waiting


async def test_reads_are_served_from_the_lowest_position() -> None:
    progress = progress_of(Jars(), Labels())
    assert progress.position(LEDGER) == 0
    progress.moved(LEDGER, {"jars": (7, "live"), "labels": (3, "live")})
    assert progress.position(LEDGER) == 3


async def test_a_late_word_takes_nothing_back() -> None:
    progress = progress_of(Jars())
    progress.moved(LEDGER, {"jars": (7, "live")})
    progress.moved(LEDGER, {"jars": (5, "live")})
    assert progress.position(LEDGER) == 7


async def test_another_process_hears_how_far_the_read_models_are(
    models: ReadModels, dispatcher: Dispatcher, pool: asyncpg.Pool, jar_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = (read_model_notices(models.connect, pool.fetch, lambda: None) for _ in range(2))
    progress = ReadModelProgress([Jars()], pool.fetch)
    monkeypatch.setattr(notices, "POLL_SECONDS", 60)
    here.start()
    there.start()
    await progress.start(there.changes())
    async with models.projecting(Jars(), told=lambda ledger_id, _: here.tell_others(ledger_id)):
        assert await progress.reached(LEDGER, 1, timeout=5)
        outcome = await dispatcher.dispatch(FillJar(jar_id=jar_id, coins=1), context())
        assert await progress.reached(LEDGER, outcome.position, timeout=5)
    await progress.stop()
    await here.stop()
    await there.stop()
