"""Which database serves: the configured one, or an embedded one that lives as long as we do."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from infra.config import Secret, Settings
from infra.postgres.cluster import Postmaster
from infra.postgres.database import open_database
from infra.postgres.embedded import EmbeddedPostgres
from infra.postgres.errors import DatabaseUnavailable, DataDirectoryInUse
from infra.postgres.pool import open_pool, unavailable_when_gone


def test_a_configured_database_is_used_and_nothing_is_started(data_dir: Path) -> None:
    settings = Settings(data_dir=data_dir / "unused", database_url=Secret("postgresql://app@db/ledger"))
    with open_database(settings) as addresses:
        assert addresses.server_url == addresses.owner_url == "postgresql://app@db/ledger"
    assert not settings.data_dir.exists()


def test_migrations_use_the_owners_address_where_one_is_configured(data_dir: Path) -> None:
    server_url, owner_url = "postgresql://app@db/ledger", "postgresql://owner@db/ledger"
    settings = Settings(data_dir=data_dir, database_url=Secret(server_url), database_owner_url=Secret(owner_url))
    with open_database(settings) as addresses:
        assert (addresses.server_url, addresses.owner_url) == (server_url, owner_url)


def test_the_embedded_server_ends_with_us_even_after_an_error(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir)

    def interrupted() -> None:
        with open_database(Settings(data_dir=data_dir)):
            assert Postmaster.of(server.cluster)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert Postmaster.of(server.cluster) is None


def test_a_second_server_is_refused_but_a_command_may_join_and_leaves_the_server_alone(data_dir: Path) -> None:
    settings = Settings(data_dir=data_dir)
    with open_database(settings) as addresses:
        with pytest.raises(DataDirectoryInUse), open_database(settings):
            pytest.fail("two servers on one data directory")
        with open_database(settings, join=True) as joined:
            assert joined == addresses
        assert Postmaster.of(EmbeddedPostgres(data_dir).cluster)


async def test_after_a_kill_the_database_comes_back_by_itself_to_the_same_pool(data_dir: Path) -> None:
    with open_database(Settings(data_dir=data_dir)) as addresses:
        async with await open_pool(addresses.server_url, minimum=1, maximum=2, application_name="tests") as pool:
            first = Postmaster.of(EmbeddedPostgres(data_dir).cluster)
            assert first is not None
            os.kill(first.pid, signal.SIGKILL)
            assert await _next_answer(pool) == 1
            second = Postmaster.of(EmbeddedPostgres(data_dir).cluster)
            assert second is not None
            assert second.pid != first.pid


async def _next_answer(pool: asyncpg.Pool) -> object:
    """Ask until the database answers, for 20 s at most."""
    for _ in range(200):
        await asyncio.sleep(0.1)
        with suppress(DatabaseUnavailable), unavailable_when_gone():
            return await pool.fetchval("select 1")
    return None
