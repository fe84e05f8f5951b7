"""A small ledger in memory whose past a test may rewrite, which no real event log lets anybody do."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

import msgspec

from domain.kernel.errors import NotFound
from domain.kernel.log import GENESIS_CHAIN, Epoch, EventLog, Head, StoredEvent
from infra.audit import entry

LEDGER = "default/main"
FIRST_LOG = UUID(int=1)
BEGAN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


class History:
    """Implements what the audit trail reads of ``EventLog``. ``events[n - 1]`` stands at position n."""

    def __init__(self, events: int = 0) -> None:
        self.events: list[StoredEvent] = []
        self.eras = [Epoch(1, FIRST_LOG)]
        self.grow(events)

    @property
    def log(self) -> EventLog:
        return cast("EventLog", self)

    def grow(self, events: int) -> None:
        for _ in range(events):
            position = len(self.events) + 1
            self.add(data=f'{{"title":"Schraube №{position}"}}'.encode(), position=position)

    def add(self, *, data: bytes, position: int, metadata: bytes = b'{"actor":"u-1"}') -> None:
        salt = position.to_bytes(16, "big")
        event = StoredEvent(
            ledger_id=LEDGER,
            position=position,
            stream_id=f"ticket-{position % 7}",
            version=(position - 1) // 7 + 1,
            type="ticket.created",
            schema=1,
            recorded_at=BEGAN + timedelta(microseconds=position),
            occurred_at=BEGAN,
            project_id="p-1" if position % 3 else "",
            metadata=metadata,
            payload_digest=entry.payload_digest(salt, data),
            leaf=b"",
            chain=b"",
            salt=salt,
            data=data,
        )
        self.events.append(self.hashed(event))

    def hashed(self, event: StoredEvent) -> StoredEvent:
        """The event with the leaf and chain of its content, as if it had been appended like that."""
        log_id = next(era.log_id for era in reversed(self.eras) if era.first_position <= event.position)
        leaf = entry.leaf(entry.encode(event, log_id))
        before = self.events[event.position - 2].chain if event.position > 1 else GENESIS_CHAIN
        return msgspec.structs.replace(event, leaf=leaf, chain=entry.extend(before, leaf))

    def change(self, position: int, **fields: object) -> None:
        """Rewrite one event in place, nothing else."""
        self.events[position - 1] = msgspec.structs.replace(self.events[position - 1], **fields)

    def rewrite(self, position: int, data: bytes) -> None:
        """Rewrite one event and, to cover it up, every leaf and link from there on."""
        event = self.events[position - 1]
        self.change(position, data=data, payload_digest=entry.payload_digest(event.salt or b"", data))
        for event in self.events[position - 1 :]:
            self.events[event.position - 1] = self.hashed(event)

    def begin_epoch(self, log_id: UUID) -> None:
        self.eras.append(Epoch(len(self.events) + 1, log_id))

    async def head(self, ledger_id: str) -> Head:
        if ledger_id != LEDGER:
            raise NotFound("Ledger not found")
        if not self.events:
            return Head(LEDGER, self.eras[-1].log_id, 0, GENESIS_CHAIN, BEGAN)
        last = self.events[-1]
        return Head(LEDGER, self.eras[-1].log_id, last.position, last.chain, last.recorded_at)

    async def heads(self) -> Sequence[Head]:
        return [await self.head(LEDGER)]

    async def epochs(self, ledger_id: str) -> Sequence[Epoch]:
        return self.eras

    async def read(
        self, ledger_id: str, *, after: int = 0, upto: int | None = None, limit: int = 1000
    ) -> Sequence[StoredEvent]:
        wanted = (e for e in self.events if after < e.position <= (upto or len(self.events)))
        return sorted(wanted, key=lambda e: e.position)[:limit]

    async def leaves(self, ledger_id: str, first: int, last: int) -> Sequence[bytes]:
        return [event.leaf for event in self.events[first - 1 : last]]
