"""The unit of work: what one command touched, to be appended whole or not at all."""

from datetime import datetime
from typing import Protocol, TypeVar

import msgspec

from domain.kernel.aggregate import Aggregate, Event
from domain.kernel.errors import NotFound

A = TypeVar("A", bound=Aggregate)


class Actor(msgspec.Struct, frozen=True):
    """Who asks. ``id`` is a user's id, or ``""`` for the system; ``agent_id`` names the agent that acts for them.

    ``admin`` is a system administrator of the tenant: a virtual member of every project with every permission.
    """

    id: str = ""
    admin: bool = False
    agent_id: str = ""


SYSTEM = Actor(admin=True)


class Claim(msgspec.Struct, frozen=True):
    """A unique value to take or to give back. ``everywhere``: unique across tenants."""

    scope: str
    value: str
    subject: str
    release: bool = False
    everywhere: bool = False


class Source(Protocol):
    """Where a unit gets what it does not make: aggregates, numbers, ids."""

    async def load(self, kind: type[A], aggregate_id: str) -> A | None: ...

    async def holder(self, scope: str, value: str, *, everywhere: bool) -> str | None: ...

    async def number(self, name: str) -> int: ...

    def new_id(self) -> str: ...


class Unit:
    """One command's view of the ledger, and what it wants appended.

    ``now`` is the time of the command; ``actor`` is who asks. Every aggregate read must still be at the version read
    when the unit is appended, also those that were not changed.
    """

    def __init__(self, source: Source, *, now: datetime, actor: Actor) -> None:
        self._source = source
        self.now = now
        self.actor = actor
        self.touched: dict[str, Aggregate] = {}
        self.read_versions: dict[str, int] = {}
        self.claims: list[Claim] = []
        self.facts: list[tuple[Event, str]] = []

    async def find(self, kind: type[A], aggregate_id: str) -> A | None:
        """The aggregate, or None when there is none of that kind."""
        known = self.touched.get(aggregate_id)
        if known is None:
            known = await self._source.load(kind, aggregate_id)
            if known is None:
                self.read_versions[aggregate_id] = 0
                return None
            self.touched[aggregate_id] = known
            self.read_versions[aggregate_id] = known.version
        return known if isinstance(known, kind) else None

    async def get(self, kind: type[A], aggregate_id: str) -> A:
        """Raises NotFound, "<Kind> not found"."""
        found = await self.find(kind, aggregate_id)
        if found is None:
            raise NotFound(f"{kind.__name__} not found")
        return found

    def add(self, aggregate: A) -> A:
        """Bring in an aggregate made by this command."""
        self.touched[aggregate.id] = aggregate
        self.read_versions[aggregate.id] = 0
        return aggregate

    def record(self, fact: Event, project_id: str = "") -> None:
        """Append a fact that decides nothing, to the stream ``fact.originator_id``, whatever its version."""
        self.facts.append((fact, project_id))

    def claim(self, scope: str, value: str, subject: str, *, everywhere: bool = False) -> None:
        """Make ``value`` unique within ``scope``. ClaimTaken is raised when the unit is appended."""
        self.claims.append(Claim(scope=scope, value=value, subject=subject, everywhere=everywhere))

    def release(self, scope: str, value: str, subject: str, *, everywhere: bool = False) -> None:
        """Give a value back. Nothing happens if ``subject`` does not hold it."""
        self.claims.append(Claim(scope=scope, value=value, subject=subject, release=True, everywhere=everywhere))

    async def holder(self, scope: str, value: str, *, everywhere: bool = False) -> str | None:
        """The subject that holds a value now. For better messages only: the claim decides."""
        return await self._source.holder(scope, value, everywhere=everywhere)

    async def number(self, name: str) -> int:
        """The next number of a sequence of this ledger, from 1. Kept when the command is run again."""
        return await self._source.number(name)

    def new_id(self) -> str:
        """A fresh UUIDv7 string."""
        return self._source.new_id()

    @property
    def changed(self) -> bool:
        return bool(self.claims or self.facts or any(aggregate.pending_events for aggregate in self.touched.values()))
