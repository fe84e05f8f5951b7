"""The Merkle tree of a ledger, read through its tiles: O(log n) reads for any root or proof.

Full tiles are kept as the ledger grows. The partial tile at the right edge of a level is put together from the leaves,
or from the roots of the full tiles below.
"""

from collections.abc import Iterable

from domain.kernel.audit import LedgerContradicted
from domain.kernel.log import EventLog
from infra.audit import merkle, tiles
from infra.audit.merkle import Node, Range
from infra.audit.store import FullTile, TileStore
from infra.audit.tiles import HASH_BYTES, HEIGHT, WIDTH, Tile

TILES_A_TURN = 16
"""Full tiles made between two waits for the database: about 4 ms of hashing."""


class LedgerTree:
    """The trees of all ledgers of a log. Every call may raise LogUnavailable and LedgerContradicted."""

    def __init__(self, log: EventLog, store: TileStore) -> None:
        self._log = log
        self._store = store
        self._counts: dict[tuple[str, int], int] = {}

    async def grow(self, ledger_id: str, size: int) -> None:
        """Keep every full tile of the tree of ``size`` leaves."""
        level = 0
        while full := size >> (level + 1) * HEIGHT:
            count = self._counts.get((ledger_id, level))
            if count is None:
                count = await self._store.count(ledger_id, level)
            while count < full:
                turn = min(TILES_A_TURN, full - count)
                hashes = await self._hashes(ledger_id, level, count * WIDTH, turn * WIDTH)
                await self._store.store(ledger_id, list(_full_tiles(level, count, hashes)))
                count += turn
            self._counts[ledger_id, level] = count
            level += 1

    async def tile(self, ledger_id: str, tile: Tile) -> bytes:
        """The hashes of a tile of a tree that has grown this far."""
        if tile.width < WIDTH:
            return await self._hashes(ledger_id, tile.level, tile.first, tile.width)
        return _whole(await self._store.tile(ledger_id, tile.level, tile.index), WIDTH)

    async def root(self, ledger_id: str, size: int) -> bytes:
        return (await self._range_hashes(ledger_id, size, [(0, size)]))[0]

    async def frontier(self, ledger_id: str, size: int) -> list[bytes]:
        """The roots of the complete subtrees of the tree of ``size`` leaves, largest first: see merkle.Frontier."""
        return await self._node_hashes(ledger_id, size, merkle.subtrees((0, size)))

    async def inclusion(self, ledger_id: str, index: int, size: int) -> list[bytes]:
        """The proof that leaf ``index``, from 0, is in the tree of ``size`` leaves."""
        return await self._range_hashes(ledger_id, size, merkle.inclusion_ranges(index, size))

    async def consistency(self, ledger_id: str, first: int, second: int) -> list[bytes]:
        """The proof that the tree of ``second`` leaves begins with the tree of ``first``."""
        return await self._range_hashes(ledger_id, second, merkle.consistency_ranges(first, second))

    async def _range_hashes(self, ledger_id: str, size: int, ranges: list[Range]) -> list[bytes]:
        nodes = [node for leaves in ranges for node in merkle.subtrees(leaves)]
        hashes = dict(zip(nodes, await self._node_hashes(ledger_id, size, nodes), strict=True))
        return [merkle.range_hash(leaves, hashes.__getitem__) for leaves in ranges]

    async def _node_hashes(self, ledger_id: str, size: int, nodes: Iterable[Node]) -> list[bytes]:
        await self.grow(ledger_id, size)
        held = [(node, tiles.holding(node, size)) for node in nodes]
        read = {tile: await self.tile(ledger_id, tile) for tile in dict.fromkeys(tile for _, tile in held)}
        return [tiles.node_in(tile, read[tile], node) for node, tile in held]

    async def _hashes(self, ledger_id: str, level: int, first: int, count: int) -> bytes:
        """Hashes of a level of tiles, from what lies below it."""
        if level == 0:
            return _whole(b"".join(await self._log.leaves(ledger_id, first + 1, first + count)), count)
        return _whole(await self._store.roots(ledger_id, level - 1, first, count), count)


def _full_tiles(level: int, first: int, hashes: bytes) -> Iterable[FullTile]:
    size = WIDTH * HASH_BYTES
    for number in range(len(hashes) // size):
        tile = hashes[number * size : (number + 1) * size]
        yield FullTile(level, first + number, tile, merkle.root(tiles.split(tile)))


def _whole(hashes: bytes, count: int) -> bytes:
    if len(hashes) != count * HASH_BYTES:
        raise LedgerContradicted(
            "Events or tiles of the ledger are missing: restore it, and find out who removed them."
        )
    return hashes
