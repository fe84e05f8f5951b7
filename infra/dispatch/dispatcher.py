"""The dispatcher: runs a command's handler in a unit of work and appends all that it did in one atomic append."""

import asyncio
import os
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from uuid_utils import uuid7

from domain.kernel.aggregate import Aggregate, Event
from domain.kernel.command import Command, handler_of
from domain.kernel.dispatch import Context, Outcome
from domain.kernel.errors import (
    KeyInFlight,
    KeyReused,
    LogUnavailable,
    NotFound,
    Refusal,
    StaleVersion,
    VersionConflict,
)
from domain.kernel.log import ANY_VERSION, Append, ClaimChange, EventLog, Expectation, Metadata, NewEvent, Receipt
from domain.kernel.time import unit_time
from domain.kernel.unit import Unit
from infra.dispatch.repository import Repository
from infra.dispatch.source import ClaimHash, CommandSource
from infra.dispatch.turns import Turns
from infra.eventlog.codec import Codec

RETRY_SECONDS = 2.0
"""How long a lost race is run again before it becomes a conflict."""
CLIENT_RECEIPT = timedelta(days=7)
OWN_RECEIPT = timedelta(hours=1)
"""A receipt under a key of our own only serves the retry after a lost connection."""

Remember = Callable[[Any], Any]


class CommandDispatcher:
    """Implements ``domain.kernel.dispatch.Dispatcher``."""

    def __init__(
        self,
        log: EventLog,
        codec: Codec,
        claim_hash: ClaimHash,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        make_id: Callable[[], str] = lambda: str(uuid7()),
    ) -> None:
        self._log = log
        self._codec = codec
        self._claim_hash = claim_hash
        self._clock = clock
        self._make_id = make_id
        self._repository = Repository(log, codec)
        self._turns = Turns()
        self._in_flight: set[tuple[str, bytes]] = set()

    async def dispatch(self, command: Command, context: Context, *, remember: Remember | None = None) -> Outcome:
        if context.key is None:
            return await self._run(command, context, os.urandom(32), remember)
        flight = (context.ledger_id, context.key)
        if flight in self._in_flight:
            raise KeyInFlight
        self._in_flight.add(flight)
        try:
            if receipt := await self._log.receipt(*flight):
                return _replayed(receipt, context)
            return await self._run(command, context, context.key, remember)
        finally:
            self._in_flight.discard(flight)

    async def _run(self, command: Command, context: Context, key: bytes, remember: Remember | None) -> Outcome:
        source = CommandSource(
            context.ledger_id,
            self._log,
            self._repository,
            self._claim_hash,
            self._make_id,
            rehearsal=context.dry_run,
        )
        deadline = asyncio.get_running_loop().time() + RETRY_SECONDS
        while True:
            source.rewind()
            unit = Unit(source, now=context.occurred_at or self._clock(), actor=context.actor)
            try:
                return await self._attempt(command, context, key, unit, remember)
            except VersionConflict:
                self._repository.drop(context.ledger_id, unit.read_versions)
                if asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(random.uniform(0.001, 0.02))  # noqa: S311 - jitter

    async def _attempt(
        self, command: Command, context: Context, key: bytes, unit: Unit, remember: Remember | None
    ) -> Outcome:
        async with self._turns.turn(context.ledger_id, command.primary_stream()):
            result = await self._handle(command, context, unit)
            touched = list(unit.touched.values())
            collected = [(event, _project(aggregate)) for aggregate in touched for event in aggregate.collect_events()]
            events = await self._encode(command, context, key, [*collected, *unit.facts])
            if context.dry_run or not (events or unit.claims):
                await self._be_sure(context, unit)
                return Outcome(await self._head(context), result, events=tuple(map(_shown, events)))
            remembered = remember(result) if remember else None
            arriving = asyncio.ensure_future(self._log.append(self._append(context, key, unit, events, remembered)))
            self._repository.keep(context.ledger_id, touched, arriving)
        try:
            receipt = await arriving
        except BaseException:  # also if the caller went away: what becomes of the append is unknown then
            self._repository.drop(context.ledger_id, unit.read_versions)
            raise
        if receipt.replayed:
            self._repository.drop(context.ledger_id, unit.read_versions)
            return _replayed(receipt, context)
        return Outcome(receipt.position, result, types=frozenset(event.type for event in events))

    async def _handle(self, command: Command, context: Context, unit: Unit) -> Any:
        """Run the handler. Raises its refusal, StaleVersion, VersionConflict."""
        token = unit_time.set(unit.now)
        try:
            result = await handler_of(command)(command, unit)
            for stream_id, version in (context.if_match or {}).items():
                if unit.read_versions.get(stream_id, version) != version:
                    raise StaleVersion
        except Refusal:
            await self._be_sure(context, unit)
            raise
        finally:
            unit_time.reset(token)
        return result

    async def _be_sure(self, context: Context, unit: Unit) -> None:
        """What ends without an append counts only if it was decided on the present: otherwise it is a lost race.

        Raises VersionConflict.
        """
        await self._repository.settled(context.ledger_id, unit.read_versions)
        if await self._log.versions(context.ledger_id, unit.read_versions) != unit.read_versions:
            raise VersionConflict

    async def _encode(
        self, command: Command, context: Context, key: bytes, happened: list[tuple[Any, str]]
    ) -> list[NewEvent]:
        metadata = msgspec.json.encode(
            Metadata(
                command=command.command_name(),
                command_key=key.hex()[:16],
                actor=context.actor.id,
                correlation_id=context.correlation_id,
                causation_id=context.causation_id,
                traceparent=context.traceparent,
                via=context.via,
                tab_id=context.tab_id,
                agent=context.actor.agent_id,
            )
        )
        return [
            await self._codec.encode(
                context.ledger_id,
                event,
                version=event.originator_version or ANY_VERSION,
                project_id=_project_of(event, project_id),
                metadata=metadata,
            )
            for event, project_id in happened
        ]

    def _append(self, context: Context, key: bytes, unit: Unit, events: list[NewEvent], remembered: Any) -> Append:
        return Append(
            ledger_id=context.ledger_id,
            key=key,
            fingerprint=context.fingerprint,
            expires_at=self._clock() + (CLIENT_RECEIPT if context.key else OWN_RECEIPT),
            events=events,
            expectations=[Expectation(stream_id, version) for stream_id, version in unit.read_versions.items()],
            claims=[
                ClaimChange(
                    scope=claim.scope,
                    value_hash=self._claim_hash(claim.scope, claim.value),
                    subject=claim.subject,
                    release=claim.release,
                    everywhere=claim.everywhere,
                )
                for claim in unit.claims
            ],
            result=msgspec.json.encode(remembered),
        )

    async def _head(self, context: Context) -> int:
        with suppress(NotFound, LogUnavailable):
            return (await self._log.head(context.ledger_id)).position
        return 0


def _project_of(event: Event, project_id: str) -> str:
    """Its own field if it has one (a ticket that leaves for another project), else its aggregate's."""
    return getattr(event, "project_id", None) or project_id


def _project(aggregate: Aggregate) -> str:
    return getattr(aggregate, "project_id", None) or ""


def _shown(event: NewEvent) -> tuple[str, dict[str, Any]]:
    return event.type, msgspec.json.decode(event.data)


def _replayed(receipt: Receipt, context: Context) -> Outcome:
    if receipt.fingerprint != context.fingerprint:
        raise KeyReused
    return Outcome(receipt.position, msgspec.json.decode(receipt.result), replayed=True)
