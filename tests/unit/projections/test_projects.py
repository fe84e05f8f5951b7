"""The projects read model."""

from datetime import timedelta

from domain.kernel.testing import NOON
from domain.projects.commands import AddMember, ChangeMember, ChangeProject, DeleteProject, RemoveMember
from domain.projects.members import Member
from projections.projects.fold import Projects
from projections.projects.rows import ColumnRow, MemberRow, ProjectRow, RoleRow
from tests.unit.projections.ledger import Ledger


async def _with_member(ledger: Ledger) -> Member:
    member: Member = await ledger.do(
        AddMember(project_id=ledger.project.id, user_id="mia", role_id=ledger.project.role_named("Member").id)
    )
    return member


async def test_a_project_comes_with_its_owner_roles_and_columns() -> None:
    ledger = await Ledger.with_project()
    rows = await ledger.fold(Projects())
    (project,) = rows.all(ProjectRow)
    assert (project.project_id, project.project_key, project.name) == (ledger.project.id, "SHOP", "Web Shop")
    assert [member.user_id for member in rows.all(MemberRow)] == ["olga"]
    assert sorted(role.name for role in rows.all(RoleRow)) == ["Admin", "Member", "Owner"]
    places = {column.place: column.name for column in rows.all(ColumnRow)}
    assert places == {0: "To Do", 1: "In Progress", 2: "Review", 3: "Done"}


async def test_changes_show_with_their_time_and_version() -> None:
    ledger = await Ledger.with_project()
    ledger.now = NOON + timedelta(hours=1)
    await ledger.do(
        ChangeProject(
            project_id=ledger.project.id,
            name="Shop",
            key="WEB",
            description="Sells",
            color="#000000",
            show_add_column_button=True,
        )
    )
    (project,) = (await ledger.fold(Projects())).all(ProjectRow)
    assert (project.name, project.project_key, project.description) == ("Shop", "WEB", "Sells")
    assert (project.color, project.add_column_button) == ("#000000", True)
    assert (project.created_at, project.updated_at, project.version) == (NOON, ledger.now, 7)


async def test_members_come_change_and_go() -> None:
    ledger = await Ledger.with_project()
    member = await _with_member(ledger)
    admin = ledger.project.role_named("Admin").id
    change = ChangeMember(
        project_id=ledger.project.id, member_id=member.id, role_id=admin, overrides=("project.delete",)
    )
    await ledger.do(change)
    row = (await ledger.fold(Projects())).get(MemberRow, ledger.project.id, "mia")
    assert row is not None
    assert (row.member_id, row.role_id, row.overrides) == (member.id, admin, ("project.delete",))
    await ledger.do(RemoveMember(project_id=ledger.project.id, member_id=member.id))
    assert [row.user_id for row in (await ledger.fold(Projects())).all(MemberRow)] == ["olga"]


async def test_nothing_is_left_of_a_deleted_project() -> None:
    ledger = await Ledger.with_project()
    await _with_member(ledger)
    await ledger.do(DeleteProject(project_id=ledger.project.id))
    rows = await ledger.fold(Projects())
    assert [rows.all(kind) for kind in (ProjectRow, MemberRow, RoleRow, ColumnRow)] == [[], [], [], []]
