from domain.projects.commands import AddMember, ChangeMember, RemoveMember
from domain.projects.errors import (
    AlreadyAMember,
    ForeignRole,
    LastOwner,
    MemberNotFound,
    MemberOutranks,
    MissingPermission,
    NotAMember,
    RoleOutranks,
    SelfPromotion,
    UnknownPermissions,
)
from domain.projects.permissions import Permission
from domain.projects.project import Project
from tests.unit.projects.world import ADAM, MIA, OLGA, ROOT, SAM, ProjectWorld, one_project


async def _change(world: ProjectWorld, who: str, role: str) -> ChangeMember:
    member = (await world.project()).members[who]
    return ChangeMember(project_id=world.project_id, member_id=member.id, role_id=await world.role_id(role))


async def _removal(world: ProjectWorld, who: str) -> RemoveMember:
    return RemoveMember(project_id=world.project_id, member_id=(await world.project()).members[who].id)


async def test_an_admin_adds_members_of_any_role() -> None:
    world = await one_project()
    role_id = await world.role_id("Owner")
    await world.as_actor(ADAM).when(AddMember(project_id=world.project_id, user_id="sam", role_id=role_id))
    world.then(Project.MemberAdded)


async def test_a_plain_member_adds_nobody() -> None:
    world = await one_project()
    command = AddMember(project_id=world.project_id, user_id="sam", role_id=await world.role_id("Member"))
    await world.as_actor(MIA).refused(command, MissingPermission, "members.manage")


async def test_nobody_is_added_twice_or_with_a_role_of_elsewhere() -> None:
    world = await one_project()
    twice = AddMember(project_id=world.project_id, user_id="mia", role_id=await world.role_id("Admin"))
    await world.refused(twice, AlreadyAMember, "User is already a member of this project")
    foreign = AddMember(project_id=world.project_id, user_id="sam", role_id="role-of-elsewhere")
    await world.refused(foreign, ForeignRole, "Invalid role for this project")


async def test_an_owner_changes_and_removes_an_admin() -> None:
    world = await one_project()
    await world.when(await _change(world, "adam", "Member"))
    world.then(Project.MemberRoleChanged)
    await world.when(await _removal(world, "adam"))
    world.then(Project.MemberRemoved)


async def test_an_admin_touches_neither_owner_nor_another_admin() -> None:
    world = await one_project()
    await world.given(AddMember(project_id=world.project_id, user_id="alex", role_id=await world.role_id("Admin")))
    world.as_actor(ADAM)
    for who in ("olga", "alex"):
        await world.refused(
            await _change(world, who, "Member"), MemberOutranks, "Cannot modify members with equal or higher rank"
        )
        await world.refused(
            await _removal(world, who), MemberOutranks, "Cannot remove members with equal or higher rank"
        )


async def test_nobody_gives_a_role_of_their_own_rank_or_above() -> None:
    world = await one_project()
    world.as_actor(ADAM)
    await world.refused(
        await _change(world, "mia", "Admin"), RoleOutranks, "Cannot assign roles equal to or higher than your own"
    )
    await world.as_actor(ROOT).when(await _change(world, "mia", "Owner"))
    world.then(Project.MemberRoleChanged)


async def test_one_may_step_down_but_not_up() -> None:
    world = await one_project()
    world.as_actor(ADAM)
    await world.refused(
        await _change(world, "adam", "Owner"), SelfPromotion, "Cannot promote yourself to a higher or equal rank"
    )
    await world.when(await _change(world, "adam", "Member"))
    world.then(Project.MemberRoleChanged)


async def test_the_last_owner_stays() -> None:
    world = await one_project()
    await world.refused(
        await _change(world, "olga", "Member"), LastOwner, "Cannot remove the last Owner. Transfer ownership first."
    )
    await world.refused(
        await _removal(world, "olga"), LastOwner, "Cannot leave as the last Owner. Transfer ownership first."
    )
    await world.as_actor(ROOT).given(await _change(world, "adam", "Owner"))
    await world.as_actor(OLGA).when(await _removal(world, "olga"))
    world.then(Project.MemberRemoved)


async def test_a_member_may_leave() -> None:
    world = await one_project()
    await world.as_actor(MIA).when(await _removal(world, "mia"))
    world.then(Project.MemberRemoved)


async def test_a_member_of_elsewhere_is_not_found() -> None:
    world = await one_project()
    command = RemoveMember(project_id=world.project_id, member_id="nobody")
    await world.refused(command, MemberNotFound, "Member not found")


async def test_overrides_add_permissions_to_those_of_the_role() -> None:
    world = await one_project()
    grant = ChangeMember(
        project_id=world.project_id, member_id=await world.member_id(MIA), overrides=("labels.manage",)
    )
    await world.as_actor(ADAM).refused(grant, MissingPermission, "members.admin")
    await world.as_actor(OLGA).when(grant)
    world.then(Project.MemberOverridesChanged)
    assert (await world.project()).permissions_of(MIA) == {
        Permission.TICKETS_CREATE,
        Permission.TICKETS_MANAGE_OWN,
        Permission.LABELS_MANAGE,
    }


async def test_unknown_permissions_are_named_in_the_refusal() -> None:
    world = await one_project()
    grant = ChangeMember(
        project_id=world.project_id, member_id=await world.member_id(MIA), overrides=("labels.manage", "fly")
    )
    refusal = await world.refused(grant, UnknownPermissions, "Invalid permissions provided")
    assert refusal.extensions == {"invalid": ["fly"]}


async def test_a_stranger_changes_nobody() -> None:
    world = await one_project()
    await world.as_actor(SAM).refused(await _removal(world, "mia"), NotAMember, "Forbidden: Not a project member")
