"""Rate limits that outlast one request: counted in memory, or in Redis when several servers share them."""

import time
from typing import Protocol

import msgspec
from limits import RateLimitItemPerSecond
from limits.aio.storage import Storage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.storage import storage_from_string


class Limit(Protocol):
    """At most ``amount`` attempts in ``window`` seconds, counted under ``name``."""

    @property
    def name(self) -> str: ...

    @property
    def amount(self) -> int: ...

    @property
    def window(self) -> int: ...


class Standing(msgspec.Struct, frozen=True):
    """Where a caller stands after an attempt: ``reset`` is when the window ends, in Unix seconds."""

    limit: int
    remaining: int
    reset: int
    allowed: bool


class WindowLimiter:
    """Fixed windows that begin with the first attempt. ``redis_url`` None counts in this process."""

    def __init__(self, redis_url: str | None = None) -> None:
        storage = storage_from_string(f"async+{redis_url}" if redis_url else "async+memory://")
        assert isinstance(storage, Storage)  # noqa: S101 - the scheme says so
        self._limiter = FixedWindowRateLimiter(storage)

    async def hit(self, limit: Limit, key: str) -> Standing:
        """Count one attempt."""
        item = _item(limit)
        allowed = await self._limiter.hit(item, limit.name, key)
        stats = await self._limiter.get_window_stats(item, limit.name, key)
        reset = stats.reset_time if stats.remaining < limit.amount else time.time() + limit.window
        return Standing(limit.amount, stats.remaining, round(reset), allowed)

    async def clear(self, limit: Limit, key: str) -> None:
        await self._limiter.clear(_item(limit), limit.name, key)


class NoLimits:
    """What ``SHIPLEDGER_RATE_LIMITS=off`` puts in the limiter's place."""

    async def hit(self, limit: Limit, key: str) -> Standing | None:  # noqa: ARG002 - the port
        """None: nothing is counted."""
        return None

    async def clear(self, limit: Limit, key: str) -> None:
        """Nothing was counted."""


def _item(limit: Limit) -> RateLimitItemPerSecond:
    return RateLimitItemPerSecond(limit.amount, limit.window)
