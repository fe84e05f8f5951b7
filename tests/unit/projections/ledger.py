"""A ledger in memory whose events went through the codec, with one project on it."""

from collections.abc import Sequence
from typing import Any

from domain.kernel.command import Command
from domain.kernel.dispatch import Context
from domain.kernel.ids import main_ledger
from domain.kernel.recorded import Recorded
from domain.kernel.testing import NOON
from domain.kernel.unit import Actor
from domain.projects.commands import CreateProject
from domain.projects.project import Project
from domain.tracker.changes import Changes
from domain.tracker.commands import ChangeTicket, CreateTicket
from domain.tracker.ticket import Ticket
from infra.dispatch.dispatcher import CommandDispatcher
from infra.eventlog.codec import Codec
from infra.eventlog.memory import MemoryLog
from infra.keys.memory import MemoryVault
from infra.keys.ring import KeyRing
from projections.kernel.projection import Projection, replay
from projections.kernel.rows import Rows

LEDGER = main_ledger("default")
OLGA = Actor(id="olga")


class Ledger:
    project: Project

    def __init__(self) -> None:
        self.now = NOON
        self._log = MemoryLog()
        keys = KeyRing(bytes(32), MemoryVault())
        self._codec = Codec(keys)
        self._dispatcher = CommandDispatcher(self._log, self._codec, keys.claim_hash, clock=lambda: self.now)

    @classmethod
    async def with_project(cls) -> "Ledger":
        ledger = cls()
        await ledger._log.create_ledger(LEDGER, "default")
        ledger.project = await ledger.do(CreateProject(name="Web Shop", key="SHOP"))
        return ledger

    async def do(self, command: Command, actor: Actor = OLGA) -> Any:
        return (await self._dispatcher.dispatch(command, Context(LEDGER, actor))).result

    async def file(self, title: str = "A ticket", **fields: Any) -> Ticket:
        ticket: Ticket = await self.do(CreateTicket(project_id=self.project.id, title=title, **fields))
        return ticket

    async def change(self, ticket: Ticket, **changes: Any) -> None:
        await self.do(ChangeTicket(project_id=self.project.id, ticket_id=ticket.id, changes=Changes(**changes)))

    async def history(self) -> Sequence[Recorded]:
        return await self._codec.decode(await self._log.read(LEDGER))

    async def fold(self, projection: Projection) -> Rows:
        return replay(projection, await self.history(), LEDGER)

    def column_id(self, name: str) -> str:
        return next(column.id for column in self.project.columns.values() if column.name == name)
