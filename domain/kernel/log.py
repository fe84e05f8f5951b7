"""The port of the event log: what is appended, what comes back, what may be asked.

One ledger is a total order: positions 1..n without a hole. The position is at once the stream cursor, the Merkle leaf
number, the projection checkpoint and the consistency token.
"""

from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

ANY_VERSION = 0
"""Version of an event that decides nothing (a log chunk, a trace): the log assigns the next one."""
GENESIS_CHAIN = bytes(32)
"""The chain value before the first event."""


class NewEvent(msgspec.Struct, frozen=True, gc=False):
    """One event to append. ``version`` is the version it will have in its stream, or ANY_VERSION.

    ``data`` and ``metadata`` are the exact bytes that are stored and hashed; ``project_id`` is ``""`` for none.
    """

    stream_id: str
    version: int
    type: str
    schema: int
    occurred_at: datetime
    project_id: str
    metadata: bytes
    data: bytes
    retention: int = 0


class Expectation(msgspec.Struct, frozen=True, gc=False):
    """A stream that was read: it must still be at ``version`` (0: must not exist)."""

    stream_id: str
    version: int


class ClaimChange(msgspec.Struct, frozen=True, gc=False):
    """Take (or with ``release`` give back) a unique value, given as a keyed hash.

    ``everywhere`` claims are unique across tenants (user names, e-mails, tokens, domains) and answer where no tenant is
    known yet: they map to the ledger and ``subject``. Others are unique within the ledger.
    """

    scope: str
    value_hash: bytes
    subject: str
    release: bool = False
    everywhere: bool = False


class Append(msgspec.Struct, frozen=True, gc=False):
    """One command's outcome, appended whole or not at all.

    ``key`` (32 bytes) makes it happen once: a second append with the same key answers with the first receipt if the
    ``fingerprint`` agrees. ``result`` is a small JSON value for replays, without secrets.
    """

    ledger_id: str
    key: bytes
    fingerprint: bytes
    expires_at: datetime
    events: Sequence[NewEvent]
    expectations: Sequence[Expectation] = ()
    claims: Sequence[ClaimChange] = ()
    result: bytes = b"null"


class Receipt(msgspec.Struct, frozen=True):
    """``position`` is that of the last event appended; ``replayed`` says that an earlier append answered."""

    position: int
    events: int
    fingerprint: bytes
    result: bytes
    replayed: bool = False


class StoredEvent(msgspec.Struct, frozen=True, gc=False):
    """An event as it stands in the log. ``salt`` and ``data`` are None once a retention rule emptied them."""

    ledger_id: str
    position: int
    stream_id: str
    version: int
    type: str
    schema: int
    recorded_at: datetime
    occurred_at: datetime
    project_id: str
    metadata: bytes
    payload_digest: bytes
    leaf: bytes
    chain: bytes
    salt: bytes | None
    data: bytes | None
    retention: int = 0


class Head(msgspec.Struct, frozen=True):
    """The end of a ledger. ``position`` 0 is an empty one."""

    ledger_id: str
    log_id: UUID
    position: int
    chain: bytes
    recorded_at: datetime


class Epoch(msgspec.Struct, frozen=True):
    """From ``first_position`` on, leaves were made with ``log_id`` (a restore begins a new epoch)."""

    first_position: int
    log_id: UUID


class Filter(msgspec.Struct, frozen=True):
    """Which events to read. ``types`` are exact wire names or ``prefix.*``; empty tuples and strings filter nothing."""

    types: tuple[str, ...] = ()
    stream_id: str = ""
    project_id: str = ""
    correlation_id: str = ""


class Metadata(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """What is known about the command behind an event. No personal data: the actor is a pseudonymous id."""

    command: str = ""
    command_key: str = ""
    actor: str = ""
    correlation_id: str = ""
    causation_id: str = ""
    traceparent: str = ""
    via: str = ""
    tab_id: str = ""
    agent: str = ""


class EventLog(Protocol):
    """Append and read. Every call may raise LogUnavailable."""

    def append(self, append: Append) -> Awaitable[Receipt]:
        """Queue an append; it takes its turn in the order of the calls. The answer comes once it is on disk.

        Raises VersionConflict, ClaimTaken, KeyReused, Overloaded, LogUnavailable.
        """
        ...

    async def receipt(self, ledger_id: str, key: bytes) -> Receipt | None: ...

    async def head(self, ledger_id: str) -> Head:
        """Raises NotFound for a ledger that does not exist."""
        ...

    async def heads(self) -> Sequence[Head]:
        """The heads of all ledgers, by ledger id."""
        ...

    async def epochs(self, ledger_id: str) -> Sequence[Epoch]:
        """By first position; the first epoch starts at 1."""
        ...

    async def read(
        self, ledger_id: str, *, after: int = 0, upto: int | None = None, limit: int = 1000, only: Filter | None = None
    ) -> Sequence[StoredEvent]:
        """Events with ``after`` < position <= ``upto``, in order, at most ``limit``."""
        ...

    async def stream(self, ledger_id: str, stream_id: str, *, after_version: int = 0) -> Sequence[StoredEvent]:
        """All events of one stream above a version, in order."""
        ...

    async def versions(self, ledger_id: str, stream_ids: Iterable[str]) -> dict[str, int]:
        """The current version of each stream; 0 where there is none."""
        ...

    async def leaves(self, ledger_id: str, first: int, last: int) -> Sequence[bytes]:
        """The leaf hashes of the positions ``first``..``last``, both included."""
        ...

    async def take_number(self, ledger_id: str, name: str) -> int:
        """The next number of a sequence, from 1. Never given twice; a failed command leaves a hole."""
        ...

    async def find_claim(self, ledger_id: str, scope: str, value_hash: bytes) -> str | None:
        """The subject that holds a claim of this ledger."""
        ...

    async def look_up(self, scope: str, value_hash: bytes) -> tuple[str, str] | None:
        """The (ledger, subject) that holds a claim unique across tenants."""
        ...

    def changes(self) -> AsyncIterator[frozenset[str]]:
        """Ledgers that moved since the last turn, found by notices and, as a safety net, by a look every second."""
        ...


class TenantDirectory(Protocol):
    """Making ledgers."""

    async def create_ledger(self, ledger_id: str, tenant_id: str) -> Head:
        """Idempotent."""
        ...
