"""Tiles have the paths of c2sp.org/tlog-tiles and hold the nodes that proofs need."""

import pytest

from infra.audit import entry, merkle, tiles
from infra.audit.tiles import Tile

LEAVES = [entry.leaf(number.to_bytes(4, "big")) for number in range(600)]


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "0/000"),
        (Tile(0, 67), "0/067"),
        (Tile(0, 1234067), "0/x001/x234/067"),
        (Tile(3, 1000), "3/x001/000"),
        (Tile(1, 0, 8), "1/000.p/8"),
        (Tile(0, 1234067, 255), "0/x001/x234/067.p/255"),
    ],
)
def test_a_tile_has_one_path(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert tiles.parse(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        *("", "0", "0/0", "0/67", "0/x000/001", "0/1/067", "00/000", "64/000", "-1/000", "0/000.p/0", "0/000.p/256"),
        *("0/000.p/300", "0/000.p/08", "0/000/", "/0/000", "0/000\n", "0/\u0660\u0660\u0660", "entries/000"),
    ],
)
def test_what_is_not_exactly_a_path_names_no_tile(path: str) -> None:
    assert tiles.parse(path) is None


@pytest.mark.parametrize("node", [(0, 0), (0, 599), (3, 74), (7, 3), (8, 0), (8, 1), (9, 0)])
def test_every_node_is_found_in_the_tile_that_holds_it(node: merkle.Node) -> None:
    tile = tiles.holding(node, size=600)
    width = 1 << 8 * tile.level
    spans = [LEAVES[at * width : (at + 1) * width] for at in range(tile.first, tile.first + tile.width)]
    hashes = b"".join(map(merkle.root, spans))
    assert len(hashes) == tile.width * tiles.HASH_BYTES
    leaves = LEAVES[node[1] << node[0] : (node[1] + 1) << node[0]]
    assert tiles.node_in(tile, hashes, node) == merkle.root(leaves)
