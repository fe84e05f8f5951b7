"""The end of one ledger: what is appended is read, framed and handed out once for all readers of this process."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Protocol

from domain.kernel.errors import LogUnavailable
from domain.kernel.log import Filter, Head
from interfaces.http.principal import Principal
from interfaces.sse.entry import Entry
from interfaces.sse.groups import Group, Member, Page
from interfaces.sse.history import Reading
from interfaces.sse.rights import ENDS_ACCESS, GRANTS, Memberships, Rights, ends, segments
from interfaces.sse.ring import Ring
from interfaces.sse.shape import Shape

TURN_SECONDS = 0.01
"""From the end of one turn to the next: what comes in between goes out together."""
PAGE_EVENTS = 1000
RETRY_SECONDS = 1.0
EVERYTHING = Filter()


class Follower(Member, Protocol):
    """A reader as the tail knows it."""

    principal: Principal
    only: Filter
    shape: Shape
    group: Group | None

    def end(self, reason: str) -> None: ...


class Tail:
    """Readers that stand at ``position`` are in a group and get every page; others catch up and then join."""

    def __init__(self, history: Reading, head: Head, memberships: Memberships) -> None:
        self._history = history
        self._moved = asyncio.Event()
        self._turned = asyncio.Event()
        self._groups: dict[tuple[Rights, Filter, str], Group] = {}
        self.ledger_id = head.ledger_id
        self.log_id = head.log_id
        self.position = head.position
        self.memberships = memberships
        self.ring = Ring(head.position)
        self.readers: set[Follower] = set()

    def wake(self) -> None:
        """The ledger moved."""
        self._moved.set()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        turn_at = loop.time()
        while True:
            await self._moved.wait()
            await asyncio.sleep(max(0.0, turn_at - loop.time()))
            self._moved.clear()
            try:
                while await self._turn():
                    pass
                await asyncio.sleep(0)  # every reader that was woken writes first: many readers make longer turns
            except LogUnavailable:
                await asyncio.sleep(RETRY_SECONDS)
                self._moved.set()
            turn_at = loop.time() + TURN_SECONDS

    async def level_with(self, position: int) -> None:
        """Wait until everything up to ``position`` has passed."""
        while self.position < position:
            self.wake()
            await self._turned.wait()

    def join(self, reader: Follower) -> None:
        """Put a reader that stands at ``position`` into its group. Its rights are those of now."""
        key = (self.memberships.rights_of(reader.principal), reader.only, reader.shape.name)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group(key[0], reader.only, reader.shape)
        group.add(reader)
        reader.group = group

    def leave(self, reader: Follower) -> None:
        if reader.group is not None:
            reader.group.remove(reader)
            reader.group = None

    async def _turn(self) -> bool:
        """Read and hand out one page; whether there may be more."""
        stretch = await self._history.read(
            self.ledger_id, after=self.position, upto=self.position + PAGE_EVENTS, only=EVERYTHING, limit=PAGE_EVENTS
        )
        if not stretch.entries:
            return False
        for segment in segments(stretch.entries):
            self._hand_out(segment)
        self._turned.set()
        self._turned = asyncio.Event()
        return len(stretch.entries) >= PAGE_EVENTS // 2

    def _hand_out(self, segment: Sequence[Entry]) -> None:
        """Who gains access in this segment sees all of it; who loses access at its end sees it, too."""
        self._regroup(entry for entry in segment if entry.type in GRANTS)
        page = Page(segment, self.position)
        self.ring.extend(segment)
        self.position = segment[-1].position
        for key, group in tuple(self._groups.items()):
            if group.readers:
                group.publish(page)
            else:
                del self._groups[key]
        self._regroup(entry for entry in segment[-1:] if entry.type not in GRANTS)
        for entry in segment:
            if entry.type in ENDS_ACCESS:
                self._end_logins(entry)
            elif entry.type == "person.forgotten":
                self.ring.clear()

    def _regroup(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if self.memberships.move(entry):
                for reader in [reader for reader in self.readers if reader.user_id == entry.account]:
                    if reader.group is not None:
                        self.leave(reader)
                        self.join(reader)

    def _end_logins(self, entry: Entry) -> None:
        for reader in [reader for reader in self.readers if ends(entry, reader.principal)]:
            reader.end("credential-ended")
