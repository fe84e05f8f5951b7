import pytest

from domain.kernel.testing import Fixture
from domain.kernel.unit import Actor
from domain.projects.commands import CreateProject
from domain.projects.keys import RESERVED, KeyMalformed, KeyReserved, KeyTaken, candidates
from domain.projects.project import Project


async def test_the_creator_is_the_owner_and_every_other_system_administrator_an_admin() -> None:
    world = Fixture().as_actor(Actor(id="olga"))
    project = await world.when(CreateProject(name="Web Shop", key="shop", admin_ids=("root", "olga", "adam")))
    world.then(Project.Created, Project.MemberAdded, Project.MemberAdded, Project.MemberAdded)
    roles = {user_id: project.roles[member.role_id].name for user_id, member in project.members.items()}
    assert roles == {"olga": "Owner", "adam": "Admin", "root": "Admin"}


async def test_a_project_starts_with_four_columns_and_three_roles() -> None:
    project = await Fixture().when(CreateProject(name="Web Shop"))
    assert [column.name for column in project.columns.values()] == ["To Do", "In Progress", "Review", "Done"]
    assert project.first_done_column.name == "Done"
    assert [(role.name, role.position, len(role.permissions)) for role in project.roles.values()] == [
        ("Owner", 0, 13),
        ("Admin", 1, 11),
        ("Member", 2, 2),
    ]


async def test_a_key_is_stored_in_upper_case() -> None:
    assert (await Fixture().when(CreateProject(name="Web Shop", key=" shop "))).key == "SHOP"


async def test_a_key_in_use_is_refused_in_any_case() -> None:
    world = await Fixture().given(CreateProject(name="Web Shop", key="SHOP"))
    await world.refused(CreateProject(name="Another", key="shop"), KeyTaken, "Project key already exists")


@pytest.mark.parametrize("key", ["", "TOOLONGAKEY", "A-B", "A/B", "É", "A B"])
async def test_a_key_of_other_than_1_to_10_letters_digits_and_underscores_is_refused(key: str) -> None:
    await Fixture().refused(CreateProject(name="Web Shop", key=key), KeyMalformed)


async def test_a_word_that_stands_in_a_route_is_no_key() -> None:
    await Fixture().refused(CreateProject(name="Web Shop", key="events"), KeyReserved)


async def test_without_a_key_one_is_derived_from_the_name() -> None:
    world = Fixture()
    names = ["Web Shop", "White Sox", "Billing", "!!!"]
    assert [(await world.when(CreateProject(name=name))).key for name in names] == ["WS", "WS2", "BILL", "P"]


def test_a_derived_key_is_never_a_reserved_word() -> None:
    assert "NEW" in RESERVED
    assert next(candidates("new")) == "NEW2"


async def test_without_a_colour_one_is_chosen() -> None:
    assert (await Fixture().when(CreateProject(name="Web Shop"))).color.startswith("#")
