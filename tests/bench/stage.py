"""What every row stands on: a PostgreSQL of its own that writes through to the disk, and fresh databases on it."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import msgspec

from infra.config import Settings
from infra.postgres.embedded import Addresses, EmbeddedPostgres
from infra.postgres.migrations import migrate
from infra.runtime import Runtime
from tests.database import fresh_database, reachable_folder

DURABLE = {"fsync": "on", "synchronous_commit": "on"}


class Stage(msgspec.Struct, frozen=True):
    """``seconds`` is how long a measurement runs, ``rounds`` how often; ``scale`` shrinks what is loaded beforehand."""

    server: EmbeddedPostgres
    folder: Path
    seconds: float
    rounds: int
    scale: float

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Addresses]:
        """A migrated database, and the settings of a server under DATABASE_URL."""
        async with fresh_database(self.server) as addresses:
            yield addresses

    @asynccontextmanager
    async def runtime(self) -> AsyncIterator[Runtime]:
        """An open runtime on a fresh database, in this process."""
        async with self.database() as addresses, opened(addresses, self.folder) as runtime:
            yield runtime

    def environment(self, addresses: Addresses, **settings: str) -> dict[str, str]:
        """Of a server process on a database of ours."""
        return os.environ | {
            "DATABASE_URL": addresses.server_url,
            "SHIPLEDGER_DATABASE_OWNER_URL": addresses.owner_url,
            "SHIPLEDGER_DATA_DIR": str(self.folder),
            "SHIPLEDGER_RATE_LIMITS": "off",
            **settings,
        }


@asynccontextmanager
async def opened(addresses: Addresses, folder: Path) -> AsyncIterator[Runtime]:
    runtime = await Runtime.open(Settings(data_dir=folder), addresses)
    try:
        yield runtime
    finally:
        await runtime.close()


@contextmanager
def database_server() -> Iterator[tuple[EmbeddedPostgres, Path]]:
    folder = reachable_folder()
    server = EmbeddedPostgres(folder, settings=DURABLE)
    try:
        server.start()
        yield server, folder
    finally:
        server.stop()
        shutil.rmtree(server.home, ignore_errors=True)
        shutil.rmtree(folder)


async def prepare(server: EmbeddedPostgres) -> None:
    """Migrate the database that the fresh ones are copied from."""
    await migrate(server.ensure_running().owner_url)
