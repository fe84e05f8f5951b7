"""What every stream does before its first byte, and the reader that then follows the log."""

from typing import Any

from litestar import Request
from litestar.exceptions import MethodNotAllowedException
from litestar.types import Scope

from domain.kernel.errors import LogUnavailable
from domain.kernel.log import Filter, Head
from interfaces.http.ports import ports_of
from interfaces.http.principal import Principal, caller
from interfaces.sse.connection import Connection
from interfaces.sse.hub import Hub, within_reason
from interfaces.sse.shape import Shape
from interfaces.sse.tickets import Tickets


def require_get(scope: Scope) -> None:
    """Raises MethodNotAllowedException: raw ASGI routes take any method."""
    if scope["method"] != "GET":  # type: ignore[typeddict-item]
        raise MethodNotAllowedException(headers={"Allow": "GET"})


async def reader_of(request: Request[Any, Any, Any]) -> Principal:
    """The caller, by credential or by ``?ticket=``. Raises Unauthenticated, BadTicket."""
    ticket = request.query_params.get("ticket")
    if ticket is not None and request.scope.get("principal") is None:
        ports = ports_of(request)
        return await Tickets(ports.log, ports.now).redeem(ticket)
    return caller(request.scope)


async def follow(
    request: Request[Any, Any, Any],
    hub: Hub,
    principal: Principal,
    *,
    shape: Shape,
    only: Filter,
    head: Head,
    position: int,
    opening: bytes,
) -> None:
    """Serve the stream until it ends. Raises LogUnavailable, before the first byte only."""
    if hub.closing:
        raise LogUnavailable("The server is shutting down.")
    tail = await hub.tail(principal.ledger_id)
    await within_reason(tail.level_with(head.position))
    connection = Connection(
        tail,
        hub.history,
        principal,
        shape=shape,
        only=only,
        position=position,
        receive=request.receive,
        send=request.send,
    )
    metrics = ports_of(request).metrics
    metrics.reader_opened(shape.name)
    try:
        await connection.run(opening)
    finally:
        metrics.reader_closed(shape.name)
