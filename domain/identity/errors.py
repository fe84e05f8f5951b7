"""Refusals of identity. A docstring is the message."""

from domain.kernel.errors import Conflict, Forbidden, Gone, Invalid


class UsernameTaken(Conflict):
    """This username is already taken"""


class EmailTaken(Conflict):
    """An account with this email already exists"""


class SetupCompleted(Forbidden):
    """Setup already completed. Users already exist."""


class NotAdministrator(Forbidden):
    """Forbidden: System admin required"""


class NotOwnAccount(Forbidden):
    """Forbidden"""


class AccountDisabled(Forbidden):
    """Account disabled"""


class AccountClosed(Gone):
    """User not found"""


class OwnAccount(Invalid):
    """Cannot disable your own account"""


class LastAdministrator(Invalid):
    """Cannot remove or disable the last system administrator"""


class AbilityNotHeld(Forbidden):
    """The user does not have an ability that was asked for"""


class TenantExists(Conflict):
    """A tenant with this name already exists"""
