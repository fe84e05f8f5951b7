"""Readers with the same rights, filter and shape: what they get is joined once, and each connection copies it."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import msgspec

from domain.kernel.log import Filter
from interfaces.sse.entry import Entry
from interfaces.sse.rights import Rights
from interfaces.sse.selection import matches
from interfaces.sse.shape import Frame, Shape

CHUNK_BYTES = 64 * 1024


class Chunk(msgspec.Struct, frozen=True, gc=False):
    """Joined frames as one ASGI message, shared by all readers. ``after`` is the position that it starts from."""

    after: int
    frames: int
    message: dict[str, Any]


class Page:
    """What the tail read in one turn, after position ``after``; framed and filtered once for whoever asks the same."""

    def __init__(self, entries: Sequence[Entry], after: int) -> None:
        self.after = after
        self.accounts = frozenset(entry.account for entry in entries if entry.account)
        self._entries = entries
        self._framed: dict[str, list[Frame]] = {}
        self._filtered: dict[tuple[str, Filter], list[Frame]] = {}

    def frames(self, shape: Shape, only: Filter) -> list[Frame]:
        known = self._filtered.get((shape.name, only))
        if known is None:
            framed = self._framed.get(shape.name)
            if framed is None:
                framed = self._framed[shape.name] = shape.frames(self._entries)
            known = [frame for frame in framed if matches(only, frame.entry)]
            self._filtered[shape.name, only] = known
        return known


class Member(Protocol):
    """What a group needs of a reader."""

    user_id: str

    def offer(self, chunks: Sequence[Chunk]) -> None: ...

    def beat(self) -> None: ...


class Group:
    def __init__(self, rights: Rights, only: Filter, shape: Shape) -> None:
        self._rights = rights
        self._only = only
        self._shape = shape
        self._timer: asyncio.TimerHandle | None = None
        self.readers: set[Member] = set()

    def add(self, reader: Member) -> None:
        self.readers.add(reader)
        if self._timer is None:
            self._beat_later()

    def remove(self, reader: Member) -> None:
        self.readers.discard(reader)
        if not self.readers and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def publish(self, page: Page) -> None:
        """Hand the page to every reader: one chunk list for all, but for those whose own account is in it."""
        frames = page.frames(self._shape, self._only)
        if not frames:
            return
        chunks = list(join([frame for frame in frames if self._rights.sees(frame.entry)], page.after))
        concerned = page.accounts if not self._rights.whole else frozenset()
        for reader in tuple(self.readers):
            if concerned and reader.user_id in concerned:
                own = [frame for frame in frames if self._rights.sees_for(reader.user_id, frame.entry)]
                reader.offer(list(join(own, page.after)))
            elif chunks:
                reader.offer(chunks)

    def _beat_later(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._shape.pulse, self._beat)

    def _beat(self) -> None:
        for reader in self.readers:
            reader.beat()
        self._beat_later()


def join(frames: Sequence[Frame], after: int) -> Iterator[Chunk]:
    """Chunks of about ``CHUNK_BYTES``, so that a client that does not read holds little memory."""
    parts: list[bytes] = []
    size = 0
    for frame in frames:
        parts.append(frame.body)
        size += len(frame.body)
        if size >= CHUNK_BYTES:
            yield Chunk(after, len(parts), body_message(b"".join(parts)))
            parts, size, after = [], 0, frame.entry.position
    if parts:
        yield Chunk(after, len(parts), body_message(b"".join(parts)))


def body_message(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": more}
