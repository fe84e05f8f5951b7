"""``GET /api/v1/events/stream``: every event the caller may see, as CloudEvents, from any position on."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, asgi
from litestar.types import Receive, Scope, Send

from interfaces.http.ports import ports_of
from interfaces.sse.cursor import cursor_from, within
from interfaces.sse.entry import Entry
from interfaces.sse.frames import cloud_event, comment, control_frame, event_frame, source_of
from interfaces.sse.limits import GENERIC
from interfaces.sse.opening import follow, reader_of, require_get
from interfaces.sse.query import selection
from interfaces.sse.shape import Frame


class CloudEvents:
    """One frame an event, named by its type."""

    name = "cloudevents"
    heartbeat = comment("heartbeat")
    pulse = 15.0

    def __init__(self, source: str) -> None:
        self._source = source

    def frames(self, entries: Sequence[Entry]) -> list[Frame]:
        return [Frame(entry, self._frame(entry)) for entry in entries]

    def control(self, name: str, data: dict[str, Any]) -> bytes:
        return control_frame(name, data)

    def _frame(self, entry: Entry) -> bytes:
        if entry.frame is None:
            entry.frame = event_frame(entry.position, cloud_event(entry, self._source), entry.type)
        return entry.frame


@asgi("/api/v1/events/stream", copy_scope=False)
async def event_stream(scope: Scope, receive: Receive, send: Send) -> None:
    """Without a cursor the stream begins with the first event, like the pages. A client that wants no history gives
    the position it has read elsewhere, which every response carries in ``X-Log-Position``.
    """
    require_get(scope)
    request: Request[Any, Any, Any] = Request(scope, receive=receive, send=send)
    ports = ports_of(request)
    principal = await reader_of(request)
    principal.require("events:read")
    only = await selection(ports, principal, request.query_params)
    head = await ports.log.head(principal.ledger_id)
    position = within(cursor_from(request.headers.get("last-event-id"), request.query_params) or 0, head)
    with ports.streams.limits.slot((GENERIC, (principal.ledger_id, principal.user_id))):
        shape = CloudEvents(source_of(head.log_id))
        opened = {"logId": str(head.log_id), "head": head.position, "from": position}
        await follow(
            request, ports.streams, principal, shape=shape, only=only, head=head, position=position,
            opening=control_frame("stream.opened", opened),
        )  # fmt: skip
