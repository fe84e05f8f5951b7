"""Questions about the activity of tickets."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from zlib import crc32

import msgspec

from projections.accounts.queries import UserSummary
from projections.activity.fold import CREATED
from projections.kernel.reader import Reader
from projections.kernel.statements import Statements

sql = Statements("projections.activity")


class Change(msgspec.Struct, frozen=True):
    """``field`` is None for the creation. Values are texts: ids of people, columns and tickets, and plain words."""

    id: str
    version: int
    action: str
    field: str | None
    old_value: str | None
    new_value: str | None


class Entry(msgspec.Struct, frozen=True):
    """What one command changed of one ticket: one change, or a group of them under ``group_id``."""

    ticket_id: str
    changes: tuple[Change, ...]
    user_id: str
    user: UserSummary | None
    created_at: datetime
    command_key: str

    @property
    def group_id(self) -> str | None:
        return _group_id(self.created_at, self.command_key + self.ticket_id) if len(self.changes) > 1 else None


def batch_group_id(entries: Sequence[Entry]) -> str | None:
    """The group of one command's changes to several tickets; None if it changed one at most."""
    return _group_id(entries[0].created_at, entries[0].command_key) if len(entries) > 1 else None


def change_id(ticket_id: str, version: int, field: str = CREATED) -> str:
    return f"{ticket_id}:{version}:{field}"


async def entries(reader: Reader, ledger_id: str, ticket_ids: Sequence[str]) -> Sequence[Entry]:
    """By ticket, then oldest first."""
    rows = await reader.fetch(sql.changes, ledger_id, list(ticket_ids))
    return [_entry(list(group)) for _, group in groupby(rows, lambda row: (row["ticket_id"], row["command_key"]))]


async def entries_between(
    reader: Reader, ledger_id: str, spans: Sequence[tuple[str, int, int]]
) -> Sequence[Sequence[Entry]]:
    """For each (ticket id, version before, version after) what happened in between, oldest first."""
    known = await entries(reader, ledger_id, [ticket_id for ticket_id, _, _ in spans])
    return [
        [
            entry
            for entry in known
            if entry.ticket_id == ticket_id and any(since < change.version <= upto for change in entry.changes)
        ]
        for ticket_id, since, upto in spans
    ]


def _entry(rows: Sequence[Mapping[str, Any]]) -> Entry:
    first = rows[0]
    user = None
    if first["username"] is not None:
        user = UserSummary(
            first["user_id"], first["username"], first["name"], first["email"], first["avatar"], first["avatar_color"]
        )
    return Entry(
        ticket_id=first["ticket_id"],
        changes=tuple(map(_change, rows)),
        user_id=first["user_id"],
        user=user,
        created_at=first["created_at"],
        command_key=first["command_key"],
    )


def _change(row: Mapping[str, Any]) -> Change:
    created = row["action"] == CREATED
    return Change(
        id=change_id(row["ticket_id"], row["version"], row["field"]),
        version=row["version"],
        action=row["action"],
        field=None if created else row["field"],
        old_value=row["old_value"],
        new_value=None if created else row["value"],
    )


def _group_id(at: datetime, words: str) -> str:
    return f"grp_{round(at.timestamp() * 1000)}_{crc32(words.encode()):08x}"
