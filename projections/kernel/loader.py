"""Reads that share a query: all keys asked for while one query runs are looked up by the next."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

V = TypeVar("V")
LANES = 2
"""Queries at a time. Few, so that what arrives meanwhile comes together."""


class Loader(Generic[V]):
    """``read(ledger_id, keys)`` finds the values of several keys of one ledger.

    A query begins after its keys were asked for, so an answer is never older than the question.
    """

    def __init__(self, read: Callable[[str, Sequence[str]], Awaitable[Mapping[str, V]]]) -> None:
        self._read = read
        self._waiting: dict[str, dict[str, list[asyncio.Future[V | None]]]] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def load(self, ledger_id: str, key: str) -> V | None:
        """None when there is no such thing. Raises what the query raises."""
        answer: asyncio.Future[V | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(ledger_id, {}).setdefault(key, []).append(answer)
        if len(self._running) < LANES:
            lane = asyncio.create_task(self._serve())
            self._running.add(lane)
            lane.add_done_callback(self._running.discard)
        return await answer

    async def _serve(self) -> None:
        while self._waiting:
            ledger_id = next(iter(self._waiting))
            waiting = self._waiting.pop(ledger_id)
            try:
                found = await self._read(ledger_id, list(waiting))
            except Exception as error:  # noqa: BLE001 - everybody who waits must hear
                for answer in _open(waiting.values()):
                    answer.set_exception(error)
            else:
                for key, answers in waiting.items():
                    for answer in _open([answers]):
                        answer.set_result(found.get(key))


def _open(answers: Iterable[list[asyncio.Future[V | None]]]) -> Iterator[asyncio.Future[V | None]]:
    """Those whose asker has not gone away."""
    return (answer for several in answers for answer in several if not answer.done())
