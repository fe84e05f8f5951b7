"""The port that the interfaces send commands through."""

from datetime import datetime
from typing import Any, Protocol

import msgspec

from domain.kernel.command import Command
from domain.kernel.unit import Actor


class Context(msgspec.Struct, frozen=True):
    """All that surrounds a command.

    ``key`` is the client's command key (32 bytes: a hash of principal, route and Idempotency-Key) or None;
    ``fingerprint`` tells two requests with one key apart. ``occurred_at`` is set by imports only. ``if_match`` maps
    streams to the version that the client saw.
    """

    ledger_id: str
    actor: Actor
    key: bytes | None = None
    fingerprint: bytes = b""
    correlation_id: str = ""
    causation_id: str = ""
    traceparent: str = ""
    via: str = ""
    tab_id: str = ""
    dry_run: bool = False
    occurred_at: datetime | None = None
    if_match: dict[str, int] | None = None


class Outcome(msgspec.Struct, frozen=True):
    """What a command came to.

    ``position`` is that of its last event (the head when nothing happened). ``result`` is what the handler returned,
    or, when ``replayed``, the JSON value kept with the first answer. ``events`` are (wire name, payload) pairs, filled
    for a dry run only. ``types`` are the wire names appended.
    """

    position: int
    result: Any
    replayed: bool = False
    types: frozenset[str] = frozenset()
    events: tuple[tuple[str, dict[str, Any]], ...] = ()


class Dispatcher(Protocol):
    async def dispatch(self, command: Command, context: Context, *, remember: Any = None) -> Outcome:
        """Run a command and append what it did.

        ``remember`` turns the handler's result into the small JSON value kept for replays of the same key.
        Raises any Refusal of the domain, VersionConflict, KeyReused, KeyInFlight, Overloaded, LogUnavailable.
        """
        ...
