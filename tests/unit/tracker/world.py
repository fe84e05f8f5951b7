"""The project of ``tests.unit.projects.world`` with tickets in it."""

from typing import Any

from domain.tracker.changes import Changes
from domain.tracker.commands import ChangeTicket, CreateTicket, DeleteTicket, MoveTickets
from domain.tracker.rank import Gap
from domain.tracker.ticket import Ticket
from tests.unit.projects.world import ADAM, MIA, OLGA, ROOT, SAM, ProjectWorld, with_project

__all__ = ["ADAM", "MIA", "OLGA", "ROOT", "SAM", "Board", "board"]


class Board(ProjectWorld):
    async def file(self, title: str = "A ticket", **fields: Any) -> Ticket:
        """File a ticket; its events count as given."""
        ticket: Ticket = await self.when(CreateTicket(project_id=self.project_id, title=title, **fields))
        self.events.clear()
        return ticket

    def change(self, ticket: Ticket, **changes: Any) -> ChangeTicket:
        return ChangeTicket(project_id=self.project_id, ticket_id=ticket.id, changes=Changes(**changes))

    async def move(self, *tickets: Ticket, column: str, gap: Gap | None = None) -> MoveTickets:
        return MoveTickets(
            project_id=self.project_id,
            ticket_ids=tuple(ticket.id for ticket in tickets),
            column_id=await self.column_id(column),
            gap=gap or Gap(),
        )

    def delete(self, ticket: Ticket) -> DeleteTicket:
        return DeleteTicket(project_id=self.project_id, ticket_id=ticket.id)

    async def again(self, ticket: Ticket) -> Ticket:
        """The ticket as it is now."""
        now = await self.load(Ticket, ticket.id)
        assert now is not None
        return now


async def board() -> Board:
    return await with_project(Board())
