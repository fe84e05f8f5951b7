"""The event log on PostgreSQL."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Any
from uuid import uuid4

import asyncpg

from domain.kernel.errors import LogUnavailable, NotFound
from domain.kernel.log import Append, Epoch, Filter, Head, Receipt, StoredEvent
from infra.eventlog.freshness import LogFreshness
from infra.eventlog.notices import Notices
from infra.eventlog.numbers import Numbers
from infra.eventlog.writer import AppendMeter, Writer
from infra.postgres.errors import DatabaseUnavailable
from infra.postgres.pool import unavailable_when_gone
from projections.kernel.statements import Statements

sql = Statements("infra.eventlog", "statements.sql")
CHANNEL = "shipledger_log"
END = 2**62
Connect = Callable[..., Awaitable[Any]]


class PostgresLog:
    """Implements ``domain.kernel.log.EventLog``. ``pool`` serves reads, ``connect`` opens connections for keeps."""

    def __init__(self, pool: asyncpg.Pool, connect: Connect, meter: AppendMeter) -> None:
        self._pool = pool
        self.positions: dict[str, int] = {}
        """The heads as this process knows them."""
        self.notices = Notices(CHANNEL, connect, self._moved_unnoticed)
        self.freshness = LogFreshness(self._types_after)
        self._numbers = Numbers(connect)
        self._writer = Writer(connect, self._committed, meter)

    async def start(self) -> None:
        self.positions = {row["ledger_id"]: row["position"] for row in await self._fetch(sql.positions)}
        self._writer.start()
        self.notices.start()
        self.freshness.start(self.changes(), self.positions)

    async def stop(self) -> None:
        """Finish the queue, then stop."""
        await self._writer.stop()
        await self._numbers.stop()
        await self.freshness.stop()
        await self.notices.stop()

    def append(self, append: Append) -> Awaitable[Receipt]:
        return self._writer.append(append)

    async def receipt(self, ledger_id: str, key: bytes) -> Receipt | None:
        rows = await self._fetch(sql.receipt, ledger_id, key)
        return Receipt(**rows[0], replayed=True) if rows else None

    async def create_ledger(self, ledger_id: str, tenant_id: str) -> Head:
        await self._fetch(sql.create_ledger, ledger_id, tenant_id, uuid4())
        return await self.head(ledger_id)

    async def head(self, ledger_id: str) -> Head:
        rows = await self._fetch(sql.head, ledger_id)
        if not rows:
            raise NotFound("Ledger not found")
        return Head(*rows[0])

    async def heads(self) -> Sequence[Head]:
        return [Head(*row) for row in await self._fetch(sql.heads)]

    async def epochs(self, ledger_id: str) -> Sequence[Epoch]:
        return [Epoch(*row) for row in await self._fetch(sql.epochs, ledger_id)]

    async def read(
        self, ledger_id: str, *, after: int = 0, upto: int | None = None, limit: int = 1000, only: Filter | None = None
    ) -> Sequence[StoredEvent]:
        window = (ledger_id, after, END if upto is None else upto, limit)
        if only is None or only == Filter():
            rows = await self._fetch(sql.page, *window)
        else:
            rows = await self._fetch(
                sql.filtered_page,
                *window,
                [_like(wanted) for wanted in only.types] or None,
                only.stream_id or None,
                only.project_id or None,
                only.correlation_id or None,
            )
        return [StoredEvent(*row) for row in rows]

    async def stream(self, ledger_id: str, stream_id: str, *, after_version: int = 0) -> Sequence[StoredEvent]:
        return [StoredEvent(*row) for row in await self._fetch(sql.stream, ledger_id, stream_id, after_version)]

    async def versions(self, ledger_id: str, stream_ids: Iterable[str]) -> dict[str, int]:
        return {row["id"]: row["version"] for row in await self._fetch(sql.versions, ledger_id, list(stream_ids))}

    async def leaves(self, ledger_id: str, first: int, last: int) -> Sequence[bytes]:
        return [row["leaf"] for row in await self._fetch(sql.leaves, ledger_id, first, last)]

    async def take_number(self, ledger_id: str, name: str) -> int:
        return await self._numbers.take(ledger_id, name)

    async def find_claim(self, ledger_id: str, scope: str, value_hash: bytes) -> str | None:
        rows = await self._fetch(sql.claim, ledger_id, scope, value_hash)
        return rows[0]["subject"] if rows else None

    async def look_up(self, scope: str, value_hash: bytes) -> tuple[str, str] | None:
        rows = await self._fetch(sql.look_up, scope, value_hash)
        return (rows[0]["ledger_id"], rows[0]["subject"]) if rows else None

    def changes(self) -> AsyncIterator[frozenset[str]]:
        return self.notices.changes()

    def _committed(self, append: Append, receipt: Receipt) -> None:
        if receipt.replayed:
            return
        self.positions[append.ledger_id] = max(receipt.position, self.positions.get(append.ledger_id, 0))
        self.freshness.appended(append.ledger_id, receipt.position, [event.type for event in append.events])
        self.notices.moved(append.ledger_id)

    async def _moved_unnoticed(self) -> frozenset[str]:
        moved = set()
        for row in await self._fetch(sql.positions):
            if row["position"] > self.positions.get(row["ledger_id"], 0):
                self.positions[row["ledger_id"]] = row["position"]
                moved.add(row["ledger_id"])
        return frozenset(moved)

    async def _types_after(self, ledger_id: str, position: int) -> list[tuple[int, str]]:
        return [(row["position"], row["type"]) for row in await self._fetch(sql.types_after, ledger_id, position)]

    async def _fetch(self, query: str, *args: Any) -> Sequence[asyncpg.Record]:
        try:
            with unavailable_when_gone():
                return await self._pool.fetch(query, *args)  # type: ignore[no-any-return]
        except DatabaseUnavailable as error:
            raise LogUnavailable from error


def _like(wanted: str) -> str:
    """``ticket.*`` as a pattern of LIKE; everything else literally."""
    literal = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return literal[:-1] + "%" if literal.endswith(".*") else literal
