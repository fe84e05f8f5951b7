"""The port between the reader and the streams that look different: which frames a stream has."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from interfaces.sse.entry import Entry


class Frame(NamedTuple):
    """``entry`` says who may see it and where it stands."""

    entry: Entry
    body: bytes


class Shape(Protocol):
    """One kind of stream. Readers with equal rights, filter and ``name`` share the same bytes."""

    name: str
    heartbeat: bytes
    pulse: float
    """Seconds between heartbeats."""

    def frames(self, entries: Sequence[Entry]) -> list[Frame]:
        """The frames of these entries, in order; an entry may have none, and several may share one."""
        ...

    def control(self, name: str, data: dict[str, Any]) -> bytes:
        """A frame about the stream itself; ``b""`` where the stream's contract has no such frames."""
        ...
