"""Events of tickets into entries. Order, watchers and the time of a resolution are not activity."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from domain.kernel.recorded import Recorded
from domain.tracker.ticket import Ticket
from projections.activity.rows import EntryRow
from projections.kernel.projection import Projection
from projections.kernel.rows import Key, Row, Rows

CREATED = "created"
UPDATED = "updated"
_FIELDS = {
    "title": "title",
    "description": "description",
    "type": "type",
    "priority": "priority",
    "column_id": "status",
    "story_points": "storyPoints",
    "estimate": "estimate",
    "start_date": "startDate",
    "due_date": "dueDate",
    "resolution": "resolution",
    "environment": "environment",
    "affected_version": "affectedVersion",
    "fix_version": "fixVersion",
    "assignee_id": "assignee",
    "creator_id": "creatorId",
    "parent_id": "parent",
}
"""Fields of events, and what the activity calls them."""


class Activity(Projection):
    name = "activity"
    rows = (EntryRow,)
    consumes = (
        Ticket.Created,
        Ticket.Retitled,
        Ticket.Described,
        Ticket.TypeChanged,
        Ticket.PriorityChanged,
        Ticket.Estimated,
        Ticket.Scheduled,
        Ticket.DetailsChanged,
        Ticket.Moved,
        Ticket.Resolved,
        Ticket.Reopened,
        Ticket.Assigned,
        Ticket.Unassigned,
        Ticket.ReporterChanged,
        Ticket.ParentChanged,
        Ticket.Orphaned,
        Ticket.Deleted,
    )

    def touches(self, recorded: Recorded) -> Iterable[tuple[type[Row], Key]]:  # noqa: ARG002 - entries are never changed
        return ()

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        if isinstance(recorded.event, Ticket.Deleted):
            rows.delete_where(EntryRow, ticket_id=recorded.stream_id)
            return
        metadata = recorded.metadata
        for action, field, value in _changes(recorded.event):
            rows.put(
                EntryRow(
                    ledger_id=rows.ledger_id,
                    ticket_id=recorded.stream_id,
                    version=recorded.version,
                    field=field,
                    action=action,
                    value=value,
                    user_id=metadata.actor,
                    command_key=metadata.command_key,
                    created_at=recorded.occurred_at,
                )
            )


def _changes(event: Any) -> Iterator[tuple[str, str, str | None]]:
    """(action, field, value) of each field that an event may have changed."""
    match event:
        case Ticket.Created():
            began = {
                name: text for field, name in _FIELDS.items() if (text := _text(getattr(event, field))) is not None
            }
            yield CREATED, CREATED, msgspec.json.encode(began).decode()
        case Ticket.Moved(from_column_id=origin, column_id=column_id):
            if origin != column_id:
                yield "moved", "status", column_id
        case Ticket.Resolved(resolution=resolution):
            yield "resolution_changed", "resolution", resolution.value
        case Ticket.Reopened():
            yield "resolution_changed", "resolution", None
        case Ticket.Assigned(assignee_id=assignee_id):
            yield "assigned", "assignee", assignee_id
        case Ticket.Unassigned():
            yield "assigned", "assignee", None
        case Ticket.PriorityChanged(priority=priority):
            yield "priority_changed", "priority", priority.value
        case Ticket.TypeChanged(type=ticket_type):
            yield "type_changed", "type", ticket_type.value
        case Ticket.ParentChanged(parent_id=parent_id):
            yield "parent_changed", "parent", parent_id
        case Ticket.Orphaned():
            yield "parent_changed", "parent", None
        case _:
            for field in event.__struct_fields__:
                if field in _FIELDS:
                    yield UPDATED, _FIELDS[field], _text(getattr(event, field))


def _text(value: Any) -> str | None:
    match value:
        case None:
            return None
        case datetime():
            return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case _:
            return str(value)
