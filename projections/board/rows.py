"""The rows of the board."""

from datetime import datetime
from typing import ClassVar

from domain.tracker.rank import number_of
from projections.kernel.rows import Row

_SLOT_WIDTH = 256


def slot_of(rank: str) -> int:
    """The slot of a column that a rank falls into: slots follow each other as ranks do."""
    return number_of(rank) // _SLOT_WIDTH


class TicketRow(Row, frozen=True, kw_only=True):
    """``version`` is that of the ticket's stream."""

    table: ClassVar[str] = "board_ticket_v1"
    key: ClassVar[tuple[str, ...]] = ("ticket_id",)

    ticket_id: str
    project_id: str
    number: int
    title: str
    description: str | None
    type: str
    priority: str
    column_id: str
    rank: str
    slot: int
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
    watcher_ids: tuple[str, ...]
    parent_id: str | None
    agent_id: str | None
    created_at: datetime
    updated_at: datetime
    version: int


class SlotRow(Row, frozen=True, kw_only=True):
    """How many tickets a part of a column holds, so that a ticket's order is known without counting the column."""

    table: ClassVar[str] = "board_slot_v1"
    key: ClassVar[tuple[str, ...]] = ("project_id", "column_id", "slot")

    project_id: str
    column_id: str
    slot: int
    tickets: int
