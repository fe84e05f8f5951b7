"""The base of every aggregate: declarative, as the eventsourcing library has it, with frozen Structs as events."""

from typing import Any, ClassVar

from eventsourcing.domain import BaseAggregate

from domain.kernel import event as events
from domain.kernel.event import Event, FirstEvent


class Aggregate(BaseAggregate[str]):
    """State folded from events: methods refuse or trigger, ``@event`` methods fold without checks.

    ``project_id`` is the project that the aggregate's events belong to, or None.
    """

    Event = Event
    category: ClassVar[str] = "aggregate"
    """The first word of the wire names, ``ticket`` in ``ticket.moved``."""
    project_id: str | None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.category = events.snake(cls.__name__)
        topic = f"{cls.__module__}:{cls.__qualname__}"
        for name, member in tuple(cls.__dict__.items()):
            if name != "Event" and isinstance(member, type) and issubclass(member, events.Event):
                events.register(member, f"{cls.category}.{events.snake(name)}", topic)


__all__ = ["Aggregate", "Event", "FirstEvent"]
