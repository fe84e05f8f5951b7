"""The rows of the activity."""

from datetime import datetime
from typing import ClassVar

from projections.kernel.rows import Row


class EntryRow(Row, frozen=True, kw_only=True):
    """What one event set one field to. What it was before is told by the row before it.

    ``version`` is the event's version in the ticket's stream. The row of the creation has the field ``created`` and,
    as its value, the JSON object of the fields a ticket began with.
    """

    table: ClassVar[str] = "activity_entry_v1"
    key: ClassVar[tuple[str, ...]] = ("ticket_id", "version", "field")

    ticket_id: str
    version: int
    field: str
    action: str
    value: str | None
    user_id: str
    command_key: str
    created_at: datetime
