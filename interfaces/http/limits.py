"""Rate limits: the port, the limits themselves, and how a response tells about them."""

from typing import Any, Protocol

import msgspec
from litestar.connection import ASGIConnection

from domain.kernel.errors import Refusal


class TooManyRequests(Refusal):
    """Too many requests. Please try again later."""

    def __init__(self, message: str | None = None, *, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Limit(msgspec.Struct, frozen=True):
    """At most ``amount`` attempts in ``window`` seconds."""

    name: str
    amount: int
    window: int


class Standing(Protocol):
    """Where a caller stands after an attempt: ``reset`` is when the window ends, in Unix seconds."""

    @property
    def limit(self) -> int: ...

    @property
    def remaining(self) -> int: ...

    @property
    def reset(self) -> int: ...

    @property
    def allowed(self) -> bool: ...


LOGIN = Limit("login", 10, 15 * 60)
REGISTRATION = Limit("registration", 5, 60 * 60)
PASSWORD = Limit("password", 5, 15 * 60)


class Limiter(Protocol):
    """Counts attempts. Without a limit switched on, everything is allowed and nothing is counted."""

    async def hit(self, limit: Limit, key: str) -> Standing | None:
        """Count one attempt; None when limits are off."""
        ...

    async def clear(self, limit: Limit, key: str) -> None: ...


async def spend(
    connection: ASGIConnection[Any, Any, Any, Any], limiter: Limiter, limit: Limit, *keys: str, now: float
) -> None:
    """Count one attempt under each key, and let the response show the tightest standing. Raises TooManyRequests."""
    tightest: Standing | None = None
    for key in keys:
        standing = await limiter.hit(limit, key)
        if standing is not None and (tightest is None or _rank(standing) < _rank(tightest)):
            tightest = standing
    if tightest is None:
        return
    connection.scope["rate_limit"] = tightest  # type: ignore[typeddict-unknown-key]
    if not tightest.allowed:
        wait = max(1, round(tightest.reset - now))
        minutes = -(-wait // 60)
        unit = "minute" if minutes == 1 else "minutes"
        raise TooManyRequests(f"Too many requests. Please try again in {minutes} {unit}.", retry_after=wait)


def _rank(standing: Standing) -> tuple[bool, int]:
    return standing.allowed, standing.remaining
