"""Many tickets: listing, searching, moving, changing and deleting them at once."""

import re
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, patch
from litestar.params import FromQuery, JSONBody, QueryParameter
from msgspec import UNSET

from domain.projects.permissions import Permission
from domain.tracker.commands import ChangeTickets, DeleteTickets, Edit, MoveTickets
from domain.tracker.kinds import Priority, TicketType
from interfaces.http import dialects
from interfaces.http.commands import run
from interfaces.http.ports import ports_of
from interfaces.http.principal import caller
from interfaces.http.problems import BadInput, Detail
from interfaces.http.tracker.doors import READ, WRITE, access_of, member
from interfaces.http.tracker.reading import Reading
from interfaces.http.tracker.schemas import TicketsChange, TicketsDeletion
from interfaces.http.tracker.shapes import TicketBody, camel, ticket_body
from interfaces.http.tracker.tickets import LIST
from projections.activity.queries import batch_group_id, entries_between
from projections.board import queries
from projections.board.queries import Filters

Req = Request[Any, Any, Any]
_LONGEST_SEARCH = 200
_NUMBER = re.compile(r"(?:(?P<key>\w+)-)?(?P<number>\d{1,9})", re.ASCII)


class BatchActivity(msgspec.Struct, rename="camel"):
    """The groups of tickets of which several things changed, and the group of the whole batch."""

    groups: dict[str, str]
    batch_group_id: str | None


class Batch(msgspec.Struct, rename=lambda name: "_activity" if name == "activity" else camel(name)):
    tickets: Sequence[TicketBody]
    activity: BatchActivity


@get(LIST, tags=["tickets"], guards=[member(READ)])
async def list_tickets(
    request: Req,
    *,
    column_id: Annotated[str | None, QueryParameter(name="columnId", max_length=100)] = None,
    ticket_type: Annotated[str | None, QueryParameter(name="type", max_length=100)] = None,
    priority: Annotated[str | None, QueryParameter(max_length=100)] = None,
    assignee_id: Annotated[str | None, QueryParameter(name="assigneeId", max_length=100)] = None,
    sprint_id: Annotated[str | None, QueryParameter(name="sprintId", max_length=100)] = None,
    has_attachments: Annotated[bool | None, QueryParameter(name="hasAttachments")] = None,
) -> Sequence[TicketBody]:
    """All tickets of the project that pass the filters, by column, then order."""
    principal, access = caller(request.scope), access_of(request)
    with Reading() as reading:
        filters = Filters(
            column_id=column_id,
            type=ticket_type and reading.word(TicketType, ticket_type, "type", TicketType.TASK),
            priority=priority and reading.word(Priority, priority, "priority", Priority.MEDIUM),
            assignee_id=assignee_id,
        )
    if sprint_id or has_attachments:
        return []
    views = await queries.tickets(ports_of(request).reader, principal.ledger_id, access.project_id, filters)
    title_case = dialects.shouts(principal)
    return [ticket_body(view, title_case=title_case) for view in views]


@get(f"{LIST}/search", tags=["tickets"], guards=[member(READ)])
async def search_tickets(
    request: Req, q: FromQuery[str] = "", limit: Annotated[int, QueryParameter(ge=1, le=50)] = 20
) -> Sequence[TicketBody]:
    """Tickets with a text in title or description, or with the number ``n`` of ``n`` or ``KEY-n``."""
    principal, access = caller(request.scope), access_of(request)
    text = q.strip()[:_LONGEST_SEARCH]
    if not text:
        return []
    views = await queries.search(
        ports_of(request).reader,
        principal.ledger_id,
        access.project_id,
        text,
        number=_number(text, access.project_key),
        limit=limit,
    )
    title_case = dialects.shouts(principal)
    return [ticket_body(view, title_case=title_case) for view in views]


@patch(LIST, tags=["tickets"], guards=[member(WRITE, Permission.TICKETS_MANAGE_ANY)])
async def change_tickets(request: Req, data: JSONBody[TicketsChange]) -> Response[Batch]:
    """Move several tickets to one place of a column, in the order given; or with ``updates`` change them all alike."""
    principal = caller(request.scope)
    reader, ledger_id = ports_of(request).reader, principal.ledger_id

    async def answer(kept: Any) -> Batch:
        edits = msgspec.convert(kept, list[Edit])
        changed = await entries_between(
            reader, ledger_id, [(edit.ticket_id, edit.since, edit.version) for edit in edits]
        )
        views = await queries.tickets_by_id(reader, ledger_id, [edit.ticket_id for edit in edits])
        groups = {entry.ticket_id: entry.group_id for entries in changed for entry in entries if entry.group_id}
        return Batch(
            [ticket_body(view, title_case=dialects.shouts(principal)) for view in views],
            BatchActivity(groups, batch_group_id([entry for entries in changed for entry in entries])),
        )

    return await run(request, await _command(request, data), answer, remember=msgspec.to_builtins)


@delete(LIST, tags=["tickets"], status_code=200, guards=[member(WRITE, Permission.TICKETS_MANAGE_ANY)])
async def delete_tickets(request: Req, data: JSONBody[TicketsDeletion]) -> Response[dict[str, bool]]:
    """Delete several tickets, all or none."""

    async def answer(_: Any) -> dict[str, bool]:
        return {"success": True}

    command = DeleteTickets(project_id=access_of(request).project_id, ticket_ids=tuple(data.ticket_ids))
    return await run(request, command, answer)


async def _command(request: Req, data: TicketsChange) -> MoveTickets | ChangeTickets:
    """Which of the two a body asks for is told by its fields. Raises BadInput."""
    project_id, ticket_ids = access_of(request).project_id, tuple(data.ticket_ids)
    if data.updates is not UNSET:
        return ChangeTickets(project_id=project_id, ticket_ids=ticket_ids, changes=data.updates.changes())
    if data.to_column_id is UNSET or data.new_order is UNSET:
        absent = {"toColumnId": data.to_column_id, "newOrder": data.new_order}
        raise BadInput([Detail(name, "Required") for name, value in absent.items() if value is UNSET])
    gap = await queries.gap_at(
        ports_of(request).reader,
        caller(request.scope).ledger_id,
        project_id,
        data.to_column_id,
        index=data.new_order,
        moving=ticket_ids,
    )
    return MoveTickets(project_id=project_id, ticket_ids=ticket_ids, column_id=data.to_column_id, gap=gap)


def _number(text: str, project_key: str) -> int | None:
    """42 of ``42`` and, in the project SHOP, of ``shop-42``."""
    match = _NUMBER.fullmatch(text)
    if match is None or (match["key"] and match["key"].upper() != project_key):
        return None
    return int(match["number"])
