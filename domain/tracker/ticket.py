"""The ticket: what is to be done, where it stands on the board, who does it, how it ended."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from eventsourcing.domain import event

from domain.kernel.aggregate import Aggregate, Event, FirstEvent
from domain.tracker.errors import ParentAsSubtask
from domain.tracker.kinds import Priority, Resolution, TicketType


class Ticket(Aggregate):
    """A method that would change nothing triggers no event."""

    class Created(FirstEvent, frozen=True, kw_only=True):
        """``created_at`` is set when the ticket is older than its record; ``agent_id`` when an agent filed it."""

        project_id: str
        number: int
        title: str
        column_id: str
        rank: str
        creator_id: str
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
        watcher_ids: tuple[str, ...] = ()
        parent_id: str | None = None
        created_at: datetime | None = None
        agent_id: str | None = None

    class Retitled(Event, frozen=True, kw_only=True):
        title: str

    class Described(Event, frozen=True, kw_only=True):
        description: str | None

    class TypeChanged(Event, frozen=True, kw_only=True):
        type: TicketType

    class PriorityChanged(Event, frozen=True, kw_only=True):
        priority: Priority

    class Estimated(Event, frozen=True, kw_only=True):
        story_points: int | None
        estimate: str | None

    class Scheduled(Event, frozen=True, kw_only=True):
        start_date: datetime | None
        due_date: datetime | None

    class DetailsChanged(Event, frozen=True, kw_only=True):
        environment: str | None
        affected_version: str | None
        fix_version: str | None

    class Moved(Event, frozen=True, kw_only=True):
        """From one place on the board to another, in the same column or not."""

        from_column_id: str
        from_rank: str
        column_id: str
        rank: str

    class Resolved(Event, frozen=True, kw_only=True):
        resolution: Resolution
        resolved_at: datetime

    class Reopened(Event, frozen=True, kw_only=True):
        pass

    class Assigned(Event, frozen=True, kw_only=True):
        assignee_id: str

    class Unassigned(Event, frozen=True, kw_only=True):
        pass

    class ReporterChanged(Event, frozen=True, kw_only=True):
        creator_id: str | None

    class WatchersChanged(Event, frozen=True, kw_only=True):
        watcher_ids: tuple[str, ...]

    class ParentChanged(Event, frozen=True, kw_only=True):
        parent_id: str | None

    class Orphaned(Event, frozen=True, kw_only=True):
        """The parent was deleted."""

    class SubtaskAttached(Event, frozen=True, kw_only=True):
        subtask_id: str

    class SubtaskDetached(Event, frozen=True, kw_only=True):
        subtask_id: str

    class Deleted(Event, frozen=True, kw_only=True):
        """Where it stood is kept, since whoever closes the gap must know."""

        column_id: str
        rank: str

    @event(Created)
    def __init__(
        self,
        *,
        project_id: str,
        number: int,
        title: str,
        column_id: str,
        rank: str,
        creator_id: str,
        type: TicketType,  # noqa: A002 - the field's name
        priority: Priority,
        description: str | None,
        story_points: int | None,
        estimate: str | None,
        start_date: datetime | None,
        due_date: datetime | None,
        resolution: Resolution | None,
        resolved_at: datetime | None,
        environment: str | None,
        affected_version: str | None,
        fix_version: str | None,
        assignee_id: str | None,
        watcher_ids: tuple[str, ...],
        parent_id: str | None,
    ) -> None:
        self.project_id, self.number = project_id, number
        self.title, self.description = title, description
        self.type, self.priority = type, priority
        self.column_id, self.rank = column_id, rank
        self.story_points, self.estimate = story_points, estimate
        self.start_date, self.due_date = start_date, due_date
        self.resolution, self.resolved_at = resolution, resolved_at
        self.environment, self.affected_version, self.fix_version = environment, affected_version, fix_version
        self.creator_id: str | None = creator_id
        self.assignee_id, self.watcher_ids = assignee_id, watcher_ids
        self.parent_id = parent_id
        self.subtask_ids: frozenset[str] = frozenset()
        self.deleted = False

    @classmethod
    def create(cls, ticket_id: str, **facts: Any) -> Self:
        """``facts`` are the fields of ``Created``; those that have a default may be left out."""
        return cls._create(cls.Created, id=ticket_id, **facts)

    def retitle(self, title: str) -> None:
        if title != self.title:
            self._retitled(title=title)

    def describe(self, description: str | None) -> None:
        if description != self.description:
            self._described(description=description)

    def change_type(self, ticket_type: TicketType) -> None:
        """Raises ParentAsSubtask."""
        if ticket_type == self.type:
            return
        if ticket_type is TicketType.SUBTASK and self.subtask_ids:
            raise ParentAsSubtask(field="type")
        self._type_changed(type=ticket_type)

    def prioritise(self, priority: Priority) -> None:
        if priority != self.priority:
            self._priority_changed(priority=priority)

    def estimate_at(self, story_points: int | None, estimate: str | None) -> None:
        if (story_points, estimate) != (self.story_points, self.estimate):
            self._estimated(story_points=story_points, estimate=estimate)

    def schedule(self, start_date: datetime | None, due_date: datetime | None) -> None:
        if (start_date, due_date) != (self.start_date, self.due_date):
            self._scheduled(start_date=start_date, due_date=due_date)

    def detail(self, environment: str | None, affected_version: str | None, fix_version: str | None) -> None:
        known = (self.environment, self.affected_version, self.fix_version)
        if (environment, affected_version, fix_version) != known:
            self._details_changed(environment=environment, affected_version=affected_version, fix_version=fix_version)

    def move(self, column_id: str, rank: str) -> None:
        if (column_id, rank) != (self.column_id, self.rank):
            self._moved(from_column_id=self.column_id, from_rank=self.rank, column_id=column_id, rank=rank)

    def resolve(self, resolution: Resolution, resolved_at: datetime) -> None:
        if (resolution, resolved_at) != (self.resolution, self.resolved_at):
            self._resolved(resolution=resolution, resolved_at=resolved_at)

    def reopen(self) -> None:
        if self.resolution is not None:
            self._reopened()

    def assign(self, user_id: str | None) -> None:
        if user_id == self.assignee_id:
            return
        if user_id is None:
            self._unassigned()
        else:
            self._assigned(assignee_id=user_id)

    def change_reporter(self, user_id: str | None) -> None:
        if user_id != self.creator_id:
            self._reporter_changed(creator_id=user_id)

    def change_watchers(self, user_ids: Iterable[str]) -> None:
        watchers = tuple(sorted(set(user_ids)))
        if watchers != self.watcher_ids:
            self._watchers_changed(watcher_ids=watchers)

    def change_parent(self, parent_id: str | None) -> None:
        if parent_id != self.parent_id:
            self._parent_changed(parent_id=parent_id)

    def orphan(self) -> None:
        self._orphaned()

    def attach_subtask(self, ticket_id: str) -> None:
        self._subtask_attached(subtask_id=ticket_id)

    def detach_subtask(self, ticket_id: str) -> None:
        if ticket_id in self.subtask_ids:
            self._subtask_detached(subtask_id=ticket_id)

    def delete(self) -> None:
        self._deleted(column_id=self.column_id, rank=self.rank)

    @event(Retitled)
    def _retitled(self, title: str) -> None:
        self.title = title

    @event(Described)
    def _described(self, description: str | None) -> None:
        self.description = description

    @event(TypeChanged)
    def _type_changed(self, type: TicketType) -> None:  # noqa: A002
        self.type = type

    @event(PriorityChanged)
    def _priority_changed(self, priority: Priority) -> None:
        self.priority = priority

    @event(Estimated)
    def _estimated(self, story_points: int | None, estimate: str | None) -> None:
        self.story_points, self.estimate = story_points, estimate

    @event(Scheduled)
    def _scheduled(self, start_date: datetime | None, due_date: datetime | None) -> None:
        self.start_date, self.due_date = start_date, due_date

    @event(DetailsChanged)
    def _details_changed(self, environment: str | None, affected_version: str | None, fix_version: str | None) -> None:
        self.environment, self.affected_version, self.fix_version = environment, affected_version, fix_version

    @event(Moved)
    def _moved(self, from_column_id: str, from_rank: str, column_id: str, rank: str) -> None:  # noqa: ARG002
        self.column_id, self.rank = column_id, rank

    @event(Resolved)
    def _resolved(self, resolution: Resolution, resolved_at: datetime) -> None:
        self.resolution, self.resolved_at = resolution, resolved_at

    @event(Reopened)
    def _reopened(self) -> None:
        self.resolution = self.resolved_at = None

    @event(Assigned)
    def _assigned(self, assignee_id: str) -> None:
        self.assignee_id = assignee_id

    @event(Unassigned)
    def _unassigned(self) -> None:
        self.assignee_id = None

    @event(ReporterChanged)
    def _reporter_changed(self, creator_id: str | None) -> None:
        self.creator_id = creator_id

    @event(WatchersChanged)
    def _watchers_changed(self, watcher_ids: tuple[str, ...]) -> None:
        self.watcher_ids = watcher_ids

    @event(ParentChanged)
    def _parent_changed(self, parent_id: str | None) -> None:
        self.parent_id = parent_id

    @event(Orphaned)
    def _orphaned(self) -> None:
        self.parent_id = None

    @event(SubtaskAttached)
    def _subtask_attached(self, subtask_id: str) -> None:
        self.subtask_ids |= {subtask_id}

    @event(SubtaskDetached)
    def _subtask_detached(self, subtask_id: str) -> None:
        self.subtask_ids -= {subtask_id}

    @event(Deleted)
    def _deleted(self, column_id: str, rank: str) -> None:  # noqa: ARG002
        self.deleted = True
