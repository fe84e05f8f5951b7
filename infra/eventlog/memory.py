"""The event log in memory: the twin for unit tests, held to the same contract suite as the one on PostgreSQL."""

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec

from domain.kernel.errors import ClaimTaken, KeyReused, NotFound, VersionConflict
from domain.kernel.log import (
    ANY_VERSION,
    GENESIS_CHAIN,
    Append,
    Epoch,
    Filter,
    Head,
    Metadata,
    NewEvent,
    Receipt,
    StoredEvent,
)
from infra.audit import entry
from infra.eventlog.subscriber import Subscriber

_metadata = msgspec.json.Decoder(Metadata)


class MemoryLog:
    """Implements ``domain.kernel.log.EventLog``."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._events: dict[str, list[StoredEvent]] = {}
        self._log_ids: dict[str, UUID] = {}
        self._receipts: dict[tuple[str, bytes], Receipt] = {}
        self._claims: dict[tuple[str, str, bytes], str] = {}
        self._directory: dict[tuple[str, bytes], tuple[str, str]] = {}
        self._numbers: dict[tuple[str, str], int] = defaultdict(int)
        self._versions: dict[tuple[str, str], int] = defaultdict(int)
        self._waiting: set[Subscriber] = set()

    async def create_ledger(self, ledger_id: str, tenant_id: str) -> Head:  # noqa: ARG002 - a tenant needs no row here
        if ledger_id not in self._events:
            self._events[ledger_id], self._log_ids[ledger_id] = [], uuid4()
        return await self.head(ledger_id)

    def append(self, append: Append) -> Awaitable[Receipt]:
        answer: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        try:
            answer.set_result(self._append(append))
        except Exception as refusal:  # noqa: BLE001 - the caller hears it when awaiting
            answer.set_exception(refusal)
        return answer

    def _append(self, append: Append) -> Receipt:
        ledger_id = append.ledger_id
        events = self._ledger(ledger_id)
        if known := self._receipts.get((ledger_id, append.key)):
            if known.fingerprint != append.fingerprint:
                raise KeyReused
            return known
        for expected in append.expectations:
            if self._versions[ledger_id, expected.stream_id] != expected.version:
                raise VersionConflict
        for claim in append.claims:
            holder = self._holder(ledger_id, claim.scope, claim.value_hash, everywhere=claim.everywhere)
            if not claim.release and holder not in {None, claim.subject}:
                raise ClaimTaken(claim.scope)
        versions = self._versions_after(append)
        for claim in append.claims:
            self._settle(
                ledger_id, claim.scope, claim.value_hash, claim.subject, claim.release, everywhere=claim.everywhere
            )
        recorded_at = max(self._clock(), events[-1].recorded_at) if events else self._clock()
        for event, version in zip(append.events, versions, strict=True):
            events.append(self._stored(ledger_id, event, version, recorded_at))
        receipt = Receipt(len(events), len(append.events), append.fingerprint, append.result)
        self._receipts[ledger_id, append.key] = Receipt(
            len(events), len(append.events), append.fingerprint, append.result, replayed=True
        )
        for waiting in self._waiting:
            waiting.add(frozenset((ledger_id,)))
        return receipt

    def _versions_after(self, append: Append) -> list[int]:
        """The version that each event will have."""
        reached = {event.stream_id: self._versions[append.ledger_id, event.stream_id] for event in append.events}
        versions = []
        for event in append.events:
            last = reached[event.stream_id]
            if event.version not in {ANY_VERSION, last + 1}:
                raise ValueError(f"event {event.version} of stream {event.stream_id} cannot follow version {last}")
            reached[event.stream_id] = last + 1
            versions.append(last + 1)
        return versions

    def _stored(self, ledger_id: str, event: NewEvent, version: int, recorded_at: datetime) -> StoredEvent:
        events = self._events[ledger_id]
        self._versions[ledger_id, event.stream_id] = version
        salt = os.urandom(entry.SALT_BYTES)
        digest = entry.payload_digest(salt, event.data)
        leaf = entry.leaf(
            entry.join(
                entry.pieces(event, digest),
                log_id=self._log_ids[ledger_id],
                position=len(events) + 1,
                version=version,
                recorded_at=recorded_at,
            )
        )
        return StoredEvent(
            ledger_id,
            len(events) + 1,
            event.stream_id,
            version,
            event.type,
            event.schema,
            recorded_at,
            event.occurred_at,
            event.project_id,
            event.metadata,
            digest,
            leaf,
            entry.extend(events[-1].chain if events else GENESIS_CHAIN, leaf),
            salt,
            event.data,
            event.retention,
        )

    def _holder(self, ledger_id: str, scope: str, value_hash: bytes, *, everywhere: bool) -> str | None:
        if everywhere:
            return self._directory.get((scope, value_hash), (None, None))[1]
        return self._claims.get((ledger_id, scope, value_hash))

    def _settle(
        self, ledger_id: str, scope: str, value_hash: bytes, subject: str, release: bool, *, everywhere: bool
    ) -> None:
        if release and self._holder(ledger_id, scope, value_hash, everywhere=everywhere) != subject:
            return
        if everywhere and release:
            del self._directory[scope, value_hash]
        elif everywhere:
            self._directory[scope, value_hash] = (ledger_id, subject)
        elif release:
            del self._claims[ledger_id, scope, value_hash]
        else:
            self._claims[ledger_id, scope, value_hash] = subject

    async def receipt(self, ledger_id: str, key: bytes) -> Receipt | None:
        return self._receipts.get((ledger_id, key))

    async def head(self, ledger_id: str) -> Head:
        events = self._ledger(ledger_id)
        if not events:
            return Head(ledger_id, self._log_ids[ledger_id], 0, GENESIS_CHAIN, datetime.min.replace(tzinfo=UTC))
        last = events[-1]
        return Head(ledger_id, self._log_ids[ledger_id], last.position, last.chain, last.recorded_at)

    async def heads(self) -> Sequence[Head]:
        return [await self.head(ledger_id) for ledger_id in sorted(self._events)]

    async def epochs(self, ledger_id: str) -> Sequence[Epoch]:
        return [Epoch(1, self._log_ids[ledger_id])]

    async def read(
        self, ledger_id: str, *, after: int = 0, upto: int | None = None, limit: int = 1000, only: Filter | None = None
    ) -> Sequence[StoredEvent]:
        page = self._events.get(ledger_id, [])[after:upto]
        return [event for event in page if only is None or _matches(event, only)][:limit]

    async def stream(self, ledger_id: str, stream_id: str, *, after_version: int = 0) -> Sequence[StoredEvent]:
        events = self._events.get(ledger_id, [])
        return [event for event in events if event.stream_id == stream_id and event.version > after_version]

    async def versions(self, ledger_id: str, stream_ids: Iterable[str]) -> dict[str, int]:
        return {stream_id: self._versions[ledger_id, stream_id] for stream_id in stream_ids}

    async def leaves(self, ledger_id: str, first: int, last: int) -> Sequence[bytes]:
        return [event.leaf for event in self._events[ledger_id][first - 1 : last]]

    async def take_number(self, ledger_id: str, name: str) -> int:
        self._numbers[ledger_id, name] += 1
        return self._numbers[ledger_id, name]

    async def find_claim(self, ledger_id: str, scope: str, value_hash: bytes) -> str | None:
        return self._holder(ledger_id, scope, value_hash, everywhere=False)

    async def look_up(self, scope: str, value_hash: bytes) -> tuple[str, str] | None:
        return self._directory.get((scope, value_hash))

    async def changes(self) -> AsyncIterator[frozenset[str]]:
        waiting = Subscriber()
        self._waiting.add(waiting)
        try:
            while True:
                yield await waiting.next()
        finally:
            self._waiting.discard(waiting)

    def _ledger(self, ledger_id: str) -> list[StoredEvent]:
        try:
            return self._events[ledger_id]
        except KeyError:
            raise NotFound("Ledger not found") from None


def _matches(event: StoredEvent, only: Filter) -> bool:
    return (
        (not only.types or any(_named(event.type, wanted) for wanted in only.types))
        and only.stream_id in {"", event.stream_id}
        and only.project_id in {"", event.project_id}
        and only.correlation_id in {"", _metadata.decode(event.metadata).correlation_id}
    )


def _named(kind: str, wanted: str) -> bool:
    return kind.startswith(wanted[:-1]) if wanted.endswith(".*") else kind == wanted
