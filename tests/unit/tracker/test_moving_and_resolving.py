from datetime import timedelta

import msgspec
import pytest

from domain.kernel.testing import NOON
from domain.projects.columns import Column
from domain.projects.errors import MissingPermission
from domain.tracker.errors import ForeignColumn, ForeignTickets
from domain.tracker.kinds import Resolution
from domain.tracker.rank import Gap
from domain.tracker.ticket import Ticket
from tests.unit.tracker.world import MIA, board

LATER = NOON + timedelta(hours=1)


@pytest.mark.parametrize("name", ["done", "Done", " DONE ", "complete", "completed", "closed", "resolved", "finished"])
def test_a_column_of_such_a_name_is_done(name: str) -> None:
    assert Column("c", name).is_done


@pytest.mark.parametrize("name", ["To Do", "In Progress", "Nearly done", ""])
def test_a_column_of_another_name_is_not_done(name: str) -> None:
    assert not Column("c", name).is_done


async def test_a_move_within_a_column_is_one_event() -> None:
    world = await board()
    first, second, third = [await world.file() for _ in range(3)]
    await world.when(await world.move(third, column="To Do", gap=Gap(above=first.rank, below=second.rank)))
    world.then(Ticket.Moved)
    assert first.rank < (await world.again(third)).rank < second.rank


async def test_several_tickets_keep_the_order_they_are_moved_in() -> None:
    world = await board()
    tickets = [await world.file() for _ in range(4)]
    gap = Gap(above=tickets[0].rank, below=tickets[1].rank)
    await world.given(await world.move(tickets[3], tickets[2], column="To Do", gap=gap))
    ranks = {number: (await world.again(tickets[number - 1])).rank for number in (1, 4, 3, 2)}
    assert list(ranks.values()) == sorted(ranks.values())


async def test_tickets_that_stand_there_already_do_not_move() -> None:
    world = await board()
    first, second = await world.file(), await world.file()
    await world.when(await world.move(first, second, column="To Do"))
    world.then()


async def test_into_a_done_column_a_ticket_is_resolved_and_out_of_it_reopened() -> None:
    world = await board()
    ticket = await world.file()
    await world.when(await world.move(ticket, column="Done"))
    world.then(Ticket.Moved, Ticket.Resolved(resolution=Resolution.DONE, resolved_at=NOON))
    await world.when(await world.move(ticket, column="Review"))
    world.then(Ticket.Moved, Ticket.Reopened)
    assert (await world.again(ticket)).resolved_at is None


async def test_a_resolution_given_with_the_column_wins() -> None:
    world = await board()
    ticket = await world.file()
    done = await world.column_id("Done")
    await world.when(world.change(ticket, column_id=done, resolution=Resolution.WONT_DO))
    world.then(Ticket.Moved, Ticket.Resolved(resolution=Resolution.WONT_DO, resolved_at=NOON))
    await world.when(world.change(ticket, column_id=await world.column_id("To Do"), resolution=Resolution.WONT_DO))
    world.then(Ticket.Moved)


async def test_a_ticket_resolved_elsewhere_goes_to_the_first_done_column() -> None:
    world = await board()
    ticket = await world.file()
    await world.when(world.change(ticket, resolution=Resolution.DUPLICATE))
    world.then(Ticket.Resolved, Ticket.Moved)
    assert (await world.again(ticket)).column_id == await world.column_id("Done")


async def test_clearing_the_resolution_moves_nothing() -> None:
    world = await board()
    ticket = await world.file()
    await world.given(world.change(ticket, resolution=Resolution.DONE))
    await world.when(world.change(ticket, resolution=None))
    world.then(Ticket.Reopened)


async def test_another_resolution_keeps_the_time() -> None:
    world = await board()
    ticket = await world.file()
    await world.given(world.change(ticket, resolution=Resolution.DONE))
    world.at(LATER)
    await world.when(world.change(ticket, resolution=Resolution.DUPLICATE))
    world.then(Ticket.Resolved(resolution=Resolution.DUPLICATE, resolved_at=NOON))


async def test_a_time_given_is_used() -> None:
    world = await board()
    by_column, by_resolution = await world.file(), await world.file()
    await world.given(
        world.change(by_column, column_id=await world.column_id("Done"), resolved_at=LATER),
        world.change(by_resolution, resolution=Resolution.DONE, resolved_at=LATER),
    )
    assert [(await world.again(ticket)).resolved_at for ticket in (by_column, by_resolution)] == [LATER, LATER]


async def test_a_ticket_changed_to_another_column_keeps_its_rank() -> None:
    world = await board()
    ticket = await world.file()
    await world.given(world.change(ticket, column_id=await world.column_id("Review")))
    assert (await world.again(ticket)).rank == ticket.rank


async def test_a_change_may_name_the_place() -> None:
    world = await board()
    first, second = await world.file(), await world.file()
    await world.given(world.change(second, gap=Gap(below=first.rank)))
    assert (await world.again(second)).rank < first.rank
    await world.when(world.change(second, gap=Gap(below=first.rank)))
    world.then()


async def test_a_foreign_column_or_ticket_moves_nothing() -> None:
    world = await board()
    ticket = await world.file()
    move = await world.move(ticket, column="Done")
    await world.refused(
        msgspec.structs.replace(move, column_id="nowhere"),
        ForeignColumn,
        "Target column not found or does not belong to project",
    )
    await world.refused(
        msgspec.structs.replace(move, ticket_ids=(ticket.id, "nothing")),
        ForeignTickets,
        "One or more tickets not found or do not belong to project",
    )


async def test_moving_takes_tickets_manage_any() -> None:
    world = await board()
    ticket = await world.as_actor(MIA).file()  # type: ignore[attr-defined]
    await world.refused(await world.move(ticket, column="Done"), MissingPermission, "tickets.manage_any")
