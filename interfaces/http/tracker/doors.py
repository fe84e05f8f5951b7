"""What stands before the tracker's routes: who asks, which project, what they may do there, in the contract's order.

Guards run before a body is looked at, so that a stranger learns nothing from how it is refused.
"""

from typing import Any, cast

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from domain.projects.permissions import Permission
from interfaces.http.access import Access
from interfaces.http.ports import ports_of
from interfaces.http.principal import caller

READ, WRITE = "projects:read", "projects:write"
"""The abilities that an access token needs."""
Connection = ASGIConnection[Any, Any, Any, Any]


def signed_in(ability: str) -> Guard:
    """Anybody with an account. Raises Unauthenticated, Forbidden."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        caller(connection.scope).require(ability)

    return guard


def member(ability: str, permission: Permission | None = None) -> Guard:
    """Members of the project in the path, those with a permission if one is named.

    Raises Unauthenticated, NotFound, Forbidden.
    """

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        principal = caller(connection.scope)
        access = await ports_of(connection).access.member(principal, connection.path_params["project"])
        if permission is not None:
            access.require(permission)
        principal.require(ability)
        connection.scope["access"] = access  # type: ignore[typeddict-unknown-key]

    return guard


def access_of(connection: Connection) -> Access:
    """What the guard found."""
    return cast("Access", connection.scope["access"])  # type: ignore[typeddict-item]
