"""The tracker's streams as shapes: ``data:`` frames with an id and without an ``event:`` line, no control frames."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from interfaces.sse.entry import Entry
from interfaces.sse.frames import comment, event_frame
from interfaces.sse.shape import Frame
from interfaces.sse.tracker.payloads import (
    account_kind,
    account_message,
    project_kind,
    project_message,
    ticket_kind,
    ticket_message,
)

STRONGEST_FIRST = ("deleted", "created", "moved", "sprint_changed", "updated")
_encoder = msgspec.json.Encoder()


class TrackerShape:
    """One frame for all that one command did to one thing in a row, told by the strongest of its kinds."""

    heartbeat = comment("keepalive")
    pulse = 30.0

    def __init__(
        self,
        name: str,
        types: tuple[str, ...],
        kind: Callable[[Entry], str | None],
        message: Callable[[str, Entry], dict[str, Any]],
    ) -> None:
        self.name = name
        self.types = types
        self._kind = kind
        self._message = message

    def frames(self, entries: Sequence[Entry]) -> list[Frame]:
        told: list[tuple[str, Entry]] = []
        for entry in entries:
            kind = self._kind(entry)
            if kind is None:
                continue
            if told and _one_change(told[-1][1], entry):
                kind = min(told.pop()[0], kind, key=_strength)
            told.append((kind, entry))
        return [
            Frame(entry, event_frame(entry.position, _encoder.encode(self._message(kind, entry))))
            for kind, entry in told
        ]

    def control(self, name: str, data: dict[str, Any]) -> bytes:  # noqa: ARG002 - the contract has no such frames
        return b""


def _one_change(earlier: Entry, later: Entry) -> bool:
    same_thing = earlier.stored.stream_id == later.stored.stream_id and earlier.account == later.account
    key = later.metadata.command_key
    return same_thing and bool(key) and earlier.metadata.command_key == key


def _strength(kind: str) -> int:
    verb = kind.partition(".")[2]
    return STRONGEST_FIRST.index(verb) if verb in STRONGEST_FIRST else 0


TICKETS = TrackerShape("tracker-project", ("ticket.*",), ticket_kind, ticket_message)
PROJECTS = TrackerShape("tracker-projects", ("project.*",), project_kind, project_message)
ACCOUNTS = TrackerShape(
    "tracker-users",
    (
        "project.member_added",
        "project.member_overrides_changed",
        "project.member_removed",
        "project.member_role_changed",
        "tracker_key.*",
        "user.*",
    ),
    account_kind,
    account_message,
)
