"""What every process needs to work on the ledgers: the server, its workers, and each command of the command line."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

import asyncpg

import domain.contexts  # noqa: F401 - fills the registries of events and commands
from domain.kernel.ids import DEFAULT_TENANT, SYSTEM_TENANT, main_ledger
from infra.audit.schemas import stored_schemas
from infra.audit.signer import Signer
from infra.audit.store import PostgresTiles
from infra.audit.trail import LogAuditTrail
from infra.audit.tree import LedgerTree
from infra.config import Settings
from infra.dispatch.dispatcher import CommandDispatcher
from infra.eventlog.codec import Codec
from infra.eventlog.housekeeping import Housekeeping
from infra.eventlog.postgres import Connect, PostgresLog
from infra.eventlog.writer import AppendMeter
from infra.keys.master import master_key
from infra.keys.ring import KeyRing
from infra.keys.vault import PostgresVault
from infra.postgres.embedded import Addresses
from infra.postgres.migrations import migrate
from infra.postgres.pool import connect as connect_to
from infra.postgres.pool import open_pool
from infra.projector.notices import read_model_notices
from infra.projector.progress import ReadModelProgress, Standing
from infra.projector.projector import Projector, ProjectorMeter
from infra.projector.tables import Tables
from projections.registry import ALL

APPLICATION = "shipledger"
POOL_CONNECTIONS = 10


class Meter(AppendMeter, ProjectorMeter, Protocol):
    """What the parts of a runtime tell about themselves."""


class Unmetered:
    """For a process that nobody watches."""

    def appended(self, seconds: float, commands: int) -> None: ...

    def queued(self, depth: int) -> None: ...

    def projected(self, group: str, events: int, seconds: float) -> None: ...


class Runtime:
    """The open database and all that works on it. Made by ``open``; ``close`` finishes what was queued.

    ``connect`` opens connections outside the pool. The projectors run once ``start_projectors`` was called.
    """

    def __init__(self, settings: Settings, pool: asyncpg.Pool, connect: Connect, keys: KeyRing, meter: Meter) -> None:
        self.pool = pool
        self.connect = connect
        self.keys = keys
        self.log = PostgresLog(pool, connect, meter)
        self.codec = Codec(keys)
        self.dispatcher = CommandDispatcher(self.log, self.codec, keys.claim_hash)
        self.progress = ReadModelProgress(ALL, pool.fetch)
        self.projectors = [
            Projector(
                group=group,
                projections=[projection for projection in ALL if projection.group == group],
                log=self.log,
                decoder=self.codec,
                connect=connect,
                moved=self._moved,
                meter=meter,
            )
            for group in dict.fromkeys(projection.group for projection in ALL)
        ]
        self.audit = LogAuditTrail(
            self.log,
            LedgerTree(self.log, PostgresTiles(pool)),
            Signer(keys.derived("checkpoints"), settings.data_dir / "checkpoints"),
            host=settings.public_host,
            folder=settings.data_dir / "exports",
            schemas=stored_schemas,
            now=lambda: datetime.now(UTC),
        )
        self._growing: asyncio.Task[None] | None = None
        self._housekeeping = Housekeeping(pool)
        self._notices = read_model_notices(connect, pool.fetch, self.progress.doubt)
        self._projecting = False

    @classmethod
    async def open(cls, settings: Settings, addresses: Addresses, meter: Meter | None = None) -> "Runtime":
        """Migrate if need be, and see to it that the read models' tables and the built-in tenants' ledgers exist.

        Raises DatabaseUnavailable, MigrationError, MasterKeyUnusable, LogUnavailable.
        """
        await migrate(addresses.owner_url)

        async def connect(**session: str) -> Any:
            return await connect_to(addresses.server_url, application_name=APPLICATION, **session)

        pool = await open_pool(addresses.server_url, minimum=1, maximum=POOL_CONNECTIONS, application_name=APPLICATION)
        try:
            async with pool.acquire() as connection:
                await Tables(ALL).make(connection, ALL)
            keys = KeyRing(master_key(settings), PostgresVault(pool))
            runtime = cls(settings, pool, connect, keys, meter or Unmetered())
            for tenant in (SYSTEM_TENANT, DEFAULT_TENANT):
                await runtime.log.create_ledger(main_ledger(tenant), tenant)
            await runtime.log.start()
            runtime._notices.start()
            await runtime.progress.start(runtime._notices.changes())
        except BaseException:
            pool.terminate()
            raise
        return runtime

    def start_projectors(self) -> None:
        """Take part in keeping read models and audit tree level and the house tidy, as others may, too. Idempotent."""
        if not self._projecting:
            self._growing = asyncio.create_task(self.audit.keep_growing())
            self._housekeeping.start()
            self._projecting = True
            for projector in self.projectors:
                projector.start()

    async def close(self) -> None:
        if self._growing is not None:
            self._growing.cancel()
            await asyncio.gather(self._growing, return_exceptions=True)
        if self._projecting:
            for projector in self.projectors:
                await projector.stop()
        await self._housekeeping.stop()
        await self.progress.stop()
        await self.log.stop()
        await self._notices.stop()
        await self.pool.close()

    def _moved(self, ledger_id: str, standing: Mapping[str, Standing]) -> None:
        self.progress.moved(ledger_id, standing)
        self._notices.tell_others(ledger_id)
