"""The PostgreSQL of a test session: one server, one migrated template, a fresh database for each test that asks.

The server is started by the first test that needs it, in whichever worker process that is, and shared by all. It runs
without fsync, since no test of this server outlives a power cut; the fault tests and the bench start their own.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path

import asyncpg

from infra.postgres.cluster import DATABASE, OWNER
from infra.postgres.embedded import Addresses, EmbeddedPostgres
from infra.postgres.migrations import migrate

FOLDER_VARIABLE = "SHIPLEDGER_TEST_POSTGRES"
SETTINGS = {"fsync": "off", "shared_buffers": "256MB", "max_wal_size": "1GB"}
TEMPLATE = DATABASE

_numbers = count(1)


@contextmanager
def session_folder() -> Iterator[None]:
    """Give the session a folder for its server, and take both away at the end, even if this process is killed."""
    folder = reachable_folder()
    os.environ[FOLDER_VARIABLE] = str(folder)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.database", folder],
        stdin=subprocess.PIPE,  # closes with this process, however it ends
        cwd=Path(__file__).parents[1],
        start_new_session=True,
    ):
        try:
            yield
        finally:
            del os.environ[FOLDER_VARIABLE]


def reachable_folder() -> Path:
    """A new temporary folder that the unprivileged account of a root's database can pass through."""
    folder = Path(tempfile.mkdtemp(prefix="shipledger-", dir=os.environ.get(FOLDER_VARIABLE)))
    folder.chmod(0o711)
    return folder


async def session_server() -> EmbeddedPostgres:
    """The session's server, which is started and its template migrated first if nobody did so yet."""
    folder = Path(os.environ[FOLDER_VARIABLE])
    server = EmbeddedPostgres(folder, settings=SETTINGS)
    with (folder / "session.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = folder / "template.ready"
        if not ready.exists():
            await migrate(server.start().owner_url)
            ready.touch()
    return server


@asynccontextmanager
async def fresh_database(server: EmbeddedPostgres, template: str = TEMPLATE) -> AsyncIterator[Addresses]:
    """A database copied from `template`, the migrated one unless said otherwise, and dropped afterwards."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    administrator = await asyncpg.connect(server.administrator_url)
    try:
        await administrator.execute(f"create database {name} template {template} strategy file_copy owner {OWNER}")
        there = server.attach()
        try:
            yield Addresses(
                owner_url=there.owner_url.replace(f"/{DATABASE}?", f"/{name}?"),
                server_url=there.server_url.replace(f"/{DATABASE}?", f"/{name}?"),
            )
        finally:
            await administrator.execute(f"drop database {name} with (force)")
    finally:
        await administrator.close()


def _clean_up_after(folder: Path) -> None:
    sys.stdin.read()
    for _ in range(100):  # a start that was under way still makes files
        for data_dir in (folder, *folder.glob("shipledger-*")):
            EmbeddedPostgres(data_dir).stop()
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)


if __name__ == "__main__":
    _clean_up_after(Path(sys.argv[1]))
