"""Commands on projects and their members."""

from msgspec import UNSET, UnsetType

from domain.kernel.command import Command, handles
from domain.kernel.unit import Unit
from domain.projects.columns import default_columns
from domain.projects.errors import ProjectNotFound
from domain.projects.keys import KEY_CLAIM, KeyTaken, candidates, normalized
from domain.projects.members import Member
from domain.projects.permissions import Permission
from domain.projects.project import Project
from domain.projects.roles import ADMIN, OWNER, default_roles

_COLORS = ("#3b82f6", "#10b981", "#f59e0b", "#ef4444", "#8b5cf6", "#ec4899", "#14b8a6", "#f97316")


class ProjectCommand(Command, frozen=True, kw_only=True):
    project_id: str

    def primary_stream(self) -> str:
        return self.project_id


class CreateProject(Command, frozen=True, kw_only=True):
    """Without a ``key`` one is derived from the name, without a ``color`` one is chosen.

    ``admin_ids`` are the active system administrators, who become members of every new project.
    """

    name: str
    key: str | None = None
    description: str | None = None
    color: str | None = None
    admin_ids: tuple[str, ...] = ()


class ChangeProject(ProjectCommand, frozen=True, kw_only=True):
    """What is UNSET stays as it is."""

    name: str | UnsetType = UNSET
    key: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    color: str | UnsetType = UNSET
    show_add_column_button: bool | UnsetType | None = UNSET


class DeleteProject(ProjectCommand, frozen=True, kw_only=True):
    pass


class AddMember(ProjectCommand, frozen=True, kw_only=True):
    """``user_id`` must be a user's id: accounts are not seen from here."""

    user_id: str
    role_id: str


class ChangeMember(ProjectCommand, frozen=True, kw_only=True):
    member_id: str
    role_id: str | UnsetType = UNSET
    overrides: tuple[str, ...] | UnsetType | None = UNSET


class RemoveMember(ProjectCommand, frozen=True, kw_only=True):
    member_id: str


async def existing_project(unit: Unit, project_id: str) -> Project:
    """Raises ProjectNotFound, also for a project that was deleted."""
    project = await unit.find(Project, project_id)
    if project is None or project.deleted:
        raise ProjectNotFound
    return project


@handles(CreateProject)
async def create_project(command: CreateProject, unit: Unit) -> Project:
    project_id = unit.new_id()
    key = await _free_key(command.name, unit) if command.key is None else normalized(command.key)
    await _claim_key(unit, key, project_id)
    project = Project.create(
        project_id,
        name=command.name,
        key=key,
        description=command.description,
        color=command.color or _COLORS[sum(key.encode()) % len(_COLORS)],
        roles=default_roles(unit.new_id),
        columns=default_columns(unit.new_id),
    )
    project.add_member(unit.new_id(), unit.actor.id, project.role_named(OWNER).id)
    for user_id in sorted(set(command.admin_ids) - {unit.actor.id}):
        project.add_member(unit.new_id(), user_id, project.role_named(ADMIN).id)
    return unit.add(project)


@handles(ChangeProject)
async def change_project(command: ChangeProject, unit: Unit) -> Project:
    project = await existing_project(unit, command.project_id)
    project.require(unit.actor, Permission.PROJECT_SETTINGS)
    if command.name is not UNSET:
        project.rename(command.name)
    if command.key is not UNSET and (key := normalized(command.key)) != project.key:
        await _claim_key(unit, key, project.id)
        unit.release(KEY_CLAIM, project.key, project.id)
        project.change_key(key)
    if command.description is not UNSET:
        project.describe(command.description)
    if command.color is not UNSET:
        project.recolour(command.color)
    if command.show_add_column_button is not UNSET:
        project.configure_add_column_button(command.show_add_column_button)
    return project


@handles(DeleteProject)
async def delete_project(command: DeleteProject, unit: Unit) -> Project:
    project = await existing_project(unit, command.project_id)
    project.require(unit.actor, Permission.PROJECT_DELETE)
    unit.release(KEY_CLAIM, project.key, project.id)
    project.delete()
    return project


@handles(AddMember)
async def add_member(command: AddMember, unit: Unit) -> Member:
    project = await existing_project(unit, command.project_id)
    project.require(unit.actor, Permission.MEMBERS_MANAGE)
    return project.add_member(unit.new_id(), command.user_id, command.role_id)


@handles(ChangeMember)
async def change_member(command: ChangeMember, unit: Unit) -> Member:
    project = await existing_project(unit, command.project_id)
    project.permissions_of(unit.actor)
    member = project.member(command.member_id)
    if command.role_id is not UNSET:
        project.change_member_role(unit.actor, member, command.role_id)
    if command.overrides is not UNSET:
        project.override_permissions(unit.actor, project.member(member.id), command.overrides)
    return project.member(member.id)


@handles(RemoveMember)
async def remove_member(command: RemoveMember, unit: Unit) -> None:
    project = await existing_project(unit, command.project_id)
    project.permissions_of(unit.actor)
    project.remove_member(unit.actor, project.member(command.member_id))


async def _claim_key(unit: Unit, key: str, project_id: str) -> None:
    """Raises KeyTaken; a race for the same key ends as ClaimTaken at the append."""
    if await unit.holder(KEY_CLAIM, key) is not None:
        raise KeyTaken(field="key")
    unit.claim(KEY_CLAIM, key, project_id)


async def _free_key(name: str, unit: Unit) -> str:
    for key in candidates(name):
        if await unit.holder(KEY_CLAIM, key) is None:
            return key
    raise AssertionError("candidates never end")
