"""A world with one project: Olga owns it, Adam is an Admin, Mia a Member; Sam is a stranger, Root runs the system."""

from typing import TypeVar

from domain.kernel.testing import Fixture
from domain.kernel.unit import Actor
from domain.projects.commands import AddMember, CreateProject
from domain.projects.project import Project

OLGA, ADAM, MIA, SAM = Actor(id="olga"), Actor(id="adam"), Actor(id="mia"), Actor(id="sam")
ROOT = Actor(id="root", admin=True)

W = TypeVar("W", bound="ProjectWorld")


class ProjectWorld(Fixture):
    project_id: str

    async def project(self) -> Project:
        project = await self.load(Project, self.project_id)
        assert project is not None
        return project

    async def role_id(self, name: str) -> str:
        return (await self.project()).role_named(name).id

    async def member_id(self, actor: Actor) -> str:
        return (await self.project()).members[actor.id].id

    async def column_id(self, name: str) -> str:
        return next(column.id for column in (await self.project()).columns.values() if column.name == name)


async def with_project(world: W) -> W:
    world.as_actor(OLGA)
    world.project_id = (await world.when(CreateProject(name="Web Shop", key="SHOP"))).id
    for actor, role in ((ADAM, "Admin"), (MIA, "Member")):
        await world.given(AddMember(project_id=world.project_id, user_id=actor.id, role_id=await world.role_id(role)))
    return world


async def one_project() -> ProjectWorld:
    return await with_project(ProjectWorld())
