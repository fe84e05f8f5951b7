"""Bodies that the tracker's routes take."""

from typing import Annotated, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from domain.projects.commands import ChangeProject
from domain.tracker.changes import Changes
from domain.tracker.commands import CreateTicket
from domain.tracker.kinds import Priority, Resolution, TicketType
from domain.tracker.rank import Gap
from interfaces.http.problems import BadInput, Detail
from interfaces.http.tracker.reading import Reading

T = TypeVar("T")
Id = Annotated[str, Meta(min_length=1, max_length=100)]
Ids = Annotated[list[Id], Meta(max_length=1000)]
SomeIds = Annotated[list[Id], Meta(min_length=1, max_length=1000)]
Name = Annotated[str, Meta(min_length=1, max_length=255)]
Key = Annotated[str, Meta(min_length=1, max_length=10)]
Color = Annotated[str, Meta(pattern=r"^#[0-9A-Fa-f]{6}$")]
Title = Annotated[str, Meta(min_length=1, max_length=1000)]
Line = Annotated[str, Meta(max_length=1000)]
Prose = Annotated[str, Meta(max_length=500_000)]
Word = Annotated[str, Meta(max_length=100)]
Points = Annotated[int, Meta(ge=-(2**31), lt=2**31)]
Index = Annotated[int, Meta(ge=0, lt=2**31)]


class NewProject(msgspec.Struct, rename="camel"):
    name: Name
    key: Key | None = None
    description: Prose | None = None
    color: Color | None = None


class ProjectChange(msgspec.Struct, rename="camel"):
    name: Name | UnsetType = UNSET
    key: Key | UnsetType = UNSET
    description: Prose | UnsetType | None = UNSET
    color: Color | UnsetType = UNSET
    show_add_column_button: bool | UnsetType | None = UNSET

    def command(self, project_id: str) -> ChangeProject:
        return ChangeProject(
            project_id=project_id,
            name=self.name,
            key=self.key,
            description=self.description,
            color=self.color,
            show_add_column_button=self.show_add_column_button,
        )


class Confirmation(msgspec.Struct, rename="camel"):
    """The caller's own password once more, from clients that ask for it."""

    confirm_password: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None


class NewMember(msgspec.Struct, rename="camel"):
    user_id: Id
    role_id: Id


class MemberChange(msgspec.Struct, rename="camel"):
    role_id: Id | UnsetType = UNSET
    overrides: Annotated[list[Word], Meta(max_length=100)] | UnsetType | None = UNSET


class TicketFields(msgspec.Struct, rename="camel"):
    """What may be said of a ticket when it is filed and when it is changed."""

    description: Prose | UnsetType | None = UNSET
    type: Word | UnsetType = UNSET
    priority: Word | UnsetType = UNSET
    column_id: Id | UnsetType = UNSET
    story_points: Points | UnsetType | None = UNSET
    estimate: Line | UnsetType | None = UNSET
    start_date: Word | UnsetType | None = UNSET
    due_date: Word | UnsetType | None = UNSET
    resolution: Resolution | UnsetType | None = UNSET
    resolved_at: Word | UnsetType | None = UNSET
    environment: Prose | UnsetType | None = UNSET
    affected_version: Line | UnsetType | None = UNSET
    fix_version: Line | UnsetType | None = UNSET
    assignee_id: Id | UnsetType | None = UNSET
    reporter_id: Id | UnsetType | None = UNSET
    watcher_ids: Ids | UnsetType = UNSET
    parent_id: Id | UnsetType | None = UNSET
    sprint_id: Id | UnsetType | None = UNSET
    label_ids: Ids | UnsetType = UNSET

    def refuse_unknown(self) -> None:
        """No project has sprints or labels yet, so every id of one is unknown. Raises BadInput."""
        faults = []
        if self.sprint_id not in {None, UNSET}:
            faults.append(Detail("sprintId", "Sprint not found"))
        if self.label_ids is not UNSET and self.label_ids:
            faults.append(Detail("labelIds", "Label not found"))
        if faults:
            raise BadInput(faults, faults[0].message)


class NewTicket(TicketFields, rename="camel", kw_only=True):
    title: Title
    created_at: Word | UnsetType | None = UNSET

    def command(self, project_id: str) -> CreateTicket:
        self.refuse_unknown()
        with Reading() as reading:
            return CreateTicket(
                project_id=project_id,
                title=self.title,
                column_id=_or_none(self.column_id),
                type=reading.word(TicketType, self.type, "type", TicketType.TASK),
                priority=reading.word(Priority, self.priority, "priority", Priority.MEDIUM),
                description=_or_none(self.description),
                story_points=_or_none(self.story_points),
                estimate=_or_none(self.estimate),
                start_date=reading.moment(self.start_date, "startDate"),
                due_date=reading.moment(self.due_date, "dueDate"),
                resolution=_or_none(self.resolution),
                resolved_at=reading.moment(self.resolved_at, "resolvedAt"),
                environment=_or_none(self.environment),
                affected_version=_or_none(self.affected_version),
                fix_version=_or_none(self.fix_version),
                assignee_id=_or_none(self.assignee_id),
                reporter_id=_or_none(self.reporter_id),
                watcher_ids=() if self.watcher_ids is UNSET else tuple(self.watcher_ids),
                parent_id=_or_none(self.parent_id),
                created_at=reading.moment(self.created_at, "createdAt"),
            )


class TicketChange(TicketFields, rename="camel", kw_only=True):
    """``order`` is the place in the column, from 0."""

    title: Title | UnsetType = UNSET
    order: Index | UnsetType = UNSET

    def changes(self, gap: Gap | UnsetType = UNSET) -> Changes:
        self.refuse_unknown()
        with Reading() as reading:
            resolved_at = reading.moment(self.resolved_at, "resolvedAt")
            start_date, due_date = (
                reading.moment(self.start_date, "startDate"),
                reading.moment(self.due_date, "dueDate"),
            )
            ticket_type = reading.word(TicketType, self.type, "type", TicketType.TASK)
            priority = reading.word(Priority, self.priority, "priority", Priority.MEDIUM)
        return Changes(
            title=self.title,
            description=self.description,
            type=UNSET if self.type is UNSET else ticket_type,
            priority=UNSET if self.priority is UNSET else priority,
            column_id=self.column_id,
            gap=gap,
            story_points=self.story_points,
            estimate=self.estimate,
            start_date=UNSET if self.start_date is UNSET else start_date,
            due_date=UNSET if self.due_date is UNSET else due_date,
            resolution=self.resolution,
            resolved_at=resolved_at or UNSET,
            environment=self.environment,
            affected_version=self.affected_version,
            fix_version=self.fix_version,
            assignee_id=self.assignee_id,
            creator_id=self.reporter_id,
            watcher_ids=UNSET if self.watcher_ids is UNSET else tuple(self.watcher_ids),
            parent_id=self.parent_id,
        )


class TicketsChange(msgspec.Struct, rename="camel"):
    """A move of several tickets to one place, or with ``updates`` one change of them all."""

    ticket_ids: SomeIds
    to_column_id: Id | UnsetType = UNSET
    new_order: Index | UnsetType = UNSET
    updates: TicketChange | UnsetType = UNSET


class TicketsDeletion(msgspec.Struct, rename="camel"):
    ticket_ids: SomeIds


def _or_none(value: T | UnsetType | None) -> T | None:
    return None if value is UNSET else value
