"""A schema is the same however the database came to it, and what was applied stays as it was."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from infra.postgres.embedded import Addresses, EmbeddedPostgres
from infra.postgres.errors import MigrationError
from infra.postgres.migrations import Migration, migrate, migrations
from tests.database import fresh_database
from tests.migration.catalog import describe

NAMES = [migration.name for migration in migrations()]
EMPTY = "template0"


async def run(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.mark.parametrize("step", range(1, len(NAMES)), ids=NAMES[:-1])
async def test_an_upgrade_from_every_earlier_release_gives_the_schema_of_a_new_database(
    postgres: EmbeddedPostgres, database: Addresses, step: int
) -> None:
    async with fresh_database(postgres, EMPTY) as upgraded:
        assert await migrate(upgraded.owner_url, migrations()[:step]) == NAMES[:step]
        assert await migrate(upgraded.owner_url) == NAMES[step:]
        assert await describe(upgraded.owner_url) == await describe(database.owner_url)


async def test_the_comparison_notices_a_changed_function_a_right_and_a_column(database: Addresses) -> None:
    before = await describe(database.owner_url)
    await run(
        database.owner_url,
        "create function ledger.extra() returns integer language sql as 'select 1'",
        "revoke select on ledger.migration from shipledger_server",
        "alter table ledger.migration add column extra integer",
    )
    after = await describe(database.owner_url)
    assert {kind for kind in before if before[kind] != after[kind]} >= {"functions", "relations", "columns"}


async def test_migrating_again_applies_nothing(database: Addresses) -> None:
    assert await migrate(database.owner_url) == []


async def test_the_server_role_may_ask_whether_anything_is_missing(database: Addresses) -> None:
    assert await migrate(database.server_url) == []


async def test_the_server_role_cannot_migrate_and_is_told_what_to_set(postgres: EmbeddedPostgres) -> None:
    async with fresh_database(postgres, EMPTY) as empty:
        with pytest.raises(MigrationError, match="SHIPLEDGER_DATABASE_OWNER_URL"):
            await migrate(empty.server_url)


async def test_nodes_that_migrate_at_once_apply_each_file_once(postgres: EmbeddedPostgres) -> None:
    async with fresh_database(postgres, EMPTY) as empty:
        applied = await asyncio.gather(*(migrate(empty.owner_url) for _ in range(4)))
        assert sorted(name for names in applied for name in names) == NAMES


async def test_an_edited_file_is_refused(database: Addresses) -> None:
    first, *rest = migrations()
    edited = Migration(first.number, first.name, first.sql + "select 1;")
    with pytest.raises(MigrationError, match="0000_roles was edited"):
        await migrate(database.owner_url, [edited, *rest])


async def test_a_database_of_a_newer_release_is_refused(database: Addresses) -> None:
    with pytest.raises(MigrationError, match="newer than this release"):
        await migrate(database.owner_url, migrations()[:-1])


async def test_a_file_that_fails_leaves_nothing_behind(database: Addresses) -> None:
    before = await describe(database.owner_url)
    broken = Migration(len(NAMES), f"{len(NAMES):04}_broken", "create table read.half (id integer); select 1 / 0;")
    with pytest.raises(MigrationError, match="_broken failed and was taken back: division by zero"):
        await migrate(database.owner_url, [*migrations(), broken])
    assert await describe(database.owner_url) == before


async def test_a_database_with_one_role_for_everything_can_be_migrated(postgres: EmbeddedPostgres) -> None:
    only = "test_only_role"
    await run(postgres.administrator_url, f"create role {only} login password 'only'")
    try:
        async with fresh_database(postgres, EMPTY) as empty:
            _, _, place = empty.owner_url.partition("@/")
            await run(postgres.administrator_url, f"alter database {place.partition('?')[0]} owner to {only}")
            assert await migrate(f"postgresql://{only}:only@/{place}") == NAMES
    finally:
        await run(postgres.administrator_url, f"drop role {only}")


def test_a_hole_in_the_numbers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "0000_a.sql").write_text("select 1;")
    (tmp_path / "0002_c.sql").write_text("select 1;")
    with pytest.raises(MigrationError, match=r"0002_c\.sql should be numbered 0001"):
        migrations(tmp_path)
