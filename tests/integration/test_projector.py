"""Read models follow the log: rows and checkpoint move together, page by page, one process at a time."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import asyncpg
import pytest

from domain.kernel.dispatch import Dispatcher
from domain.kernel.forgetting import PersonForgotten
from domain.kernel.log import ANY_VERSION
from infra.eventlog.codec import Codec
from infra.eventlog.postgres import PostgresLog
from infra.projector import projector
from infra.projector.fold import Superseded, Work, apply
from infra.projector.tables import Tables
from tests.contracts.event_log import append
from tests.integration.read_models import ReadModels, jars_like
from tests.ledgers import LEDGER, context
from tests.samples.jar import FillJar, GiveJar, OpenJar
from tests.samples.jars.fold import Jars


async def opened(dispatcher: Dispatcher, label: str = "tea", ledger_id: str = LEDGER) -> str:
    return (await dispatcher.dispatch(OpenJar(label=label), context(ledger_id=ledger_id))).result.id  # type: ignore[no-any-return]


async def test_what_is_appended_is_folded(models: ReadModels, dispatcher: Dispatcher) -> None:
    jar_id = await opened(dispatcher)
    async with models.projecting(Jars()) as stand:
        await stand.until(1)
        await dispatcher.dispatch(FillJar(jar_id=jar_id, coins=5), context())
        await dispatcher.dispatch(FillJar(jar_id=jar_id, coins=2), context())
        await stand.until(3)
    assert await models.rows() == [(LEDGER, "tea", 7, "", "")]
    assert [tuple(each) for each in await models.checkpoints()] == [(1, 3, "live", None)]


async def test_a_late_projector_writes_nothing(
    models: ReadModels, dispatcher: Dispatcher, pool: asyncpg.Pool, log: PostgresLog, codec: Codec
) -> None:
    await opened(dispatcher)
    async with models.projecting(Jars()) as stand:
        await stand.until(1)
    jars = Jars()
    page = await codec.decode(await log.read(LEDGER))
    async with pool.acquire() as connection:
        await connection.execute("delete from jar_v1")
        with pytest.raises(Superseded):
            await apply(connection, Tables([jars]), [Work(LEDGER, (jars,), 0, 1, True, page)])
    assert await models.rows() == []
    assert (await models.checkpoints())[0]["position"] == 1


async def test_when_the_leading_process_stops_another_takes_over(
    models: ReadModels, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector, "RETRY_SECONDS", 0.05)
    jar_id = await opened(dispatcher)
    async with AsyncExitStack() as leading:
        first = await leading.enter_async_context(models.projecting(Jars()))
        await first.until(1)
        async with models.projecting(Jars()) as second:
            await dispatcher.dispatch(FillJar(jar_id=jar_id, coins=5), context())
            await first.until(2)
            assert not second.now
            await leading.aclose()
            await dispatcher.dispatch(FillJar(jar_id=jar_id, coins=5), context())
            await second.until(3)
    assert await models.rows() == [(LEDGER, "tea", 10, "", "")]


async def test_a_new_version_is_built_beside_the_old_one(models: ReadModels, dispatcher: Dispatcher) -> None:
    jar_id = await opened(dispatcher)
    async with models.projecting(Jars()) as stand:
        await stand.until(1)
    await dispatcher.dispatch(FillJar(jar_id=jar_id, coins=5), context())
    async with models.projecting(jars_like("jars", 2)) as stand:
        await stand.until(2)
    assert await models.rows("jar_v1") == [(LEDGER, "tea", 0, "", "")]
    assert await models.rows("jars_v2") == [(LEDGER, "tea", 5, "", "")]
    assert [tuple(each) for each in await models.checkpoints()] == [(1, 1, "live", None), (2, 2, "live", None)]


async def test_long_histories_of_many_ledgers_are_folded_page_by_page(
    models: ReadModels, dispatcher: Dispatcher, log: PostgresLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector, "PAGE_EVENTS", 7)
    monkeypatch.setattr(projector, "LEDGERS_AT_ONCE", 2)
    ledgers = [f"tenant-{n}/main" for n in range(5)]
    for ledger_id in ledgers:
        await log.create_ledger(ledger_id, ledger_id)
    jars = [await opened(dispatcher, "tea", ledger_id) for ledger_id in ledgers]
    await asyncio.gather(
        *(
            dispatcher.dispatch(FillJar(jar_id=jar_id, coins=1), context(ledger_id=ledger_id))
            for n, (jar_id, ledger_id) in enumerate(zip(jars, ledgers, strict=True))
            for _ in range(10 * n)
        )
    )
    async with models.projecting(Jars(), jars_like("shelf")) as stand:
        for n, ledger_id in enumerate(ledgers):
            await stand.until(1 + 10 * n, ledger_id=ledger_id)
            await stand.until(1 + 10 * n, ledger_id=ledger_id, name="shelf")
    assert await models.rows() == [(ledger_id, "tea", 10 * n, "", "") for n, ledger_id in enumerate(ledgers)]
    assert await models.rows("shelf_v1") == await models.rows()


async def test_a_forgotten_person_leaves_every_row(
    models: ReadModels, dispatcher: Dispatcher, log: PostgresLog, codec: Codec
) -> None:
    tea, salt, rice = [await opened(dispatcher, label) for label in ("tea", "salt", "rice")]
    for jar_id, person in ((tea, "anna"), (salt, "boris")):
        await dispatcher.dispatch(GiveJar(jar_id=jar_id, person_id=person, name=person.title()), context())
    async with models.projecting(Jars()) as stand:
        await stand.until(5)
        assert await models.rows() == [
            (LEDGER, "rice", 0, "", ""),
            (LEDGER, "salt", 0, "boris", "Boris"),
            (LEDGER, "tea", 0, "anna", "Anna"),
        ]
        await dispatcher.dispatch(GiveJar(jar_id=rice, person_id="anna", name="Anna"), context())
        forgotten = PersonForgotten(originator_id="anna", timestamp=datetime.now(UTC), person_id="anna")
        fact = await codec.encode(LEDGER, forgotten, version=ANY_VERSION, project_id="", metadata=b"{}")
        await log.append(append(fact))
        await stand.until(7)
    assert await models.rows() == [
        (LEDGER, "rice", 0, "anna", ""),
        (LEDGER, "salt", 0, "boris", "Boris"),
        (LEDGER, "tea", 0, "anna", ""),
    ]
