"""What every stream does before its first byte, and the response that then follows the log as raw ASGI."""

from typing import Any

from litestar import Request
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from domain.kernel.errors import LogUnavailable
from domain.kernel.log import Filter, Head
from interfaces.http.ports import HttpMetrics, ports_of
from interfaces.http.principal import Principal, caller
from interfaces.sse.connection import Connection
from interfaces.sse.hub import Hub, within_reason
from interfaces.sse.limits import StreamLimit
from interfaces.sse.shape import Shape
from interfaces.sse.tickets import Tickets

Place = tuple[StreamLimit, tuple[str, ...]]


async def reader_of(request: Request[Any, Any, Any]) -> Principal:
    """The caller, by credential or by ``?ticket=``. Raises Unauthenticated, BadTicket, Forbidden."""
    ticket = request.query_params.get("ticket")
    if ticket is not None and request.scope.get("principal") is None:
        ports = ports_of(request)
        principal = await Tickets(ports.log, ports.now).redeem(ticket)
    else:
        principal = caller(request.scope)
    principal.require("events:read")
    return principal


class EventStream(ASGIResponse):
    """A stream that waits for a place, and begins with ``opening``."""

    def __init__(
        self,
        hub: Hub,
        metrics: HttpMetrics,
        principal: Principal,
        *places: Place,
        shape: Shape,
        only: Filter,
        head: Head,
        position: int,
        opening: bytes,
    ) -> None:
        self._hub = hub
        self._metrics = metrics
        self._principal = principal
        self._places = places
        self._shape = shape
        self._only = only
        self._head = head
        self._position = position
        self._opening = opening

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - an ASGI application
        """Serve until the stream ends. Raises TooManyStreams, LogUnavailable, both before the first byte only."""
        if self._hub.closing:
            raise LogUnavailable("The server is shutting down.")
        with self._hub.limits.slot(*self._places):
            tail = await self._hub.tail(self._head.ledger_id)
            await within_reason(tail.level_with(self._head.position))
            connection = Connection(
                tail,
                self._hub.history,
                self._principal,
                shape=self._shape,
                only=self._only,
                position=self._position,
                receive=receive,
                send=send,
            )
            self._metrics.reader_opened(self._shape.name)
            try:
                await connection.run(self._opening)
            finally:
                self._metrics.reader_closed(self._shape.name)
