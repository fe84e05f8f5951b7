"""Events of tickets into rows."""

from collections.abc import Iterable
from typing import Any

from domain.kernel.recorded import Recorded
from domain.projects.project import Project
from domain.tracker.ticket import Ticket
from projections.board.rows import SlotRow, TicketRow, slot_of
from projections.kernel.projection import Projection
from projections.kernel.rows import Key, Row, Rows


class Board(Projection):
    name = "board"
    rows = (TicketRow, SlotRow)
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
        Ticket.WatchersChanged,
        Ticket.ParentChanged,
        Ticket.Orphaned,
        Ticket.SubtaskAttached,
        Ticket.SubtaskDetached,
        Ticket.Deleted,
        Project.Deleted,
    )

    def touches(self, recorded: Recorded) -> Iterable[tuple[type[Row], Key]]:
        project_id = recorded.project_id
        match recorded.event:
            case Ticket.Created(column_id=column_id, rank=rank):
                yield SlotRow, (project_id, column_id, slot_of(rank))
                return
            case Project.Deleted():
                return
            case Ticket.Moved() as moved:
                yield SlotRow, (project_id, moved.from_column_id, slot_of(moved.from_rank))
                yield SlotRow, (project_id, moved.column_id, slot_of(moved.rank))
            case Ticket.Deleted(column_id=column_id, rank=rank):
                yield SlotRow, (project_id, column_id, slot_of(rank))
        yield TicketRow, (recorded.stream_id,)

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        match recorded.event:
            case Ticket.Created() as created:
                rows.put(_row(created, recorded, rows.ledger_id))
                _count(rows, recorded.project_id, created.column_id, created.rank, +1)
            case Ticket.Moved() as moved:
                _count(rows, recorded.project_id, moved.from_column_id, moved.from_rank, -1)
                _count(rows, recorded.project_id, moved.column_id, moved.rank, +1)
                _change(rows, recorded, column_id=moved.column_id, rank=moved.rank, slot=slot_of(moved.rank))
            case Ticket.Deleted(column_id=column_id, rank=rank):
                _count(rows, recorded.project_id, column_id, rank, -1)
                rows.delete(TicketRow, recorded.stream_id)
            case Project.Deleted():
                rows.delete_where(TicketRow, project_id=recorded.stream_id)
                rows.delete_where(SlotRow, project_id=recorded.stream_id)
            case Ticket.SubtaskAttached() | Ticket.SubtaskDetached():
                rows.change(TicketRow, recorded.stream_id, version=recorded.version)
            case other:
                _change(rows, recorded, **_changed_columns(other))


def _changed_columns(event: Any) -> dict[str, Any]:
    """The columns that an event sets; its fields are named as they are."""
    match event:
        case Ticket.Reopened():
            return {"resolution": None, "resolved_at": None}
        case Ticket.Unassigned():
            return {"assignee_id": None}
        case Ticket.Orphaned():
            return {"parent_id": None}
    return {name: getattr(event, name) for name in event.__struct_fields__ if name in TicketRow.__struct_fields__}


def _change(rows: Rows, recorded: Recorded, **columns: Any) -> None:
    rows.change(TicketRow, recorded.stream_id, updated_at=recorded.occurred_at, version=recorded.version, **columns)


def _count(rows: Rows, project_id: str, column_id: str, rank: str, by: int) -> None:
    slot = slot_of(rank)
    known = rows.get(SlotRow, project_id, column_id, slot)
    rows.put(
        SlotRow(
            ledger_id=rows.ledger_id,
            project_id=project_id,
            column_id=column_id,
            slot=slot,
            tickets=(known.tickets if known else 0) + by,
        )
    )


def _row(created: Ticket.Created, recorded: Recorded, ledger_id: str) -> TicketRow:
    return TicketRow(
        ledger_id=ledger_id,
        ticket_id=recorded.stream_id,
        project_id=created.project_id,
        number=created.number,
        title=created.title,
        description=created.description,
        type=created.type,
        priority=created.priority,
        column_id=created.column_id,
        rank=created.rank,
        slot=slot_of(created.rank),
        story_points=created.story_points,
        estimate=created.estimate,
        start_date=created.start_date,
        due_date=created.due_date,
        resolution=created.resolution,
        resolved_at=created.resolved_at,
        environment=created.environment,
        affected_version=created.affected_version,
        fix_version=created.fix_version,
        creator_id=created.creator_id,
        assignee_id=created.assignee_id,
        watcher_ids=created.watcher_ids,
        parent_id=created.parent_id,
        agent_id=created.agent_id,
        created_at=created.created_at or recorded.occurred_at,
        updated_at=recorded.occurred_at,
        version=recorded.version,
    )
