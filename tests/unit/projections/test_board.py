"""The board read model."""

from collections import Counter
from datetime import timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.kernel.testing import NOON
from domain.projects.commands import DeleteProject
from domain.tracker.commands import DeleteTicket, MoveTickets
from domain.tracker.kinds import Priority, Resolution, TicketType
from domain.tracker.rank import Gap, of_number
from domain.tracker.ticket import Ticket
from projections.board.fold import Board
from projections.board.rows import SlotRow, TicketRow, slot_of
from projections.kernel.rows import Rows
from tests.unit.projections.ledger import Ledger


async def _row(ledger: Ledger, ticket: Ticket) -> TicketRow:
    row = (await ledger.fold(Board())).get(TicketRow, ticket.id)
    assert row is not None
    return row


def _counted(rows: Rows) -> Counter[tuple[str, int]]:
    return Counter((row.column_id, row.slot) for row in rows.all(TicketRow))


async def test_a_ticket_shows_what_it_was_filed_with() -> None:
    ledger = await Ledger.with_project()
    ticket = await ledger.file("Sell shoes", description="Red", story_points=3, due_date=NOON, watcher_ids=("olga",))
    row = await _row(ledger, ticket)
    assert (row.number, row.title, row.description, row.story_points) == (1, "Sell shoes", "Red", 3)
    assert (row.type, row.priority, row.due_date, row.watcher_ids) == ("task", "medium", NOON, ("olga",))
    assert (row.created_at, row.updated_at, row.version) == (NOON, NOON, 1)


async def test_a_ticket_older_than_its_record_shows_its_own_time() -> None:
    ledger = await Ledger.with_project()
    earlier = NOON - timedelta(days=9)
    assert (await _row(ledger, await ledger.file(created_at=earlier))).created_at == earlier


async def test_every_change_shows() -> None:
    ledger = await Ledger.with_project()
    parent, ticket = await ledger.file(), await ledger.file(assignee_id="olga")
    ledger.now = NOON + timedelta(hours=1)
    await ledger.change(
        ticket,
        title="Sell boots",
        description="Brown",
        type=TicketType.BUG,
        priority=Priority.HIGH,
        story_points=5,
        estimate="2d",
        start_date=NOON,
        due_date=NOON,
        resolution=Resolution.DUPLICATE,
        environment="shop",
        affected_version="1",
        fix_version="2",
        assignee_id=None,
        creator_id=None,
        watcher_ids=("olga",),
        parent_id=parent.id,
    )
    row = await _row(ledger, ticket)
    told = msgspec.structs.asdict(row)
    del told["rank"], told["slot"]
    assert told == {
        "ledger_id": "default/main",
        "ticket_id": ticket.id,
        "project_id": ledger.project.id,
        "number": 2,
        "title": "Sell boots",
        "description": "Brown",
        "type": "bug",
        "priority": "high",
        "column_id": ledger.column_id("Done"),
        "story_points": 5,
        "estimate": "2d",
        "start_date": NOON,
        "due_date": NOON,
        "resolution": "Duplicate",
        "resolved_at": ledger.now,
        "environment": "shop",
        "affected_version": "1",
        "fix_version": "2",
        "assignee_id": None,
        "creator_id": None,
        "watcher_ids": ("olga",),
        "parent_id": parent.id,
        "agent_id": None,
        "created_at": NOON,
        "updated_at": ledger.now,
        "version": 14,
    }


async def test_a_reopened_ticket_has_neither_resolution_nor_its_time() -> None:
    ledger = await Ledger.with_project()
    ticket = await ledger.file(resolution=Resolution.DONE)
    await ledger.change(ticket, resolution=None)
    row = await _row(ledger, ticket)
    assert (row.resolution, row.resolved_at) == (None, None)


async def test_a_subtask_changes_its_parents_version_but_not_its_time() -> None:
    ledger = await Ledger.with_project()
    parent = await ledger.file()
    ledger.now = NOON + timedelta(hours=1)
    child = await ledger.file(parent_id=parent.id)
    row = await _row(ledger, parent)
    assert (row.version, row.updated_at) == (2, NOON)
    await ledger.do(DeleteTicket(project_id=ledger.project.id, ticket_id=parent.id))
    assert (await _row(ledger, child)).parent_id is None


async def test_nothing_is_left_of_the_board_of_a_deleted_project() -> None:
    ledger = await Ledger.with_project()
    await ledger.file()
    await ledger.do(DeleteProject(project_id=ledger.project.id))
    rows = await ledger.fold(Board())
    assert not rows.all(TicketRow)
    assert not rows.all(SlotRow)


def test_slots_follow_each_other_as_ranks_do() -> None:
    slots = [slot_of(of_number(number)) for number in range(-300, 1000)]
    assert slots == sorted(slots)
    assert len(set(slots)) == 6


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["file", "move", "delete"]), st.integers(0, 99)), max_size=25))
async def test_slots_count_the_tickets_in_them_whatever_happens(steps: list[tuple[str, int]]) -> None:
    ledger = await Ledger.with_project()
    columns = list(ledger.project.columns)
    tickets = [await ledger.file()]
    for step, pick in steps:
        ticket = tickets[pick % len(tickets)]
        match step:
            case "file":
                tickets.append(await ledger.file(column_id=columns[pick % 4]))
            case "move":
                await ledger.do(
                    MoveTickets(
                        project_id=ledger.project.id,
                        ticket_ids=(ticket.id,),
                        column_id=columns[pick % 4],
                        gap=Gap(below="a1") if pick % 2 else Gap(above="a9"),
                    )
                )
            case _ if len(tickets) > 1:
                tickets.remove(ticket)
                await ledger.do(DeleteTicket(project_id=ledger.project.id, ticket_id=ticket.id))
    rows = await ledger.fold(Board())
    assert {(row.column_id, row.slot): row.tickets for row in rows.all(SlotRow) if row.tickets} == _counted(rows)
