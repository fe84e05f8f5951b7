"""Refusals about projects and their members. The texts are those of the tracker contract."""

from domain.kernel.errors import Forbidden, Invalid, NotFound


class ProjectNotFound(NotFound):
    """Project not found"""


class MemberNotFound(NotFound):
    """Member not found"""


class NotAMember(Forbidden):
    """Forbidden: Not a project member"""


class MissingPermission(Forbidden):
    """Forbidden: Missing permission"""

    def __init__(self, permission: str) -> None:
        super().__init__(f"Forbidden: Missing permission {permission}")


class MemberOutranks(Forbidden):
    """Cannot modify members with equal or higher rank"""


class RoleOutranks(Forbidden):
    """Cannot assign roles equal to or higher than your own"""


class AlreadyAMember(Invalid):
    """User is already a member of this project"""


class ForeignRole(Invalid):
    """Invalid role for this project"""


class SelfPromotion(Invalid):
    """Cannot promote yourself to a higher or equal rank"""


class LastOwner(Invalid):
    """Cannot remove the last Owner. Transfer ownership first."""


class UnknownPermissions(Invalid):
    """Invalid permissions provided"""
