"""``GET /api/v1/events``: the past in pages, or all of it as NDJSON."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream

from domain.kernel.log import Filter, Head
from interfaces.http.ports import Ports, ports_of
from interfaces.http.principal import Principal, caller
from interfaces.sse.cursor import within
from interfaces.sse.entry import Entry
from interfaces.sse.frames import cloud_event, source_of
from interfaces.sse.query import Project, Types, selection
from interfaces.sse.rights import Rights

NDJSON = "application/x-ndjson"
BULK_EVENTS = 500
MOST_READS = 20
"""Pages of the log that one answer may look through for events the caller may see."""

After = Annotated[int, QueryParameter(ge=0, le=10**18, description="The position to start after")]
Limit = Annotated[int | None, QueryParameter(ge=1, le=1000, description="How many; 100 a page, NDJSON without end")]


class Meta(msgspec.Struct, frozen=True, rename="camel"):
    """``nextCursor`` is what to pass as ``after`` for the next page; null at the head."""

    next_cursor: str | None


class EventPage(msgspec.Struct, frozen=True):
    data: list[msgspec.Raw]
    meta: Meta


class Reading:
    """One caller's look at the past, up to the head as it was when asked."""

    def __init__(self, ports: Ports, principal: Principal, rights: Rights, only: Filter, head: Head) -> None:
        self._history = ports.streams.history
        self._principal = principal
        self._rights = rights
        self._only = only
        self._head = head
        self._source = source_of(head.log_id)

    async def after(self, position: int, limit: int) -> tuple[list[bytes], int | None]:
        """Up to ``limit`` events as JSON, and the position to go on from; None at the head."""
        found: list[Entry] = []
        for _ in range(MOST_READS):
            entries, position = await self._history.read(
                self._head.ledger_id, after=position, upto=self._head.position, only=self._only, limit=BULK_EVENTS
            )
            found += (entry for entry in entries if self._rights.sees_for(self._principal.user_id, entry))
            if len(found) >= limit or position >= self._head.position:
                break
        if len(found) > limit:
            found = found[:limit]
            position = found[-1].position
        shown = [cloud_event(entry, self._source) for entry in found]
        return shown, position if position < self._head.position else None


@get("/api/v1/events", tags=["events"])
async def events(
    request: Request[Any, Any, Any],
    *,
    after: After = 0,
    limit: Limit = None,
    types: Types = "",
    stream: FromQuery[str] = "",
    project: Project = "",
    correlation: FromQuery[str] = "",
) -> Response[EventPage] | Stream:
    """Events the caller may see, as CloudEvents, oldest first. With ``Accept: application/x-ndjson``, one a line, up to
    the head as it was when asked.
    """
    ports = ports_of(request)
    principal = caller(request.scope)
    principal.require("events:read")
    only = await selection(ports, principal, types=types, stream=stream, project=project, correlation=correlation)
    head = await ports.log.head(principal.ledger_id)
    within(after, head)
    rights = await ports.streams.rights_of(principal, head.position)
    reading = Reading(ports, principal, rights, only, head)
    if request.accept.best_match(["application/json", NDJSON]) == NDJSON:
        return Stream(_lines(reading, after, limit), media_type=NDJSON, headers={"X-Accel-Buffering": "no"})
    shown, position = await reading.after(after, limit or 100)
    meta = Meta(None if position is None else str(position))
    return Response(EventPage([msgspec.Raw(event) for event in shown], meta))


async def _lines(reading: Reading, after: int, limit: int | None) -> AsyncIterator[bytes]:
    position: int | None = after
    left = limit
    while position is not None and left != 0:
        shown, position = await reading.after(position, BULK_EVENTS if left is None else min(left, BULK_EVENTS))
        if left is not None:
            left -= len(shown)
        if shown:
            yield b"\n".join(shown) + b"\n"
