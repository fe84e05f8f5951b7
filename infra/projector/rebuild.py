"""Rebuilding a read model of one ledger beside the live one, and putting it in its place once level.

The rows are built in temporary tables, which only this session sees, up to where the live ones stand. The checkpoint
row is then held, so that the live projector waits a moment; what it applied meanwhile is caught up; both are digested
at the same position; and the rows change places in the transaction that holds the checkpoint.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec

from domain.kernel.errors import NotFound
from domain.kernel.log import EventLog
from domain.kernel.recorded import Decoder
from infra.projector.fold import FORGOTTEN, Work, fold
from infra.projector.tables import Tables, sql
from projections.kernel.projection import Projection
from projections.kernel.rows import Row

PAGE_EVENTS = 5000
BESIDE = "pg_temp"
LIVE = "read"


class Rebuilt(msgspec.Struct, frozen=True):
    """Digests are SHA-256 over all rows in key order, at ``position``; ``live_digest`` is None for a parked one."""

    ledger_id: str
    projection: str
    position: int
    live_digest: str | None
    rebuilt_digest: str

    @property
    def equal(self) -> bool:
        return self.live_digest == self.rebuilt_digest


Told = Callable[[int, int], None]


async def rebuild(
    connect: Callable[..., Awaitable[Any]],
    log: EventLog,
    decoder: Decoder,
    projection: Projection,
    ledger_id: str,
    *,
    told: Told = lambda _position, _head: None,
) -> Rebuilt:
    """Rebuild one projection of one ledger and make it live. ``told`` hears how far it is. Raises NotFound."""
    connection = await connect(search_path=f"{BESIDE}, {LIVE}", synchronous_commit="off", statement_timeout="0")
    try:
        await connection.execute(projection.tables_sql())
        tables = Tables([projection])
        beside = _Beside(connection, log, decoder, projection, ledger_id)
        key = (ledger_id, projection.name, projection.version)
        checkpoint = await connection.fetchrow(sql.lock_checkpoint, *key)
        if checkpoint is None:
            raise NotFound("Projection not found")
        await beside.advance(tables, upto=checkpoint["position"], told=told)
        async with connection.transaction():
            checkpoint = await connection.fetchrow(sql.lock_checkpoint, *key)
            parked = checkpoint["status"] == "parked"
            await beside.advance(tables, upto=None if parked else checkpoint["position"], told=told)
            live = None if parked else await digest(connection, projection, ledger_id, LIVE)
            rebuilt = await digest(connection, projection, ledger_id, BESIDE)
            for kind in projection.rows:
                await _swap(connection, kind, ledger_id)
            await connection.execute(sql.swap_checkpoint, *key, beside.position)
        return Rebuilt(ledger_id, projection.name, beside.position, live, rebuilt)
    finally:
        connection.terminate()


async def digest(connection: Any, projection: Projection, ledger_id: str, schema: str = LIVE) -> str:
    """SHA-256 over every row of a projection, table by table, in key order. Needs an open transaction."""
    sha = hashlib.sha256()
    for kind in projection.rows:
        async for row in _rows(connection, kind, ledger_id, schema):
            sha.update(row.encode() + b"\n")
    return sha.hexdigest()


class _Beside:
    """The rows being built."""

    def __init__(
        self, connection: Any, log: EventLog, decoder: Decoder, projection: Projection, ledger_id: str
    ) -> None:
        self._connection = connection
        self._log = log
        self._decoder = decoder
        self._projection = projection
        self._ledger_id = ledger_id
        self._wanted = projection.types() | {FORGOTTEN}
        self.position = 0

    async def advance(self, tables: Tables, *, upto: int | None, told: Told) -> None:
        while stored := await self._log.read(self._ledger_id, after=self.position, upto=upto, limit=PAGE_EVENTS):
            target = stored[-1].position
            page = await self._decoder.decode([event for event in stored if event.type in self._wanted])
            await fold(self._connection, tables, [self._work(target, page)])
            self.position = target
            told(target, upto or target)

    def _work(self, target: int, page: Any) -> Work:
        return Work(self._ledger_id, (self._projection,), self.position, target, False, page)


async def _rows(connection: Any, kind: type[Row], ledger_id: str, schema: str) -> AsyncIterator[str]:
    query = (
        f"select t::text as row from {schema}.{kind.table} t where ledger_id = $1 "  # noqa: S608 - names from our classes
        f"order by {', '.join(kind.key)}"
    )
    async for record in connection.cursor(query, ledger_id, prefetch=1000):
        yield record["row"]


async def _swap(connection: Any, kind: type[Row], ledger_id: str) -> None:
    columns = ", ".join(kind.__struct_fields__)
    await connection.execute(f"delete from {LIVE}.{kind.table} where ledger_id = $1", ledger_id)  # noqa: S608
    await connection.execute(
        f"insert into {LIVE}.{kind.table} ({columns}) select {columns} from {BESIDE}.{kind.table} "  # noqa: S608
        "where ledger_id = $1",
        ledger_id,
    )
