"""RFC 6962 Merkle trees: hashes, and the proofs that tie one event or an earlier tree to a root.

Leaves are numbered from 0: position *n* of a ledger is leaf *n* - 1. A *node* (level, index) is the root of the
complete subtree over the leaves index * 2**level .. (index + 1) * 2**level - 1. A proof is a list of hashes, deepest
first.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()

Node = tuple[int, int]
Range = tuple[int, int]
"""Leaves ``begin`` <= leaf < ``end``."""


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that only grows: the roots of its complete subtrees, largest first (one for each 1 bit of its size)."""

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)

    def append(self, leaf: bytes) -> None:
        node, size = leaf, self.size
        while size & 1:
            node = node_hash(self.hashes.pop(), node)
            size >>= 1
        self.hashes.append(node)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        return _fold(self.hashes)


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes."""
    tree = Frontier()
    tree.extend(leaves)
    return tree.root()


def subtrees(leaves: Range) -> Iterator[Node]:
    """The complete subtrees that a range of a proof consists of, left to right."""
    begin, end = leaves
    while begin < end:
        level = (end - begin).bit_length() - 1
        yield level, begin >> level
        begin += 1 << level


def range_hash(leaves: Range, node: Callable[[Node], bytes]) -> bytes:
    """The hash of a range of a proof, from its complete subtrees."""
    return _fold([node(subtree) for subtree in subtrees(leaves)])


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """The ranges whose hashes prove that leaf ``index`` is in the tree of ``size`` leaves (RFC 6962, 2.1.1)."""
    begin, end = 0, size
    path: list[Range] = []
    while end - begin > 1:
        middle = begin + _left_size(end - begin)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((begin, middle))
            begin = middle
    return path[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """The ranges whose hashes prove that the tree of ``first`` leaves begins that of ``second`` (RFC 6962, 2.1.2)."""
    if first == 0:
        return []
    begin, end = 0, second
    path: list[Range] = []
    while end != first:
        middle = begin + _left_size(end - begin)
        if first <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((begin, middle))
            begin = middle
    if begin:
        path.append((begin, end))
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether ``proof`` shows ``leaf`` at ``index`` of the tree with this size and root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    number, last, node = index, size - 1, leaf
    for hash_ in proof:
        if last == 0:
            return False
        if number & 1 or number == last:
            node = node_hash(hash_, node)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            node = node_hash(node, hash_)
        number, last = number >> 1, last >> 1
    return last == 0 and node == root


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether ``proof`` shows that the second tree grew out of the first (RFC 9162, 2.1.4.2)."""
    if not 0 <= first <= second:
        return False
    if first in {0, second}:
        return not proof and (first_root == second_root if first else first_root == EMPTY_ROOT)
    hashes = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if not hashes:
        return False
    number, last = first - 1, second - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    old = new = hashes[0]
    for hash_ in hashes[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            old, new = node_hash(hash_, old), node_hash(hash_, new)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            new = node_hash(new, hash_)
        number, last = number >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _left_size(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def _fold(subtree_roots: Sequence[bytes]) -> bytes:
    if not subtree_roots:
        return EMPTY_ROOT
    node = subtree_roots[-1]
    for left in reversed(subtree_roots[:-1]):
        node = node_hash(left, node)
    return node
