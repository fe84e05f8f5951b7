"""Events of projects into rows."""

from collections.abc import Iterable

from domain.kernel.recorded import Recorded
from domain.projects.project import Project
from projections.kernel.projection import Projection
from projections.kernel.rows import Key, Row, Rows
from projections.projects.rows import ColumnRow, MemberRow, ProjectRow, RoleRow


class Projects(Projection):
    name = "projects"
    rows = (ProjectRow, MemberRow, RoleRow, ColumnRow)
    consumes = (
        Project.Created,
        Project.Renamed,
        Project.KeyChanged,
        Project.Described,
        Project.Recoloured,
        Project.AddColumnButtonConfigured,
        Project.MemberAdded,
        Project.MemberRoleChanged,
        Project.MemberOverridesChanged,
        Project.MemberRemoved,
        Project.Deleted,
    )

    def touches(self, recorded: Recorded) -> Iterable[tuple[type[Row], Key]]:
        yield ProjectRow, (recorded.stream_id,)
        match recorded.event:
            case Project.MemberRoleChanged(user_id=user_id) | Project.MemberOverridesChanged(user_id=user_id):
                yield MemberRow, (recorded.stream_id, user_id)

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        project_id, at = recorded.stream_id, recorded.occurred_at
        match recorded.event:
            case Project.Created() as created:
                self._create(created, recorded, rows)
            case Project.Renamed(name=name):
                rows.change(ProjectRow, project_id, name=name, updated_at=at)
            case Project.KeyChanged(key=key):
                rows.change(ProjectRow, project_id, project_key=key, updated_at=at)
            case Project.Described(description=description):
                rows.change(ProjectRow, project_id, description=description, updated_at=at)
            case Project.Recoloured(color=color):
                rows.change(ProjectRow, project_id, color=color, updated_at=at)
            case Project.AddColumnButtonConfigured(shown=shown):
                rows.change(ProjectRow, project_id, add_column_button=shown, updated_at=at)
            case Project.MemberAdded(member_id=member_id, user_id=user_id, role_id=role_id):
                rows.put(
                    MemberRow(
                        ledger_id=rows.ledger_id,
                        project_id=project_id,
                        user_id=user_id,
                        member_id=member_id,
                        role_id=role_id,
                        overrides=None,
                        created_at=at,
                        updated_at=at,
                    )
                )
            case Project.MemberRoleChanged(user_id=user_id, role_id=role_id):
                rows.change(MemberRow, project_id, user_id, role_id=role_id, updated_at=at)
            case Project.MemberOverridesChanged(user_id=user_id, overrides=overrides):
                rows.change(MemberRow, project_id, user_id, overrides=overrides, updated_at=at)
            case Project.MemberRemoved(user_id=user_id):
                rows.delete(MemberRow, project_id, user_id)
            case Project.Deleted():
                for kind in self.rows:
                    rows.delete_where(kind, project_id=project_id)
                rows.delete(ProjectRow, project_id)
        rows.change(ProjectRow, project_id, version=recorded.version)

    def _create(self, created: Project.Created, recorded: Recorded, rows: Rows) -> None:
        project_id, at = recorded.stream_id, recorded.occurred_at
        rows.put(
            ProjectRow(
                ledger_id=rows.ledger_id,
                project_id=project_id,
                project_key=created.key,
                name=created.name,
                description=created.description,
                color=created.color,
                add_column_button=None,
                created_at=at,
                updated_at=at,
                version=recorded.version,
            )
        )
        for role in created.roles:
            rows.put(
                RoleRow(
                    ledger_id=rows.ledger_id,
                    project_id=project_id,
                    role_id=role.id,
                    name=role.name,
                    color=role.color,
                    description=role.description,
                    position=role.position,
                    permissions=role.permissions,
                    is_default=role.is_default,
                    created_at=at,
                    updated_at=at,
                )
            )
        for place, column in enumerate(created.columns):
            rows.put(
                ColumnRow(
                    ledger_id=rows.ledger_id,
                    project_id=project_id,
                    column_id=column.id,
                    name=column.name,
                    icon=column.icon,
                    color=column.color,
                    place=place,
                )
            )
