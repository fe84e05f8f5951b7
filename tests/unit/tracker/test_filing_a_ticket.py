from datetime import timedelta

from domain.kernel.testing import NOON
from domain.kernel.unit import Actor
from domain.projects.commands import DeleteProject
from domain.projects.errors import NotAMember, ProjectNotFound
from domain.tracker.commands import CreateTicket
from domain.tracker.errors import ForeignColumn, ForeignParent, OutsidePerson, SubtaskAsParent
from domain.tracker.kinds import Priority, Resolution, TicketType
from domain.tracker.ticket import Ticket
from tests.unit.tracker.world import MIA, ROOT, SAM, board


async def test_tickets_are_numbered_from_one_and_never_again() -> None:
    world = await board()
    first = await world.file()
    second = await world.file()
    await world.given(world.delete(second))
    assert (first.number, second.number, (await world.file()).number) == (1, 2, 3)


async def test_a_refused_ticket_takes_no_number() -> None:
    world = await board()
    await world.refused(CreateTicket(project_id=world.project_id, title="x", column_id="nowhere"), ForeignColumn)
    assert (await world.file()).number == 1


async def test_a_title_is_enough() -> None:
    world = await board()
    ticket = await world.when(CreateTicket(project_id=world.project_id, title="Sell shoes"))
    world.then(Ticket.Created)
    assert ticket.column_id == await world.column_id("To Do")
    assert (ticket.type, ticket.priority, ticket.creator_id) == (TicketType.TASK, Priority.MEDIUM, "olga")


async def test_a_new_ticket_stands_below_all_others() -> None:
    world = await board()
    ranks = [(await world.file()).rank for _ in range(100)]
    assert ranks == sorted(ranks)


async def test_somebody_else_may_be_its_reporter() -> None:
    world = await board()
    assert (await world.file(reporter_id="mia")).creator_id == "mia"


async def test_an_agent_that_files_it_is_kept() -> None:
    world = await board()
    await world.as_actor(Actor(id="olga", agent_id="agent-1")).when(
        CreateTicket(project_id=world.project_id, title="From an agent")
    )
    (created,) = world.events
    assert isinstance(created, Ticket.Created)
    assert created.agent_id == "agent-1"


async def test_one_filed_as_resolved_stays_in_its_column() -> None:
    world = await board()
    ticket = await world.file(resolution=Resolution.DUPLICATE)
    assert (ticket.resolved_at, ticket.column_id) == (NOON, await world.column_id("To Do"))
    earlier = NOON - timedelta(days=1)
    assert (await world.file(resolution=Resolution.DONE, resolved_at=earlier)).resolved_at == earlier
    assert (await world.file(resolved_at=earlier)).resolved_at is None


async def test_what_is_wrong_is_told_in_the_order_column_reporter_parent_assignee_watchers() -> None:
    world = await board()
    faults = {
        "column_id": ("nowhere", ForeignColumn, "Column not found or does not belong to project"),
        "reporter_id": ("sam", OutsidePerson, "Reporter must be a project member"),
        "parent_id": ("nothing", ForeignParent, "Parent ticket not found or does not belong to project"),
        "assignee_id": ("sam", OutsidePerson, "Assignee must be a project member"),
        "watcher_ids": (("mia", "sam"), OutsidePerson, "All watchers must be project members"),
    }
    fields = {name: value for name, (value, _, _) in faults.items()}
    for name, (_, refusal, text) in faults.items():
        await world.refused(CreateTicket(project_id=world.project_id, title="x", **fields), refusal, text)  # type: ignore[arg-type]
        del fields[name]


async def test_a_parent_knows_its_subtasks() -> None:
    world = await board()
    epic = await world.file(type=TicketType.EPIC)
    await world.when(CreateTicket(project_id=world.project_id, title="Part", parent_id=epic.id))
    world.then(Ticket.SubtaskAttached, Ticket.Created)


async def test_a_subtask_has_no_subtasks() -> None:
    world = await board()
    subtask = await world.file(type=TicketType.SUBTASK)
    command = CreateTicket(project_id=world.project_id, title="Part", parent_id=subtask.id)
    await world.refused(command, SubtaskAsParent, "Subtasks cannot have subtasks")


async def test_members_and_system_administrators_file_tickets_and_strangers_do_not() -> None:
    world = await board()
    command = CreateTicket(project_id=world.project_id, title="x")
    await world.as_actor(MIA).when(command)
    await world.as_actor(ROOT).when(command)
    await world.as_actor(SAM).refused(command, NotAMember, "Forbidden: Not a project member")


async def test_nothing_is_filed_in_a_deleted_project() -> None:
    world = await board()
    await world.given(DeleteProject(project_id=world.project_id))
    await world.refused(CreateTicket(project_id=world.project_id, title="x"), ProjectNotFound)
