"""The rows of the projects read model."""

from datetime import datetime
from typing import ClassVar

from projections.kernel.rows import Row


class ProjectRow(Row, frozen=True, kw_only=True):
    """``version`` is that of the project's stream; ``add_column_button`` None: as the system's settings say."""

    table: ClassVar[str] = "project_v1"
    key: ClassVar[tuple[str, ...]] = ("project_id",)

    project_id: str
    project_key: str
    name: str
    description: str | None
    color: str
    add_column_button: bool | None
    created_at: datetime
    updated_at: datetime
    version: int


class MemberRow(Row, frozen=True, kw_only=True):
    """``overrides`` are permissions on top of the role's; None: never set."""

    table: ClassVar[str] = "project_member_v1"
    key: ClassVar[tuple[str, ...]] = ("project_id", "user_id")

    project_id: str
    user_id: str
    member_id: str
    role_id: str
    overrides: tuple[str, ...] | None
    created_at: datetime
    updated_at: datetime


class RoleRow(Row, frozen=True, kw_only=True):
    """A lower ``position`` is a higher rank."""

    table: ClassVar[str] = "project_role_v1"
    key: ClassVar[tuple[str, ...]] = ("project_id", "role_id")

    project_id: str
    role_id: str
    name: str
    color: str
    description: str | None
    position: int
    permissions: tuple[str, ...]
    is_default: bool
    created_at: datetime
    updated_at: datetime


class ColumnRow(Row, frozen=True, kw_only=True):
    """``place`` counts from 0, from the left."""

    table: ClassVar[str] = "project_column_v1"
    key: ClassVar[tuple[str, ...]] = ("project_id", "column_id")

    project_id: str
    column_id: str
    name: str
    icon: str | None
    color: str | None
    place: int
