"""Given / when / then, the same verbs for aggregates and projections.

world = await Fixture().given(CreateProject(...))
await world.when(CreateTicket(...))
world.then(Ticket.Created)
await world.refused(MoveTicket(...), Forbidden, "Missing permission")
"""

from datetime import UTC, datetime
from typing import Any, TypeVar

from eventsourcing.domain import CanMutateAggregate

from domain.kernel.aggregate import Aggregate, Event
from domain.kernel.command import Command, handler_of
from domain.kernel.errors import ClaimTaken, Refusal
from domain.kernel.event import type_of
from domain.kernel.time import unit_time
from domain.kernel.unit import Actor, Unit

A = TypeVar("A", bound=Aggregate)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Fixture:
    """A world in memory: aggregates by id, claims, numbers. It is the Source of the units it makes."""

    def __init__(self) -> None:
        self.now = NOON
        self.actor = Actor(id="user-1")
        self.events: list[Event] = []
        self._aggregates: dict[str, list[CanMutateAggregate[str]]] = {}
        self._claims: dict[tuple[str, str], str] = {}
        self._numbers: dict[str, int] = {}
        self._ids = 0

    def as_actor(self, actor: Actor) -> "Fixture":
        self.actor = actor
        return self

    def at(self, now: datetime) -> "Fixture":
        self.now = now
        return self

    async def given(self, *commands: Command) -> "Fixture":
        """Run commands that must succeed, and forget their events."""
        for command in commands:
            await self._run(command)
        self.events.clear()
        return self

    async def when(self, command: Command) -> Any:
        """Run one command; its result. ``events`` then holds what it appended. Raises its refusal."""
        self.events.clear()
        return await self._run(command)

    async def refused(self, command: Command, refusal: type[Refusal], text: str = "") -> Refusal:
        """The command must be refused with this class (and a message containing ``text``), appending nothing."""
        self.events.clear()
        said: Refusal | None = None
        try:
            await self._run(command)
        except refusal as error:
            said = error
        assert said is not None, f"{command} was not refused"
        assert text in said.message, f"refused with {said.message!r}"
        assert not self.events
        return said

    def then(self, *expected: type[Event] | Event) -> None:
        """The events appended are exactly these: classes match by class, instances also by payload."""
        assert len(self.events) == len(expected), f"appended {self.events}"
        for happened, wanted in zip(self.events, expected, strict=True):
            if isinstance(wanted, type):
                assert isinstance(happened, wanted), f"{happened} is no {wanted.__qualname__}"
            else:
                assert _payload(happened) == _payload(wanted), f"{happened} is not {wanted}"

    async def _run(self, command: Command) -> Any:
        token = unit_time.set(self.now)
        try:
            unit = Unit(self, now=self.now, actor=self.actor)
            result = await handler_of(command)(command, unit)
            self._commit(unit)
        finally:
            unit_time.reset(token)
        return result

    def _commit(self, unit: Unit) -> None:
        for claim in unit.claims:
            held = self._claims.get((claim.scope, claim.value))
            if claim.release:
                if held == claim.subject:
                    del self._claims[claim.scope, claim.value]
            elif held not in {None, claim.subject}:
                raise ClaimTaken(claim.scope)
            else:
                self._claims[claim.scope, claim.value] = claim.subject
        for aggregate in unit.touched.values():
            pending = list(aggregate.collect_events())
            self._aggregates.setdefault(aggregate.id, []).extend(pending)
            self.events.extend(pending)  # type: ignore[arg-type]
        self.events.extend(fact for fact, _ in unit.facts)

    async def load(self, kind: type[A], aggregate_id: str) -> A | None:  # noqa: ARG002 - the unit checks the kind
        aggregate: Any = None
        for happened in self._aggregates.get(aggregate_id, ()):
            aggregate = happened.mutate(aggregate)
        return aggregate  # type: ignore[no-any-return]

    async def holder(self, scope: str, value: str, *, everywhere: bool) -> str | None:  # noqa: ARG002
        return self._claims.get((scope, value))

    async def number(self, name: str) -> int:
        self._numbers[name] = self._numbers.get(name, 0) + 1
        return self._numbers[name]

    def new_id(self) -> str:
        self._ids += 1
        return f"id-{self._ids}"


def _payload(happened: Event) -> tuple[type, dict[str, Any]]:
    kind = type_of(happened)
    return kind.event_class, {name: getattr(happened, name) for name in kind.payload_fields}
