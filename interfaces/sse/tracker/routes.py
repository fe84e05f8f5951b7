"""``/api/projects/{id}/events``, ``/api/projects/events`` and ``/api/users/events``."""

import secrets
from typing import Any

from litestar import Request, get
from litestar.params import FromPath

from domain.kernel.log import Filter
from interfaces.http.ports import ports_of
from interfaces.http.principal import Principal
from interfaces.sse.cursor import cursor_from, within
from interfaces.sse.frames import message_frame
from interfaces.sse.limits import TRACKER, TRACKER_PROJECT
from interfaces.sse.opening import EventStream, Place, reader_of
from interfaces.sse.tracker.shapes import ACCOUNTS, PROJECTS, TICKETS, TrackerShape


@get("/api/projects/{project:str}/events", tags=["tracker"], media_type="text/event-stream")
async def project_stream(request: Request[Any, Any, Any], project: FromPath[str]) -> EventStream:
    """Server-sent events: what happens to the tickets of one project, for its members."""
    principal = await reader_of(request)
    access = await ports_of(request).access.member(principal, project)
    place = (TRACKER_PROJECT, (principal.ledger_id, access.project_id))
    only = Filter(types=TICKETS.types, project_id=access.project_id)
    who = {"userId": principal.user_id}
    return await _stream(request, principal, place, shape=TICKETS, only=only, who=who)


@get("/api/projects/events", tags=["tracker"], media_type="text/event-stream")
async def projects_stream(request: Request[Any, Any, Any]) -> EventStream:
    """Server-sent events: projects that come, change and go, for whoever belongs to them."""
    principal = await reader_of(request)
    only = Filter(types=PROJECTS.types)
    return await _stream(request, principal, shape=PROJECTS, only=only, who={"userId": principal.user_id})


@get("/api/users/events", tags=["tracker"], media_type="text/event-stream")
async def users_stream(request: Request[Any, Any, Any]) -> EventStream:
    """Server-sent events: changes of the caller's account, and of memberships in the caller's projects."""
    principal = await reader_of(request)
    only = Filter(types=ACCOUNTS.types)
    return await _stream(request, principal, shape=ACCOUNTS, only=only, who={"listenerId": secrets.token_hex(8)})


async def _stream(
    request: Request[Any, Any, Any],
    principal: Principal,
    *places: Place,
    shape: TrackerShape,
    only: Filter,
    who: dict[str, str],
) -> EventStream:
    """Without a cursor the stream starts with what happens next, as the tracker's own does."""
    ports = ports_of(request)
    head = await ports.log.head(principal.ledger_id)
    header, query = request.headers.get("last-event-id"), request.query_params.get("last_event_id")
    cursor = cursor_from(**{"Last-Event-ID": header, "last_event_id": query})
    return EventStream(
        ports.tracker_streams,
        ports.metrics,
        principal,
        (TRACKER, (principal.ledger_id, principal.user_id)),
        *places,
        shape=shape,
        only=only,
        head=head,
        position=head.position if cursor is None else within(cursor, head),
        opening=message_frame({"type": "connected", **who}),
    )
