"""The thirteen permissions of a project."""

from collections.abc import Iterable
from enum import StrEnum


class Permission(StrEnum):
    PROJECT_SETTINGS = "project.settings"
    PROJECT_DELETE = "project.delete"
    MEMBERS_INVITE = "members.invite"
    MEMBERS_MANAGE = "members.manage"
    MEMBERS_ADMIN = "members.admin"
    BOARD_MANAGE = "board.manage"
    TICKETS_CREATE = "tickets.create"
    TICKETS_MANAGE_OWN = "tickets.manage_own"
    TICKETS_MANAGE_ANY = "tickets.manage_any"
    SPRINTS_MANAGE = "sprints.manage"
    LABELS_MANAGE = "labels.manage"
    COMMENTS_MANAGE_ANY = "comments.manage_any"
    ATTACHMENTS_MANAGE_ANY = "attachments.manage_any"


EVERY_PERMISSION = tuple(Permission)


def known(names: Iterable[str]) -> tuple[Permission, ...]:
    """The permissions among ``names``, each once, in the order of the table; unknown strings are dropped."""
    wanted = set(names)
    return tuple(permission for permission in Permission if permission in wanted)
