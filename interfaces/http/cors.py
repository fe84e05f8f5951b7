"""Which other origins a browser may call us from, and which headers it may read there."""

from typing import Any

from litestar.types import Send

METHODS = b"GET, POST, PUT, PATCH, DELETE, OPTIONS"
REQUEST_HEADERS = (
    b"Authorization, Content-Type, Idempotency-Key, If-Match, Last-Event-ID, Origin, Prefer, Traceparent, X-API-Key, "
    b"X-Correlation-Id, X-MCP-API-Key, X-Min-Position, X-Punk-Agent, X-Punk-App, X-Punk-Subject, X-Request-Id, X-Tab-Id"
)
EXPOSED = (
    b"ETag, Idempotency-Replayed, Location, Preference-Applied, Retry-After, X-Log-Position, X-Punk-Route, "
    b"X-Punk-Run-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id"
)


class Cors:
    """The headers of the CORS protocol for a list of allowed origins."""

    def __init__(self, origins: tuple[str, ...]) -> None:
        self._headers = {
            origin.encode(): (
                (b"access-control-allow-origin", origin.encode()),
                (b"access-control-allow-credentials", b"true"),
                (b"access-control-expose-headers", EXPOSED),
            )
            for origin in origins
        }

    def headers(self, origin: bytes | None) -> tuple[tuple[bytes, bytes], ...]:
        """What a response to a request from this origin carries."""
        return () if origin is None else self._headers.get(origin, ())

    def is_preflight(self, scope: Any, headers: dict[bytes, bytes]) -> bool:
        return scope["method"] == "OPTIONS" and b"access-control-request-method" in headers

    async def answer_preflight(self, origin: bytes, send: Send) -> None:
        allowed = self.headers(origin)
        headers = [(b"vary", b"Origin"), *allowed]
        if allowed:
            headers += [
                (b"access-control-allow-methods", METHODS),
                (b"access-control-allow-headers", REQUEST_HEADERS),
                (b"access-control-max-age", b"600"),
            ]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
