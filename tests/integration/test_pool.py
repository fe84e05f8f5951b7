"""Connections carry their limits, and a database that is gone is told from a mistake in a statement."""

from pathlib import Path

import asyncpg
import pytest

from infra.postgres.embedded import EmbeddedPostgres
from infra.postgres.errors import DatabaseUnavailable
from infra.postgres.pool import open_pool, unavailable_when_gone


async def test_a_connection_has_time_limits_and_a_name(pool: asyncpg.Pool) -> None:
    rows = await pool.fetch("select name, setting from pg_settings")
    settings = {row["name"]: row["setting"] for row in rows}
    assert settings["application_name"] == "tests"
    assert settings["jit"] == "off"
    assert int(settings["statement_timeout"]) == 30_000
    assert int(settings["idle_in_transaction_session_timeout"]) == 60_000


async def test_a_pool_on_nothing_is_unavailable_and_keeps_the_cause(data_dir: Path) -> None:
    with pytest.raises(DatabaseUnavailable) as refusal:
        await open_pool(f"postgresql://nobody@/nowhere?host={data_dir}", minimum=1, maximum=1, application_name="tests")
    assert isinstance(refusal.value.__cause__, OSError)


async def test_a_connection_ended_by_the_server_is_unavailable(pool: asyncpg.Pool, postgres: EmbeddedPostgres) -> None:
    async with pool.acquire() as connection:
        administrator = await asyncpg.connect(postgres.administrator_url)
        await administrator.execute("select pg_terminate_backend($1, 5000)", connection.get_server_pid())
        await administrator.close()
        with pytest.raises(DatabaseUnavailable), unavailable_when_gone():
            await connection.execute("select 1")


async def test_a_closed_pool_is_unavailable(pool: asyncpg.Pool) -> None:
    await pool.close()
    with pytest.raises(DatabaseUnavailable), unavailable_when_gone():
        await pool.fetchval("select 1")


async def test_a_mistake_in_a_statement_stays_what_it_is(pool: asyncpg.Pool) -> None:
    with pytest.raises(asyncpg.UndefinedTableError), unavailable_when_gone():
        await pool.fetchval("select 1 from nowhere")


async def test_a_misuse_of_the_driver_stays_what_it_is(pool: asyncpg.Pool) -> None:
    with pytest.raises(asyncpg.InterfaceError), unavailable_when_gone():
        await pool.fetchval("select $1::int")
