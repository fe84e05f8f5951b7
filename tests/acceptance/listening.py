"""Streams as their users read them: httpx-sse over a real socket."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from httpx_sse import ServerSentEvent, connect_sse


@contextmanager
def listening(
    client: httpx.Client, path: str, last_event_id: str | None = None, **query: Any
) -> Iterator[Iterator[ServerSentEvent]]:
    """The frames of an open stream; the connection is dropped at the end of the block."""
    headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
    with connect_sse(client, "GET", path, headers=headers, params=query) as source:
        assert source.response.status_code == 200, source.response.read()
        yield source.iter_sse()


def until(frames: Iterator[ServerSentEvent], name: str) -> list[ServerSentEvent]:
    """The frames before the next one of this name."""
    passed: list[ServerSentEvent] = []
    for frame in frames:
        if frame.event == name:
            return passed
        passed.append(frame)
    raise AssertionError(f"the stream ended before {name}")


def events(frames: Iterator[ServerSentEvent], count: int) -> list[dict[str, Any]]:
    """The next CloudEvents."""
    found: list[dict[str, Any]] = []
    while len(found) < count:
        frame = next(frames)
        if frame.id:
            found.append(json.loads(frame.data))
    return found


def message(frames: Iterator[ServerSentEvent]) -> dict[str, Any]:
    """The next message of a tracker stream."""
    read: dict[str, Any] = next(frames).json()
    return read
