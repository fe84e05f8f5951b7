"""An event as the streams hold it: as stored, with what readers are let in by, and its data readable."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec

from domain.kernel.aggregate import Event
from domain.kernel.event import UnknownEvent, type_named, type_of
from domain.kernel.log import Metadata, StoredEvent
from domain.kernel.personal import Personal
from domain.kernel.recorded import Decoder

MEMBERSHIP = frozenset({"project.member_added", "project.member_removed"})
_metadata = msgspec.json.Decoder(Metadata)


class Entry:
    """``data`` is JSON with personal fields revealed, or None once the payload expired; ``schema`` is its version.

    ``account`` is the user whose account the event is about: they see it whatever projects they belong to. ``event``
    is decoded only where account, personal fields or memberships need it. ``frame`` keeps the generic frame once made;
    ``picture`` is JSON of the thing it happened to, empty where a stream needs none.
    """

    __slots__ = (
        "_metadata", "account", "data", "event", "frame", "picture",
        "position", "project_id", "schema", "stored", "type",
    )  # fmt: skip

    def __init__(self, stored: StoredEvent, event: Event | None) -> None:
        self.stored = stored
        self.event = event
        self.position = stored.position
        self.project_id = stored.project_id
        self.type = stored.type
        self.schema = stored.schema
        self.data = stored.data
        if event is not None and _differs_from_stored(type(event)):
            self.data = msgspec.json.encode(_shown(event), enc_hook=_reveal)
            self.schema = event.schema
        self.frame: bytes | None = None
        self.picture = msgspec.Raw()
        self._metadata: Metadata | None = None
        self.account = self._whose()

    @property
    def metadata(self) -> Metadata:
        if self._metadata is None:
            self._metadata = _metadata.decode(self.stored.metadata)
        return self._metadata

    @property
    def cost(self) -> int:
        """Bytes that keeping it takes, about."""
        return 1500 + len(self.stored.metadata) + 2 * len(self.data or b"")

    def _whose(self) -> str:
        """Of a membership, or of anything outside projects: the user it names, whose stream it is on, or who did it."""
        if self.project_id and self.type not in MEMBERSHIP:
            return ""
        named: str = getattr(self.event, "user_id", "")
        return named or (self.stored.stream_id if self.type.startswith("user.") else self.metadata.actor)


async def entries_of(stored: Sequence[StoredEvent], decoder: Decoder) -> list[Entry]:
    """What this release does not know (a newer one is writing) is shown as it was stored."""
    to_decode = [event for event in stored if event.data is not None and _needs_decoding(event)]
    decoded = {recorded.position: recorded.event for recorded in await decoder.decode(to_decode)} if to_decode else {}
    return [Entry(event, decoded.get(event.position)) for event in stored]


def hidden(field: str) -> bool:
    """Digests of passwords, tokens and keys stay in the log: readers learn what happened, not what to attack."""
    return field.endswith("_hash")


@cache
def _differs_from_stored(event_class: type[Event]) -> bool:
    fields = msgspec.inspect.type_info(event_class).fields  # type: ignore[attr-defined]
    return _holds_personal(fields) or any(hidden(field.name) for field in fields)


def _shown(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in type_of(event).payload_fields if not hidden(name)}


def _needs_decoding(stored: StoredEvent) -> bool:
    try:
        kind = type_named(stored.type)
    except UnknownEvent:
        return False
    if stored.schema > kind.schema:
        return False
    return not stored.project_id or stored.type in MEMBERSHIP or _differs_from_stored(kind.event_class)


def _reveal(value: Any) -> Any:
    if isinstance(value, Personal):
        return value.value
    raise NotImplementedError(f"{type(value).__name__} is not stored in events")


def _holds_personal(node: Any) -> bool:
    match node:
        case msgspec.inspect.CustomType():
            return node.cls is Personal
        case msgspec.inspect.Field():
            return _holds_personal(node.type)
        case tuple():
            return any(map(_holds_personal, node))
        case msgspec.inspect.UnionType():
            return _holds_personal(node.types)
        case msgspec.inspect.VarTupleType() | msgspec.inspect.FrozenSetType():
            return _holds_personal(node.item_type)
        case msgspec.inspect.TupleType():
            return _holds_personal(node.item_types)
        case msgspec.inspect.StructType():
            return _holds_personal(node.fields)
    return False
