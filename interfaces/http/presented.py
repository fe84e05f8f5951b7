"""What a request presents to say who is asking: a header, a token in the URL, a cookie."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from domain.identity import credentials
from domain.kernel.errors import Unauthenticated
from interfaces.http.principal import Kind

SESSION_COOKIE = "next-auth.session-token"
_TRACKER_KEY = re.compile(r"mcp_[0-9a-fA-F]{64}")
_COOKIE = re.compile(rb"(?:^|;\s*)" + re.escape(SESSION_COOKIE.encode()) + rb"=([^;]*)")
_STREAM = re.compile(r"/api/(v1/events/stream|(projects|users)/events|projects/[^/]+/events|runs/[^/]+/events/stream)")


class MalformedAuthorization(Unauthenticated):
    """invalid authorization format, expected: Bearer <token>"""


def tracker_key(headers: Mapping[bytes, bytes]) -> str | None:
    text = headers.get(b"x-mcp-api-key", b"").decode("latin-1")
    return text if _TRACKER_KEY.fullmatch(text) else None


def session_cookie(headers: Mapping[bytes, bytes]) -> str | None:
    cookie = headers.get(b"cookie")
    match = _COOKIE.search(cookie) if cookie is not None else None
    return match[1].decode("latin-1") if match else None


def bearer(scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> str | None:
    """The bearer token of the header or, where a browser can send none, of the URL. Raises MalformedAuthorization."""
    authorization = headers.get(b"authorization")
    if authorization is not None:
        return _bearer_text(authorization)
    if b"token=" in scope["query_string"] and _takes_token(scope):
        return _query_token(scope) or None
    return None


def kind_of(text: str) -> Kind:
    """Which kind of bearer token it looks like."""
    if credentials.is_gateway_key(text):
        return "gateway_key"
    return "access_token" if credentials.split_access_token(text) else "jwt"


def _bearer_text(authorization: bytes) -> str:
    """Raises MalformedAuthorization."""
    scheme, _, text = authorization.decode("latin-1").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise MalformedAuthorization
    return text.strip()


def _takes_token(scope: Any) -> bool:
    """A token in the URL counts only where a browser cannot send a header: WebSockets and event streams."""
    return scope["type"] == "websocket" or (scope["method"] == "GET" and bool(_STREAM.fullmatch(scope["path"])))


def _query_token(scope: Mapping[str, Any]) -> str:
    query: bytes = scope["query_string"]
    return parse_qs(query.decode("latin-1")).get("token", [""])[0]
