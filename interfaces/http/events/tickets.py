"""``POST /api/v1/events/ticket``: a stream without a token in its URL."""

from typing import Any

from litestar import Request, Response, post

from interfaces.http.ports import ports_of
from interfaces.http.principal import caller
from interfaces.sse.tickets import Ticket, Tickets


@post("/api/v1/events/ticket", tags=["events"])
async def stream_ticket(request: Request[Any, Any, Any]) -> Response[Ticket]:
    """A ticket to open one stream with, as ``?ticket=``, within 60 seconds."""
    ports = ports_of(request)
    principal = caller(request.scope)
    principal.require("events:read")
    ticket = await Tickets(ports.log, ports.now).issue(principal)
    return Response(ticket, status_code=201, headers={"Cache-Control": "no-store"})
