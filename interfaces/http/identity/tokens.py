"""Access tokens of the workspace: made with a password, limited to abilities, revoked by signing out."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import JSONBody

from domain.identity import credentials
from domain.identity.abilities import ABILITIES, ADMINISTRATORS_ONLY, MOBILE
from domain.identity.access_token import AccessToken
from domain.identity.commands import SignOutEverywhere
from domain.identity.credential_commands import IssueAccessToken, RevokeAccessToken
from domain.kernel.errors import Forbidden, Invalid
from interfaces.http.commands import run
from interfaces.http.identity import cookie
from interfaces.http.identity.accounts import own_account
from interfaces.http.identity.schemas import IssuedToken, TokenRequest, WorkspaceUser
from interfaces.http.identity.sign_in import authenticate, start_session
from interfaces.http.ports import ports_of
from interfaces.http.principal import PUBLIC, Principal, caller
from interfaces.http.times import stamp


@post("/api/auth/token", tags=["identity"], status_code=201, opt={PUBLIC: True})
async def issue(request: Request[Any, Any, Any], data: JSONBody[TokenRequest]) -> Response[IssuedToken]:
    """A token for a device. It is shown in this answer only."""
    login = data.email or data.username
    if not login:
        raise Invalid("Email is required", field="email")
    account = await authenticate(request, login, data.password)
    await start_session(request, account)
    ports = ports_of(request)
    secret = ports.secrets.access_secret()
    command = IssueAccessToken(
        user_id=account.user.id,
        name=data.device_name.strip() or "Access token",
        token_hash=credentials.digest(secret),
        abilities=MOBILE if data.abilities is None else tuple(data.abilities),
    )

    async def answer(token: AccessToken) -> IssuedToken:
        return IssuedToken(credentials.access_token(token.id, secret), token.abilities, stamp(token.expires_at))

    return await run(request, command, answer, once=True, status=201, ledger_id=account.ledger_id, actor=account.actor)


@post("/api/auth/logout", tags=["identity"], status_code=204)
async def logout(request: Request[Any, Any, Any]) -> Response[None]:
    """End the credential that this request carries.

    An access token is revoked. A JWT stands in no list, so that all tokens and sessions of the user end with it. A
    cookie is taken away.
    """
    principal = caller(request.scope)
    match principal.kind:
        case "access_token":
            await run(request, RevokeAccessToken(token_id=principal.token_id), _nothing)
        case "jwt":
            await run(request, SignOutEverywhere(user_id=principal.user_id), _nothing)
        case "tracker_key":
            raise Forbidden("Forbidden: A tracker key is revoked where it was made")
    return Response(None, status_code=204, cookies=cookie.cleared(request))


@get("/api/auth/me", tags=["identity"])
async def whoami(request: Request[Any, Any, Any]) -> WorkspaceUser:
    """The caller, and what this credential may do."""
    principal, user = await own_account(request)
    return WorkspaceUser(user.id, user.name, user.email, abilities_of(principal), stamp(user.created_at))


def abilities_of(principal: Principal) -> tuple[str, ...]:
    return tuple(
        ability
        for ability in ABILITIES
        if principal.can(ability)
        and (principal.abilities is not None or principal.admin or ability not in ADMINISTRATORS_ONLY)
    )


async def _nothing(_: Any) -> None:
    return None
