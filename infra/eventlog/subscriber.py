"""One listener for changes."""

import asyncio


class Subscriber:
    """What moved since its last turn, merged."""

    def __init__(self) -> None:
        self._ledgers: set[str] = set()
        self._something = asyncio.Event()

    def add(self, ledgers: frozenset[str]) -> None:
        self._ledgers |= ledgers
        self._something.set()

    async def next(self) -> frozenset[str]:
        await self._something.wait()
        self._something.clear()
        ledgers, self._ledgers = frozenset(self._ledgers), set()
        return ledgers
