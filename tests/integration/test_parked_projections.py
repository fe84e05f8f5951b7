"""A faulty projection stops alone, says why, and goes on when it is let go."""

import asyncio

import asyncpg
import pytest

from domain.kernel.dispatch import Dispatcher
from domain.kernel.recorded import Recorded
from infra.projector import projector
from infra.projector.tables import sql
from projections.kernel.rows import Rows
from tests.integration.read_models import ReadModels, jars_like
from tests.ledgers import LEDGER, context
from tests.samples.jar import FillJar, Jar, OpenJar
from tests.samples.jars.fold import Jars


class Superstition:
    """A fold that fails at 13 coins, until it is overcome."""

    overcome = False

    def fold(self, projection: Jars, recorded: Recorded, rows: Rows) -> None:
        if not self.overcome and isinstance(recorded.event, Jar.Filled) and recorded.event.coins == 13:
            raise ZeroDivisionError("thirteen")
        Jars.fold(projection, recorded, rows)


@pytest.fixture
async def tea(dispatcher: Dispatcher) -> str:
    """A jar that was filled four times, the third time with 13 coins: position 4 of 5."""
    jar: Jar = (await dispatcher.dispatch(OpenJar(label="tea"), context())).result
    for coins in (1, 2, 13, 4):
        await dispatcher.dispatch(FillJar(jar_id=jar.id, coins=coins), context())
    return jar.id


async def test_it_is_parked_before_its_event_and_the_others_go_on(
    models: ReadModels, dispatcher: Dispatcher, tea: str
) -> None:
    async with models.projecting(Jars(), jars_like("faulty", fold=Superstition().fold)) as stand:
        await stand.until(3, "parked", name="faulty")
        await stand.until(5)
        await dispatcher.dispatch(FillJar(jar_id=tea, coins=5), context())
        await stand.until(6)
    (parked,) = await models.checkpoints("faulty")
    assert (parked["position"], parked["status"]) == (3, "parked")
    assert "Traceback" in parked["error"]
    assert "ZeroDivisionError: thirteen" in parked["error"]
    assert await models.rows("faulty_v1") == [(LEDGER, "tea", 3, "", "")]
    assert await models.rows() == [(LEDGER, "tea", 25, "", "")]


@pytest.mark.usefixtures("tea")
async def test_it_stays_parked_when_another_process_leads(models: ReadModels) -> None:
    superstition = Superstition()
    for _ in range(2):
        async with models.projecting(Jars(), jars_like("faulty", fold=superstition.fold)) as stand:
            await stand.until(3, "parked", name="faulty")
            await stand.until(5)


@pytest.mark.usefixtures("tea")
async def test_it_goes_on_when_it_is_let_go(
    models: ReadModels, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector, "LOOK_SECONDS", 0.1)
    superstition = Superstition()
    async with models.projecting(Jars(), jars_like("faulty", fold=superstition.fold)) as stand:
        await stand.until(3, "parked", name="faulty")
        superstition.overcome = True
        await pool.execute(sql.unpark, "faulty", None)
        await stand.until(5, name="faulty")
    assert await models.rows("faulty_v1") == await models.rows()
    assert (await models.checkpoints("faulty"))[0]["error"] is None


async def test_it_goes_on_although_the_log_never_rests(
    models: ReadModels, dispatcher: Dispatcher, pool: asyncpg.Pool, tea: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector, "LOOK_SECONDS", 0.1)
    superstition = Superstition()
    async with models.projecting(Jars(), jars_like("faulty", fold=superstition.fold)) as stand:
        await stand.until(3, "parked", name="faulty")
        superstition.overcome = True
        await pool.execute(sql.unpark, "faulty", None)
        async with asyncio.timeout(10):
            while stand.now[LEDGER, "faulty"][1] == "parked":
                await dispatcher.dispatch(FillJar(jar_id=tea, coins=1), context())


async def test_a_fault_that_the_database_finds_parks_as_well(models: ReadModels, dispatcher: Dispatcher) -> None:
    jar: Jar = (await dispatcher.dispatch(OpenJar(label="tea"), context())).result
    await dispatcher.dispatch(FillJar(jar_id=jar.id, coins=2**31), context())
    async with models.projecting(Jars(), jars_like("shelf")) as stand:
        await stand.until(1, "parked")
        await stand.until(1, "parked", name="shelf")
    assert "out of range" in (await models.checkpoints())[0]["error"]
    assert await models.rows() == [(LEDGER, "tea", 0, "", "")]
