"""Commands on tickets."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from domain.kernel.command import Command, handles
from domain.kernel.unit import Actor, Unit
from domain.projects.commands import existing_project
from domain.projects.permissions import Permission
from domain.projects.project import Project
from domain.tracker.changes import ASSIGNEE, REPORTER, WATCHERS, Changes, apply, require_column, require_people
from domain.tracker.coupling import place
from domain.tracker.errors import ForeignColumn, ForeignTickets, NotYours, TicketNotFound
from domain.tracker.kinds import Priority, Resolution, TicketType
from domain.tracker.parents import detach, orphan_subtasks, possible_parent
from domain.tracker.rank import Gap, of_number
from domain.tracker.ticket import Ticket


class CreateTicket(Command, frozen=True, kw_only=True):
    """Without a column it goes to the first one, at the bottom; without a reporter the caller is it."""

    project_id: str
    title: str
    column_id: str | None = None
    type: TicketType = TicketType.TASK
    priority: Priority = Priority.MEDIUM
    description: str | None = None
    story_points: int | None = None
    estimate: str | None = None
    start_date: datetime | None = None
    due_date: datetime | None = None
    resolution: Resolution | None = None
    resolved_at: datetime | None = None
    environment: str | None = None
    affected_version: str | None = None
    fix_version: str | None = None
    assignee_id: str | None = None
    reporter_id: str | None = None
    watcher_ids: tuple[str, ...] = ()
    parent_id: str | None = None
    created_at: datetime | None = None

    def primary_stream(self) -> str | None:
        return self.parent_id


class ChangeTicket(Command, frozen=True, kw_only=True):
    project_id: str
    ticket_id: str
    changes: Changes

    def primary_stream(self) -> str:
        return self.ticket_id


class TicketsCommand(Command, frozen=True, kw_only=True):
    """One command on several tickets: all or none."""

    project_id: str
    ticket_ids: tuple[str, ...]

    def primary_stream(self) -> str | None:
        return min(self.ticket_ids, default=None)


class ChangeTickets(TicketsCommand, frozen=True, kw_only=True):
    changes: Changes


class MoveTickets(TicketsCommand, frozen=True, kw_only=True):
    """Put tickets, in the order given, into a gap of a column."""

    column_id: str
    gap: Gap


class Edit(msgspec.Struct, frozen=True):
    """A ticket that a command dealt with, and the versions of its stream before and after."""

    ticket_id: str
    since: int
    version: int


class DeleteTicket(Command, frozen=True, kw_only=True):
    project_id: str
    ticket_id: str

    def primary_stream(self) -> str:
        return self.ticket_id


class DeleteTickets(TicketsCommand, frozen=True, kw_only=True):
    pass


@handles(CreateTicket)
async def create_ticket(command: CreateTicket, unit: Unit) -> Ticket:
    project = await existing_project(unit, command.project_id)
    project.require(unit.actor, Permission.TICKETS_CREATE)
    if command.column_id is not None:
        require_column(project, command.column_id)
    require_people(project, [command.reporter_id], *REPORTER)
    parent = None
    if command.parent_id is not None:
        parent = await possible_parent(unit, project.id, command.parent_id)
    require_people(project, [command.assignee_id], *ASSIGNEE)
    require_people(project, command.watcher_ids, *WATCHERS)
    number = await unit.number(f"ticket:{project.id}")
    ticket = Ticket.create(
        unit.new_id(),
        project_id=project.id,
        number=number,
        title=command.title,
        column_id=command.column_id or project.first_column.id,
        rank=of_number(number),
        creator_id=command.reporter_id or unit.actor.id,
        type=command.type,
        priority=command.priority,
        description=command.description,
        story_points=command.story_points,
        estimate=command.estimate,
        start_date=command.start_date,
        due_date=command.due_date,
        resolution=command.resolution,
        resolved_at=(command.resolved_at or unit.now) if command.resolution else None,
        environment=command.environment,
        affected_version=command.affected_version,
        fix_version=command.fix_version,
        assignee_id=command.assignee_id,
        watcher_ids=tuple(sorted(set(command.watcher_ids))),
        parent_id=command.parent_id,
        created_at=command.created_at,
        agent_id=unit.actor.agent_id or None,
    )
    if parent is not None:
        parent.attach_subtask(ticket.id)
    return unit.add(ticket)


@handles(ChangeTicket)
async def change_ticket(command: ChangeTicket, unit: Unit) -> Edit:
    project = await existing_project(unit, command.project_id)
    ticket = await _ticket_of(project, command.ticket_id, unit)
    require_managing(project, unit.actor, ticket)
    since = ticket.version
    await apply(command.changes, ticket, project, unit)
    return Edit(ticket.id, since, ticket.version)


@handles(ChangeTickets)
async def change_tickets(command: ChangeTickets, unit: Unit) -> Sequence[Edit]:
    project = await existing_project(unit, command.project_id)
    project.require(unit.actor, Permission.TICKETS_MANAGE_ANY)
    tickets = await _tickets_of(project, command.ticket_ids, unit)
    since = [ticket.version for ticket in tickets]
    for ticket in tickets:
        await apply(command.changes, ticket, project, unit)
    return _edits(tickets, since)


@handles(MoveTickets)
async def move_tickets(command: MoveTickets, unit: Unit) -> Sequence[Edit]:
    project = await existing_project(unit, command.project_id)
    project.require(unit.actor, Permission.TICKETS_MANAGE_ANY)
    column = project.columns.get(command.column_id)
    if column is None:
        raise ForeignColumn("Target column not found or does not belong to project", field="toColumnId")
    tickets = await _tickets_of(project, command.ticket_ids, unit)
    since = [ticket.version for ticket in tickets]
    ranks = [ticket.rank for ticket in tickets]
    if not (all(ticket.column_id == column.id for ticket in tickets) and command.gap.holds(ranks)):
        ranks = command.gap.ranks([ticket.number for ticket in tickets])
    for ticket, rank in zip(tickets, ranks, strict=True):
        place(ticket, column, rank, unit.now)
    return _edits(tickets, since)


@handles(DeleteTicket)
async def delete_ticket(command: DeleteTicket, unit: Unit) -> None:
    project = await existing_project(unit, command.project_id)
    ticket = await _ticket_of(project, command.ticket_id, unit)
    require_managing(project, unit.actor, ticket)
    await _delete(ticket, unit)


@handles(DeleteTickets)
async def delete_tickets(command: DeleteTickets, unit: Unit) -> None:
    project = await existing_project(unit, command.project_id)
    project.require(unit.actor, Permission.TICKETS_MANAGE_ANY)
    for ticket in await _tickets_of(project, command.ticket_ids, unit):
        await _delete(ticket, unit)


def require_managing(project: Project, actor: Actor, ticket: Ticket) -> None:
    """Who manages any ticket, or their own. Raises NotAMember, NotYours."""
    held = project.permissions_of(actor)
    own = Permission.TICKETS_MANAGE_OWN in held and ticket.creator_id == actor.id
    if not (own or Permission.TICKETS_MANAGE_ANY in held):
        raise NotYours


async def _ticket_of(project: Project, ticket_id: str, unit: Unit) -> Ticket:
    ticket = await unit.find(Ticket, ticket_id)
    if ticket is None or ticket.deleted or ticket.project_id != project.id:
        raise TicketNotFound
    return ticket


async def _tickets_of(project: Project, ticket_ids: Sequence[str], unit: Unit) -> Sequence[Ticket]:
    """Each once, in the order given. Raises ForeignTickets."""
    try:
        return [await _ticket_of(project, ticket_id, unit) for ticket_id in dict.fromkeys(ticket_ids)]
    except TicketNotFound:
        raise ForeignTickets(field="ticketIds") from None


def _edits(tickets: Sequence[Ticket], since: Sequence[int]) -> Sequence[Edit]:
    return [Edit(ticket.id, before, ticket.version) for ticket, before in zip(tickets, since, strict=True)]


async def _delete(ticket: Ticket, unit: Unit) -> None:
    await detach(unit, ticket)
    await orphan_subtasks(unit, ticket)
    ticket.delete()
