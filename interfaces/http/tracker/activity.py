"""What happened to a ticket, newest first."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, get
from litestar.params import FromPath, QueryParameter

from domain.kernel.errors import Invalid
from domain.tracker.errors import TicketNotFound
from interfaces.http.ports import ports_of
from interfaces.http.principal import caller
from interfaces.http.times import stamp
from interfaces.http.tracker.doors import READ, access_of, member
from interfaces.http.tracker.shapes import Person, person
from interfaces.http.tracker.tickets import ONE
from projections.accounts.queries import users
from projections.activity.queries import Change, Entry, entries
from projections.projects.queries import columns

Value = Person | str | None


class ChangeBody(msgspec.Struct, rename="camel"):
    """Values are texts; people where the field is ``assignee``, a column's JSON where it is ``status``."""

    action: str
    field: str | None
    old_value: Value
    new_value: Value


class EntryBody(msgspec.Struct, rename="camel", tag="activity", tag_field="type"):
    id: str
    user: Person | None
    action: str
    field: str | None
    old_value: Value
    new_value: Value
    created_at: str


class GroupBody(msgspec.Struct, rename="camel", tag="activity_group", tag_field="type"):
    id: str
    user: Person | None
    changes: Sequence[ChangeBody]
    created_at: str


class ActivityBody(msgspec.Struct, rename="camel"):
    entries: Sequence[EntryBody | GroupBody]
    next_cursor: str | None
    has_more: bool


@get(f"{ONE}/activity", tags=["tickets"], guards=[member(READ)])
async def ticket_activity(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[str],
    cursor: Annotated[
        str | None, QueryParameter(max_length=50, description="The nextCursor of the page before")
    ] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=100)] = 30,
    kind: Annotated[Literal["all", "activity", "comment"], QueryParameter(name="type")] = "all",
) -> ActivityBody:
    """Changes of a ticket; those made together are one group."""
    reader, ledger_id = ports_of(request).reader, caller(request.scope).ledger_id
    project_id = access_of(request).project_id
    before = None if cursor is None else _moment(cursor)
    view = await ports_of(request).tickets.load(ledger_id, ticket_id)
    if view is None or view.project.id != project_id:
        raise TicketNotFound
    if kind == "comment":
        return ActivityBody((), None, has_more=False)
    known = [
        entry
        for entry in reversed(await entries(reader, ledger_id, [ticket_id]))
        if before is None or _instant(entry) < before
    ]
    page = known[:limit]
    while len(page) < len(known) and _instant(known[len(page)]) == _instant(page[-1]):
        page.append(known[len(page)])
    board = {
        each.id: msgspec.json.encode({"name": each.name, "icon": each.icon, "color": each.color}).decode()
        for each in await columns(reader, ledger_id, project_id)
    }
    assignees = {value for entry in page for change in entry.changes for value in _assignees(change)}
    people = {user_id: person(found.summary) for user_id, found in (await users(reader, ledger_id, assignees)).items()}
    more = len(page) < len(known)
    return ActivityBody(
        [_entry(entry, board, people) for entry in page], stamp(page[-1].created_at) if more else None, has_more=more
    )


def _entry(entry: Entry, board: Mapping[str, str], people: Mapping[str, Person | None]) -> EntryBody | GroupBody:
    changes = [_change(change, board, people) for change in entry.changes]
    at, user = stamp(entry.created_at), person(entry.user)
    if entry.group_id is not None:
        return GroupBody(entry.group_id, user, changes, at)
    (change,) = changes
    return EntryBody(entry.changes[0].id, user, change.action, change.field, change.old_value, change.new_value, at)


def _change(change: Change, board: Mapping[str, str], people: Mapping[str, Person | None]) -> ChangeBody:
    def shown(value: str | None) -> Value:
        match change.field:
            case "status":
                return board.get(value or "", value)
            case "assignee":
                return people.get(value or "", value)
            case _:
                return value

    return ChangeBody(change.action, change.field, shown(change.old_value), shown(change.new_value))


def _assignees(change: Change) -> Sequence[str]:
    return [value for value in (change.old_value, change.new_value) if value] if change.field == "assignee" else []


def _instant(entry: Entry) -> int:
    """Milliseconds, as a cursor tells them."""
    return int(entry.created_at.timestamp() * 1000)


def _moment(cursor: str) -> int:
    try:
        moment = datetime.fromisoformat(cursor)
    except ValueError:
        raise Invalid("The cursor must be an ISO 8601 time", field="cursor") from None
    return round((moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment).timestamp() * 1000)
