"""Questions about projects."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from domain.projects.permissions import known
from projections.kernel.reader import Reader
from projections.kernel.statements import Statements

sql = Statements("projections.projects")
LONGEST_KEY = 10
_strings = msgspec.json.Decoder(tuple[str, ...])


class Rights(msgspec.Struct, frozen=True):
    """What one user may do in one project, as of a position. ``role`` is None for a non-member."""

    project_id: str
    key: str
    role: str | None
    permissions: frozenset[str]
    as_of: int

    @property
    def member(self) -> bool:
        return self.role is not None


class RoleSummary(msgspec.Struct, frozen=True):
    id: str
    name: str
    color: str
    position: int


class ProjectView(msgspec.Struct, frozen=True):
    """A project as one user sees it; ``role`` is None for a system administrator who is no member."""

    id: str
    key: str
    name: str
    description: str | None
    color: str
    add_column_button: bool | None
    created_at: datetime
    updated_at: datetime
    version: int
    sort_key: str
    tickets: int
    members: int
    role: RoleSummary | None


class ColumnView(msgspec.Struct, frozen=True):
    id: str
    name: str
    icon: str | None
    color: str | None
    order: int
    project_id: str


class RoleView(msgspec.Struct, frozen=True):
    id: str
    name: str
    color: str
    description: str | None
    position: int
    permissions: tuple[str, ...]
    is_default: bool
    created_at: datetime
    updated_at: datetime
    members: int


class MemberRole(msgspec.Struct, frozen=True):
    id: str
    name: str
    color: str
    description: str | None
    position: int
    is_default: bool
    permissions: tuple[str, ...]


class MemberView(msgspec.Struct, frozen=True):
    """``overrides`` None: never set."""

    id: str
    user_id: str
    project_id: str
    overrides: tuple[str, ...] | None
    created_at: datetime
    updated_at: datetime
    username: str
    name: str
    email: str | None
    avatar: str | None
    role: MemberRole

    @property
    def effective_permissions(self) -> tuple[str, ...]:
        return known((*self.role.permissions, *(self.overrides or ())))


async def rights(reader: Reader, ledger_id: str, project: str, user_id: str) -> Rights | None:
    """``project`` is a key in any case or an id; which of the two is told by its length."""
    key, project_id = (project.upper(), None) if len(project) <= LONGEST_KEY else (None, project)
    row = await reader.fetchrow(sql.rights, ledger_id, user_id, key, project_id)
    if row is None:
        return None
    return Rights(
        project_id=row["project_id"],
        key=row["project_key"],
        role=row["role"],
        permissions=frozenset(_strings.decode(row["permissions"])).union(_strings.decode(row["overrides"])),
        as_of=row["as_of"] or 0,
    )


async def visible_projects(
    reader: Reader,
    ledger_id: str,
    user_id: str,
    *,
    everybodys: bool = False,
    after: tuple[str, str] = ("", ""),
    limit: int | None = None,
) -> Sequence[ProjectView]:
    """By name; ``after`` is the (sort key, id) of the last one already seen."""
    rows = await reader.fetch(sql.seen_by, ledger_id, user_id, everybodys, None, *after, limit)
    return [_project(row) for row in rows]


async def project_of(reader: Reader, ledger_id: str, project_id: str, user_id: str) -> ProjectView | None:
    row = await reader.fetchrow(sql.seen_by, ledger_id, user_id, True, project_id, "", "", 1)
    return None if row is None else _project(row)


async def columns(reader: Reader, ledger_id: str, project_id: str) -> Sequence[ColumnView]:
    rows = await reader.fetch(sql.columns, ledger_id, project_id)
    return [
        ColumnView(row["column_id"], row["name"], row["icon"], row["color"], row["place"], row["project_id"])
        for row in rows
    ]


async def roles(reader: Reader, ledger_id: str, project_id: str) -> Sequence[RoleView]:
    """By position."""
    return [
        RoleView(
            id=row["role_id"],
            name=row["name"],
            color=row["color"],
            description=row["description"],
            position=row["position"],
            permissions=_strings.decode(row["permissions"]),
            is_default=row["is_default"],
            created_at=row["created_at"],
            updated_at=row["updated_at"],
            members=row["members"],
        )
        for row in await reader.fetch(sql.roles, ledger_id, project_id)
    ]


async def members(reader: Reader, ledger_id: str, project_id: str) -> Sequence[MemberView]:
    """By role position, then name."""
    return [_member(row) for row in await reader.fetch(sql.members, ledger_id, project_id, None)]


async def member(reader: Reader, ledger_id: str, project_id: str, member_id: str) -> MemberView | None:
    row = await reader.fetchrow(sql.members, ledger_id, project_id, member_id)
    return None if row is None else _member(row)


def _project(row: Mapping[str, Any]) -> ProjectView:
    role = None
    if row["role_id"] is not None:
        role = RoleSummary(row["role_id"], row["role_name"], row["role_color"], row["role_position"])
    return ProjectView(
        id=row["project_id"],
        key=row["project_key"],
        name=row["name"],
        description=row["description"],
        color=row["color"],
        add_column_button=row["add_column_button"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
        sort_key=row["sort_key"],
        tickets=row["tickets"],
        members=row["members"],
        role=role,
    )


def _member(row: Mapping[str, Any]) -> MemberView:
    return MemberView(
        id=row["member_id"],
        user_id=row["user_id"],
        project_id=row["project_id"],
        overrides=None if row["overrides"] in {None, "null"} else _strings.decode(row["overrides"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        username=row["username"],
        name=row["name"],
        email=row["email"],
        avatar=row["avatar"],
        role=MemberRole(
            id=row["role_id"],
            name=row["role_name"],
            color=row["role_color"],
            description=row["role_description"],
            position=row["role_position"],
            is_default=row["role_is_default"],
            permissions=_strings.decode(row["role_permissions"]),
        ),
    )


async def memberships(reader: Reader, ledger_id: str) -> tuple[int, Sequence[tuple[str, str]]]:
    """All (user id, project id) pairs of living projects, and the position that they were read at."""
    row = await reader.fetchrow(sql.memberships, ledger_id)
    if row is None:
        return 0, ()
    return row["as_of"] or 0, tuple(zip(row["user_ids"], row["project_ids"], strict=True))
