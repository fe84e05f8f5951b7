"""A project as it was."""

from projections.kernel.past import Past
from projections.kernel.projection import replay
from projections.kernel.rows import Rows
from projections.projects.fold import Projects
from projections.projects.queries import ProjectView, RoleSummary
from projections.projects.rows import MemberRow, ProjectRow, RoleRow


async def rows_of(past: Past, project_id: str) -> Rows:
    """The project's rows, none if it did not exist."""
    return replay(Projects(), await past.history(project_id), past.ledger_id)


async def project_as_of(past: Past, project_id: str, user_id: str) -> ProjectView | None:
    """As one user saw it then. Tickets are not counted: they have streams of their own."""
    rows = await rows_of(past, project_id)
    project = next(iter(rows.all(ProjectRow)), None)
    if project is None:
        return None
    members = {member.user_id: member for member in rows.all(MemberRow)}
    roles = {role.role_id: role for role in rows.all(RoleRow)}
    role = roles[members[user_id].role_id] if user_id in members else None
    return ProjectView(
        id=project.project_id,
        key=project.project_key,
        name=project.name,
        description=project.description,
        color=project.color,
        add_column_button=project.add_column_button,
        created_at=project.created_at,
        updated_at=project.updated_at,
        version=project.version,
        sort_key=project.name,
        tickets=0,
        members=len(members),
        role=RoleSummary(role.role_id, role.name, role.color, role.position) if role else None,
    )
