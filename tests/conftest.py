"""Fixtures of every level: a database of one's own, and a data directory to start servers on."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import pytest

from infra.postgres.embedded import Addresses, EmbeddedPostgres
from infra.postgres.pool import open_pool
from tests.database import fresh_database, reachable_folder, session_folder, session_server


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the workers inherit the folder's name
        stack = ExitStack()
        stack.enter_context(session_folder())
        config.add_cleanup(stack.close)


@pytest.fixture(scope="session")
async def postgres() -> EmbeddedPostgres:
    """The session's PostgreSQL server, shared by all tests."""
    return await session_server()


@pytest.fixture
async def database(postgres: EmbeddedPostgres) -> AsyncIterator[Addresses]:
    """A migrated database that this test has for itself."""
    async with fresh_database(postgres) as addresses:
        yield addresses


@pytest.fixture
async def pool(database: Addresses) -> AsyncIterator[asyncpg.Pool]:
    """Connections to that database in the server's role."""
    async with await open_pool(database.server_url, minimum=1, maximum=8, application_name="tests") as pool:
        yield pool


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data directory in which root, too, can start a database; removed afterwards, with a server left running."""
    folder = reachable_folder()
    yield folder
    server = EmbeddedPostgres(folder)
    server.stop()
    shutil.rmtree(server.home, ignore_errors=True)
    shutil.rmtree(folder)
