"""Tickets as the tracker's clients know them (contract 0.12). What does not exist yet is null or empty."""

from collections.abc import Sequence

import msgspec
from msgspec import UNSET, UnsetType

from interfaces.http.times import stamp
from projections.accounts.queries import UserSummary
from projections.activity.queries import Entry
from projections.board.views import ColumnBrief, ParentBrief, ProjectBrief, SubtaskBrief, TicketView

_UNDERSCORED = {"counts": "_count", "activity": "_activity"}


def camel(name: str) -> str:
    """``story_points`` -> ``storyPoints``."""
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


class Person(msgspec.Struct, rename="camel"):
    id: str
    username: str
    name: str
    email: str | None
    avatar: str | None
    avatar_color: str | None


class AgentOfTicket(msgspec.Struct, rename="camel"):
    id: str
    name: str | None
    owner_id: str | None


class Counts(msgspec.Struct):
    comments: int
    subtasks: int
    attachments: int


class WhatChanged(msgspec.Struct, rename="camel"):
    """The activity that a request left; a group when it changed several things."""

    activity_ids: Sequence[str]
    group_id: str | None


class TicketBody(
    msgspec.Struct,
    kw_only=True,
    rename=lambda name: _UNDERSCORED.get(name) or camel(name),
):
    """``order`` is null in a look at the past, where the places of other tickets are not known."""

    id: str
    key: str
    number: int
    title: str
    description: str | None
    type: str
    priority: str
    order: int | None
    story_points: int | None
    estimate: str | None
    start_date: str | None
    due_date: str | None
    resolution: str | None
    resolved_at: str | None
    environment: str | None
    affected_version: str | None
    fix_version: str | None
    created_at: str
    updated_at: str
    project_id: str
    column_id: str
    assignee_id: str | None
    creator_id: str | None
    sprint_id: None = None
    parent_id: str | None
    is_carried_over: bool = False
    carried_from_sprint_id: None = None
    carried_over_count: int = 0
    column: ColumnBrief
    project: ProjectBrief
    assignee: Person | None
    creator: Person | None
    created_by_agent_id: str | None
    created_by_agent: AgentOfTicket | None
    created_by_agent_id_snapshot: str | None
    created_by_agent_name: str | None
    created_by_agent_owner_name: str | None
    sprint: None = None
    carried_from_sprint: None = None
    parent: ParentBrief | None
    labels: tuple[()] = ()
    watchers: Sequence[Person]
    attachments: tuple[()] = ()
    links: tuple[()] = ()
    subtasks: Sequence[SubtaskBrief]
    counts: Counts
    activity: WhatChanged | UnsetType = UNSET


def ticket_body(view: TicketView, *, title_case: bool, activity: WhatChanged | UnsetType = UNSET) -> TicketBody:
    """``title_case``: types and priorities as ``Task`` and ``Medium``."""
    agent = view.agent
    return TicketBody(
        id=view.id,
        key=f"{view.project.key}-{view.number}",
        number=view.number,
        title=view.title,
        description=view.description,
        type=view.type.capitalize() if title_case else view.type,
        priority=view.priority.capitalize() if title_case else view.priority,
        order=view.order,
        story_points=view.story_points,
        estimate=view.estimate,
        start_date=stamp(view.start_date) if view.start_date else None,
        due_date=stamp(view.due_date) if view.due_date else None,
        resolution=view.resolution,
        resolved_at=stamp(view.resolved_at) if view.resolved_at else None,
        environment=view.environment,
        affected_version=view.affected_version,
        fix_version=view.fix_version,
        created_at=stamp(view.created_at),
        updated_at=stamp(view.updated_at),
        project_id=view.project_id,
        column_id=view.column_id,
        assignee_id=view.assignee_id,
        creator_id=view.creator_id,
        parent_id=view.parent_id,
        column=view.column,
        project=view.project,
        assignee=person(view.assignee),
        creator=person(view.creator),
        created_by_agent_id=agent.id if agent else None,
        created_by_agent=AgentOfTicket(agent.id, agent.name, agent.owner_id) if agent else None,
        created_by_agent_id_snapshot=agent.id if agent else None,
        created_by_agent_name=agent.name if agent else None,
        created_by_agent_owner_name=agent.owner_name if agent else None,
        parent=_parent(view.parent, title_case=title_case),
        watchers=[_person(watcher) for watcher in view.watchers],
        subtasks=view.subtasks,
        counts=Counts(comments=0, subtasks=len(view.subtasks), attachments=0),
        activity=activity,
    )


def what_changed(entries: Sequence[Entry]) -> WhatChanged:
    """Of one ticket by one request."""
    return WhatChanged(
        activity_ids=[change.id for entry in entries for change in entry.changes],
        group_id=entries[-1].group_id if entries else None,
    )


def person(user: UserSummary | None) -> Person | None:
    return None if user is None else _person(user)


def _person(user: UserSummary) -> Person:
    return Person(user.id, user.username, user.name, user.email, user.avatar, user.avatar_color)


def _parent(parent: ParentBrief | None, *, title_case: bool) -> ParentBrief | None:
    if parent is None or not title_case:
        return parent
    return ParentBrief(parent.id, parent.number, parent.title, parent.type.capitalize())
