"""Read models in tests: their projectors, and something to await when they move."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import asyncpg

from domain.kernel.log import EventLog
from domain.kernel.recorded import Decoder
from infra.postgres.embedded import Addresses
from infra.postgres.pool import connect
from infra.projector.progress import Standing
from infra.projector.projector import Projector
from projections.kernel.projection import Projection
from tests.ledgers import LEDGER
from tests.meters import Silent
from tests.samples.jars.fold import JarRow, Jars


class Stand:
    """Where the projections of each ledger stand, as one projector tells."""

    def __init__(self) -> None:
        self.now: dict[tuple[str, str], Standing] = {}
        self._moved = asyncio.Event()

    def moved(self, ledger_id: str, standing: Mapping[str, Standing]) -> None:
        for name, stands in standing.items():
            self.now[ledger_id, name] = stands
        self._moved.set()

    async def until(self, position: int, status: str = "live", *, name: str = "jars", ledger_id: str = LEDGER) -> None:
        async with asyncio.timeout(10):
            while self.now.get((ledger_id, name)) != (position, status):
                self._moved.clear()
                await self._moved.wait()


class ReadModels:
    """The read models of one database."""

    def __init__(self, database: Addresses, pool: asyncpg.Pool, log: EventLog, decoder: Decoder) -> None:
        self.connect = partial(connect, database.server_url, application_name="tests")
        self._pool = pool
        self._log = log
        self._decoder = decoder

    @asynccontextmanager
    async def projecting(
        self, *projections: Projection, told: Callable[[str, Mapping[str, Standing]], None] = lambda *_: None
    ) -> AsyncIterator[Stand]:
        """A projector of one process."""
        stand = Stand()

        def moved(ledger_id: str, standing: Mapping[str, Standing]) -> None:
            stand.moved(ledger_id, standing)
            told(ledger_id, standing)

        projector = Projector(
            group="interactive",
            projections=projections,
            log=self._log,
            decoder=self._decoder,
            connect=self.connect,
            moved=moved,
            meter=Silent(),
        )
        projector.start()
        try:
            yield stand
        finally:
            await projector.stop()

    async def rows(self, table: str = JarRow.table) -> list[tuple[Any, ...]]:
        """(ledger, label, coins, owner id, owner) of each jar."""
        query = f"select ledger_id, label, coins, owner_id, owner from {table} order by ledger_id, label"  # noqa: S608
        return [tuple(row) for row in await self._pool.fetch(query)]

    async def checkpoints(self, name: str = "jars") -> Sequence[Any]:
        """By version."""
        query = "select version, position, status, error from checkpoint where projection = $1 order by version"
        return await self._pool.fetch(query, name)  # type: ignore[no-any-return]


def jars_like(called: str, number: int = 1, fold: Callable[..., None] = Jars.fold) -> Jars:
    """A projection like ``Jars`` with another name, version or fold, and a table of its own.

    ``fold`` takes the projection, the event and the rows.
    """

    class OtherRow(JarRow, frozen=True, kw_only=True):
        table = f"{called}_v{number}"

    class Other(Jars):
        name = called
        version = number
        rows = (OtherRow,)

        def fold(self, *args: Any) -> None:
            fold(self, *args)

    return Other()
