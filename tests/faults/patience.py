"""Waiting for what must come about."""

import asyncio
from collections.abc import Callable

SECONDS = 40.0


async def until(holds: Callable[[], bool]) -> None:
    """Look until it holds. Raises TimeoutError after 40 s."""
    async with asyncio.timeout(SECONDS):
        while not holds():  # noqa: ASYNC110 - what is looked at lies in another process
            await asyncio.sleep(0.02)
