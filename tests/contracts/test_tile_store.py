"""Every place for tiles keeps them in order, once, for ever."""

import asyncpg
import pytest

from domain.kernel.audit import LedgerContradicted
from infra.audit.store import FullTile, MemoryTiles, PostgresTiles, TileStore
from infra.postgres.embedded import Addresses

LEDGER = "default/main"


def tile(level: int, index: int, content: bytes = b"h") -> FullTile:
    return FullTile(level, index, content * (256 * 32), bytes([level, index]) * 16)


@pytest.fixture(params=["memory", "postgres"])
def store(request: pytest.FixtureRequest) -> TileStore:
    if request.param == "memory":
        return MemoryTiles()
    return PostgresTiles(request.getfixturevalue("pool"))


async def test_nothing_is_kept_at_first(store: TileStore) -> None:
    assert await store.count(LEDGER, 0) == 0
    assert await store.tile(LEDGER, 0, 0) == b""
    assert await store.roots(LEDGER, 0, 0, 5) == b""


async def test_what_is_kept_is_found_by_ledger_level_and_index(store: TileStore) -> None:
    await store.store(LEDGER, [tile(0, 0, b"a"), tile(0, 1, b"b"), tile(1, 0, b"c")])
    await store.store("other/main", [tile(0, 0, b"d")])
    assert (await store.count(LEDGER, 0), await store.count(LEDGER, 1)) == (2, 1)
    assert await store.tile(LEDGER, 0, 1) == b"b" * 8192
    assert await store.tile(LEDGER, 1, 0) == b"c" * 8192
    assert await store.tile("other/main", 0, 0) == b"d" * 8192


async def test_roots_come_in_order(store: TileStore) -> None:
    await store.store(LEDGER, [tile(0, index) for index in range(5)])
    assert await store.roots(LEDGER, 0, 1, 3) == b"".join(tile(0, index).root for index in (1, 2, 3))


async def test_storing_the_same_again_changes_nothing(store: TileStore) -> None:
    for _ in range(2):
        await store.store(LEDGER, [tile(0, 0), tile(0, 1)])
    assert await store.count(LEDGER, 0) == 2


async def test_another_tile_in_the_same_place_is_refused(store: TileStore) -> None:
    await store.store(LEDGER, [tile(0, 0, b"a")])
    with pytest.raises(LedgerContradicted):
        await store.store(LEDGER, [tile(0, 0, b"b")])
    assert await store.tile(LEDGER, 0, 0) == b"a" * 8192


async def test_a_tile_that_would_leave_a_hole_is_refused(store: TileStore) -> None:
    await store.store(LEDGER, [tile(0, 0)])
    with pytest.raises(LedgerContradicted):
        await store.store(LEDGER, [tile(0, 2)])
    assert await store.count(LEDGER, 0) == 1


@pytest.mark.parametrize(
    "change", ["update ledger.tile set root = root", "delete from ledger.tile", "truncate ledger.tile"]
)
@pytest.mark.parametrize("role", ["server", "owner"])
async def test_no_role_changes_a_tile_in_the_database(
    database: Addresses, pool: asyncpg.Pool, change: str, role: str
) -> None:
    await PostgresTiles(pool).store(LEDGER, [tile(0, 0)])
    connection = await asyncpg.connect(database.server_url if role == "server" else database.owner_url)
    try:
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.RestrictViolationError)):
            await connection.execute(change)
    finally:
        await connection.close()
