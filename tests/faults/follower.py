"""A reader of the generic stream that comes back with its last id whenever the connection ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.faults.patience import until

STREAM = "/api/v1/events/stream?types=ticket.*"
SILENCE_SECONDS = 60.0
"""Longer than the time between two heartbeats."""


class Follower:
    """``positions`` are the ids it got, in their order; ``closings`` counts the times the server said that it stops."""

    def __init__(self, base: str, token: str) -> None:
        self._url = f"{base}{STREAM}"
        self._headers = {"Authorization": token}
        self.positions: list[int] = []
        self.closings = 0

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def seen(self, position: int) -> None:
        """Wait until it got the event at that position, or a later one."""
        await until(lambda: bool(self.positions) and self.positions[-1] >= position)

    async def _follow(self) -> None:
        async with httpx.AsyncClient(headers=self._headers, timeout=SILENCE_SECONDS) as client:
            while True:
                last = {"Last-Event-ID": str(self.positions[-1])} if self.positions else {}
                try:
                    async with client.stream("GET", self._url, headers=last) as answer:
                        async for line in answer.aiter_lines():
                            self._read(line)
                except httpx.TransportError:
                    await asyncio.sleep(0.1)

    def _read(self, line: str) -> None:
        if line.startswith("id: "):
            self.positions.append(int(line[4:]))
        elif line == "event: stream.closing":
            self.closings += 1
