"""One ticket: filing it, seeing it, changing and deleting it."""

from typing import Any

import msgspec
from litestar import Request, Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET

from domain.projects.permissions import Permission
from domain.tracker.commands import ChangeTicket, DeleteTicket, Edit
from domain.tracker.errors import TicketNotFound
from interfaces.http import dialects
from interfaces.http.commands import Versioned, respond, run
from interfaces.http.ports import ports_of
from interfaces.http.principal import caller
from interfaces.http.tracker.doors import READ, WRITE, access_of, member
from interfaces.http.tracker.moments import AsOf, past
from interfaces.http.tracker.schemas import NewTicket, TicketChange
from interfaces.http.tracker.shapes import TicketBody, WhatChanged, ticket_body, what_changed
from projections.activity.queries import change_id, entries_between
from projections.board.past import ticket_as_of
from projections.board.queries import gap_at
from projections.board.views import TicketView

Req = Request[Any, Any, Any]
LIST = "/api/projects/{project:str}/tickets"
ONE = f"{LIST}/{{ticket_id:str}}"


@post(LIST, tags=["tickets"], guards=[member(WRITE, Permission.TICKETS_CREATE)])
async def file_ticket(request: Req, data: JSONBody[NewTicket]) -> Response[TicketBody]:
    """File a ticket, at the bottom of its column."""

    async def answer(ticket_id: str) -> Versioned:
        return await _shown(request, ticket_id, WhatChanged([change_id(ticket_id, 1)], None))

    return await run(request, data.command(access_of(request).project_id), answer, status=201)


@get(ONE, tags=["tickets"], guards=[member(READ)])
async def get_ticket(request: Req, ticket_id: FromPath[str], as_of: AsOf = None) -> Response[TicketBody]:
    """One ticket; with ``as_of`` as it was then."""
    if as_of is None:
        return respond(await _shown(request, ticket_id))
    ports, principal = ports_of(request), caller(request.scope)
    then = past(ports, principal.ledger_id, as_of)
    view = await ticket_as_of(then, ports.reader, access_of(request).project_id, ticket_id)
    if view is None:
        raise TicketNotFound
    return respond(Versioned(ticket_body(view, title_case=dialects.shouts(principal)), view.version))


@patch(ONE, tags=["tickets"], guards=[member(WRITE)])
async def change_ticket(request: Req, ticket_id: FromPath[str], data: JSONBody[TicketChange]) -> Response[TicketBody]:
    """Change what is given; null clears."""
    project_id = access_of(request).project_id
    gap: Any = UNSET
    if data.order is not UNSET:
        column_id = data.column_id
        if column_id is UNSET:
            column_id = (await _view(request, ticket_id)).column_id
        reader, ledger_id = ports_of(request).reader, caller(request.scope).ledger_id
        gap = await gap_at(reader, ledger_id, project_id, column_id, index=data.order, moving=[ticket_id])

    async def answer(kept: Any) -> Versioned:
        edit = msgspec.convert(kept, Edit)
        reader, ledger_id = ports_of(request).reader, caller(request.scope).ledger_id
        (changed,) = await entries_between(reader, ledger_id, [(edit.ticket_id, edit.since, edit.version)])
        return await _shown(request, ticket_id, what_changed(changed))

    command = ChangeTicket(project_id=project_id, ticket_id=ticket_id, changes=data.changes(gap))
    return await run(request, command, answer, remember=msgspec.to_builtins)


@delete(ONE, tags=["tickets"], status_code=200, guards=[member(WRITE)])
async def delete_ticket(request: Req, ticket_id: FromPath[str]) -> Response[dict[str, bool]]:
    """Delete a ticket. Its subtasks live on without a parent."""

    async def answer(_: Any) -> dict[str, bool]:
        return {"success": True}

    return await run(request, DeleteTicket(project_id=access_of(request).project_id, ticket_id=ticket_id), answer)


async def _view(request: Req, ticket_id: str) -> TicketView:
    view = await ports_of(request).tickets.load(caller(request.scope).ledger_id, ticket_id)
    if view is None or view.project.id != access_of(request).project_id:
        raise TicketNotFound
    return view


async def _shown(request: Req, ticket_id: str, activity: WhatChanged | None = None) -> Versioned:
    view = await _view(request, ticket_id)
    title_case = dialects.shouts(caller(request.scope))
    return Versioned(ticket_body(view, title_case=title_case, activity=activity or UNSET), view.version)
