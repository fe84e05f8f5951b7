"""What is asked about the activity of tickets, against the tables that the projector fills."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.tracker.kinds import Priority
from domain.tracker.ticket import Ticket
from infra.config import Settings
from infra.postgres.embedded import Addresses
from projections.activity.queries import Entry, entries
from tests.integration.tracker import LEDGER, Tracker, tracker


@pytest.fixture
async def world(database: Addresses, tmp_path: Path) -> AsyncIterator[Tracker]:
    async with tracker(database, Settings(data_dir=tmp_path)) as world:
        yield world


async def _entries(world: Tracker, ticket: Ticket) -> list[Entry]:
    return list(await entries(world.reader, LEDGER, [ticket.id]))


async def test_a_change_tells_the_value_before_and_after(world: Tracker) -> None:
    ticket = await world.file(assignee_id=world.mia)
    await world.change(ticket, assignee_id=None)
    await world.change(ticket, assignee_id=world.olga)
    created, *changed = await _entries(world, ticket)
    assert [(each.action, each.field) for each in created.changes] == [("created", None)]
    assert [(change.field, change.old_value, change.new_value) for each in changed for change in each.changes] == [
        ("assignee", world.mia, None),
        ("assignee", None, world.olga),
    ]
    assert created.user is not None
    assert created.user.username == "olga"


async def test_a_field_that_an_event_sets_to_what_it_was_is_no_change(world: Tracker) -> None:
    ticket = await world.file(story_points=3, estimate="2d")
    await world.change(ticket, estimate="3d")
    _, changed = await _entries(world, ticket)
    assert [(each.field, each.old_value, each.new_value) for each in changed.changes] == [("estimate", "2d", "3d")]
    assert changed.group_id is None


async def test_changes_made_together_share_a_group(world: Tracker) -> None:
    ticket = await world.file()
    await world.change(ticket, title="Sell boots", priority=Priority.HIGH)
    _, group = await _entries(world, ticket)
    assert [each.field for each in group.changes] == ["title", "priority"]
    assert group.group_id is not None
    assert group.group_id.startswith("grp_")
