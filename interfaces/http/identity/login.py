"""Signing in and out with a cookie, as login pages and scripts of the tracker do it."""

import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie

from domain.kernel.errors import Invalid, Unauthenticated
from interfaces.http.bodies import body_or_form, decode
from interfaces.http.identity import cookie
from interfaces.http.identity.accounts import account, own_account
from interfaces.http.identity.schemas import Credentials, Session, SessionUser
from interfaces.http.identity.sign_in import InvalidCredentials, authenticate, session_token, start_session
from interfaces.http.ports import ports_of
from interfaces.http.principal import caller
from interfaces.http.problems import BadInput
from interfaces.http.times import stamp

FORM = "application/x-www-form-urlencoded"
RETURN_REDIRECT = "x-auth-return-redirect"
"""The header of clients that want a redirect as JSON."""


@get("/api/auth/csrf", tags=["identity"])
async def csrf(request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
    """A token that login scripts expect. Nothing asks for it back: cookies count for our own origin only."""
    token = secrets.token_hex(32)
    signed = ports_of(request).keys.claim_hash("csrf", token).hex()
    kept = Cookie(key="authjs.csrf-token", value=f"{token}|{signed}", path="/", httponly=True, samesite="lax")
    return Response({"csrfToken": token}, cookies=[kept])


@get("/api/auth/providers", tags=["identity"])
async def providers(request: Request[Any, Any, Any]) -> dict[str, dict[str, str]]:
    """How one may sign in: with a password."""
    base = f"{cookie.own_origin(request)}/api/auth"
    return {
        "credentials": {
            "id": "credentials",
            "name": "Credentials",
            "type": "credentials",
            "signinUrl": f"{base}/signin/credentials",
            "callbackUrl": f"{base}/callback/credentials",
        }
    }


@post("/api/auth/callback/credentials", tags=["identity"], status_code=200)
async def callback(request: Request[Any, Any, Any]) -> Response[Any]:
    """Sign in with ``username`` (or an e-mail address) and ``password``, as JSON or as a form.

    Answers JSON with ``url``, or a redirect to a form. A wrong password is 401 either way.
    """
    given: Credentials = await body_or_form(request, Credentials)
    signed_in = await authenticate(request, given.username, given.password)
    await start_session(request, signed_in)
    token, _ = session_token(ports_of(request), signed_in)
    return _go_on(request, given.callback_url, [cookie.session(request, token)])


@get("/api/auth/session", tags=["identity"])
async def session(request: Request[Any, Any, Any]) -> Session:
    """Who is signed in; an empty object for nobody."""
    try:
        _, user = await own_account(request)
    except Unauthenticated:
        return Session()
    ends = cookie.expires(request, ports_of(request).now() + timedelta(days=1))
    return Session(
        SessionUser(
            id=user.id,
            username=user.username,
            name=user.name,
            email=user.email,
            image=user.avatar,
            is_system_admin=user.is_admin,
            avatar=user.avatar,
            avatar_color=user.avatar_color,
        ),
        stamp(ends),
    )


@post("/api/auth/signout", tags=["identity"], status_code=200)
async def signout(request: Request[Any, Any, Any]) -> Response[Any]:
    """Take the cookie away."""
    given: Destination = await body_or_form(request, Destination)
    return _go_on(request, given.callback_url, cookie.cleared(request))


@post("/api/auth/check-2fa", tags=["identity"], status_code=200)
async def check_second_factor(request: Request[Any, Any, Any]) -> dict[str, bool]:
    """Whether this account asks for a second factor; a wrong password is 401, and so is a malformed body."""
    try:
        given: Credentials = decode(await request.body(), Credentials)
    except BadInput:
        raise InvalidCredentials from None
    await authenticate(request, given.username, given.password)
    return {"requires2FA": False}


@post("/api/auth/verify-credentials", tags=["identity"], status_code=200)
async def verify_credentials(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Whether a password is right. Somebody who is signed in need not name themself."""
    given: Verification = decode(await request.body(), Verification)
    if not given.password:
        raise Invalid("Password is required", field="password")
    username = given.username
    if not username:
        principal = caller(request.scope)
        username = (await account(ports_of(request), principal.ledger_id, principal.user_id)).username
    user = (await authenticate(request, username, given.password)).user
    known = {"id": user.id, "username": user.username, "name": user.name}
    return {"valid": True, "verified": True, "user": known}


class Destination(msgspec.Struct, rename="camel"):
    callback_url: str = ""


class Verification(msgspec.Struct):
    password: str = ""
    username: str = ""


def _go_on(request: Request[Any, Any, Any], wanted: str, cookies: list[Cookie]) -> Response[Any]:
    """To the page that the client wants to see next, as long as it is one of ours."""
    url = _own(request, wanted)
    if request.content_type[0] == FORM and RETURN_REDIRECT not in request.headers:
        return Response(None, status_code=302, headers={"Location": url}, cookies=cookies)
    return Response({"url": url, "ok": True}, cookies=cookies)


def _own(request: Request[Any, Any, Any], wanted: str) -> str:
    origin = cookie.own_origin(request)
    if wanted.startswith("/") and not wanted.startswith(("//", "/\\")):
        return wanted
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return origin
    return wanted if f"{parts.scheme}://{parts.netloc}".lower() == origin else origin
