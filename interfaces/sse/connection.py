"""One reader: history from the log, then live, and back to the log whenever it cannot keep up."""

import asyncio
import secrets
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from litestar.types import Receive, Send

from domain.kernel.errors import LogUnavailable
from domain.kernel.log import Filter
from interfaces.http.principal import Principal
from interfaces.sse.frames import retry
from interfaces.sse.groups import Chunk, Group, body_message, join
from interfaces.sse.history import Reading, Stretch, whole_commands
from interfaces.sse.rights import Rights
from interfaces.sse.selection import matches
from interfaces.sse.shape import Frame, Shape
from interfaces.sse.tail import RETRY_SECONDS, Tail

QUEUE_FRAMES = 256
HISTORY_EVENTS = 256
LIFETIME_SECONDS = 600.0
LIFETIME_JITTER_SECONDS = 60
LAST_WORDS_SECONDS = 5.0
RETRY_MILLISECONDS = 3000
DISCONNECTED = "disconnected"
HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"connection", b"keep-alive"),
    (b"x-accel-buffering", b"no"),
]


class Connection:
    """``position`` is the last one seen by the client, kept while it is not in a group."""

    __slots__ = (
        "_deadline", "_ending", "_history", "_queue", "_queued", "_receive", "_send", "_tail", "_waiter",
        "group", "only", "position", "principal", "shape", "user_id",
    )  # fmt: skip

    def __init__(
        self,
        tail: Tail,
        history: Reading,
        principal: Principal,
        *,
        shape: Shape,
        only: Filter,
        position: int,
        receive: Receive,
        send: Send,
    ) -> None:
        self._tail = tail
        self._history = history
        self._receive = receive
        self._send: Any = send
        self._queue: deque[Chunk] = deque()
        self._queued = 0
        self._waiter: asyncio.Future[None] | None = None
        self._ending = ""
        self._deadline = asyncio.timeout(LIFETIME_SECONDS - secrets.randbelow(LIFETIME_JITTER_SECONDS))
        self.principal = principal
        self.user_id = principal.user_id
        self.shape = shape
        self.only = only
        self.position = position
        self.group: Group | None = None

    def offer(self, chunks: Sequence[Chunk]) -> None:
        """Take in what the group got; a reader that has too much unread goes back to the log instead."""
        frames = sum(chunk.frames for chunk in chunks)
        if self._queued and self._queued + frames > QUEUE_FRAMES:
            self._fall_behind()
            return
        self._queue.extend(chunks)
        self._queued += frames
        self._wake()

    def beat(self) -> None:
        """A sign of life, unless there is something to say anyway."""
        if not self._queue:
            self._queue.append(Chunk(self._tail.position, 0, body_message(self.shape.heartbeat)))
            self._wake()

    def end(self, reason: str) -> None:
        """Stop following; a client that does not read gets a few seconds to take what is being sent."""
        if not self._ending:
            self._ending = reason
            self._deadline.reschedule(asyncio.get_running_loop().time() + LAST_WORDS_SECONDS)
            self._wake()

    async def run(self, opening: bytes) -> None:
        """Serve until the client leaves, the lifetime is over, or the server stops."""
        watch = asyncio.create_task(self._watch())
        try:
            async with self._deadline:
                self._tail.readers.add(self)
                await self._send({"type": "http.response.start", "status": 200, "headers": HEADERS})
                await self._send(body_message(retry(RETRY_MILLISECONDS) + opening))
                await self._follow()
        except TimeoutError:
            self._ending = self._ending or "lifetime"
        finally:
            self._tail.leave(self)
            self._tail.readers.discard(self)
            watch.cancel()
        if self._ending != DISCONNECTED:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS_SECONDS):
                    await self._say_goodbye()

    async def _follow(self) -> None:
        while not self._ending:
            if self._queue:
                chunk = self._queue.popleft()
                self._queued -= chunk.frames
                await self._send(chunk.message)
            elif self.group is None:
                await self._catch_up()
            else:
                self._waiter = asyncio.get_running_loop().create_future()
                await self._waiter

    async def _catch_up(self) -> None:
        """Send what lies between ``position`` and the tail, and join a group at the moment both are level."""
        while not self._ending and self.group is None:
            if self._tail.ring.covers(self.position):
                stretch = self._from_ring()
            else:
                try:
                    stretch = await self._history.read(
                        self._tail.ledger_id,
                        after=self.position,
                        upto=self._tail.position,
                        only=self.only,
                        limit=HISTORY_EVENTS,
                    )
                except LogUnavailable:
                    await asyncio.sleep(RETRY_SECONDS)
                    continue
            rights = self._tail.memberships.rights_of(self.principal)
            after, self.position = self.position, stretch.upto
            if self.position >= self._tail.position:
                self._tail.join(self)
            for chunk in join(self._visible(stretch, rights), after):
                await self._send(chunk.message)
        if caught_up := self.shape.control("stream.caught_up", {"position": self.position}):
            await self._send(body_message(caught_up))

    def _from_ring(self) -> Stretch:
        """Matched here, since the log did not: the ring holds everything."""
        entries = self._tail.ring.after(self.position, HISTORY_EVENTS)
        if len(entries) < HISTORY_EVENTS:
            upto = self._tail.position
        else:
            entries = whole_commands(entries)
            upto = entries[-1].position
        return Stretch([entry for entry in entries if matches(self.only, entry)], upto)

    def _visible(self, stretch: Stretch, rights: Rights) -> list[Frame]:
        return [frame for frame in self.shape.frames(stretch.entries) if rights.sees_for(self.user_id, frame.entry)]

    def _fall_behind(self) -> None:
        self._tail.leave(self)
        self.position = self._queue[0].after
        self._queue.clear()
        self._queued = 0
        if behind := self.shape.control("stream.fell_behind", {"position": self.position}):
            self._queue.append(Chunk(self.position, 0, body_message(behind)))

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        if self in self._tail.readers:
            self.end(DISCONNECTED)

    async def _say_goodbye(self) -> None:
        closing = self.shape.control("stream.closing", {"reason": self._ending})
        delay = retry(500 + secrets.randbelow(RETRY_MILLISECONDS))
        await self._send(body_message(delay + closing, more=False))
