"""Events, and the registry that ties a class to its name on the wire.

An event is a frozen Struct nested in its aggregate: ``Ticket.Moved`` is ``ticket.moved`` on the wire. What says where
an event stands (``originator_id``, ``originator_version``, ``timestamp``) is not in the stored bytes: columns hold it.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar

import msgspec
from eventsourcing.domain import CanInitAggregate, CanMutateAggregate

from domain.kernel.time import unit_time

_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")
_UNSET_TIME = datetime(1970, 1, 1, tzinfo=UTC)
ENVELOPE = frozenset({"originator_id", "originator_version", "timestamp", "originator_topic"})
"""Fields that columns and the registry hold, so that they are not in the stored bytes."""


class UnknownEvent(Exception):
    """An event type or schema version that this release does not know: a newer release is writing."""


class Event(msgspec.Struct, CanMutateAggregate[str], frozen=True, kw_only=True):
    """Something that happened to one aggregate. Field types must be immutable, since state may share them."""

    originator_id: str = ""
    originator_version: int = 0
    timestamp: datetime = _UNSET_TIME

    schema: ClassVar[int] = 1
    """Raised by one when the shape changes; ``upcast_v1_v2(payload)`` then turns an old payload into a new one."""
    retention: ClassVar[int] = 0
    """The retention class of the payload: 0 is kept for ever, others may expire (see ``expire_payloads``)."""

    def _as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__struct_fields__}

    @staticmethod
    def create_timestamp() -> datetime:
        return unit_time.get()


class FirstEvent(Event, CanInitAggregate[str], frozen=True, kw_only=True):
    """The first event of an aggregate."""

    originator_topic: str = ""


class EventType(msgspec.Struct, frozen=True):
    """One entry of the registry.

    ``payload_fields`` are the names stored, in order. ``topic`` is the library's path to the aggregate class, or ``""``
    for a fact that belongs to no aggregate. ``upcasts`` maps a schema version to the function that raises it by one.
    """

    name: str
    schema: int
    event_class: type[Event]
    payload_fields: tuple[str, ...]
    topic: str
    upcasts: dict[int, Callable[[dict[str, Any]], dict[str, Any]]]


_by_name: dict[str, EventType] = {}
_by_class: dict[type[Event], EventType] = {}


def snake(name: str) -> str:
    """``SprintChanged`` -> ``sprint_changed``."""
    return _WORD_START.sub("_", name).lower()


def register(event_class: type[Event], name: str, topic: str = "") -> None:
    """Bind a class to its wire name. A second class under the same name replaces the first only in the same place.

    Raises TypeError when a field's type is mutable, or holds personal data inside something else.
    """
    _refuse_unfit_fields(event_class)
    upcasts = {
        version: getattr(event_class, f"upcast_v{version}_v{version + 1}") for version in range(1, event_class.schema)
    }
    entry = EventType(
        name=name,
        schema=event_class.schema,
        event_class=event_class,
        payload_fields=tuple(field for field in event_class.__struct_fields__ if field not in ENVELOPE),
        topic=topic,
        upcasts=upcasts,
    )
    known = _by_name.get(name)
    if known is not None and known.event_class.__qualname__ != event_class.__qualname__:
        raise TypeError(f"{name} is already {known.event_class.__qualname__}")
    _by_name[name] = _by_class[event_class] = entry


def fact(name: str) -> Callable[[type[Event]], type[Event]]:
    """Class decorator for an event without an aggregate (a log chunk, ``person.forgotten``)."""

    def bind(event_class: type[Event]) -> type[Event]:
        register(event_class, name)
        return event_class

    return bind


def type_named(name: str) -> EventType:
    """Raises UnknownEvent."""
    try:
        return _by_name[name]
    except KeyError:
        raise UnknownEvent(f"unknown event: {name}") from None


def type_of(event: Event | type[Event]) -> EventType:
    return _by_class[event if isinstance(event, type) else type(event)]


def name_of(event_class: type[Event]) -> str:
    """The wire name of a class as written in its aggregate: ``name_of(Ticket.Moved) == "ticket.moved"``."""
    return _by_class[event_class].name


def catalog() -> Iterator[EventType]:
    """Every event type, by name."""
    return iter(sorted(_by_name.values(), key=lambda entry: entry.name))


def _refuse_unfit_fields(event_class: type[Event]) -> None:
    for field in msgspec.inspect.type_info(event_class).fields:  # type: ignore[attr-defined]
        if field.name not in ENVELOPE:
            where = f"{event_class.__qualname__}.{field.name}"
            for depth, node in _nodes(field.type):
                if bad := _mutable(node):
                    raise TypeError(f"{where}: {bad} is mutable; use tuple, frozenset or a frozen Struct")
                if depth and isinstance(node, msgspec.inspect.CustomType):
                    raise TypeError(f"{where}: {node.cls.__name__} must be a field of the event itself")


def _nodes(node: Any, depth: int = 0) -> Iterator[tuple[int, Any]]:
    """A type and all inside it, with how deep they are; the members of a union are as deep as the union."""
    yield depth, node
    match node:
        case msgspec.inspect.StructType():
            parts, step = [field.type for field in node.fields], 1
        case msgspec.inspect.UnionType():
            parts, step = list(node.types), 0
        case msgspec.inspect.VarTupleType() | msgspec.inspect.FrozenSetType():
            parts, step = [node.item_type], 1
        case msgspec.inspect.TupleType():
            parts, step = list(node.item_types), 1
        case _:
            parts, step = [], 0
    for part in parts:
        yield from _nodes(part, depth + step)


def _mutable(node: Any) -> str:
    match node:
        case msgspec.inspect.ListType() | msgspec.inspect.SetType() | msgspec.inspect.DictType():
            return type(node).__name__.removesuffix("Type").lower()
        case msgspec.inspect.StructType() if not node.cls.__struct_config__.frozen:
            return str(node.cls.__name__)
    return ""
