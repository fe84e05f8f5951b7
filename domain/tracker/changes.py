"""What a request changes of a ticket, and how it is carried out."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from domain.kernel.unit import Unit
from domain.projects.project import Project
from domain.tracker.coupling import follow_resolution, place, settle
from domain.tracker.errors import ForeignColumn, OutsidePerson, OwnParent
from domain.tracker.kinds import Priority, Resolution, TicketType
from domain.tracker.parents import detach, possible_parent, refuse_loop
from domain.tracker.rank import Gap
from domain.tracker.ticket import Ticket


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """UNSET keeps, None clears. ``gap`` is the place in the column; without it a ticket keeps its rank."""

    title: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    type: TicketType | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    column_id: str | UnsetType = UNSET
    gap: Gap | UnsetType = UNSET
    story_points: int | UnsetType | None = UNSET
    estimate: str | UnsetType | None = UNSET
    start_date: datetime | UnsetType | None = UNSET
    due_date: datetime | UnsetType | None = UNSET
    resolution: Resolution | UnsetType | None = UNSET
    resolved_at: datetime | UnsetType = UNSET
    environment: str | UnsetType | None = UNSET
    affected_version: str | UnsetType | None = UNSET
    fix_version: str | UnsetType | None = UNSET
    assignee_id: str | UnsetType | None = UNSET
    creator_id: str | UnsetType | None = UNSET
    watcher_ids: tuple[str, ...] | UnsetType = UNSET
    parent_id: str | UnsetType | None = UNSET


def require_column(project: Project, column_id: str) -> None:
    """Raises ForeignColumn."""
    if column_id not in project.columns:
        raise ForeignColumn(field="columnId")


def require_people(project: Project, user_ids: Iterable[str | None], text: str, field: str) -> None:
    """Raises OutsidePerson with the text."""
    if not all(user_id is None or project.is_member(user_id) for user_id in user_ids):
        raise OutsidePerson(text, field=field)


REPORTER = ("Reporter must be a project member", "reporterId")
ASSIGNEE = ("Assignee must be a project member", "assigneeId")
WATCHERS = ("All watchers must be project members", "watcherIds")


async def apply(changes: Changes, ticket: Ticket, project: Project, unit: Unit) -> None:
    """Check everything in the contract's order, then change what differs."""
    if changes.column_id is not UNSET:
        require_column(project, changes.column_id)
    if changes.creator_id is not UNSET and changes.creator_id != ticket.creator_id:
        require_people(project, [changes.creator_id], *REPORTER)
    if changes.parent_id is not UNSET and changes.parent_id != ticket.parent_id:
        await _change_parent(ticket, changes.parent_id, unit)
    if changes.assignee_id is not UNSET and changes.assignee_id != ticket.assignee_id:
        require_people(project, [changes.assignee_id], *ASSIGNEE)
    if changes.watcher_ids is not UNSET:
        require_people(project, set(changes.watcher_ids).difference(ticket.watcher_ids), *WATCHERS)
    _change_content(changes, ticket)
    _change_people(changes, ticket)
    _change_place(changes, ticket, project, unit.now)


async def _change_parent(ticket: Ticket, parent_id: str | None, unit: Unit) -> None:
    if parent_id == ticket.id:
        raise OwnParent(field="parentId")
    if parent_id is not None:
        parent = await possible_parent(unit, str(ticket.project_id), parent_id)
        await refuse_loop(unit, ticket, parent)
        parent.attach_subtask(ticket.id)
    await detach(unit, ticket)
    ticket.change_parent(parent_id)


def _change_content(changes: Changes, ticket: Ticket) -> None:
    if changes.title is not UNSET:
        ticket.retitle(changes.title)
    if changes.description is not UNSET:
        ticket.describe(changes.description)
    if changes.type is not UNSET:
        ticket.change_type(changes.type)
    if changes.priority is not UNSET:
        ticket.prioritise(changes.priority)
    ticket.estimate_at(
        ticket.story_points if changes.story_points is UNSET else changes.story_points,
        ticket.estimate if changes.estimate is UNSET else changes.estimate,
    )
    ticket.schedule(
        ticket.start_date if changes.start_date is UNSET else changes.start_date,
        ticket.due_date if changes.due_date is UNSET else changes.due_date,
    )
    ticket.detail(
        ticket.environment if changes.environment is UNSET else changes.environment,
        ticket.affected_version if changes.affected_version is UNSET else changes.affected_version,
        ticket.fix_version if changes.fix_version is UNSET else changes.fix_version,
    )


def _change_people(changes: Changes, ticket: Ticket) -> None:
    if changes.creator_id is not UNSET:
        ticket.change_reporter(changes.creator_id)
    if changes.assignee_id is not UNSET:
        ticket.assign(changes.assignee_id)
    if changes.watcher_ids is not UNSET:
        ticket.change_watchers(changes.watcher_ids)


def _change_place(changes: Changes, ticket: Ticket, project: Project, now: datetime) -> None:
    column = project.columns[ticket.column_id if changes.column_id is UNSET else changes.column_id]
    rank = ticket.rank
    if changes.gap is not UNSET and not (column.id == ticket.column_id and changes.gap.holds([rank])):
        (rank,) = changes.gap.ranks([ticket.number])
    if changes.resolution is UNSET:
        place(ticket, column, rank, now if changes.resolved_at is UNSET else changes.resolved_at)
        if changes.resolved_at is not UNSET and ticket.resolution is not None:
            settle(ticket, ticket.resolution, changes.resolved_at, now)
        return
    newly = changes.resolution != ticket.resolution
    ticket.move(column.id, rank)
    settle(ticket, changes.resolution, changes.resolved_at, now)
    if newly and changes.column_id is UNSET:
        follow_resolution(ticket, project)
