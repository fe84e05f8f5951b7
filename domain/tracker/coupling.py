"""How a ticket's column and its resolution follow each other (tracker contract 2.1, resolution coupling)."""

from datetime import datetime

from msgspec import UNSET, UnsetType

from domain.projects.columns import Column
from domain.projects.project import Project
from domain.tracker.kinds import Resolution
from domain.tracker.ticket import Ticket


def place(ticket: Ticket, column: Column, rank: str, resolved_at: datetime) -> None:
    """Move a ticket. Into a done column it is resolved as Done, out of one it is reopened."""
    entered = column.id != ticket.column_id
    ticket.move(column.id, rank)
    if not entered:
        return
    if column.is_done and ticket.resolution is None:
        ticket.resolve(Resolution.DONE, resolved_at)
    elif not column.is_done:
        ticket.reopen()


def settle(ticket: Ticket, resolution: Resolution | None, resolved_at: datetime | UnsetType, now: datetime) -> None:
    """Set or clear the resolution. ``resolved_at`` counts when given; else another resolution keeps its time."""
    if resolution is None:
        ticket.reopen()
    elif resolved_at is not UNSET:
        ticket.resolve(resolution, resolved_at)
    else:
        ticket.resolve(resolution, ticket.resolved_at or now)


def follow_resolution(ticket: Ticket, project: Project) -> None:
    """A ticket resolved outside a done column goes to the first one, at the rank it has."""
    done = project.first_done_column
    if ticket.resolution is not None and done is not None and not project.columns[ticket.column_id].is_done:
        ticket.move(done.id, ticket.rank)
