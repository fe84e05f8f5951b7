"""Counting attempts in fixed windows."""

import time

from infra.limits import NoLimits, WindowLimiter
from interfaces.http.limits import Limit

THREE = Limit("login", 3, 60)


async def test_attempts_are_counted_down_and_then_refused() -> None:
    limiter = WindowLimiter()
    standings = [await limiter.hit(THREE, "ada") for _ in range(4)]
    assert [each.remaining for each in standings] == [2, 1, 0, 0]
    assert [each.allowed for each in standings] == [True, True, True, False]
    assert 58 <= standings[-1].reset - time.time() <= 61


async def test_keys_and_limits_are_counted_apart() -> None:
    limiter = WindowLimiter()
    for _ in range(3):
        await limiter.hit(THREE, "ada")
    assert (await limiter.hit(THREE, "grace")).allowed
    assert (await limiter.hit(Limit("registration", 3, 60), "ada")).allowed


async def test_clearing_begins_anew() -> None:
    limiter = WindowLimiter()
    for _ in range(4):
        await limiter.hit(THREE, "ada")
    await limiter.clear(THREE, "ada")
    assert (await limiter.hit(THREE, "ada")).remaining == 2


async def test_a_window_ends_by_itself() -> None:
    limiter = WindowLimiter()
    once = Limit("login", 1, 1)
    assert (await limiter.hit(once, "ada")).allowed
    assert not (await limiter.hit(once, "ada")).allowed
    time.sleep(1.1)  # noqa: ASYNC251 - the window is in real time
    assert (await limiter.hit(once, "ada")).allowed


async def test_without_limits_nothing_is_counted() -> None:
    assert await NoLimits().hit(THREE, "ada") is None
