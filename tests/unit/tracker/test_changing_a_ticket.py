from domain.kernel.testing import NOON
from domain.projects.commands import CreateProject
from domain.tracker.changes import Changes
from domain.tracker.commands import ChangeTicket, ChangeTickets, DeleteTickets
from domain.tracker.errors import ForeignColumn, ForeignTickets, NotYours, OutsidePerson, TicketNotFound
from domain.tracker.kinds import Priority, TicketType
from domain.tracker.ticket import Ticket
from tests.unit.tracker.world import ADAM, MIA, board


async def test_each_kind_of_change_is_an_event_of_its_own() -> None:
    world = await board()
    ticket = await world.file()
    await world.when(
        world.change(
            ticket,
            title="Sell boots",
            description="Brown ones",
            type=TicketType.BUG,
            priority=Priority.HIGH,
            story_points=3,
            due_date=NOON,
            fix_version="2.0",
            creator_id="adam",
            assignee_id="mia",
            watcher_ids=("mia", "adam", "mia"),
        )
    )
    world.then(
        Ticket.Retitled(title="Sell boots"),
        Ticket.Described(description="Brown ones"),
        Ticket.TypeChanged(type=TicketType.BUG),
        Ticket.PriorityChanged(priority=Priority.HIGH),
        Ticket.Estimated(story_points=3, estimate=None),
        Ticket.Scheduled(start_date=None, due_date=NOON),
        Ticket.DetailsChanged(environment=None, affected_version=None, fix_version="2.0"),
        Ticket.ReporterChanged(creator_id="adam"),
        Ticket.Assigned(assignee_id="mia"),
        Ticket.WatchersChanged(watcher_ids=("adam", "mia")),
    )


async def test_what_is_the_same_already_is_no_event() -> None:
    world = await board()
    ticket = await world.file(assignee_id="mia", watcher_ids=("adam", "mia"), story_points=3)
    await world.when(
        world.change(
            ticket,
            title=ticket.title,
            column_id=ticket.column_id,
            assignee_id="mia",
            watcher_ids=("mia", "adam"),
            story_points=3,
            resolution=None,
            parent_id=None,
        )
    )
    world.then()


async def test_none_clears_and_absence_keeps() -> None:
    world = await board()
    ticket = await world.file(assignee_id="mia", story_points=3, estimate="2d", watcher_ids=("mia",))
    await world.when(world.change(ticket, assignee_id=None, story_points=None, watcher_ids=()))
    world.then(
        Ticket.Estimated(story_points=None, estimate="2d"),
        Ticket.Unassigned(),
        Ticket.WatchersChanged(watcher_ids=()),
    )


async def test_people_and_columns_must_be_of_the_project() -> None:
    world = await board()
    ticket = await world.file()
    for changes, refusal, text in (
        ({"column_id": "nowhere"}, ForeignColumn, "Column not found or does not belong to project"),
        ({"creator_id": "sam"}, OutsidePerson, "Reporter must be a project member"),
        ({"assignee_id": "sam"}, OutsidePerson, "Assignee must be a project member"),
        ({"watcher_ids": ("sam",)}, OutsidePerson, "All watchers must be project members"),
    ):
        await world.refused(world.change(ticket, **changes), refusal, text)


async def test_a_creator_manages_their_own_ticket_and_no_other() -> None:
    world = await board()
    foreign = await world.file()
    own = await world.as_actor(MIA).file()  # type: ignore[attr-defined]
    await world.given(world.change(own, title="Better"))
    text = "Forbidden: Missing permission to modify this resource"
    await world.refused(world.change(foreign, title="Mine"), NotYours, text)
    await world.refused(world.delete(foreign), NotYours, text)
    await world.when(world.delete(own))
    world.then(Ticket.Deleted)


async def test_who_manages_any_ticket_manages_this_one() -> None:
    world = await board()
    ticket = await world.file()
    await world.as_actor(ADAM).given(world.change(ticket, title="Better"), world.delete(ticket))
    assert (await world.again(ticket)).deleted


async def test_a_ticket_of_another_project_or_a_deleted_one_is_not_found() -> None:
    world = await board()
    ticket = await world.file()
    other = await world.when(CreateProject(name="Other", key="OTHER"))
    command = ChangeTicket(project_id=other.id, ticket_id=ticket.id, changes=Changes(title="x"))
    await world.refused(command, TicketNotFound, "Ticket not found")
    await world.given(world.delete(ticket))
    await world.refused(world.change(ticket, title="x"), TicketNotFound)
    await world.refused(world.delete(ticket), TicketNotFound)


async def test_several_tickets_change_all_or_none() -> None:
    world = await board()
    tickets = [await world.file(), await world.file()]
    ids = tuple(ticket.id for ticket in tickets)
    changes = Changes(priority=Priority.LOW)
    text = "One or more tickets not found or do not belong to project"
    project_id = world.project_id
    await world.refused(
        ChangeTickets(project_id=project_id, ticket_ids=(*ids, "nothing"), changes=changes), ForeignTickets, text
    )
    await world.when(ChangeTickets(project_id=project_id, ticket_ids=ids, changes=changes))
    world.then(Ticket.PriorityChanged, Ticket.PriorityChanged)
    await world.refused(DeleteTickets(project_id=project_id, ticket_ids=(*ids, "nothing")), ForeignTickets, text)
    await world.when(DeleteTickets(project_id=project_id, ticket_ids=ids))
    world.then(Ticket.Deleted, Ticket.Deleted)
