"""``/api/projects/{id}/events``, ``/api/projects/events`` and ``/api/users/events``."""

import secrets
from typing import Any

from litestar import Request, asgi
from litestar.types import Receive, Scope, Send

from domain.kernel.log import Filter
from interfaces.http.ports import ports_of
from interfaces.http.principal import Principal
from interfaces.sse.cursor import cursor_from, within
from interfaces.sse.frames import message_frame
from interfaces.sse.limits import TRACKER, TRACKER_PROJECT, StreamLimit
from interfaces.sse.opening import follow, reader_of, require_get
from interfaces.sse.tracker.shapes import ACCOUNTS, PROJECTS, TICKETS, TrackerShape


@asgi("/api/projects/{project:str}/events", copy_scope=False)
async def project_stream(scope: Scope, receive: Receive, send: Send) -> None:
    """What happens to the tickets of one project, for its members."""
    request, principal = await _begin(scope, receive, send)
    access = await ports_of(request).access.member(principal, scope["path_params"]["project"])
    place = (TRACKER_PROJECT, (principal.ledger_id, access.project_id))
    only = Filter(types=TICKETS.types, project_id=access.project_id)
    await _serve(request, principal, place, shape=TICKETS, only=only, who={"userId": principal.user_id})


@asgi("/api/projects/events", copy_scope=False)
async def projects_stream(scope: Scope, receive: Receive, send: Send) -> None:
    """Projects that come, change and go, for whoever belongs to them."""
    request, principal = await _begin(scope, receive, send)
    only = Filter(types=PROJECTS.types)
    await _serve(request, principal, shape=PROJECTS, only=only, who={"userId": principal.user_id})


@asgi("/api/users/events", copy_scope=False)
async def users_stream(scope: Scope, receive: Receive, send: Send) -> None:
    """Changes of the caller's account, and of memberships in the caller's projects."""
    request, principal = await _begin(scope, receive, send)
    only = Filter(types=ACCOUNTS.types)
    await _serve(request, principal, shape=ACCOUNTS, only=only, who={"listenerId": secrets.token_hex(8)})


async def _begin(scope: Scope, receive: Receive, send: Send) -> tuple[Request[Any, Any, Any], Principal]:
    require_get(scope)
    request: Request[Any, Any, Any] = Request(scope, receive=receive, send=send)
    principal = await reader_of(request)
    principal.require("events:read")
    return request, principal


async def _serve(
    request: Request[Any, Any, Any],
    principal: Principal,
    *places: tuple[StreamLimit, tuple[str, ...]],
    shape: TrackerShape,
    only: Filter,
    who: dict[str, str],
) -> None:
    """Without a cursor the stream starts with what happens next, as the tracker's own does."""
    ports = ports_of(request)
    head = await ports.log.head(principal.ledger_id)
    cursor = cursor_from(request.headers.get("last-event-id"), request.query_params)
    position = head.position if cursor is None else within(cursor, head)
    user_place = (TRACKER, (principal.ledger_id, principal.user_id))
    with ports.tracker_streams.limits.slot(user_place, *places):
        opening = message_frame({"type": "connected", **who})
        await follow(
            request, ports.tracker_streams, principal, shape=shape, only=only, head=head, position=position,
            opening=opening,
        )  # fmt: skip
