"""Bytes of server-sent events, and of CloudEvents, the JSON that one event is shown as everywhere."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from interfaces.sse.entry import Entry

_encoder = msgspec.json.Encoder()
_NULL = msgspec.Raw(b"null")


class CloudEvent(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """CloudEvents 1.0 in JSON, with extensions. ``id`` is the position as text; ``source`` names the log."""

    specversion: str
    id: str
    position: int
    source: str
    type: str
    subject: str
    time: datetime
    recordedat: datetime
    projectid: str = ""
    actor: str = ""
    correlationid: str = ""
    causationid: str = ""
    streamversion: int
    schema: int
    data: msgspec.Raw


def source_of(log_id: UUID) -> str:
    return f"urn:uuid:{log_id}"


def cloud_event(entry: Entry, source: str) -> bytes:
    """One line of JSON. ``data`` is null once a retention rule emptied it."""
    stored, metadata = entry.stored, entry.metadata
    return _encoder.encode(
        CloudEvent(
            specversion="1.0",
            id=str(stored.position),
            position=stored.position,
            source=source,
            type=stored.type,
            subject=stored.stream_id,
            time=stored.occurred_at,
            recordedat=stored.recorded_at,
            projectid=stored.project_id,
            actor=metadata.actor,
            correlationid=metadata.correlation_id,
            causationid=metadata.causation_id,
            streamversion=stored.version,
            schema=entry.schema,
            data=_NULL if entry.data is None else msgspec.Raw(entry.data),
        )
    )


def event_frame(position: int, data: bytes, name: str = "") -> bytes:
    """A frame with an id; ``data`` is one line."""
    if name:
        return b"id: %d\nevent: %s\ndata: %s\n\n" % (position, name.encode(), data)
    return b"id: %d\ndata: %s\n\n" % (position, data)


def control_frame(name: str, data: dict[str, Any]) -> bytes:
    """A frame about the stream itself. It has no id, so that it never becomes a client's cursor."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), _encoder.encode(data))


def message_frame(data: dict[str, Any]) -> bytes:
    """A frame without id and name: what a browser's ``onmessage`` gets."""
    return b"data: %s\n\n" % _encoder.encode(data)


def comment(text: str) -> bytes:
    """A bare line: a blank line after it would make some clients deliver an empty message."""
    return b": %s\n" % text.encode()


def retry(milliseconds: int) -> bytes:
    """How long the client shall wait before it connects again."""
    return b"retry: %d\n" % milliseconds
