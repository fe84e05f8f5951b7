"""The session cookie."""

from datetime import datetime
from typing import Any

from litestar import Request
from litestar.datastructures import Cookie

from domain.identity.ports import TokenUse
from interfaces.http.identity.sign_in import SESSION_LIFETIME
from interfaces.http.ports import ports_of
from interfaces.http.presented import SESSION_COOKIE, session_cookie
from interfaces.http.same_origin import cookie_counts


def session(request: Request[Any, Any, Any], value: str) -> Cookie:
    return _cookie(request, value, int(SESSION_LIFETIME.total_seconds()))


def cleared(request: Request[Any, Any, Any]) -> list[Cookie]:
    """What takes the cookie away, unless another site asks for that."""
    scope: Any = request.scope
    counts = cookie_counts(request.method, dict(scope["headers"]), own_origin(request))
    return [_cookie(request, "", 0)] if counts else []


def expires(request: Request[Any, Any, Any], otherwise: datetime) -> datetime:
    """When the session of the cookie ends."""
    scope: Any = request.scope
    value = session_cookie(dict(scope["headers"]))
    said = ports_of(request).tokens.verify(value, TokenUse.COOKIE) if value else None
    return said.expires_at if said else otherwise


def own_origin(request: Request[Any, Any, Any]) -> str:
    scope: Any = request.scope
    return ports_of(request).proxies.origin(scope, dict(scope["headers"]))


def _cookie(request: Request[Any, Any, Any], value: str, max_age: int) -> Cookie:
    return Cookie(
        key=SESSION_COOKIE,
        value=value,
        max_age=max_age,
        path="/",
        httponly=True,
        samesite="lax",
        secure=own_origin(request).startswith("https://"),
    )
