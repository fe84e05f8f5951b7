"""Where data keys are kept, wrapped: the port of the key ring, and its PostgreSQL table."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

import asyncpg

from domain.kernel.errors import LogUnavailable
from infra.postgres.errors import DatabaseUnavailable
from infra.postgres.pool import unavailable_when_gone

FETCH = "select subject, wrapped from vault.data_key where ledger_id = $1 and subject = any($2::text[])"
ADD = """
insert into vault.data_key (ledger_id, subject, wrapped)
select $1, subject, wrapped from unnest($2::text[], $3::bytea[]) as made (subject, wrapped)
order by subject
on conflict (ledger_id, subject) do nothing
"""
DESTROY = "select vault.destroy($1, $2)"


class Vault(Protocol):
    """Wrapped keys by (ledger, subject); None marks one that was destroyed. Every call may raise LogUnavailable."""

    async def fetch(self, ledger_id: str, subjects: Iterable[str]) -> dict[str, bytes | None]:
        """Those that exist or existed; subjects without a key are left out."""
        ...

    async def add(self, ledger_id: str, wrapped: Mapping[str, bytes]) -> None:
        """Keep new keys. A subject that has a key, or had one, keeps what it has."""
        ...

    async def destroy(self, ledger_id: str, subject: str) -> None:
        """Take the key away for ever, also where there never was one. Idempotent."""
        ...


class PostgresVault:
    """The table `vault.data_key`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def fetch(self, ledger_id: str, subjects: Iterable[str]) -> dict[str, bytes | None]:
        with _answering():
            rows = await self._pool.fetch(FETCH, ledger_id, list(subjects))
        return {row["subject"]: row["wrapped"] for row in rows}

    async def add(self, ledger_id: str, wrapped: Mapping[str, bytes]) -> None:
        with _answering():
            await self._pool.execute(ADD, ledger_id, list(wrapped), list(wrapped.values()))

    async def destroy(self, ledger_id: str, subject: str) -> None:
        with _answering():
            await self._pool.execute(DESTROY, ledger_id, subject)


@contextmanager
def _answering() -> Iterator[None]:
    try:
        with unavailable_when_gone():
            yield
    except DatabaseUnavailable as error:
        raise LogUnavailable from error
