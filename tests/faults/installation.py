"""A server with its data directory, a load on it and a reader of its stream; and the ways to hurt it."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil

from infra.config import Settings
from infra.postgres.cluster import Postmaster
from infra.postgres.embedded import EmbeddedPostgres
from infra.runtime import Runtime
from tests.faults.follower import Follower
from tests.faults.load import Load
from tests.faults.patience import until
from tests.faults.promises import assert_kept
from tests.server import ServerProcess, administrator


class Installation:
    """``set_up`` starts the server; ``load`` and ``follower`` live through its faults."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.server = ServerProcess(data_dir, SHIPLEDGER_RATE_LIMITS="off")
        self.database = EmbeddedPostgres(data_dir)
        self._killed = 0
        self.load: Load
        self.follower: Follower

    def set_up(self, *, workers: int = 1) -> None:
        self.server.start(workers=workers)
        with administrator(self.server.base) as admin:
            admin.post("/api/projects", json={"name": "Engine", "key": "ENG"}).raise_for_status()
            token = admin.headers["Authorization"]
        self.load = Load(self.server.base, token)
        self.follower = Follower(self.server.base, token)

    def take_down(self) -> None:
        self.server.stop()
        self.database.stop()
        shutil.rmtree(self.database.home, ignore_errors=True)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Under load, and followed. At the end, when every command is acknowledged, every promise is checked:
        the log, the read models, and that the follower got each ticket once, in order.
        """
        async with self.follower.following():
            async with self.load.running():
                yield
            async with self.open() as runtime:
                filed = await assert_kept(runtime, self.load.acknowledged)
            await self.follower.seen(filed[-1])
            assert self.follower.positions == filed

    @property
    def postmaster(self) -> Postmaster | None:
        return Postmaster.of(self.database.cluster)

    def workers(self) -> list[psutil.Process]:
        """The processes that serve, when there are several."""
        children = psutil.Process(self.server.pid).children()
        return [child for child in children if "spawn_main" in _command_of(child)]

    def kill_database(self, *, whole: bool) -> None:
        """SIGKILL the postmaster, whose children then end by themselves; or with ``whole`` those too, at once."""
        postmaster = self.postmaster
        assert postmaster is not None
        self._killed = postmaster.pid
        victims = [postmaster.pid]
        if whole:
            victims += [child.pid for child in psutil.Process(postmaster.pid).children()]
        for pid in victims:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    async def database_is_back(self) -> None:
        """Wait until the server has started its database again."""
        await until(lambda: self._is_ready(self.postmaster))

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Runtime]:
        """Another process's view of the ledgers, beside the server's."""
        runtime = await Runtime.open(Settings(data_dir=self.data_dir), self.database.attach())
        try:
            yield runtime
        finally:
            await runtime.close()

    def _is_ready(self, postmaster: Postmaster | None) -> bool:
        return postmaster is not None and postmaster.pid != self._killed and postmaster.status == "ready"

    async def stop(self, number: signal.Signals) -> int:
        """Send the server a signal; its exit code."""
        os.kill(self.server.pid, number)
        return await asyncio.to_thread(self.server.wait)

    async def start_again(self, *, workers: int = 1) -> None:
        await asyncio.to_thread(self.server.start, workers=workers)


def _command_of(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
