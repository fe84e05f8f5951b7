"""Bringing a database to this release's schema: numbered SQL files, each applied once, in order, for ever unchanged."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from infra.postgres.errors import MigrationError
from infra.postgres.pool import CONNECT_SECONDS, unavailable_when_gone

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x5348_4950_4C45_4447  # "SHIPLEDG": one migration at a time, also from several nodes

FIRST = """
create schema if not exists ledger;
create table if not exists ledger.migration (
    number     integer primary key,
    name       text not null,
    sha256     text not null,
    applied_at timestamptz not null default now()
);
"""


@dataclass(frozen=True)
class Migration:
    """One file `NNNN_name.sql`, and the digest of its text."""

    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations(folder: Path = FOLDER) -> list[Migration]:
    """The migrations of this release in order. Raises MigrationError unless they are numbered 0, 1, 2, ..."""
    found: list[Migration] = []
    for path in sorted(folder.glob("*.sql")):
        match = re.fullmatch(r"(\d{4})_(\w+)", path.stem)
        if match is None or int(match[1]) != len(found):
            raise MigrationError(f"{path.name} should be numbered {len(found):04}: migrations count up without a hole.")
        found.append(Migration(int(match[1]), path.stem, path.read_text(encoding="utf-8")))
    return found


async def migrate(owner_url: str, available: Sequence[Migration] | None = None) -> list[str]:
    """Apply what is missing, each file in one transaction, and return the names applied.

    A database that is up to date is only read, so that a role without rights on the schema may ask. Raises
    MigrationError for a file that was edited after it was applied, a database newer than this release, or a file that
    fails.
    """
    wanted = migrations() if available is None else list(available)
    with unavailable_when_gone():
        connection = await asyncpg.connect(owner_url, timeout=CONNECT_SECONDS)
    try:
        applied = []
        while missing := _missing(wanted, await _recorded(connection)):
            applied += await _apply_next(connection, wanted, missing[0])
        return applied
    finally:
        await connection.close()


async def _apply_next(connection: asyncpg.Connection, wanted: Sequence[Migration], next_one: Migration) -> list[str]:
    """Apply one file under the lock, unless another node did so while we waited for it."""
    try:
        async with connection.transaction():
            await connection.execute("select pg_advisory_xact_lock($1)", LOCK)
            await connection.execute(FIRST)
            if next_one not in _missing(wanted, await _recorded(connection)):
                return []
            await connection.execute(next_one.sql)
            await connection.execute(
                "insert into ledger.migration (number, name, sha256) values ($1, $2, $3)",
                next_one.number,
                next_one.name,
                next_one.sha256,
            )
    except asyncpg.InsufficientPrivilegeError as error:
        raise MigrationError(
            f"{next_one.name} needs the role that owns the schema ({error}): set SHIPLEDGER_DATABASE_OWNER_URL."
        ) from error
    except asyncpg.PostgresError as error:
        raise MigrationError(f"{next_one.name} failed and was taken back: {error}") from error
    return [next_one.name]


async def _recorded(connection: asyncpg.Connection) -> dict[int, asyncpg.Record]:
    if await connection.fetchval("select to_regclass('ledger.migration')") is None:
        return {}
    rows = await connection.fetch("select number, name, sha256 from ledger.migration order by number")
    return {row["number"]: row for row in rows}


def _missing(wanted: Sequence[Migration], recorded: dict[int, asyncpg.Record]) -> list[Migration]:
    newer = [row["name"] for number, row in recorded.items() if number >= len(wanted)]
    if newer:
        raise MigrationError(f"The database is newer than this release, it has {', '.join(newer)}: install that one.")
    for migration in wanted:
        row = recorded.get(migration.number)
        if row and row["sha256"] != migration.sha256:
            raise MigrationError(f"{migration.name} was edited after it was applied: restore it and add a new one.")
    return [migration for migration in wanted if migration.number not in recorded]
