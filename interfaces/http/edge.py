"""What every request passes, in one go: ids, the caller, positions, headers, figures and the access line.

A plain ASGI callable around the whole application, so that unknown paths and failures pass it too.
"""

import re
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import structlog
from litestar import Request
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars

from domain.kernel.errors import Invalid, Refusal
from interfaces.http.cors import Cors
from interfaces.http.ports import Ports
from interfaces.http.principal import Principal
from interfaces.http.problems import problem
from interfaces.http.request_ids import name_request
from interfaces.http.throttle import Throttle

Headers = dict[bytes, bytes]
Resolve = Callable[[Scope, Headers], Awaitable[Principal | None]]
"""Puts ``principal`` (or None) and ``principal_problem`` (why not, a Refusal) into the scope; never raises."""

MIN_POSITION_WAIT = 2.0
WITHOUT_CALLER = frozenset({"/health", "/api/v1/health", "/api/v1/ready", "/api/v1/metrics"})
"""Routes that must answer while the database does not."""
SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"vary", b"Authorization, Cookie, X-MCP-API-Key, Origin"),
)
DEFAULT_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
PRIVATE = (b"cache-control", b"private, no-cache")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_DIGITS = re.compile(rb"[0-9]{1,18}")
_log = structlog.get_logger("http.access")


class Edge:
    """``app`` is the application inside. ``throttle`` None switches the general limit off."""

    def __init__(self, app: ASGIApp, ports: Ports, resolve: Resolve, throttle: Throttle | None) -> None:
        self._app = app
        self._ports = ports
        self._resolve = resolve
        self._throttle = throttle
        self._cors = Cors(ports.settings.cors_origins)
        self._headers = SECURITY_HEADERS
        if urlsplit(ports.settings.public_url).scheme == "https":
            self._headers += ((b"strict-transport-security", b"max-age=31536000"),)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind: str = scope["type"]
        headers: Headers = dict(scope["headers"])
        name_request(scope, headers)
        if kind == "http":
            await self._http(scope, headers, receive, send)
        else:
            await self._resolve(scope, headers)
            await self._app(scope, receive, send)

    async def _http(self, scope: Any, headers: Headers, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        origin = headers.get(b"origin")
        if origin is not None and self._cors.is_preflight(scope, headers):
            await self._cors.answer_preflight(origin, send)
            return
        response = _Response(scope, send, self._headers, self._cors.headers(origin))
        clear_contextvars()
        bind_contextvars(request_id=scope["request_id"], correlation_id=scope["correlation_id"])
        try:
            try:
                await self._admit(scope, headers)
            except Refusal as refusal:
                request: Request[Any, Any, Any] = Request(scope, receive, response.send)
                answer = problem(request, refusal).to_asgi_response(app=None, request=request)
                await answer(scope, receive, response.send)
                return
            await self._app(scope, receive, response.send)
        finally:
            self._account(scope, response, time.perf_counter() - started)

    async def _admit(self, scope: Any, headers: Headers) -> None:
        """Find the caller, and wait for the position they want to read at. Raises Invalid, TooManyRequests."""
        if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
            raise Invalid("The path and the query must not contain NUL characters", field="path")
        if not scope["query_string"].isascii():
            raise Invalid("The query must be percent-encoded", field="query")
        if scope["path"] in WITHOUT_CALLER:
            scope["principal"] = None
            return
        principal = await self._resolve(scope, headers)
        if principal is None:
            return
        bind_contextvars(tenant=principal.tenant_id)
        if self._throttle is not None:
            self._throttle.spend(principal)
        if (wanted := headers.get(b"x-min-position")) is not None:
            if not _DIGITS.fullmatch(wanted):
                raise Invalid("X-Min-Position must be a position", field="X-Min-Position")
            await self._ports.progress.reached(principal.ledger_id, int(wanted), timeout=MIN_POSITION_WAIT)
        scope["log_position"] = self._ports.progress.position(principal.ledger_id)

    def _account(self, scope: Any, response: "_Response", seconds: float) -> None:
        route = scope.get("path_template", "(unknown)")
        if not response.streamed:
            method = scope["method"] if scope["method"] in METHODS else "(other)"
            self._ports.metrics.answered(method, route, response.status, seconds)
        _log.info(
            "request",
            method=scope["method"],
            path=scope["path"],
            status=response.status,
            milliseconds=round(seconds * 1000, 2),
            position=scope.get("log_position"),
        )


class _Response:
    """Adds the headers that every response carries as it starts."""

    __slots__ = ("_cors", "_scope", "_security", "_send", "status", "streamed")

    def __init__(
        self, scope: Any, send: Send, security: tuple[tuple[bytes, bytes], ...], cors: tuple[tuple[bytes, bytes], ...]
    ) -> None:
        self._scope = scope
        self._send = send
        self._security = security
        self._cors = cors
        self.status = 500
        self.streamed = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = dict(message["headers"])
            self.streamed = given.get(b"content-type", b"").startswith(b"text/event-stream")
            message["headers"] = [*message["headers"], *self._added(given)]
        await self._send(message)

    def _added(self, given: Headers) -> list[tuple[bytes, bytes]]:
        scope = self._scope
        added = [*self._security, *self._cors, (b"x-request-id", scope["request_id"].encode())]
        if b"content-security-policy" not in given:
            added.append(DEFAULT_POLICY)
        if scope.get("principal") is not None and b"cache-control" not in given:
            added.append(PRIVATE)
        if (position := scope.get("log_position")) is not None:
            added.append((b"x-log-position", str(position).encode()))
        if (standing := scope.get("rate_limit")) is not None:
            added += (
                (b"x-ratelimit-limit", str(standing.limit).encode()),
                (b"x-ratelimit-remaining", str(standing.remaining).encode()),
                (b"x-ratelimit-reset", str(standing.reset).encode()),
            )
        return added
