"""One's own account: profile, password, tracker key."""

from typing import Any

from litestar import Request, Response, delete, get, patch, post
from litestar.params import JSONBody

from domain.identity import credentials
from domain.identity.commands import ChangePassword, ChangeProfile
from domain.identity.credential_commands import IssueTrackerKey, RevokeTrackerKey
from domain.kernel.errors import Invalid
from interfaces.http.commands import run
from interfaces.http.identity.accounts import account, own_account, require_tracker_password, spend_as_client
from interfaces.http.identity.schemas import Confirmation, Counts, Me, PasswordChange, ProfileChange
from interfaces.http.identity.sign_in import confirm_password
from interfaces.http.limits import LOGIN, PASSWORD
from interfaces.http.ports import ports_of
from interfaces.http.times import stamp
from projections.accounts.queries import UserView, tracker_key_of
from projections.board.involvement import involvement


@get("/api/me", tags=["identity"])
async def me(request: Request[Any, Any, Any]) -> Me:
    """The caller's account, and how much they have to do with."""
    principal, user = await own_account(request)
    counts = await involvement(ports_of(request).reader, principal.ledger_id, user.id)
    return _me(user, Counts(counts.projects, counts.assigned, counts.created))


@patch("/api/me", tags=["identity"])
async def change_profile(request: Request[Any, Any, Any], data: JSONBody[ProfileChange]) -> Response[Me]:
    """Change the display name or the colour of the avatar."""
    principal, user = await own_account(request)
    principal.require_own_login()
    command = ChangeProfile(user_id=user.id, name=data.name, avatar_color=data.avatar_color)

    async def answer(user_id: str) -> Me:
        return _me(await account(ports_of(request), principal.ledger_id, user_id))

    return await run(request, command, answer)


@patch("/api/me/password", tags=["identity"])
async def change_password(request: Request[Any, Any, Any], data: JSONBody[PasswordChange]) -> Response[dict[str, Any]]:
    """Change the password. Every session ends, also this one."""
    principal, user = await own_account(request)
    principal.require_own_login()
    await spend_as_client(request, PASSWORD, user.id)
    await confirm_password(request, user, principal.ledger_id, data.current_password)
    if data.new_password == data.current_password:
        raise Invalid("New password must be different from your current password", field="newPassword")
    require_tracker_password(data.new_password, "newPassword")
    new_hash = await ports_of(request).passwords.hash(data.new_password)

    async def answer(_: Any) -> dict[str, Any]:
        return {"success": True, "message": "Password updated successfully"}

    return await run(request, ChangePassword(user_id=user.id, password_hash=new_hash), answer)


@get("/api/me/mcp-key", tags=["identity"])
async def tracker_key(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Whether there is a tracker key, and its last four characters."""
    principal, user = await own_account(request)
    key = await tracker_key_of(ports_of(request).reader, principal.ledger_id, user.id)
    hint = key.hint if key else None
    return {"hasKey": hint is not None, "keyHint": hint}


@post("/api/me/mcp-key", tags=["identity"], status_code=200)
async def issue_tracker_key(request: Request[Any, Any, Any], data: JSONBody[Confirmation]) -> Response[dict[str, str]]:
    """Make a tracker key in place of the earlier one. It is shown in this answer only."""
    user = await _confirmed(request, data.password)
    key = ports_of(request).secrets.tracker_key()
    command = IssueTrackerKey(user_id=user.id, key_hash=credentials.digest(key), key_hint=credentials.hint(key))

    async def answer(_: Any) -> dict[str, str]:
        return {"apiKey": key, "message": "Store this key now: it is not shown again."}

    return await run(request, command, answer, once=True)


@delete("/api/me/mcp-key", tags=["identity"], status_code=200)
async def revoke_tracker_key(
    request: Request[Any, Any, Any], data: JSONBody[Confirmation]
) -> Response[dict[str, bool]]:
    """Revoke the tracker key."""
    user = await _confirmed(request, data.password)

    async def answer(_: Any) -> dict[str, bool]:
        return {"success": True}

    return await run(request, RevokeTrackerKey(user_id=user.id), answer)


async def _confirmed(request: Request[Any, Any, Any], password: str) -> UserView:
    """The signed-in user, having given their password once more. Raises Forbidden, InvalidCredentials."""
    principal, user = await own_account(request)
    principal.require_own_login()
    keys = await spend_as_client(request, LOGIN, user.id)
    await confirm_password(request, user, principal.ledger_id, password)
    for key in keys:
        await ports_of(request).limiter.clear(LOGIN, key)
    return user


def _me(user: UserView, counts: Counts | None = None) -> Me:
    shown = Me(
        id=user.id,
        username=user.username,
        email=user.email,
        name=user.name,
        avatar=user.avatar,
        avatar_color=user.avatar_color,
        is_system_admin=user.is_admin,
        created_at=stamp(user.created_at),
        updated_at=stamp(user.updated_at),
    )
    if counts is not None:
        shown.counts = counts
    return shown
