"""Signing in to delivery with an e-mail address: a JWT, and who it belongs to."""

from typing import Any

from litestar import Request, post
from litestar.params import JSONBody

from interfaces.http.identity.schemas import DeliveryLogin, DeliveryUser, SignedIn
from interfaces.http.identity.sign_in import Account, authenticate, bearer_token, start_session
from interfaces.http.ports import Ports, ports_of
from interfaces.http.principal import PUBLIC
from interfaces.http.times import stamp
from projections.accounts.queries import UserView


@post("/api/v1/auth/login", tags=["identity"], status_code=200, opt={PUBLIC: True})
async def login(request: Request[Any, Any, Any], data: JSONBody[DeliveryLogin]) -> SignedIn:
    """A bearer token for an e-mail address and its password."""
    account = await authenticate(request, data.email, data.password, "invalid email or password")
    await start_session(request, account)
    return signed_in(ports_of(request), account.ledger_id, account.user)


def signed_in(ports: Ports, ledger_id: str, user: UserView) -> SignedIn:
    return SignedIn(
        bearer_token(ports, Account(ledger_id, user)),
        DeliveryUser(
            id=user.id,
            created_at=stamp(user.created_at),
            updated_at=stamp(user.updated_at),
            email=user.email or "",
            name=user.name,
            role="admin" if user.is_admin else "user",
        ),
    )
