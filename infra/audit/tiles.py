"""C2SP tlog-tiles: which tile holds a node of the tree, and the paths of tiles.

A tile of level L and index N holds the hashes of the nodes (8 L, 256 N) .. (8 L, 256 N + 255), 32 bytes each. The last
one of a level may be partial, with a width of 1 to 255 hashes. See c2sp.org/tlog-tiles.
"""

import re

import msgspec

from infra.audit.merkle import Node, root

HEIGHT = 8
WIDTH = 1 << HEIGHT
HASH_BYTES = 32

_PATH = re.compile(r"(\d|[1-5]\d|6[0-3])/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?", re.ASCII)


class Tile(msgspec.Struct, frozen=True):
    """The coordinates of a tile; ``width`` is its number of hashes."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def first(self) -> int:
        """The index, at the tile's level, of its first hash."""
        return self.index * WIDTH

    @property
    def path(self) -> str:
        """As in ``tile/0/x001/x234/067.p/8``, without the leading ``tile/``."""
        groups = [f"{self.index % 1000:03}"]
        above = self.index // 1000
        while above:
            groups.insert(0, f"x{above % 1000:03}")
            above //= 1000
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"{self.level}/{'/'.join(groups)}{partial}"


def parse(path: str) -> Tile | None:
    """The tile of a path such as ``0/x001/x234/067.p/8``, or None if no tile has that path."""
    match = _PATH.fullmatch(path)
    if match is None:
        return None
    level, index, width = match.groups()
    tile = Tile(int(level), int(re.sub(r"[x/]", "", index)), int(width) if width else WIDTH)
    return tile if tile.path == path and tile.width <= WIDTH else None


def holding(node: Node, size: int) -> Tile:
    """The tile from which a node can be had, as wide as it is in a tree of ``size`` leaves."""
    level, index = node[0] // HEIGHT, (node[1] << node[0] % HEIGHT) // WIDTH
    return Tile(level, index, min(WIDTH, (size >> level * HEIGHT) - index * WIDTH))


def node_in(tile: Tile, hashes: bytes, node: Node) -> bytes:
    """The hash of a node, from the hashes of the tile that holds it."""
    above = node[0] % HEIGHT
    first = (node[1] << above) - tile.first
    return root(split(hashes)[first : first + (1 << above)])


def split(hashes: bytes) -> list[bytes]:
    """The hashes of a tile, one by one."""
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
