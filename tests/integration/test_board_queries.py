"""What is asked of a board, against the tables that the projector fills."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.tracker.commands import DeleteTicket, MoveTickets
from domain.tracker.kinds import Priority, TicketType
from domain.tracker.ticket import Ticket
from infra.config import Settings
from infra.postgres.embedded import Addresses
from projections.board.queries import Filters, gap_at, search, tickets, tickets_by_id
from tests.integration.tracker import LEDGER, Tracker, tracker


@pytest.fixture
async def world(database: Addresses, tmp_path: Path) -> AsyncIterator[Tracker]:
    async with tracker(database, Settings(data_dir=tmp_path)) as world:
        yield world


async def _numbers(world: Tracker, column: str) -> list[int]:
    found = await tickets(world.reader, LEDGER, world.project.id, Filters(column_id=world.column_id(column)))
    assert [each.order for each in found] == list(range(len(found)))
    return [each.number for each in found]


async def _move(world: Tracker, *moving: Ticket, column: str, index: int) -> None:
    ids = tuple(each.id for each in moving)
    column_id = world.column_id(column)
    gap = await gap_at(world.reader, LEDGER, world.project.id, column_id, index=index, moving=ids)
    await world.do(MoveTickets(project_id=world.project.id, ticket_ids=ids, column_id=column_id, gap=gap))


async def test_a_ticket_shows_its_project_column_people_parent_and_subtasks(world: Tracker) -> None:
    epic = await world.file("Epic", type=TicketType.EPIC)
    story = await world.file("Story", parent_id=epic.id, assignee_id=world.mia, watcher_ids=(world.mia, world.olga))
    task = await world.file("Task", parent_id=story.id)
    view = await world.view(story)
    assert (view.project.key, view.column.name) == ("SHOP", "To Do")
    assert view.creator is not None
    assert (view.creator.username, view.creator.email) == ("olga", "olga@example.org")
    assert view.assignee is not None
    assert view.assignee.name == "Mia"
    assert {person.username for person in view.watchers} == {"mia", "olga"}
    assert view.parent is not None
    assert (view.parent.number, view.parent.title, view.parent.type) == (1, "Epic", "epic")
    assert [(each.id, each.resolution) for each in view.subtasks] == [(task.id, None)]


async def test_a_list_shows_each_ticket_as_it_is_shown_alone(world: Tracker) -> None:
    parent = await world.file("Parent", watcher_ids=(world.mia, world.olga))
    children = [await world.file("Child", parent_id=parent.id, assignee_id=world.mia) for _ in range(2)]
    await world.change(children[0], column_id=world.column_id("Done"))
    listed = {each.id: each for each in await tickets(world.reader, LEDGER, world.project.id)}
    for each in (parent, *children):
        assert listed[each.id] == await world.view(each)


async def test_a_list_passes_what_the_filters_name(world: Tracker) -> None:
    await world.file("Bug", type=TicketType.BUG, priority=Priority.HIGH, assignee_id=world.mia)
    await world.file("Task")
    for filters in (Filters(type="bug"), Filters(priority="high"), Filters(assignee_id=world.mia)):
        assert [each.title for each in await tickets(world.reader, LEDGER, world.project.id, filters)] == ["Bug"]
    assert not await tickets(world.reader, LEDGER, world.project.id, Filters(type="bug", priority="low"))


async def test_orders_are_contiguous_whatever_is_moved_and_deleted(world: Tracker) -> None:
    filed = [await world.file() for _ in range(5)]
    assert await _numbers(world, "To Do") == [1, 2, 3, 4, 5]
    await _move(world, filed[4], filed[3], column="To Do", index=1)
    assert await _numbers(world, "To Do") == [1, 5, 4, 2, 3]
    await _move(world, filed[1], column="To Do", index=0)
    assert await _numbers(world, "To Do") == [2, 1, 5, 4, 3]
    await _move(world, filed[0], column="To Do", index=99)
    assert await _numbers(world, "To Do") == [2, 5, 4, 3, 1]
    await _move(world, filed[4], filed[2], column="Done", index=3)
    assert await _numbers(world, "Done") == [5, 3]
    await world.do(DeleteTicket(project_id=world.project.id, ticket_id=filed[1].id))
    assert await _numbers(world, "To Do") == [4, 1]
    await world.file()
    assert await _numbers(world, "To Do") == [4, 1, 6]
    for each in (filed[3], filed[0]):
        listed = await tickets(world.reader, LEDGER, world.project.id)
        assert (await world.view(each)).order == next(other.order for other in listed if other.id == each.id)


async def test_a_search_finds_texts_and_numbers_and_takes_wildcards_literally(world: Tracker) -> None:
    await world.file("Discount of 100%")
    await world.file("Discount of 100 euros", description="with_underscore")
    await world.file("Nothing", description="a DISCOUNT inside")

    async def found(text: str, number: int | None = None, limit: int = 20) -> list[int]:
        hits = await search(world.reader, LEDGER, world.project.id, text, number=number, limit=limit)
        return [each.number for each in hits]

    assert await found("discount") == [2, 1, 3]
    assert await found("100%") == [1]
    assert await found("h_u") == [2]
    assert await found("3", number=3) == [3]
    assert await found("discount", number=3) == [3, 2, 1]
    assert await found("discount", limit=1) == [2]


async def test_a_ticket_is_seen_in_its_own_ledger_only(world: Tracker) -> None:
    filed = await world.file()
    assert await tickets_by_id(world.reader, "other/main", [filed.id]) == []
