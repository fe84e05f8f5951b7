"""Events to the bytes that are stored and hashed, and back.

Stored bytes are the msgspec JSON of the payload fields, in the order of the class. Personal fields are sealed under
their person's key: ``{"person": id, "sealed": base64}``.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import msgspec
from msgspec.structs import force_setattr

from domain.kernel.aggregate import Event, FirstEvent
from domain.kernel.event import EventType, UnknownEvent, type_named, type_of
from domain.kernel.log import Metadata, NewEvent, StoredEvent
from domain.kernel.personal import Personal
from domain.kernel.recorded import Recorded


class Sealer(Protocol):
    """What the codec needs of the key ring."""

    async def ensure(self, ledger_id: str, subjects: Iterable[str]) -> None: ...

    async def load(self, ledger_id: str, subjects: Iterable[str]) -> None: ...

    def seal(self, ledger_id: str, subject: str, plain: bytes) -> bytes: ...

    def open(self, ledger_id: str, subject: str, sealed: bytes) -> bytes | None: ...


class Codec:
    """One for a process. Decoders are made once for each event type."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer
        self._decoders: dict[str, tuple[EventType, msgspec.json.Decoder[Any]]] = {}
        self._met: list[Personal[Any]] = []

    async def encode(self, ledger_id: str, event: Event, *, version: int, project_id: str, metadata: bytes) -> NewEvent:
        """Raises msgspec.ValidationError for a field of the wrong type: Structs don't check when they are made."""
        kind = type_of(event)
        payload = {name: getattr(event, name) for name in kind.payload_fields}
        people = {value.person_id for value in payload.values() if isinstance(value, Personal)}
        if people:
            await self._sealer.ensure(ledger_id, people)
        data = msgspec.json.encode(payload, enc_hook=lambda value: self._seal(ledger_id, value))
        try:
            self._decoder(kind.name)[1].decode(data)
        finally:
            self._met = []
        return NewEvent(
            stream_id=event.originator_id,
            version=version,
            type=kind.name,
            schema=kind.schema,
            occurred_at=event.timestamp,
            project_id=project_id,
            metadata=metadata,
            data=data,
            retention=type(event).retention,
        )

    async def decode(self, stored: Sequence[StoredEvent]) -> list[Recorded]:
        """Raises UnknownEvent for a type or schema version of a newer release."""
        try:
            recorded = [self._recorded(event) for event in stored]
        finally:
            met, self._met = self._met, []
        if met:
            await self._reveal(stored[0].ledger_id, met)
        return recorded

    async def _reveal(self, ledger_id: str, met: list[Personal[Any]]) -> None:
        await self._sealer.load(ledger_id, {personal.person_id for personal in met})
        for personal in met:
            plain = self._sealer.open(ledger_id, personal.person_id, personal.sealed or b"")
            personal.value = None if plain is None else msgspec.json.decode(plain)

    def _recorded(self, stored: StoredEvent) -> Recorded:
        return Recorded(
            stored.ledger_id,
            stored.position,
            stored.stream_id,
            stored.version,
            stored.type,
            stored.recorded_at,
            stored.occurred_at,
            stored.project_id,
            stored.metadata,
            None if stored.data is None else self._event(stored, stored.data),
        )

    def _event(self, stored: StoredEvent, data: bytes) -> Event:
        kind, decoder = self._decoder(stored.type)
        if stored.schema == kind.schema:
            event: Event = decoder.decode(data)
        elif stored.schema < kind.schema:
            payload = msgspec.json.decode(data)
            for version in range(stored.schema, kind.schema):
                payload = kind.upcasts[version](payload)
            event = msgspec.convert(payload, kind.event_class, dec_hook=self._meet)
        else:
            raise UnknownEvent(f"{stored.type} at position {stored.position} has schema {stored.schema}")
        force_setattr(event, "originator_id", stored.stream_id)
        force_setattr(event, "originator_version", stored.version)
        force_setattr(event, "timestamp", stored.occurred_at)
        if isinstance(event, FirstEvent):
            force_setattr(event, "originator_topic", kind.topic)
        return event

    def _decoder(self, name: str) -> tuple[EventType, msgspec.json.Decoder[Any]]:
        known = self._decoders.get(name)
        if known is None:
            kind = type_named(name)
            known = self._decoders[name] = (kind, msgspec.json.Decoder(kind.event_class, dec_hook=self._meet))
        return known

    def _seal(self, ledger_id: str, value: Any) -> dict[str, str]:
        if not isinstance(value, Personal):
            raise NotImplementedError(f"{type(value).__name__} cannot be stored")
        sealed = self._sealer.seal(ledger_id, value.person_id, msgspec.json.encode(value.value))
        return {"person": value.person_id, "sealed": b64encode(sealed).decode()}

    def _meet(self, wanted: Any, raw: Any) -> Any:
        if getattr(wanted, "__origin__", wanted) is not Personal:
            raise NotImplementedError(f"{wanted} cannot be stored")
        personal: Personal[Any] = Personal(raw["person"], None, b64decode(raw["sealed"]))
        self._met.append(personal)
        return personal


def encode_metadata(metadata: Metadata) -> bytes:
    return msgspec.json.encode(metadata)
