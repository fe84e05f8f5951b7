"""The table of keys defends itself, and a destroyed key is gone from it."""

import asyncpg
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.kernel.errors import LogUnavailable
from infra.keys.errors import KeyDestroyed, SealBroken
from infra.keys.ring import KeyRing
from infra.keys.sealing import unseal
from infra.keys.vault import PostgresVault
from infra.postgres.embedded import Addresses
from infra.postgres.pool import open_pool

LEDGER = "default/main"


@pytest.fixture
def ring(pool: asyncpg.Pool) -> KeyRing:
    return KeyRing(bytes(32), PostgresVault(pool))


@pytest.mark.parametrize(
    "attempt",
    [
        "update vault.data_key set wrapped = 'x', destroyed_at = null",
        "delete from vault.data_key",
        "truncate vault.data_key",
        "drop table vault.data_key",
        "create table vault.copy as table vault.data_key",
    ],
)
async def test_the_server_cannot_change_or_remove_a_key(pool: asyncpg.Pool, ring: KeyRing, attempt: str) -> None:
    await ring.ensure(LEDGER, ["anna"])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute(attempt)


async def test_the_table_holds_no_key_in_clear(pool: asyncpg.Pool, ring: KeyRing) -> None:
    await ring.ensure(LEDGER, ["anna"])
    sealed = ring.seal(LEDGER, "anna", b"text")
    wrapped = await pool.fetchval("select wrapped from vault.data_key")
    place = f"{LEDGER}\0anna".encode()
    for start in range(len(wrapped) - 31):
        with pytest.raises(SealBroken):
            unseal(AESGCM(wrapped[start : start + 32]), place, sealed)


async def test_destroying_leaves_the_date_and_not_the_key(pool: asyncpg.Pool, ring: KeyRing) -> None:
    await ring.ensure(LEDGER, ["anna", "boris"])
    await ring.destroy(LEDGER, "anna")
    first = await pool.fetchrow("select wrapped, destroyed_at from vault.data_key where subject = 'anna'")
    await ring.destroy(LEDGER, "anna")
    second = await pool.fetchrow("select wrapped, destroyed_at from vault.data_key where subject = 'anna'")
    assert first["wrapped"] is None
    assert first == second
    assert await pool.fetchval("select wrapped is not null from vault.data_key where subject = 'boris'")


async def test_a_restarted_server_still_knows_what_was_destroyed(pool: asyncpg.Pool, ring: KeyRing) -> None:
    await ring.ensure(LEDGER, ["anna"])
    sealed = ring.seal(LEDGER, "anna", b"text")
    await ring.destroy(LEDGER, "anna")
    restarted = KeyRing(bytes(32), PostgresVault(pool))
    await restarted.load(LEDGER, ["anna"])
    assert restarted.open(LEDGER, "anna", sealed) is None
    with pytest.raises(KeyDestroyed):
        await restarted.ensure(LEDGER, ["anna"])


async def test_without_a_database_keys_are_unavailable(database: Addresses) -> None:
    pool = await open_pool(database.server_url, minimum=1, maximum=1, application_name="tests")
    await pool.close()
    with pytest.raises(LogUnavailable):
        await KeyRing(bytes(32), PostgresVault(pool)).ensure(LEDGER, ["anna"])
