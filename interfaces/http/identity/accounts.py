"""What the account routes share: the account behind a caller, its shapes, and new passwords."""

from collections.abc import Sequence
from typing import Any

from litestar import Request

from domain.identity.rules import tracker_password_faults
from domain.kernel.errors import NotFound, Unauthenticated
from interfaces.http.identity.schemas import TrackerUser
from interfaces.http.limits import REGISTRATION, Limit, spend
from interfaces.http.ports import Ports, ports_of
from interfaces.http.principal import Principal, caller
from interfaces.http.problems import BadInput, Detail
from projections.accounts import queries
from projections.accounts.queries import UserView


async def account(ports: Ports, ledger_id: str, user_id: str) -> UserView:
    """Raises NotFound."""
    found = await queries.user(ports.reader, ledger_id, user_id)
    if found is None or found.is_closed:
        raise NotFound("User not found")
    return found


async def own_account(request: Request[Any, Any, Any]) -> tuple[Principal, UserView]:
    """The caller, and their account. Raises Unauthenticated."""
    principal = caller(request.scope)
    try:
        return principal, await account(ports_of(request), principal.ledger_id, principal.user_id)
    except NotFound:
        raise Unauthenticated from None


def tracker_user(user: UserView) -> TrackerUser:
    return TrackerUser(user.id, user.username, user.name, user.email)


def require_tracker_password(password: str, field: str = "password") -> None:
    """Raises BadInput with a detail for each rule broken."""
    require_no_faults(tracker_password_faults(password), field)


def require_no_faults(faults: Sequence[str], field: str) -> None:
    """Raises BadInput."""
    if faults:
        raise BadInput([Detail(field, fault) for fault in faults], "Password does not meet requirements")


async def spend_registration(request: Request[Any, Any, Any]) -> None:
    """Count an attempt that is well-formed: only those make accounts, or tell which names are taken.

    Raises TooManyRequests.
    """
    await spend_as_client(request, REGISTRATION)


async def spend_as_client(request: Request[Any, Any, Any], limit: Limit, *accounts: str) -> tuple[str, ...]:
    """Count an attempt of this client, and on each of the accounts; the keys counted under. Raises TooManyRequests."""
    ports = ports_of(request)
    scope: Any = request.scope
    client = ports.proxies.client(scope, dict(scope["headers"]))
    keys = (f"client:{client}", *(f"account:{name}" for name in accounts))
    await spend(request, ports.limiter, limit, *keys, now=ports.now().timestamp())
    return keys
