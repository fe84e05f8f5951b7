"""Roles: named sets of permissions in an order of rank."""

from collections.abc import Callable

import msgspec

from domain.projects.permissions import EVERY_PERMISSION, Permission

_BEYOND_ADMINS = {Permission.PROJECT_DELETE, Permission.MEMBERS_ADMIN}


class Role(msgspec.Struct, frozen=True):
    """A lower ``position`` is a higher rank. Roles with ``is_default`` cannot be deleted."""

    id: str
    name: str
    color: str
    position: int
    permissions: tuple[Permission, ...]
    description: str | None = None
    is_default: bool = False


OWNER, ADMIN, MEMBER = "Owner", "Admin", "Member"
SYSTEM_ADMIN_POSITION = -1
"""System administrators rank above every role."""


def default_roles(new_id: Callable[[], str]) -> tuple[Role, ...]:
    """Owner, Admin and Member, as every project starts with."""
    return (
        Role(new_id(), OWNER, "#f59e0b", 0, EVERY_PERMISSION, is_default=True),
        Role(
            new_id(),
            ADMIN,
            "#3b82f6",
            1,
            tuple(permission for permission in Permission if permission not in _BEYOND_ADMINS),
            is_default=True,
        ),
        Role(
            new_id(),
            MEMBER,
            "#6b7280",
            2,
            (Permission.TICKETS_CREATE, Permission.TICKETS_MANAGE_OWN),
            is_default=True,
        ),
    )
