"""Examining an installation: what is wrong with it, or soon will be. Nothing is changed."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from enum import IntEnum
from pathlib import Path
from stat import S_IMODE
from typing import Any

import asyncpg
import msgspec

from infra.audit.checker import check_ledger
from infra.config import Settings
from infra.eventlog.postgres import PostgresLog
from infra.keys.errors import KeyRingError
from infra.keys.master import master_key, master_key_file
from infra.keys.ring import KeyRing
from infra.keys.vault import PostgresVault
from infra.postgres.embedded import Addresses, EmbeddedPostgres
from infra.postgres.installation import OLDEST_MAJOR
from infra.postgres.migrations import migrations
from infra.postgres.pool import connect, open_pool, unavailable_when_gone
from infra.projector.tables import sql as projector_sql
from infra.runtime import Unmetered
from projections.kernel.statements import Statements

sql = Statements("infra", "doctor.sql")
APPLICATION = "shipledger doctor"
LAST_EVENTS = 1000
EVENTS_BEHIND = 1000
GIB = 1 << 30
DISK_WARNING, DISK_FAULT = 5 * GIB, GIB
TRIGGERS = {
    "event_is_not_updated",
    "event_is_not_deleted",
    "event_is_not_truncated",
    "tile_is_not_changed",
    "tile_is_not_truncated",
}


class Grade(IntEnum):
    """How bad it is."""

    GOOD = 0
    WARNING = 1
    FAULT = 2


class Finding(msgspec.Struct, frozen=True):
    grade: Grade
    check: str
    text: str


def examine_files(settings: Settings) -> Iterator[Finding]:
    """Keys and disk space."""
    yield from _key_files(settings)
    if settings.data_dir.exists():
        free = shutil.disk_usage(settings.data_dir).free
        grade = Grade.FAULT if free < DISK_FAULT else Grade.WARNING if free < DISK_WARNING else Grade.GOOD
        yield Finding(grade, "disk", f"{free / GIB:.1f} GiB are free for {settings.data_dir}")


async def examine_database(
    settings: Settings, addresses: Addresses, *, full: bool, told: Callable[[float, float], None]
) -> AsyncIterator[Finding]:
    """The server, its schema, the ledgers and the read models. ``full`` checks the hash of every event, not only of
    each ledger's last 1000. Raises DatabaseUnavailable.
    """
    pool = await open_pool(addresses.server_url, minimum=1, maximum=2, application_name=APPLICATION)
    try:
        with unavailable_when_gone():
            yield await _server(pool)
            if not await pool.fetchval(sql.has_log):
                yield Finding(Grade.FAULT, "migrations", "the database was never migrated: run shipledger migrate")
                return
            for check in (_migrations, _roles, _triggers, _heads, _projections):
                yield await check(pool)
            yield await _master_key(settings, pool)

            async def connect_again(**session: str) -> Any:
                return await connect(addresses.server_url, application_name=APPLICATION, **session)

            log = PostgresLog(pool, connect_again, Unmetered())
            heads = await log.heads()
            for number, head in enumerate(heads):
                findings = await check_ledger(log, head.ledger_id, last=None if full else LAST_EVENTS)
                told(number + 1, len(heads))
                for problem in findings.problems:
                    yield Finding(Grade.FAULT, "chain", f"{head.ledger_id} {problem.position}: {problem.message}")
                if findings.good:
                    yield Finding(
                        Grade.GOOD, "chain", f"{findings.events} events of {head.ledger_id} follow each other"
                    )
    finally:
        await pool.close()


async def _server(pool: asyncpg.Pool) -> Finding:
    row = await pool.fetchrow(sql.server)
    off = [name for name in ("fsync", "full_page_writes", "synchronous_commit") if row[name] == "off"]
    if row["major"] < OLDEST_MAJOR:
        return Finding(Grade.FAULT, "database", f"PostgreSQL {row['version']} is older than {OLDEST_MAJOR}")
    if off:
        return Finding(Grade.FAULT, "database", f"{', '.join(off)} is off: a crash loses what was acknowledged")
    return Finding(Grade.GOOD, "database", f"PostgreSQL {row['version']}, and what it acknowledges is on disk")


async def _migrations(pool: asyncpg.Pool) -> Finding:
    applied = {row["name"]: row["sha256"] for row in await pool.fetch(sql.migrations)}
    wanted = {migration.name: migration.sha256 for migration in migrations()}
    if unknown := sorted(applied.keys() - wanted.keys()):
        return Finding(Grade.FAULT, "migrations", f"the database is newer than this release: {', '.join(unknown)}")
    if edited := [name for name, sha256 in applied.items() if wanted[name] != sha256]:
        return Finding(Grade.FAULT, "migrations", f"edited after they were applied: {', '.join(edited)}")
    if missing := sorted(wanted.keys() - applied.keys()):
        return Finding(Grade.WARNING, "migrations", f"not applied yet: {', '.join(missing)}")
    return Finding(Grade.GOOD, "migrations", f"all {len(wanted)} are applied")


async def _roles(pool: asyncpg.Pool) -> Finding:
    if await pool.fetch(sql.own_tables):
        text = "the server's role owns the log: give the server a role of its own (docs/operations.md)"
        return Finding(Grade.WARNING, "roles", text)
    return Finding(Grade.GOOD, "roles", "the server's role can read the log and call its functions, no more")


async def _triggers(pool: asyncpg.Pool) -> Finding:
    if missing := TRIGGERS - {row["name"] for row in await pool.fetch(sql.triggers)}:
        return Finding(Grade.FAULT, "triggers", f"missing or switched off: {', '.join(sorted(missing))}")
    return Finding(Grade.GOOD, "triggers", "the log refuses changes")


async def _heads(pool: asyncpg.Pool) -> Finding:
    if untrue := await pool.fetch(sql.untrue_heads):
        texts = (f"{row['ledger_id']} says {row['position']}, its last event is {row['last']}" for row in untrue)
        return Finding(Grade.FAULT, "heads", "; ".join(texts))
    return Finding(Grade.GOOD, "heads", "each is its ledger's last event")


async def _projections(pool: asyncpg.Pool) -> Finding:
    rows = await pool.fetch(projector_sql.status)
    if parked := [f"{row['projection']} of {row['ledger_id']}" for row in rows if row["status"] == "parked"]:
        return Finding(Grade.FAULT, "projections", f"parked, see shipledger projections status: {', '.join(parked)}")
    behind = max((row["head"] - row["position"] for row in rows), default=0)
    grade = Grade.WARNING if behind > EVENTS_BEHIND else Grade.GOOD
    return Finding(grade, "projections", f"none is parked; the last one is {behind} events behind")


async def _master_key(settings: Settings, pool: asyncpg.Pool) -> Finding:
    some = await pool.fetchrow(sql.some_key)
    if some is None:
        return Finding(Grade.GOOD, "vault", "no key was made yet")
    if settings.master_key is None and not master_key_file(settings.data_dir).exists():
        return Finding(Grade.FAULT, "vault", "the master key is missing: restore it, or personal data is lost")
    try:
        await KeyRing(master_key(settings), PostgresVault(pool)).load(some["ledger_id"], [some["subject"]])
    except KeyRingError as error:
        return Finding(Grade.FAULT, "vault", str(error))
    return Finding(Grade.GOOD, "vault", "the master key opens the keys of this database")


def _key_files(settings: Settings) -> Iterator[Finding]:
    secret = [EmbeddedPostgres(settings.data_dir).home / "passwords.json"]
    if settings.master_key is None:
        secret += [master_key_file(settings.data_dir), master_key_file(settings.data_dir).parent]
    there = [path for path in secret if path.exists()]
    for path in filter(_readable_by_others, there):
        yield Finding(Grade.FAULT, "keys", f"{path} can be read by others: consider what is in it leaked")
    if there and not any(map(_readable_by_others, there)):
        yield Finding(Grade.GOOD, "keys", "nobody else can read the files of keys and passwords")


def _readable_by_others(path: Path) -> bool:
    return bool(S_IMODE(path.stat().st_mode) & 0o077)
