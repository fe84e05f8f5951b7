"""Which ticket may be whose parent (tracker contract 2.1). Parent and subtask know of each other."""

from domain.kernel.unit import Unit
from domain.tracker.errors import CircularParent, ForeignParent, OwnParent, ParentChainTooDeep, SubtaskAsParent
from domain.tracker.kinds import TicketType
from domain.tracker.ticket import Ticket

_DEEPEST = 50


async def possible_parent(unit: Unit, project_id: str, parent_id: str) -> Ticket:
    """Raises ForeignParent, SubtaskAsParent."""
    parent = await unit.find(Ticket, parent_id)
    if parent is None or parent.deleted or parent.project_id != project_id:
        raise ForeignParent(field="parentId")
    if parent.type is TicketType.SUBTASK:
        raise SubtaskAsParent(field="parentId")
    return parent


async def refuse_loop(unit: Unit, ticket: Ticket, parent: Ticket) -> None:
    """Raises OwnParent, CircularParent, ParentChainTooDeep."""
    if parent.id == ticket.id:
        raise OwnParent(field="parentId")
    ancestor = parent
    for _ in range(_DEEPEST):
        if ancestor.parent_id is None:
            return
        if ancestor.parent_id == ticket.id:
            raise CircularParent(field="parentId")
        ancestor = await unit.get(Ticket, ancestor.parent_id)
    raise ParentChainTooDeep(field="parentId")


async def detach(unit: Unit, ticket: Ticket) -> None:
    """Take a ticket off its parent's list."""
    if ticket.parent_id is not None:
        (await unit.get(Ticket, ticket.parent_id)).detach_subtask(ticket.id)


async def orphan_subtasks(unit: Unit, ticket: Ticket) -> None:
    for subtask_id in sorted(ticket.subtask_ids):
        (await unit.get(Ticket, subtask_id)).orphan()
