"""Turns: commands on the same primary stream go one after the other inside a process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    def __init__(self) -> None:
        self._locks: dict[tuple[str, str], tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def turn(self, ledger_id: str, stream_id: str | None) -> AsyncIterator[None]:
        """Wait for one's turn on a stream; no stream, no waiting."""
        if stream_id is None:
            yield
            return
        key = (ledger_id, stream_id)
        lock, waiting = self._locks.get(key, (None, 0))
        lock = lock or asyncio.Lock()
        self._locks[key] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._locks[key]
            if waiting == 1:
                del self._locks[key]
            else:
                self._locks[key] = (lock, waiting - 1)
