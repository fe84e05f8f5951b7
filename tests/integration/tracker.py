"""A real database with people, a project and its read models, level after every command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from domain.identity.commands import RegisterUser
from domain.kernel.command import Command
from domain.kernel.dispatch import Context
from domain.kernel.ids import DEFAULT_TENANT, main_ledger
from domain.kernel.unit import Actor
from domain.projects.commands import AddMember, CreateProject
from domain.projects.project import Project
from domain.tracker.changes import Changes
from domain.tracker.commands import ChangeTicket, CreateTicket
from domain.tracker.ticket import Ticket
from infra.config import Settings
from infra.postgres.embedded import Addresses
from infra.runtime import Runtime
from projections.board.queries import tickets_by_id
from projections.board.views import TicketView

LEDGER = main_ledger(DEFAULT_TENANT)


class Tracker:
    """Olga owns the project SHOP, Mia is a Member of it, Sam is a stranger."""

    project: Project
    mia: str
    sam: str

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.reader = runtime.pool
        self.olga = ""

    async def register(self, name: str) -> str:
        user = await self.do(
            RegisterUser(username=name, name=name.title(), email=f"{name}@example.org", password_hash="hash")
        )
        return str(user.id)

    async def do(self, command: Command, user_id: str = "") -> Any:
        context = Context(LEDGER, Actor(id=user_id or self.olga))
        outcome = await self.runtime.dispatcher.dispatch(command, context)
        assert await self.runtime.progress.reached(LEDGER, outcome.position, types=outcome.types, timeout=10)
        return outcome.result

    async def file(self, title: str = "A ticket", **fields: Any) -> Ticket:
        ticket: Ticket = await self.do(CreateTicket(project_id=self.project.id, title=title, **fields))
        return ticket

    async def change(self, ticket: Ticket, **changes: Any) -> None:
        await self.do(ChangeTicket(project_id=self.project.id, ticket_id=ticket.id, changes=Changes(**changes)))

    async def view(self, ticket: Ticket) -> TicketView:
        (view,) = await tickets_by_id(self.reader, LEDGER, [ticket.id])
        return view

    def column_id(self, name: str) -> str:
        return next(column.id for column in self.project.columns.values() if column.name == name)


@asynccontextmanager
async def tracker(database: Addresses, settings: Settings) -> AsyncIterator[Tracker]:
    runtime = await Runtime.open(settings, database)
    runtime.start_projectors()
    try:
        world = Tracker(runtime)
        world.olga, world.mia, world.sam = [await world.register(name) for name in ("olga", "mia", "sam")]
        world.project = await world.do(CreateProject(name="Web Shop", key="SHOP"))
        role_id = world.project.role_named("Member").id
        await world.do(AddMember(project_id=world.project.id, user_id=world.mia, role_id=role_id))
        yield world
    finally:
        await runtime.close()
