from domain.kernel.testing import Fixture
from domain.projects.commands import ChangeProject, CreateProject, DeleteProject
from domain.projects.errors import MissingPermission, NotAMember, ProjectNotFound
from domain.projects.keys import KeyTaken
from domain.projects.project import Project
from tests.unit.projects.world import ADAM, MIA, OLGA, ROOT, SAM, one_project


async def test_each_change_is_an_event_of_its_own() -> None:
    world = await one_project()
    await world.when(
        ChangeProject(
            project_id=world.project_id,
            name="Shop",
            key="WEB",
            description="Sells things",
            color="#000000",
            show_add_column_button=False,
        )
    )
    world.then(
        Project.Renamed(name="Shop"),
        Project.KeyChanged(key="WEB"),
        Project.Described(description="Sells things"),
        Project.Recoloured(color="#000000"),
        Project.AddColumnButtonConfigured(shown=False),
    )


async def test_what_is_the_same_already_is_no_event() -> None:
    world = await one_project()
    await world.when(ChangeProject(project_id=world.project_id, name="Web Shop", key="shop", description=None))
    world.then()


async def test_a_key_given_up_may_be_taken_by_another_project() -> None:
    world = await one_project()
    await world.given(ChangeProject(project_id=world.project_id, key="WEB"), CreateProject(name="Other", key="SHOP"))
    await world.refused(ChangeProject(project_id=world.project_id, key="SHOP"), KeyTaken)


async def test_only_who_holds_project_settings_changes_it() -> None:
    world = await one_project()
    command = ChangeProject(project_id=world.project_id, name="Mine")
    await world.as_actor(MIA).refused(command, MissingPermission, "Forbidden: Missing permission project.settings")
    await world.as_actor(SAM).refused(command, NotAMember, "Forbidden: Not a project member")
    await world.as_actor(ADAM).when(command)
    world.then(Project.Renamed)


async def test_only_an_owner_deletes_it() -> None:
    world = await one_project()
    command = DeleteProject(project_id=world.project_id)
    await world.as_actor(ADAM).refused(command, MissingPermission, "project.delete")
    await world.as_actor(OLGA).when(command)
    world.then(Project.Deleted, Project.MemberRemoved, Project.MemberRemoved, Project.MemberRemoved)


async def test_a_system_administrator_is_a_virtual_member_with_every_permission() -> None:
    world = await one_project()
    await world.as_actor(ROOT).when(DeleteProject(project_id=world.project_id))
    assert (await world.project()).deleted


async def test_a_deleted_project_is_not_found_and_its_key_is_free() -> None:
    world = await one_project()
    await world.given(DeleteProject(project_id=world.project_id))
    await world.refused(ChangeProject(project_id=world.project_id, name="Again"), ProjectNotFound)
    assert (await world.when(CreateProject(name="New one", key="SHOP"))).key == "SHOP"


async def test_a_project_nobody_made_is_not_found() -> None:
    await Fixture().refused(DeleteProject(project_id="nowhere"), ProjectNotFound, "Project not found")
