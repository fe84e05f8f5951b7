"""The database's part of a backup: the data of the log. Tables come from migrations, read models are folded again.

Neither keys nor read models are dumped: a person forgotten later must not stand in an old backup in plain text.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

from infra.backup.errors import BackupError, NotEmpty
from infra.backup.keys import DataKey
from infra.backup.programs import program, run
from infra.postgres.pool import CONNECT_SECONDS, unavailable_when_gone
from projections.kernel.statements import Statements

sql = Statements("infra.backup", "statements.sql")


@asynccontextmanager
async def owner_connection(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Without a limit of time on its statements. Raises DatabaseUnavailable."""
    with unavailable_when_gone():
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    try:
        with unavailable_when_gone():
            yield connection
    finally:
        await connection.close()


async def dump(owner: asyncpg.Connection, url: str, path: Path, looked: Callable[[], None]) -> int:
    """Write a consistent dump, in pg_dump's custom format, and answer how many migrations the database had."""
    if not await owner.fetchval(sql.has_log):
        raise BackupError("The database holds no ledger yet.")
    migrations: int = await owner.fetchval(sql.migrations)
    pg_dump = program("pg_dump", _major(owner))
    what = ("--data-only", "--schema=ledger", "--exclude-table=ledger.migration")
    await run(pg_dump, url, "--format=custom", *what, f"--file={path}", looked=looked)
    return migrations


async def require_empty(owner: asyncpg.Connection) -> None:
    """Raises NotEmpty."""
    if await owner.fetchval(sql.has_log) and await owner.fetchval(sql.has_events):
        raise NotEmpty


async def clear(owner: asyncpg.Connection) -> None:
    """Take away the tables of an empty log, and set what keys there are aside."""
    await owner.execute(sql.clear)


async def load(owner: asyncpg.Connection, url: str, path: Path) -> None:
    """Load a dump whole, or not at all. The tables are there, as the dumped database had them."""
    pg_restore = program("pg_restore", _major(owner))
    await run(pg_restore, url, "--data-only", "--single-transaction", "--no-owner", str(path))


async def put_keys(owner: asyncpg.Connection, keys: list[DataKey]) -> list[tuple[str, str]]:
    """The keys that were set aside and those of a backup. A key that either marks destroyed stays destroyed, and so
    does that of anybody whom the log says is forgotten. Answers the (ledger, subject) of whom it does not say it.
    """
    async with owner.transaction():
        if await owner.fetchval(sql.has_keys_aside):
            await owner.execute(sql.put_keys_aside_back)
        rows = [(key.ledger_id, key.subject, key.wrapped, key.created_at, key.destroyed_at) for key in keys]
        await owner.executemany(sql.put_key, rows)
        await owner.execute(sql.destroy_keys_of_forgotten)
        await owner.execute(sql.free_names_of_forgotten)
        await owner.execute(sql.drop_keys_aside)
        unsaid = await owner.fetch(sql.forgotten_unsaid)
    return [(row["ledger_id"], row["subject"]) for row in unsaid]


async def begin_epochs(owner: asyncpg.Connection) -> list[tuple[str, UUID, int]]:
    """Give every ledger a new log id; answers (ledger, the log id it had, its head)."""
    async with owner.transaction():
        heads = await owner.fetch(sql.heads)
        for row in heads:
            await owner.execute(sql.begin_epoch, row["ledger_id"], uuid4())
    return [(row["ledger_id"], row["log_id"], row["position"]) for row in heads]


def _major(connection: asyncpg.Connection) -> int:
    return int(connection.get_server_version().major)
