"""``GET /api/v1/events/stream``: every event the caller may see, as CloudEvents, from any position on."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, get
from litestar.params import FromQuery

from interfaces.http.ports import ports_of
from interfaces.sse.cursor import cursor_from, within
from interfaces.sse.entry import Entry
from interfaces.sse.frames import cloud_event, comment, control_frame, event_frame, source_of
from interfaces.sse.limits import GENERIC
from interfaces.sse.opening import EventStream, reader_of
from interfaces.sse.query import Project, Types, selection
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


@get("/api/v1/events/stream", tags=["events"], media_type="text/event-stream")
async def event_stream(
    request: Request[Any, Any, Any],
    *,
    last_event_id: FromQuery[str | None] = None,
    after: FromQuery[str | None] = None,
    types: Types = "",
    stream: FromQuery[str] = "",
    project: Project = "",
    correlation: FromQuery[str] = "",
) -> EventStream:
    """Server-sent events: the history after the cursor, ``stream.caught_up``, then what happens next.

    The cursor is ``Last-Event-ID``, else ``last_event_id``, else ``after``; without any the stream begins with the
    first event, like the pages. Whoever wants no history starts after the ``X-Log-Position`` of any response.
    """
    ports = ports_of(request)
    principal = await reader_of(request)
    only = await selection(ports, principal, types=types, stream=stream, project=project, correlation=correlation)
    head = await ports.log.head(principal.ledger_id)
    header = request.headers.get("last-event-id")
    cursor = cursor_from(**{"Last-Event-ID": header, "last_event_id": last_event_id, "after": after})
    position = within(cursor or 0, head)
    opened = {"logId": str(head.log_id), "head": head.position, "from": position}
    return EventStream(
        ports.streams,
        ports.metrics,
        principal,
        (GENERIC, (principal.ledger_id, principal.user_id)),
        shape=CloudEvents(source_of(head.log_id)),
        only=only,
        head=head,
        position=position,
        opening=control_frame("stream.opened", opened),
    )
