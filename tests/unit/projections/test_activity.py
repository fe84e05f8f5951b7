"""The activity read model: which rows an event leaves."""

import json

from domain.kernel.testing import NOON
from domain.tracker.commands import DeleteTicket, MoveTickets
from domain.tracker.kinds import Priority, Resolution, TicketType
from domain.tracker.rank import Gap
from domain.tracker.ticket import Ticket
from projections.activity.fold import Activity
from projections.activity.rows import EntryRow
from tests.unit.projections.ledger import Ledger


async def _entries(ledger: Ledger, ticket: Ticket) -> list[tuple[str, str, str | None]]:
    rows = [row for row in (await ledger.fold(Activity())).all(EntryRow) if row.ticket_id == ticket.id]
    return [(row.action, row.field, row.value) for row in sorted(rows, key=lambda row: (row.version, row.field))]


async def test_a_creation_keeps_what_the_ticket_began_with() -> None:
    ledger = await Ledger.with_project()
    ticket = await ledger.file("Sell shoes", due_date=NOON, story_points=3)
    ((action, _, value),) = await _entries(ledger, ticket)
    assert action == "created"
    assert json.loads(value or "") == {
        "title": "Sell shoes",
        "type": "task",
        "priority": "medium",
        "status": ledger.column_id("To Do"),
        "storyPoints": "3",
        "dueDate": "2026-01-01T12:00:00.000Z",
        "creatorId": "olga",
    }


async def test_changes_carry_the_action_of_the_contract() -> None:
    ledger = await Ledger.with_project()
    parent, ticket = await ledger.file(), await ledger.file()
    await ledger.change(
        ticket,
        title="Sell boots",
        type=TicketType.BUG,
        priority=Priority.HIGH,
        assignee_id="olga",
        parent_id=parent.id,
        resolution=Resolution.DONE,
    )
    assert set((await _entries(ledger, ticket))[1:]) == {
        ("updated", "title", "Sell boots"),
        ("type_changed", "type", "bug"),
        ("priority_changed", "priority", "high"),
        ("assigned", "assignee", "olga"),
        ("parent_changed", "parent", parent.id),
        ("resolution_changed", "resolution", "Done"),
        ("moved", "status", ledger.column_id("Done")),
    }


async def test_order_watchers_and_subtasks_are_no_activity() -> None:
    ledger = await Ledger.with_project()
    first, second = await ledger.file(), await ledger.file()
    await ledger.change(second, watcher_ids=("olga",))
    await ledger.file(parent_id=second.id)
    await ledger.do(
        MoveTickets(
            project_id=ledger.project.id,
            ticket_ids=(second.id,),
            column_id=second.column_id,
            gap=Gap(below=first.rank),
        )
    )
    assert [action for action, _, _ in await _entries(ledger, second)] == ["created"]


async def test_one_command_leaves_one_key_on_all_its_rows() -> None:
    ledger = await Ledger.with_project()
    ticket = await ledger.file()
    await ledger.change(ticket, title="Sell boots", priority=Priority.HIGH)
    await ledger.change(ticket, title="Sell sandals")
    rows = sorted((await ledger.fold(Activity())).all(EntryRow), key=lambda row: row.version)
    keys = [row.command_key for row in rows]
    assert keys[1] == keys[2]
    assert len({keys[0], keys[1], keys[3]}) == 3
    assert {row.user_id for row in rows} == {"olga"}


async def test_the_activity_goes_with_the_ticket() -> None:
    ledger = await Ledger.with_project()
    ticket = await ledger.file()
    await ledger.do(DeleteTicket(project_id=ledger.project.id, ticket_id=ticket.id))
    assert not await _entries(ledger, ticket)
