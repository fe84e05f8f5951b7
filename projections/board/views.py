"""Tickets as they are read: with their project, column, people, parent and subtasks."""

from datetime import datetime

import msgspec

from projections.accounts.queries import UserSummary


class ProjectBrief(msgspec.Struct, frozen=True):
    id: str
    key: str
    name: str


class ColumnBrief(msgspec.Struct, frozen=True):
    id: str
    name: str
    icon: str | None
    color: str | None


class ParentBrief(msgspec.Struct, frozen=True):
    id: str
    number: int
    title: str
    type: str


class SubtaskBrief(msgspec.Struct, frozen=True):
    id: str
    resolution: str | None


class AgentBrief(msgspec.Struct, frozen=True):
    """``name`` and owner are None once the agent's key is gone."""

    id: str
    name: str | None
    owner_id: str | None
    owner_name: str | None


class TicketView(msgspec.Struct, frozen=True, kw_only=True):
    """``order`` counts from 0, from the top of the column; None where other tickets are not known.

    People who are unknown are None, their ids stay.
    """

    id: str
    project_id: str
    number: int
    title: str
    description: str | None
    type: str
    priority: str
    column_id: str
    order: int | None
    story_points: int | None
    estimate: str | None
    start_date: datetime | None
    due_date: datetime | None
    resolution: str | None
    resolved_at: datetime | None
    environment: str | None
    affected_version: str | None
    fix_version: str | None
    creator_id: str | None
    assignee_id: str | None
    parent_id: str | None
    created_at: datetime
    updated_at: datetime
    version: int
    project: ProjectBrief
    column: ColumnBrief
    assignee: UserSummary | None
    creator: UserSummary | None
    agent: AgentBrief | None
    parent: ParentBrief | None
    watchers: tuple[UserSummary, ...]
    subtasks: tuple[SubtaskBrief, ...]
