"""The log of one process, and of a second one on the same database."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from domain.kernel.dispatch import Dispatcher
from infra.eventlog.codec import Codec
from infra.eventlog.postgres import PostgresLog
from infra.keys.ring import KeyRing
from infra.keys.vault import PostgresVault
from infra.postgres.embedded import Addresses
from tests.integration.read_models import ReadModels
from tests.ledgers import MASTER, dispatcher_on, open_log


@pytest.fixture
async def log(database: Addresses, pool: asyncpg.Pool) -> AsyncIterator[PostgresLog]:
    async with open_log(database, pool) as log:
        yield log


@pytest.fixture
async def other_log(database: Addresses, pool: asyncpg.Pool, log: PostgresLog) -> AsyncIterator[PostgresLog]:
    """Another process's, which stops before the first."""
    async with open_log(database, pool) as other:
        yield other


@pytest.fixture
def ring(pool: asyncpg.Pool) -> KeyRing:
    return KeyRing(MASTER, PostgresVault(pool))


@pytest.fixture
def codec(ring: KeyRing) -> Codec:
    return Codec(ring)


@pytest.fixture
def dispatcher(log: PostgresLog, ring: KeyRing) -> Dispatcher:
    return dispatcher_on(log, ring)


@pytest.fixture
def models(database: Addresses, pool: asyncpg.Pool, log: PostgresLog, codec: Codec) -> ReadModels:
    return ReadModels(database, pool, log, codec)
