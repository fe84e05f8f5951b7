"""Members of a project."""

import msgspec

from domain.projects.permissions import Permission


class Member(msgspec.Struct, frozen=True):
    """``overrides`` are permissions on top of the role's; None: never set."""

    id: str
    user_id: str
    role_id: str
    overrides: tuple[Permission, ...] | None = None
