from domain.kernel.event import Event, type_of
from domain.projects.commands import CreateProject
from domain.tracker.commands import CreateTicket
from domain.tracker.errors import (
    CircularParent,
    ForeignParent,
    OwnParent,
    ParentAsSubtask,
    ParentChainTooDeep,
    SubtaskAsParent,
)
from domain.tracker.kinds import TicketType
from domain.tracker.ticket import Ticket
from tests.unit.tracker.world import board


def names_of(events: list[Event]) -> set[str]:
    """In no order: which aggregate's events come first does not matter."""
    return {type_of(event).name for event in events}


async def test_a_ticket_is_not_its_own_parent() -> None:
    world = await board()
    ticket = await world.file()
    await world.refused(
        world.change(ticket, parent_id=ticket.id), OwnParent, "Cannot set parent: ticket cannot be its own parent"
    )


async def test_parents_make_no_circle() -> None:
    world = await board()
    top = await world.file()
    middle = await world.file(parent_id=top.id)
    bottom = await world.file(parent_id=middle.id)
    for descendant in (middle, bottom):
        await world.refused(
            world.change(top, parent_id=descendant.id),
            CircularParent,
            "Cannot set parent: would create a circular reference",
        )


async def test_a_chain_of_fifty_will_do_and_a_longer_one_will_not() -> None:
    world = await board()
    last = await world.file()
    for _ in range(49):
        last = await world.file(parent_id=last.id)
    await world.given(world.change(await world.file(), parent_id=last.id))
    too_deep = await world.file(parent_id=last.id)
    await world.refused(
        world.change(await world.file(), parent_id=too_deep.id),
        ParentChainTooDeep,
        "Cannot set parent: parent chain exceeds maximum depth",
    )


async def test_a_parent_is_a_ticket_of_the_same_project_that_is_no_subtask() -> None:
    world = await board()
    ticket = await world.file()
    subtask = await world.file(type=TicketType.SUBTASK)
    await world.refused(world.change(ticket, parent_id=subtask.id), SubtaskAsParent)
    await world.refused(world.change(ticket, parent_id="nothing"), ForeignParent)
    other = await world.when(CreateProject(name="Other", key="OTHER"))
    foreign = await world.when(CreateTicket(project_id=other.id, title="Foreign"))
    await world.refused(world.change(ticket, parent_id=foreign.id), ForeignParent)


async def test_a_new_parent_takes_over_from_the_old_one() -> None:
    world = await board()
    old, new = await world.file(), await world.file()
    ticket = await world.file(parent_id=old.id)
    await world.when(world.change(ticket, parent_id=new.id))
    assert names_of(world.events) == {"ticket.subtask_attached", "ticket.subtask_detached", "ticket.parent_changed"}
    assert (await world.again(new)).subtask_ids == {ticket.id}
    assert not (await world.again(old)).subtask_ids


async def test_a_ticket_with_subtasks_becomes_no_subtask() -> None:
    world = await board()
    parent = await world.file()
    child = await world.file(parent_id=parent.id)
    command = world.change(parent, type=TicketType.SUBTASK)
    await world.refused(command, ParentAsSubtask, "Cannot make a ticket with subtasks into a subtask")
    await world.given(world.change(child, parent_id=None))
    await world.when(command)
    world.then(Ticket.TypeChanged)


async def test_subtasks_outlive_their_parent() -> None:
    world = await board()
    parent = await world.file()
    child = await world.file(parent_id=parent.id)
    await world.when(world.delete(parent))
    assert names_of(world.events) == {"ticket.orphaned", "ticket.deleted"}
    assert (await world.again(child)).parent_id is None


async def test_a_deleted_subtask_leaves_its_parents_list() -> None:
    world = await board()
    parent = await world.file()
    child = await world.file(parent_id=parent.id)
    await world.given(world.delete(child))
    assert not (await world.again(parent)).subtask_ids
