"""Refusals: the ways in which the domain says no.

A refusal carries a stable ``code`` (for machines) and a message (its docstring unless one is given). The HTTP layer
maps the class to a status in one table; nothing else knows about statuses.
"""

import re
from typing import Any, ClassVar

_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


class Refusal(Exception):
    """The command was refused."""

    code: ClassVar[str] = "refused"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.code = _WORD_START.sub("-", cls.__name__).lower()

    def __init__(self, message: str | None = None, **extensions: Any) -> None:
        self.message = message or (type(self).__doc__ or "").strip().splitlines()[0]
        self.extensions = extensions
        super().__init__(self.message)


class NotFound(Refusal):
    """Not found."""


class Forbidden(Refusal):
    """Forbidden."""


class Unauthenticated(Refusal):
    """Unauthorized"""


class Conflict(Refusal):
    """The request conflicts with the current state."""


class Gone(Refusal):
    """It was deleted."""


class Invalid(Refusal):
    """Invalid request data"""

    def __init__(self, message: str | None = None, *, field: str = "", **extensions: Any) -> None:
        super().__init__(message, **extensions)
        self.field = field


class VersionConflict(Conflict):
    """Somebody else changed it at the same time; read it again and retry."""


class StaleVersion(Refusal):
    """The If-Match version is not the current one."""


class ClaimTaken(Conflict):
    """A value that must be unique is already taken."""

    def __init__(self, scope: str = "", message: str | None = None) -> None:
        super().__init__(message, scope=scope)
        self.scope = scope


class KeyReused(Refusal):
    """This Idempotency-Key was used with another request."""


class KeyInFlight(Conflict):
    """A request with this Idempotency-Key is still being processed."""


class Overloaded(Refusal):
    """Too much is waiting to be written; try again shortly."""

    retry_after = 1


class LogUnavailable(Refusal):
    """The database does not answer."""

    retry_after = 1
