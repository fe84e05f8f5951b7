"""Where the full tiles of a ledger's tree are kept."""

from collections.abc import Sequence
from typing import Protocol

import asyncpg
import msgspec

from domain.kernel.audit import LedgerContradicted
from domain.kernel.errors import LogUnavailable
from infra.postgres.errors import DatabaseUnavailable
from infra.postgres.pool import unavailable_when_gone
from projections.kernel.statements import Statements

sql = Statements("infra.audit", "statements.sql")


class FullTile(msgspec.Struct, frozen=True):
    """256 hashes of 32 bytes, and the root over them, which is one hash of the level above."""

    level: int
    index: int
    hashes: bytes
    root: bytes


class TileStore(Protocol):
    """Full tiles. Every call may raise LogUnavailable."""

    async def count(self, ledger_id: str, level: int) -> int:
        """How many tiles of a level are kept: 0 .. count - 1, without a hole."""
        ...

    async def tile(self, ledger_id: str, level: int, index: int) -> bytes:
        """The hashes of a kept tile; empty if it is not kept."""
        ...

    async def roots(self, ledger_id: str, level: int, first: int, count: int) -> bytes:
        """The roots of the kept tiles ``first`` .. ``first + count - 1`` of a level, joined."""
        ...

    async def store(self, ledger_id: str, tiles: Sequence[FullTile]) -> None:
        """Keep tiles that follow those of their level. Raises LedgerContradicted if one is kept with other hashes."""
        ...


class PostgresTiles:
    """Tiles in the database of the log."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def count(self, ledger_id: str, level: int) -> int:
        return int((await self._fetch(sql.count, ledger_id, level))[0]["count"])

    async def tile(self, ledger_id: str, level: int, index: int) -> bytes:
        rows = await self._fetch(sql.tile, ledger_id, level, index)
        return bytes(rows[0]["hashes"]) if rows else b""

    async def roots(self, ledger_id: str, level: int, first: int, count: int) -> bytes:
        return b"".join(row["root"] for row in await self._fetch(sql.roots, ledger_id, level, first, first + count))

    async def store(self, ledger_id: str, tiles: Sequence[FullTile]) -> None:
        rows = [(ledger_id, tile.level, tile.index, tile.hashes, tile.root) for tile in tiles]
        try:
            with unavailable_when_gone():
                await self._pool.executemany(sql.store, rows)
        except asyncpg.RestrictViolationError as error:
            raise LedgerContradicted from error
        except DatabaseUnavailable as error:
            raise LogUnavailable from error

    async def _fetch(self, query: str, *args: object) -> Sequence[asyncpg.Record]:
        try:
            with unavailable_when_gone():
                return await self._pool.fetch(query, *args)  # type: ignore[no-any-return]
        except DatabaseUnavailable as error:
            raise LogUnavailable from error


class MemoryTiles:
    """Tiles in memory, for tests and the in-memory log."""

    def __init__(self) -> None:
        self._levels: dict[tuple[str, int], list[FullTile]] = {}

    async def count(self, ledger_id: str, level: int) -> int:
        return len(self._kept(ledger_id, level))

    async def tile(self, ledger_id: str, level: int, index: int) -> bytes:
        kept = self._kept(ledger_id, level)
        return kept[index].hashes if index < len(kept) else b""

    async def roots(self, ledger_id: str, level: int, first: int, count: int) -> bytes:
        return b"".join(tile.root for tile in self._kept(ledger_id, level)[first : first + count])

    async def store(self, ledger_id: str, tiles: Sequence[FullTile]) -> None:
        for tile in tiles:
            kept = self._kept(ledger_id, tile.level)
            if tile.index == len(kept):
                kept.append(tile)
            elif tile.index > len(kept) or kept[tile.index] != tile:
                raise LedgerContradicted

    def _kept(self, ledger_id: str, level: int) -> list[FullTile]:
        return self._levels.setdefault((ledger_id, level), [])
