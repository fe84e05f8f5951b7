"""Read models commit without waiting for the disk: after a breakdown of the database they may stand lower."""

import asyncio
from collections.abc import AsyncIterator

from infra.projector.progress import ReadModelProgress
from projections.board.fold import Board

LEDGER = "default/main"


async def test_after_a_breakdown_only_what_the_database_says_counts() -> None:
    board = Board()
    position = 10
    back: asyncio.Queue[frozenset[str]] = asyncio.Queue()

    async def fetch(_query: str, _names: list[str]) -> list[dict[str, object]]:
        standing = {"version": board.version, "position": position, "status": "live"}
        return [{"ledger_id": LEDGER, "projection": board.name, **standing}]

    async def changes() -> AsyncIterator[frozenset[str]]:
        while True:
            yield await back.get()

    progress = ReadModelProgress([board], fetch)
    await progress.start(changes())
    assert await progress.reached(LEDGER, 10)

    progress.doubt()
    assert progress.position(LEDGER) == 0
    assert not await progress.reached(LEDGER, 10, timeout=0.01)

    position = 7
    back.put_nowait(frozenset({LEDGER}))
    assert await progress.reached(LEDGER, 7)
    assert progress.position(LEDGER) == 7
    await progress.stop()
