"""Every proof verifies, and nothing else does."""

from hypothesis import given
from hypothesis import strategies as st

from infra.audit import entry, merkle, verifier

LEAVES = [entry.leaf(number.to_bytes(4, "big")) for number in range(600)]
SIZES = st.integers(1, len(LEAVES))
PAIRS = st.tuples(SIZES, SIZES).map(sorted)


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word for word."""
    if not leaves:
        return merkle.EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return merkle.node_hash(naive_root(leaves[:middle]), naive_root(leaves[middle:]))


def proof(ranges: list[merkle.Range]) -> list[bytes]:
    return [merkle.root(LEAVES[begin:end]) for begin, end in ranges]


def flipped(value: bytes, bit: int) -> bytes:
    changed = bytearray(value)
    changed[bit // 8 % len(value)] ^= 1 << bit % 8
    return bytes(changed)


@given(st.integers(0, len(LEAVES)))
def test_a_growing_tree_has_the_root_of_the_definition(size: int) -> None:
    assert merkle.root(LEAVES[:size]) == naive_root(LEAVES[:size])


@given(PAIRS)
def test_a_frontier_taken_up_again_grows_into_the_same_tree(sizes: list[int]) -> None:
    first, second = sizes
    hashes = [
        merkle.root(LEAVES[index << level : (index + 1) << level]) for level, index in merkle.subtrees((0, first))
    ]
    tree = merkle.Frontier(first, hashes)
    tree.extend(LEAVES[first:second])
    assert tree.root() == naive_root(LEAVES[:second])


@given(PAIRS)
def test_every_inclusion_proof_verifies(sizes: list[int]) -> None:
    position, size = sizes
    hashes = proof(merkle.inclusion_ranges(position - 1, size))
    assert merkle.verify_inclusion(LEAVES[position - 1], position - 1, size, hashes, naive_root(LEAVES[:size]))


@given(PAIRS)
def test_every_consistency_proof_verifies_here_and_in_the_offline_verifier(sizes: list[int]) -> None:
    first, second = sizes
    hashes = proof(merkle.consistency_ranges(first, second))
    roots = naive_root(LEAVES[:first]), naive_root(LEAVES[:second])
    assert merkle.verify_consistency(first, second, *roots, hashes)
    assert verifier.consistent(first, second, *roots, hashes)


@given(PAIRS, st.data())
def test_an_inclusion_proof_with_any_flipped_bit_or_another_place_fails(sizes: list[int], data: st.DataObject) -> None:
    position, size = sizes
    leaf, root = LEAVES[position - 1], naive_root(LEAVES[:size])
    values = [leaf, root, *proof(merkle.inclusion_ranges(position - 1, size))]
    at, bit = data.draw(st.integers(0, len(values) - 1)), data.draw(st.integers(0, 255))
    values[at] = flipped(values[at], bit)
    assert not merkle.verify_inclusion(values[0], position - 1, size, values[2:], values[1])

    elsewhere = data.draw(st.integers(0, size).filter(lambda index: index != position - 1))
    assert not merkle.verify_inclusion(leaf, elsewhere, size, proof(merkle.inclusion_ranges(position - 1, size)), root)


@given(PAIRS.filter(lambda sizes: sizes[0] < sizes[1]), st.data())
def test_a_consistency_proof_with_any_flipped_bit_or_length_fails(sizes: list[int], data: st.DataObject) -> None:
    first, second = sizes
    hashes = proof(merkle.consistency_ranges(first, second))
    values = [naive_root(LEAVES[:first]), naive_root(LEAVES[:second]), *hashes]
    at, bit = data.draw(st.integers(0, len(values) - 1)), data.draw(st.integers(0, 255))
    changed = [*values[:at], flipped(values[at], bit), *values[at + 1 :]]
    for verify in (merkle.verify_consistency, verifier.consistent):
        assert not verify(first, second, changed[0], changed[1], changed[2:])
        assert not verify(first, second, values[0], values[1], values[2:-1])
        assert not verify(first, second, values[0], values[1], [*values[2:], bytes(32)])
