"""Reads that share a query."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from projections.kernel.loader import Loader


class Table:
    def __init__(self) -> None:
        self.rows = {"a": 1, "b": 2}
        self.queries: list[tuple[str, Sequence[str]]] = []
        self.gate = asyncio.Event()

    async def read(self, ledger_id: str, keys: Sequence[str]) -> Mapping[str, int]:
        self.queries.append((ledger_id, keys))
        found = {key: self.rows[key] for key in keys if key in self.rows}
        await self.gate.wait()
        return found


async def test_what_is_asked_while_queries_run_comes_with_the_next() -> None:
    table = Table()
    loader: Loader[int] = Loader(table.read)
    first = [asyncio.ensure_future(loader.load("l", "a")) for _ in range(2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    table.rows["c"] = 3
    later = [asyncio.ensure_future(loader.load("l", key)) for key in ("b", "c", "b", "z")]
    await asyncio.sleep(0)
    table.gate.set()
    assert await asyncio.gather(*first, *later) == [1, 1, 2, 3, 2, None]
    assert sorted(key for _, keys in table.queries for key in keys) == ["a", "b", "c", "z"]


async def test_ledgers_are_read_apart() -> None:
    table = Table()
    table.gate.set()
    loader: Loader[int] = Loader(table.read)
    await asyncio.gather(loader.load("l", "a"), loader.load("m", "a"))
    assert sorted(ledger_id for ledger_id, _ in table.queries) == ["l", "m"]


async def test_a_query_that_fails_is_heard_by_all_who_wait_and_the_next_one_is_served() -> None:
    broken = True

    async def read(_: str, keys: Sequence[str]) -> Mapping[str, int]:
        if broken:
            raise ValueError("gone")
        return dict.fromkeys(keys, 1)

    loader: Loader[int] = Loader(read)
    for answer in await asyncio.gather(loader.load("l", "a"), loader.load("l", "b"), return_exceptions=True):
        assert isinstance(answer, ValueError)
    broken = False
    assert await loader.load("l", "a") == 1


async def test_an_asker_who_went_away_does_not_spoil_it_for_others() -> None:
    table = Table()
    loader: Loader[int] = Loader(table.read)
    gone = asyncio.ensure_future(loader.load("l", "a"))
    stays = asyncio.ensure_future(loader.load("l", "a"))
    await asyncio.sleep(0)
    gone.cancel()
    table.gate.set()
    assert await stays == 1
    with pytest.raises(asyncio.CancelledError):
        await gone
