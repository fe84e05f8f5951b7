"""Commands: frozen Structs in the imperative, each handled by one async function.

class MoveTicket(Command, frozen=True):
    ticket_id: str
    column_id: str

@handles(MoveTicket)
async def move_ticket(command: MoveTicket, unit: Unit) -> Ticket: ...
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec

from domain.kernel.event import snake
from domain.kernel.unit import Unit

C = TypeVar("C", bound="Command")
R = TypeVar("R")


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asks for."""

    @classmethod
    def command_name(cls) -> str:
        """The name kept in the metadata of its events: ``move_ticket``."""
        return snake(cls.__name__)

    def primary_stream(self) -> str | None:
        """The stream that commands take turns on inside a process; None when the command makes a new one."""
        return None


Handler = Callable[[Any, Unit], Awaitable[Any]]
_handlers: dict[type[Command], Handler] = {}


def handles(command_class: type[C]) -> Callable[[Callable[[C, Unit], Awaitable[R]]], Callable[[C, Unit], Awaitable[R]]]:
    """Bind the one handler of a command."""

    def bind(handler: Callable[[C, Unit], Awaitable[R]]) -> Callable[[C, Unit], Awaitable[R]]:
        if command_class in _handlers:
            raise TypeError(f"{command_class.__name__} already has a handler")
        _handlers[command_class] = handler
        return handler

    return bind


def handler_of(command: Command) -> Handler:
    return _handlers[type(command)]
