"""Roots and proofs come from a few tiles, and are those of the whole tree."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.kernel.audit import LedgerContradicted
from infra.audit import entry, merkle, tiles
from infra.audit.store import FullTile, MemoryTiles
from infra.audit.tree import LedgerTree
from tests.unit.audit.history import LEDGER, History

SIZE = 256 * 256 + 256 + 3


class Leaves:
    """A ledger that is nothing but leaves; counts how many of them were asked for."""

    def __init__(self, size: int) -> None:
        self.hashes = [entry.leaf(number.to_bytes(4, "big")) for number in range(size)]
        self.asked = 0

    async def leaves(self, ledger_id: str, first: int, last: int) -> list[bytes]:
        self.asked += last - first + 1
        return self.hashes[first - 1 : last]


@pytest.fixture(scope="module")
def leaves() -> Leaves:
    return Leaves(SIZE)


@pytest.fixture(scope="module")
def tree(leaves: Leaves) -> LedgerTree:
    return LedgerTree(leaves, MemoryTiles())  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 600, 65_535, 65_536, 65_537, SIZE])
async def test_the_root_from_tiles_is_the_root_over_all_leaves(tree: LedgerTree, leaves: Leaves, size: int) -> None:
    assert await tree.root(LEDGER, size) == merkle.root(leaves.hashes[:size])


@settings(max_examples=30, deadline=None)
@given(data=st.data())
async def test_proofs_from_tiles_verify(tree: LedgerTree, leaves: Leaves, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, SIZE))
    first = data.draw(st.integers(1, size))
    root = await tree.root(LEDGER, size)
    inclusion = await tree.inclusion(LEDGER, first - 1, size)
    assert merkle.verify_inclusion(leaves.hashes[first - 1], first - 1, size, inclusion, root)
    consistency = await tree.consistency(LEDGER, first, size)
    assert merkle.verify_consistency(first, size, await tree.root(LEDGER, first), root, consistency)
    frontier = merkle.Frontier(first, await tree.frontier(LEDGER, first))
    assert frontier.root() == await tree.root(LEDGER, first)


async def test_a_proof_reads_no_more_leaves_than_the_last_tile_has(tree: LedgerTree, leaves: Leaves) -> None:
    await tree.grow(LEDGER, SIZE)
    leaves.asked = 0
    await tree.inclusion(LEDGER, 1234, SIZE)
    assert leaves.asked <= 255


async def test_a_tile_is_the_hashes_of_its_nodes_at_every_width(tree: LedgerTree, leaves: Leaves) -> None:
    await tree.grow(LEDGER, SIZE)
    assert await tree.tile(LEDGER, tiles.Tile(0, 1)) == b"".join(leaves.hashes[256:512])
    assert await tree.tile(LEDGER, tiles.Tile(0, 257, 3)) == b"".join(leaves.hashes[-3:])
    above = [merkle.root(leaves.hashes[at : at + 256]) for at in range(0, 65_536, 256)]
    assert await tree.tile(LEDGER, tiles.Tile(1, 0)) == b"".join(above)
    assert await tree.tile(LEDGER, tiles.Tile(2, 0, 1)) == merkle.root(above)


async def test_a_second_process_goes_on_from_the_tiles_of_the_first() -> None:
    store, ledger = MemoryTiles(), History(700)
    await LedgerTree(ledger.log, store).grow(LEDGER, 600)
    assert await LedgerTree(ledger.log, store).root(LEDGER, 700) == merkle.root(e.leaf for e in ledger.events)


async def test_a_hole_in_the_log_is_a_contradiction_and_no_tile() -> None:
    ledger, store = History(300), MemoryTiles()
    del ledger.events[-50:]
    with pytest.raises(LedgerContradicted):
        await LedgerTree(ledger.log, store).root(LEDGER, 300)


async def test_a_kept_tile_is_never_replaced_and_leaves_no_hole() -> None:
    store = MemoryTiles()
    first = FullTile(0, 0, b"a" * 8192, b"r" * 32)
    await store.store(LEDGER, [first])
    await store.store(LEDGER, [first])
    with pytest.raises(LedgerContradicted):
        await store.store(LEDGER, [FullTile(0, 0, b"b" * 8192, b"r" * 32)])
    with pytest.raises(LedgerContradicted):
        await store.store(LEDGER, [FullTile(0, 2, b"c" * 8192, b"r" * 32)])
