"""What is asked about projects, against the tables that the projector fills."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.projects.commands import ChangeMember, CreateProject, DeleteProject
from infra.config import Settings
from infra.postgres.embedded import Addresses
from projections.projects.queries import columns, member, members, project_of, rights, visible_projects
from tests.integration.tracker import LEDGER, Tracker, tracker


@pytest.fixture
async def world(database: Addresses, tmp_path: Path) -> AsyncIterator[Tracker]:
    async with tracker(database, Settings(data_dir=tmp_path)) as world:
        yield world


async def test_rights_are_found_by_key_in_any_case_and_by_id(world: Tracker) -> None:
    for reference in ("SHOP", "shop", world.project.id):
        found = await rights(world.reader, LEDGER, reference, world.mia)
        assert found is not None
        assert (found.project_id, found.role) == (world.project.id, "Member")
        assert found.permissions == {"tickets.create", "tickets.manage_own"}
    assert await rights(world.reader, LEDGER, "NOPE", world.mia) is None


async def test_overrides_count_and_strangers_have_no_rights(world: Tracker) -> None:
    mia = next(each for each in await members(world.reader, LEDGER, world.project.id) if each.user_id == world.mia)
    await world.do(ChangeMember(project_id=world.project.id, member_id=mia.id, overrides=("labels.manage",)))
    found = await rights(world.reader, LEDGER, "SHOP", world.mia)
    assert found is not None
    assert "labels.manage" in found.permissions
    again = await member(world.reader, LEDGER, world.project.id, mia.id)
    assert again is not None
    assert again.effective_permissions == ("tickets.create", "tickets.manage_own", "labels.manage")
    stranger = await rights(world.reader, LEDGER, "SHOP", world.sam)
    assert stranger is not None
    assert (stranger.member, stranger.permissions) == (False, frozenset())


async def test_members_come_by_rank_with_their_names(world: Tracker) -> None:
    found = await members(world.reader, LEDGER, world.project.id)
    assert [(each.name, each.role.name) for each in found] == [("Olga", "Owner"), ("Mia", "Member")]
    assert found[1].overrides is None


async def test_everybody_sees_their_own_projects_by_name_with_counts(world: Tracker) -> None:
    await world.do(CreateProject(name="alpha"), world.mia)
    await world.file()
    seen = await visible_projects(world.reader, LEDGER, world.mia)
    assert [(each.name, each.tickets, each.members) for each in seen] == [("alpha", 0, 1), ("Web Shop", 1, 2)]
    assert seen[1].role is not None
    assert seen[1].role.name == "Member"
    assert not await visible_projects(world.reader, LEDGER, world.sam)
    assert len(await visible_projects(world.reader, LEDGER, world.sam, everybodys=True)) == 2


async def test_a_page_begins_after_the_last_one(world: Tracker) -> None:
    await world.do(CreateProject(name="alpha"))
    (first,) = await visible_projects(world.reader, LEDGER, world.olga, limit=1)
    (second,) = await visible_projects(world.reader, LEDGER, world.olga, limit=1, after=(first.sort_key, first.id))
    assert [first.name, second.name] == ["alpha", "Web Shop"]


async def test_columns_come_from_the_left(world: Tracker) -> None:
    found = await columns(world.reader, LEDGER, world.project.id)
    assert [(each.name, each.order) for each in found] == [
        ("To Do", 0),
        ("In Progress", 1),
        ("Review", 2),
        ("Done", 3),
    ]


async def test_a_deleted_project_is_gone(world: Tracker) -> None:
    await world.do(DeleteProject(project_id=world.project.id))
    assert await project_of(world.reader, LEDGER, world.project.id, world.olga) is None
    assert await rights(world.reader, LEDGER, "SHOP", world.olga) is None
