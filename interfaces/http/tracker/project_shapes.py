"""Projects, columns and members as the tracker's clients know them (contract 0.12, 1.4)."""

from collections.abc import Sequence

import msgspec
from msgspec import UNSET, UnsetType

from interfaces.http.paging import PageMeta
from interfaces.http.principal import Principal
from interfaces.http.times import stamp
from interfaces.http.tracker.shapes import camel
from projections.projects.queries import ColumnView, MemberView, ProjectView, RoleSummary, RoleView


class RoleDetails(msgspec.Struct, omit_defaults=True):
    id: str
    name: str
    color: str
    position: int | UnsetType = UNSET


class ProjectCounts(msgspec.Struct):
    tickets: int
    members: int


class ProjectBody(msgspec.Struct, kw_only=True, rename=lambda name: "_count" if name == "counts" else camel(name)):
    """``role`` is the caller's; which of the last fields are there depends on the route."""

    id: str
    name: str
    key: str
    color: str
    description: str | None
    created_at: str
    updated_at: str
    counts: ProjectCounts | UnsetType = UNSET
    role: str | UnsetType = UNSET
    role_details: RoleDetails | UnsetType | None = UNSET
    show_add_column_button: bool | UnsetType | None = UNSET
    effective_show_add_column_button: bool | UnsetType = UNSET


class ProjectPage(msgspec.Struct):
    data: Sequence[ProjectBody]
    meta: PageMeta


class ColumnBody(msgspec.Struct, rename="camel"):
    id: str
    name: str
    icon: str | None
    color: str | None
    order: int
    project_id: str


class RoleBody(msgspec.Struct, rename="camel"):
    id: str
    name: str
    color: str
    description: str | None
    permissions: Sequence[str]
    is_default: bool
    position: int
    member_count: int
    created_at: str
    updated_at: str


class UserOfMember(msgspec.Struct):
    """A member's own details; without the user name where the contract leaves it out."""

    id: str
    name: str
    email: str | None
    avatar: str | None
    username: str | UnsetType = UNSET


class RoleOfMember(msgspec.Struct, rename="camel"):
    id: str
    name: str
    color: str
    description: str | None
    position: int
    is_default: bool
    permissions: Sequence[str] | UnsetType = UNSET


class MemberBody(msgspec.Struct, rename="camel"):
    """``overrides`` null: never set."""

    id: str
    user_id: str
    project_id: str
    role_id: str
    overrides: Sequence[str] | None
    created_at: str
    updated_at: str
    user: UserOfMember
    role: RoleOfMember
    effective_permissions: Sequence[str] | UnsetType = UNSET


def listed(view: ProjectView, principal: Principal) -> ProjectBody:
    """A system administrator's list says ``admin`` for every project."""
    body = plain(view)
    body.counts = ProjectCounts(view.tickets, view.members)
    body.role = "admin" if principal.admin or view.role is None else view.role.name
    if view.role is not None and not principal.admin:
        body.role_details = _role(view.role, with_position=True)
    return body


def created(view: ProjectView) -> ProjectBody:
    body = plain(view)
    if view.role is not None:
        body.role, body.role_details = view.role.name, _role(view.role, with_position=True)
    return body


def single(view: ProjectView, *, with_counts: bool) -> ProjectBody:
    body = plain(view)
    if with_counts:
        body.counts = ProjectCounts(view.tickets, view.members)
    body.role = "member" if view.role is None else view.role.name
    body.role_details = None if view.role is None else _role(view.role, with_position=False)
    body.show_add_column_button = view.add_column_button
    body.effective_show_add_column_button = view.add_column_button is not False
    return body


def plain(view: ProjectView) -> ProjectBody:
    """The project without anybody's role in it."""
    return ProjectBody(
        id=view.id,
        name=view.name,
        key=view.key,
        color=view.color,
        description=view.description,
        created_at=stamp(view.created_at),
        updated_at=stamp(view.updated_at),
    )


def column_body(view: ColumnView) -> ColumnBody:
    return ColumnBody(view.id, view.name, view.icon, view.color, view.order, view.project_id)


def role_body(view: RoleView) -> RoleBody:
    return RoleBody(
        id=view.id,
        name=view.name,
        color=view.color,
        description=view.description,
        permissions=view.permissions,
        is_default=view.is_default,
        position=view.position,
        member_count=view.members,
        created_at=stamp(view.created_at),
        updated_at=stamp(view.updated_at),
    )


def member_body(view: MemberView) -> MemberBody:
    role = view.role
    return MemberBody(
        id=view.id,
        user_id=view.user_id,
        project_id=view.project_id,
        role_id=role.id,
        overrides=view.overrides,
        created_at=stamp(view.created_at),
        updated_at=stamp(view.updated_at),
        user=UserOfMember(view.user_id, view.name, view.email or None, view.avatar, view.username),
        role=RoleOfMember(role.id, role.name, role.color, role.description, role.position, role.is_default),
    )


def member_detail(view: MemberView) -> MemberBody:
    """With the permissions of the role, and those that the member has in effect."""
    body = member_body(view)
    body.overrides = view.overrides or ()
    body.role.permissions = view.role.permissions
    body.effective_permissions = view.effective_permissions
    return body


def _role(role: RoleSummary, *, with_position: bool) -> RoleDetails:
    return RoleDetails(role.id, role.name, role.color, role.position if with_position else UNSET)
