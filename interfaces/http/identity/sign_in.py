"""Checking a password, whichever route asks: one count of attempts, one answer for every reason to refuse."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Request

from domain.identity.commands import EMAIL_CLAIM, USERNAME_CLAIM, StartSession
from domain.identity.ports import Profile, TokenUse
from domain.identity.rules import normalized
from domain.kernel.dispatch import Context
from domain.kernel.errors import Unauthenticated
from domain.kernel.ids import tenant_of
from domain.kernel.unit import Actor
from interfaces.http.fresh import level
from interfaces.http.identity.accounts import spend_as_client
from interfaces.http.limits import LOGIN, Standing
from interfaces.http.ports import Ports, ports_of
from projections.accounts import queries
from projections.accounts.password_hash import password_hash
from projections.accounts.queries import UserView

SESSION_LIFETIME = timedelta(days=30)
BEARER_LIFETIME = timedelta(hours=24)


class InvalidCredentials(Unauthenticated):
    """Invalid credentials"""


class Account(msgspec.Struct, frozen=True):
    """Somebody whose password was right."""

    ledger_id: str
    user: UserView

    @property
    def actor(self) -> Actor:
        return Actor(id=self.user.id, admin=self.user.is_admin)


async def authenticate(request: Request[Any, Any, Any], login: str, password: str, refusal: str = "") -> Account:
    """The account with this user name or e-mail address and this password.

    Every attempt counts, against the account and against the client; a right password clears both counts. ``refusal``
    is the text for a wrong one. Raises InvalidCredentials, TooManyRequests, Overloaded, LogUnavailable.
    """
    ports = ports_of(request)
    name = normalized(login)
    keys = await spend_as_client(request, LOGIN, ports.keys.claim_hash("login", name).hex())
    found = await _holder(ports, name)
    user, known_hash = None, None
    if found is not None:
        await level(ports.progress, ports.freshness, found[0])
        user = await queries.user(ports.reader, *found)
        known_hash = await password_hash(ports.log, ports.decoder, *found)
    right = await ports.passwords.verify(known_hash, password)
    if found is None or user is None or not right or not user.is_active:
        raise InvalidCredentials(refusal or None)
    for key in keys:
        await ports.limiter.clear(LOGIN, key)
    _show_cleared(request)
    return Account(found[0], user)


async def confirm_password(request: Request[Any, Any, Any], user: UserView, ledger_id: str, password: str) -> None:
    """The caller must know their own password. Raises InvalidCredentials."""
    ports = ports_of(request)
    known_hash = await password_hash(ports.log, ports.decoder, ledger_id, user.id)
    if not await ports.passwords.verify(known_hash, password):
        raise InvalidCredentials("Invalid password")


async def start_session(request: Request[Any, Any, Any], account: Account) -> None:
    """Say on the ledger that somebody signed in."""
    scope: Any = request.scope
    context = Context(account.ledger_id, account.actor, correlation_id=scope["correlation_id"], via="password")
    await ports_of(request).dispatcher.dispatch(StartSession(user_id=account.user.id), context)


def session_token(ports: Ports, account: Account) -> tuple[str, datetime]:
    """The value of a session cookie, and when it ends."""
    user = account.user
    token, said = ports.tokens.sign(
        user.id, tenant_of(account.ledger_id), user.auth_version, TokenUse.COOKIE, lifetime=SESSION_LIFETIME
    )
    return token, said.expires_at


def bearer_token(ports: Ports, account: Account) -> str:
    """A JWT that also tells its bearer who they are."""
    user = account.user
    profile = Profile(email=user.email or "", name=user.name, role="admin" if user.is_admin else "user")
    return ports.tokens.sign(
        user.id,
        tenant_of(account.ledger_id),
        user.auth_version,
        TokenUse.BEARER,
        lifetime=BEARER_LIFETIME,
        profile=profile,
    )[0]


async def _holder(ports: Ports, name: str) -> tuple[str, str] | None:
    """The (ledger, user id) of a user name or an e-mail address."""
    for scope in (USERNAME_CLAIM, EMAIL_CLAIM):
        found = await ports.log.look_up(scope, ports.keys.claim_hash(scope, name))
        if found is not None:
            return found
    return None


def _show_cleared(request: Request[Any, Any, Any]) -> None:
    standing: Standing | None = request.scope.get("rate_limit")  # type: ignore[assignment]
    if standing is not None:
        cleared = msgspec.structs.replace(standing, remaining=standing.limit, allowed=True)  # type: ignore[type-var]
        request.scope["rate_limit"] = cleared  # type: ignore[typeddict-unknown-key]
